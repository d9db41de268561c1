"""Files that somebody else wrote, read once from beginning to end: their lines, their digest; gzip or plain.

Whatever is in one, a megabyte or two of it is in memory at a time.
"""

from __future__ import annotations

import hashlib
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

CHUNK = 1024**2
_GZIP = b"\x1f\x8b"
_ANY_GZIP = 31
"""What zlib calls: gzip, with the largest window."""


class Unreadable(Exception):
    """A file cannot be read to its end; the text completes a sentence."""


class LogFile:
    """One such file, open. ``advance`` is told how many bytes of the file each step read."""

    def __init__(self, path: Path, *, advance: Callable[[int], None] | None = None) -> None:
        self._advance = advance or (lambda _count: None)
        # A pipe that took the file's place must not hold us up.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        self._before = os.fstat(descriptor)
        if not stat.S_ISREG(self._before.st_mode):
            os.close(descriptor)
            raise Unreadable("it is no ordinary file")
        self._file = FileIO(descriptor, closefd=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def size(self) -> int:
        """Bytes, when it was opened."""
        return self._before.st_size

    def has_changed(self) -> bool:
        """Whether it was written to since it was opened."""
        after = os.fstat(self._file.fileno())
        return (after.st_size, after.st_mtime_ns) != (self._before.st_size, self._before.st_mtime_ns)

    def digest(self) -> str:
        """SHA-256 of what is in it, unpacked, in hexadecimal; then it stands at its beginning again.

        So a log that was packed since is the same log. Raises Unreadable.
        """
        self._file.seek(0)
        digest = hashlib.sha256()
        for chunk in self._chunks(lambda _count: None):
            digest.update(chunk)
        self._file.seek(0)
        return digest.hexdigest()

    def head(self, most: int) -> bytes:
        """Its first bytes, unpacked; then it stands at its beginning again. Raises Unreadable."""
        self._file.seek(0)
        found = b""
        for chunk in self._chunks(lambda _count: None):
            found += chunk
            if len(found) >= most:
                break
        self._file.seek(0)
        return found[:most]

    def offer(self, folder: Path) -> Path:
        """A path in a folder, of a tame name, under which an engine of this process reads what is in it.

        It is this file, whatever became of its own path; what is packed is unpacked there. Raises Unreadable, OSError.
        """
        path = folder / "object"
        if path.is_symlink() or path.exists():
            return path
        if not self._is_packed():
            self._advance(self.size)
            path.symlink_to(f"/proc/self/fd/{self._file.fileno()}")
            return path
        with path.open("wb") as unpacked:
            for chunk in self.chunks():
                unpacked.write(chunk)
        return path

    def lines(self, longest: int) -> Iterator[list[bytes]]:
        """Its lines in order, some at a time, without their ends. Raises Unreadable.

        Of one that is longer than ``longest`` bytes comes no more than is needed to see that it is.
        """
        rest = b""
        for chunk in self.chunks():
            pieces = chunk.split(b"\n")
            pieces[0] = rest + pieces[0]
            rest = pieces.pop()[: longest + 1]
            yield pieces
        if rest:
            yield [rest]

    def chunks(self) -> Iterator[bytes]:
        """Its content from the beginning, unpacked. Raises Unreadable."""
        self._file.seek(0)
        return self._chunks(self._advance)

    def _is_packed(self) -> bool:
        self._file.seek(0)
        first = self._file.read(len(_GZIP))
        self._file.seek(0)
        return first == _GZIP

    def _chunks(self, advance: Callable[[int], None]) -> Iterator[bytes]:
        raw = self._raw(advance)
        first = next(raw, b"")
        if first.startswith(_GZIP):
            yield from _unpacked(_and_before(first, raw))
        else:
            yield from _and_before(first, raw)

    def _raw(self, advance: Callable[[int], None]) -> Iterator[bytes]:
        left = self.size
        # What is added meanwhile is not read: somebody may write as fast as this reads.
        while left > 0 and (raw := self._file.read(min(CHUNK, left))):
            left -= len(raw)
            advance(len(raw))
            yield raw


def size_of(path: Path) -> int:
    """Bytes of a file; 0 when it cannot be looked at."""
    with suppress(OSError):
        return path.stat().st_size
    return 0


def list_files(folder: Path) -> list[Path]:
    """Every ordinary file in a folder and below it, in order of name.

    Hidden files and folders are passed over, and links to folders, which may lead round in a circle.
    """
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(place)
        found += [here / name for name in names if not name.startswith(".") and (here / name).is_file()]
    return sorted(found)


def _and_before(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _unpacked(raw: Iterator[bytes]) -> Iterator[bytes]:
    """Every member of a gzip file, as gzip itself would unpack it; however much a few bytes unpack to, in pieces."""
    member = None
    try:
        for packed in raw:
            left = packed
            while left:
                member = member or zlib.decompressobj(_ANY_GZIP)
                if piece := member.decompress(left, CHUNK):
                    yield piece
                left = member.unconsumed_tail
                if member.eof:
                    # Members may be padded with zeros.
                    left, member = member.unused_data.lstrip(b"\0"), None
        if member is not None:
            if piece := member.flush():
                yield piece
            if not member.eof:
                raise Unreadable("it is cut off in the middle")
    except zlib.error:
        raise Unreadable("its gzip is damaged") from None
