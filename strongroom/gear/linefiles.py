"""Reading files of lines, block by block: whatever is in them, no more than one block and one line is in memory."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LONGEST_LINE = 64 * 1024
"""Bytes. What writes lines for us writes a few hundred; a longer one is none of its."""

_BLOCK = 1024 * 1024


class NoPlainFile(Exception):
    """A link, a folder, a pipe: whatever it is, it is not read."""


class Unreadable(Exception):
    """The system would not let it be read now; it may another time."""


@dataclass(frozen=True)
class Seen:
    """What tells a file from another, and from itself changed."""

    inode: int
    size: int
    changed_ns: int


class LineFile:
    """A plain file of lines that is being read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._before = _seen(os.fstat(file.fileno()))

    @property
    def seen(self) -> Seen:
        """What it was when it was opened."""
        return self._before

    @property
    def sha256(self) -> str:
        """Of all that was read of it."""
        return self._digest.hexdigest()

    @property
    def has_changed(self) -> bool:
        """Whether somebody wrote to it since."""
        return _seen(os.fstat(self._file.fileno())) != self._before

    def lines(self) -> Iterator[bytes | None]:
        """Each line without its end; nothing for one that is too long. Raises Unreadable."""
        kept, is_long = b"", False
        while block := self._block():
            self._digest.update(block)
            *whole, kept = (kept + block).split(b"\n")
            for line in whole:
                yield None if is_long or len(line) > LONGEST_LINE else line
                is_long = False
            if len(kept) > LONGEST_LINE:
                kept, is_long = b"", True
        if is_long or kept:
            yield None if is_long else kept

    def _block(self) -> bytes:
        try:
            return self._file.read(_BLOCK)
        except OSError as error:
            raise Unreadable(str(error)) from error


@contextmanager
def opened(path: Path) -> Iterator[LineFile]:
    """Open a plain file for reading. Raises NoPlainFile for anything else, Unreadable when it cannot be read now."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise NoPlainFile(path.name)
        # Not followed, and not waited for, should it have become something else meanwhile.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Unreadable(str(error)) from error
    with os.fdopen(descriptor, "rb") as file:
        yield LineFile(file)


def look_at(path: Path) -> Seen | None:
    """What a file is now; nothing when it is gone."""
    try:
        return _seen(os.lstat(path))
    except FileNotFoundError:
        return None


def _seen(found: os.stat_result) -> Seen:
    return Seen(found.st_ino, found.st_size, found.st_mtime_ns)
