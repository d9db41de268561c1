"""Files that are written once: under a name that nobody reads, made durable, then renamed; never in place.

What a killed process left behind is a file that no row names; ``sweep`` takes it away.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

BEING_WRITTEN = ".writing"
"""The folder of what has no name yet; engines put there, too, what does not fit into memory."""

ABANDONED_SECONDS = 24 * 3600
"""What was not touched for so long is not being written any more, whoever wrote it on whatever machine."""


class DayFiles:
    """One folder of such files, and of folders of them. Names are paths below it, with slashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, ending: str) -> Path:
        """A path for a file that is about to be written."""
        place = self.folder / BEING_WRITTEN
        place.mkdir(parents=True, exist_ok=True)
        return place / f"{secrets.token_hex(12)}{ending}"

    def path_of(self, name: str) -> Path:
        """Where a file lies."""
        return self.folder / name

    def place(self, written: Path, name: str) -> Path:
        """Give a written file its name, durably; one that is there is the same file, for names tell what is in it."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with written.open("rb+") as file:
            os.fsync(file.fileno())
        written.replace(target)
        _sync_folder(target.parent)
        return target

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Alone in this folder, among the processes of this machine that ask; waits for the one that is at it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("a") as lock:
            # The system gives it back when the process dies.
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def sweep(self, known: Collection[str], *, below: Collection[str], seconds: float = ABANDONED_SECONDS) -> int:
        """Take away files below some folders that no row names, and that nobody touched for some seconds; how many.

        So does what was being written, once it is a day old: another process may be at it.
        """
        now = time.time()
        placed = [path for name in below for path in (self.folder / name).rglob("*")]
        strays = [path for path in placed if path.relative_to(self.folder).as_posix() not in known]
        unfinished = list((self.folder / BEING_WRITTEN).rglob("*"))
        count = sum(_remove_older(path, now - seconds) for path in strays)
        return count + sum(_remove_older(path, now - ABANDONED_SECONDS) for path in unfinished)


def _remove_older(path: Path, than: float) -> bool:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_mtime > than:
            return False
        path.unlink()
    except FileNotFoundError:  # it got its name, or somebody else was quicker
        return False
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
