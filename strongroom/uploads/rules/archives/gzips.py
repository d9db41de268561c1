"""Reading one gzip member that fills the whole upload.

Essential reading: RFC 1952, section 2.2 (a file may hold several members: ours may not).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.spans import PIECE as PACKED_PIECE

MAGIC = b"\x1f\x8b"
PIECE = 256 * 1024
"""Bytes inflated at once."""
WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS


class GzipSpan:
    """The expanded bytes of a gzip file, read forwards."""

    def __init__(self, stream: BinaryIO) -> None:
        stream.seek(0)
        self._stream = stream
        self._inflater = zlib.decompressobj(WITH_GZIP_HEADER)
        self._held = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        """Exactly so many bytes; the file holds them."""
        return b"".join(self.pieces(count))

    def pieces(self, count: int) -> Iterator[bytes]:
        """So many bytes, piece by piece."""
        while count:
            if self._at == len(self._held):
                self._fill()
            piece = self._held[self._at : self._at + count]
            if not piece:
                raise Refused(Reason.ARCHIVE_BROKEN, why="it ends too early")
            self._at += len(piece)
            count -= len(piece)
            yield piece

    def rest(self) -> Iterator[bytes]:
        """Whatever is left, piece by piece; the file ends where its only member does."""
        while self._at < len(self._held) or self._fill():
            piece = self._held[self._at :]
            self._at = len(self._held)
            yield piece

    def _fill(self) -> bool:
        """Hold more expanded bytes; none at the end of the only member."""
        self._held, self._at = b"", 0
        while not self._held and not self._inflater.eof:
            packed = self._inflater.unconsumed_tail or self._stream.read(PACKED_PIECE)
            try:
                self._held = self._inflater.decompress(packed, PIECE) if packed else self._inflater.flush()
            except zlib.error:
                raise Refused(Reason.ARCHIVE_BROKEN, why="it does not expand") from None
            if not packed and not self._held:
                raise Refused(Reason.ARCHIVE_BROKEN, why="it ends too early")
        if self._inflater.eof and not self._held:
            self._require_end()
        return bool(self._held)

    def _require_end(self) -> None:
        behind = self._inflater.unused_data or self._stream.read(len(MAGIC))
        if behind.startswith(MAGIC):
            raise Refused(Reason.ARCHIVE_FRAMING, why="a second gzip file follows the first")
        if behind:
            raise Refused(Reason.ARCHIVE_FRAMING, why="bytes follow the end of the gzip file")
