"""The shelf that holds distribution files on a local disk, and the spools on which they arrive.

What must hold (design rule 10): a file is in its final place and its row committed, or neither.
How: bytes stream into a spool. Before they are linked to their final place a note beside the spool
says where that is; note and spool go only once the row is committed. Whatever is found beside
a spool that nobody holds is therefore either committed (the spool goes) or not (the file goes too).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from strongroom.terms.filenames import Sha256

INCOMING = "incoming"
_PLACING = "placing.lock"
"""Shared by whoever has placed a file and not yet committed; recovery asks for it alone."""


@dataclass(frozen=True)
class Digests:
    """What was received: its size in bytes and its digests in lower-case hexadecimal."""

    size: int
    sha256: Sha256
    blake2b_256: str
    md5: str


class Spool:
    """One file as it arrives: written and hashed chunk by chunk, held by a lock until it is dropped."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{secrets.token_hex(16)}.spool"
        self.file: BinaryIO = self.path.open("x+b")
        fcntl.flock(self.file, fcntl.LOCK_EX)
        self.size = 0
        self._sha256 = hashlib.sha256()
        self._blake2b = hashlib.blake2b(digest_size=32)
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._placed: list[Path] = []
        self._placing: IO[str] | None = None

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self.file.write(chunk)
        self.size += len(chunk)
        for digest in (self._sha256, self._blake2b, self._md5):
            digest.update(chunk)

    @property
    def digests(self) -> Digests:
        """Of everything written so far."""
        return Digests(
            size=self.size,
            sha256=Sha256(self._sha256.hexdigest()),
            blake2b_256=self._blake2b.hexdigest(),
            md5=self._md5.hexdigest(),
        )

    def settle(self) -> None:
        """Make what was written durable. Before a transaction: flushing a gigabyte takes seconds, and others wait."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def place(self, shelf: Path, path: str, sidecar: bytes | None) -> None:
        """Put the file where it will stay, and its ``.metadata`` beside it; durable when this returns.

        ``path`` is below the shelf, as terms/filenames makes it. The caller commits next, then calls ``keep``.
        """
        self.settle()
        if self._placing is None:
            self._placing = self.path.with_name(_PLACING).open("a")
            fcntl.flock(self._placing, fcntl.LOCK_SH)
        wanted = [path] if sidecar is None else [path, f"{path}.metadata"]
        _write_durably(self._note, json.dumps(wanted).encode())
        final = shelf / path
        make_folders(final.parent, shelf)
        if sidecar is not None:
            # First the sidecar: a file that is there has its sidecar.
            draft = self.path.with_suffix(".metadata")
            _write_durably(draft, sidecar)
            self._link(draft, final.with_name(f"{final.name}.metadata"))
            draft.unlink()
        self._link(self.path, final)
        _sync_folder(final.parent)

    def keep(self) -> None:
        """The row is committed: the file stays."""
        self._placed.clear()
        self.drop()

    def take_back(self) -> None:
        """Undo ``place``: nothing was committed."""
        for path in reversed(self._placed):  # a file that is there has its sidecar, to the last
            path.unlink(missing_ok=True)
        self._placed.clear()
        for left in (*_drafts(self.path), self._note):
            left.unlink(missing_ok=True)

    def drop(self) -> None:
        """Give the spool up, and take back what was placed and not kept."""
        if self.file.closed:
            return
        self.take_back()
        self.path.unlink(missing_ok=True)
        self.leave()

    def leave(self) -> None:
        """Nobody knows whether the row was committed: let go of everything, and let ``recover`` find out."""
        self._placed.clear()
        self.file.close()
        if self._placing is not None:
            self._placing.close()
            self._placing = None

    @property
    def _note(self) -> Path:
        return self.path.with_suffix(".note")

    def _link(self, source: Path, final: Path) -> None:
        source.chmod(0o644)  # a web server of its own may serve it, whatever our umask is
        # What lies there already was left by a killed process: the path says which bytes belong there,
        # and the row that would make it good is ours.
        with suppress(FileExistsError):
            os.link(source, final)
            self._placed.append(final)
            return
        os.link(source, replacement := source.with_suffix(".again"))
        replacement.replace(final)
        self._placed.append(final)


@dataclass(frozen=True)
class Shelf:
    """The folder of files of an index."""

    folder: Path

    def receive(self) -> Spool:
        """A new spool, on the same file system as the files."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        with (self._incoming / _PLACING).open("a") as placing:
            # Recovery must not come between making a spool and holding it.
            fcntl.flock(placing, fcntl.LOCK_SH)
            return Spool(self._incoming)

    def recover(self, find_committed: Callable[[Sequence[str]], set[str]]) -> int:
        """Clear what killed processes left; how many spools that were.

        ``find_committed`` says which of some paths belong to committed rows. Spools that a living process holds are
        let alone; while one is between placing and committing nothing is cleared, for it may be placing the
        very file that a killed process left. The caller tries again later.
        """
        if not self._incoming.is_dir():
            return 0
        with (self._incoming / _PLACING).open("a") as placing:
            if not _lock(placing):
                return 0
            return sum(self._clear_if_left(spool, find_committed) for spool in sorted(self._incoming.glob("*.spool")))

    def _clear_if_left(self, spool: Path, find_committed: Callable[[Sequence[str]], set[str]]) -> bool:
        with suppress(FileNotFoundError), spool.open("rb") as file:
            if _lock(file):
                self._clear(spool, find_committed)
                return True
        return False

    def _clear(self, spool: Path, find_committed: Callable[[Sequence[str]], set[str]]) -> None:
        note = spool.with_suffix(".note")
        if note.exists():
            try:
                paths = json.loads(note.read_bytes())
            except ValueError:
                paths = []  # torn: the note is durable before anything is placed, so nothing was
            committed = find_committed(paths)
            for path in paths:
                if path not in committed:
                    (self.folder / path).unlink(missing_ok=True)
        for left in (*_drafts(spool), note, spool):
            left.unlink(missing_ok=True)

    @property
    def _incoming(self) -> Path:
        return self.folder / INCOMING


def _lock(file: IO[Any]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _drafts(spool: Path) -> tuple[Path, ...]:
    return spool.with_suffix(".metadata"), spool.with_suffix(".again")


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def make_folders(folder: Path, above: Path) -> None:
    """Make a folder below another, and let it outlive a loss of power: what is placed in it must be found again."""
    missing = []
    while folder != above and not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        _sync_folder(one.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
