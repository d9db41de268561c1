"""Telling a zip from a .tar.gz by their bytes: a file that can be read as both is refused."""

from __future__ import annotations

from typing import BinaryIO

from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.gzips import MAGIC as GZIP_MAGIC
from strongroom.uploads.rules.archives.tar_headers import BLOCK, has_checksum
from strongroom.uploads.rules.archives.zip_records import (
    CENTRAL_SIGNATURE,
    END,
    END_SIGNATURE,
    LOCAL_SIGNATURE,
    LOCATOR,
    LOCATOR_SIGNATURE,
)

LONGEST_ZIP_TAIL = END.size + 0xFFFF
"""Bytes: how far from the end lenient readers look for a zip's end record (APPNOTE 4.3.16)."""


def require_only_zip(stream: BinaryIO) -> None:
    """A wheel is a zip from its first byte, and no tar, compressed or plain."""
    stream.seek(0)
    head = stream.read(BLOCK)
    if head.startswith(GZIP_MAGIC):
        raise Refused(Reason.ARCHIVE_TWO_KINDS, why="it is named as a wheel, but begins as a gzip file")
    if has_checksum(head):
        raise Refused(Reason.ARCHIVE_TWO_KINDS, why="it is named as a wheel, but begins as a tar")
    if not head.startswith(LOCAL_SIGNATURE):
        raise Refused(Reason.ARCHIVE_FRAMING, why="it does not begin as a zip")


def require_only_gzip(stream: BinaryIO, size: int) -> None:
    """A source distribution is a gzip file from its first byte, and no zip, even for lenient readers."""
    stream.seek(0)
    head = stream.read(len(LOCAL_SIGNATURE))
    if head == LOCAL_SIGNATURE:
        raise Refused(Reason.ARCHIVE_TWO_KINDS, why="it is named as a .tar.gz, but begins as a zip")
    if not head.startswith(GZIP_MAGIC):
        raise Refused(Reason.ARCHIVE_BROKEN, why="it is not a gzip file")
    if ends_as_zip(stream, size):
        raise Refused(Reason.ARCHIVE_TWO_KINDS, why="it is named as a .tar.gz, but ends as a zip")


def ends_as_zip(stream: BinaryIO, size: int) -> bool:
    """An end record near the end with a directory where it says: not four bytes that happen to be there."""
    start = max(0, size - LONGEST_ZIP_TAIL)
    stream.seek(start)
    tail = stream.read(size - start)
    found = tail.find(END_SIGNATURE)
    while found >= 0:
        if _has_directory(stream, start + found, tail[found : found + END.size]):
            return True
        found = tail.find(END_SIGNATURE, found + 1)
    return False


def _has_directory(stream: BinaryIO, at: int, record: bytes) -> bool:
    if len(record) < END.size:
        return False
    length = END.unpack(record)[5]
    if not length:
        return True
    return _stands(stream, at - length, CENTRAL_SIGNATURE) or _stands(stream, at - LOCATOR.size, LOCATOR_SIGNATURE)


def _stands(stream: BinaryIO, at: int, signature: bytes) -> bool:
    if at < 0:
        return False
    stream.seek(at)
    return stream.read(len(signature)) == signature
