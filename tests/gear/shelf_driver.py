"""One deed on a shelf in a process of its own, killed before its n-th touch of the disk.

``python -m tests.gear.shelf_driver FOLDER DEED N``; ends with 0 when there is no n-th touch.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from strongroom.gear.shelf import Shelf

CONTENT = b"the bytes of a file" * 1000
SIDECAR = b"Metadata-Version: 2.4\n"
PATH = "packages/ab/cd/ef/demo-1.0-py3-none-any.whl"
TOUCHES = {"open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.chmod", "fcntl.flock"}


def committed(folder: Path, paths: Sequence[str]) -> set[str]:
    """The one row of this index is a file of its own."""
    return set(paths) if (folder / "row").exists() else set()


def commit(folder: Path) -> None:
    (folder / "row").touch()


def publish(folder: Path, sidecar: bytes | None = SIDECAR) -> None:
    """As an upload is published."""
    spool = Shelf(folder).receive()
    spool.write(CONTENT)
    spool.place(folder, PATH, sidecar)
    commit(folder)
    spool.keep()


def refuse(folder: Path) -> None:
    """As an upload that meets another in the database: placed, taken back, placed again, given up."""
    spool = Shelf(folder).receive()
    spool.write(CONTENT)
    spool.place(folder, PATH, SIDECAR)
    spool.take_back()
    spool.place(folder, PATH, SIDECAR)
    spool.drop()


def recover(folder: Path) -> None:
    Shelf(folder).recover(lambda paths: committed(folder, paths))


DEEDS = {
    "publish": publish,
    "publish-sdist": lambda folder: publish(folder, None),
    "refuse": refuse,
    "recover": recover,
}


def kill_at(touch: int) -> None:
    """Die, as by a power cut of the process, just before the n-th touch of the disk from now on."""
    left = touch

    def count(event: str, _arguments: object) -> None:
        nonlocal left
        if event in TOUCHES:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


if __name__ == "__main__":
    kill_at(int(sys.argv[3]))
    DEEDS[sys.argv[2]](Path(sys.argv[1]))
