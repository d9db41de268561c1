"""Reading a stretch of the upload from a place in it, a little at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from strongroom.terms.refusals import Reason, Refused

PIECE = 64 * 1024
"""Bytes read from disk at once."""


class Span:
    """A stretch of the upload, read forwards. Several may share one stream."""

    def __init__(self, stream: BinaryIO, start: int, end: int) -> None:
        self._stream = stream
        self._end = end
        self._held = b""
        self._held_from = start
        self.position = start
        """Where in the upload the next byte lies."""

    @property
    def left(self) -> int:
        """How many bytes there are before the end of the stretch."""
        return self._end - self.position

    def take(self, count: int) -> bytes:
        """Exactly so many bytes; the stretch holds them."""
        return b"".join(self.pieces(count))

    def pieces(self, count: int) -> Iterator[bytes]:
        """So many bytes, piece by piece."""
        if count > self.left:
            raise Refused(Reason.ARCHIVE_BROKEN, why="it ends too early")
        while count:
            at = self.position - self._held_from
            if at == len(self._held):
                self._fill()
                at = 0
            piece = self._held[at : at + count]
            self.position += len(piece)
            count -= len(piece)
            yield piece

    def _fill(self) -> None:
        self._stream.seek(self.position)
        self._held = self._stream.read(min(PIECE, self.left))
        self._held_from = self.position
        if not self._held:
            raise Refused(Reason.ARCHIVE_BROKEN, why="it ends too early")
