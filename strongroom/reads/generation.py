"""A counter in a small file that every process of the machine maps: it moves when a page is published.

Whoever holds a page in memory compares eight bytes instead of asking the file system.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from pathlib import Path

GENERATION_FILE = ".generation"
_BYTES = 8


class Generation:
    """The counter of one published tree."""

    def __init__(self, pages: Path) -> None:
        pages.mkdir(parents=True, exist_ok=True)
        self._path = pages / GENERATION_FILE
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            if os.fstat(descriptor).st_size < _BYTES:
                os.ftruncate(descriptor, _BYTES)
            self.map = mmap.mmap(descriptor, _BYTES)
        finally:
            os.close(descriptor)

    def current(self) -> bytes:
        """The counter as it stands: eight bytes to compare, nothing more."""
        return self.map[:_BYTES]

    def bump(self) -> None:
        """Tell every process of this machine that a page has changed."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            count = int.from_bytes(self.map[:_BYTES], "little") + 1
            self.map[:_BYTES] = (count % 2 ** (8 * _BYTES)).to_bytes(_BYTES, "little")
        finally:
            os.close(descriptor)
