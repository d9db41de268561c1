"""The records of a zip: local headers, the central directory, and its end, with their ZIP64 forms.

Essential reading: APPNOTE.TXT 6.3.10, sections 4.3 (records), 4.4 (fields), 4.5.3 (ZIP64 extra),
4.6.9 (Unicode path extra).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.paths import shown
from strongroom.uploads.rules.archives.spans import Span

LOCAL_SIGNATURE = b"PK\x03\x04"
CENTRAL_SIGNATURE = b"PK\x01\x02"
END_SIGNATURE = b"PK\x05\x06"
END64_SIGNATURE = b"PK\x06\x06"
LOCATOR_SIGNATURE = b"PK\x06\x07"

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
END64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR = struct.Struct("<4sIQI")
EXTRA = struct.Struct("<2H")

ZIP64_EXTRA = 0x0001
UNICODE_PATH_EXTRA = 0x7075
SEE_ZIP64_16, SEE_ZIP64 = 0xFFFF, 0xFFFFFFFF
"""In place of a value: it stands in the ZIP64 record (APPNOTE 4.4.1.4)."""
END64_LENGTH = END64.size - 12
"""The size field of the ZIP64 end record does not count itself and the signature (4.3.14.1)."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory lies and how many records it holds."""

    start: int
    end: int
    count: int


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a local header and its central record must both say."""

    name: bytes
    needed: int = field(compare=False)
    """The version of the format that a reader needs (APPNOTE 4.4.3): a bound for both, not equal in practice."""
    flags: int
    method: int
    crc: int
    compressed: int
    size: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One record of the central directory."""

    agreed: Agreed
    offset: int
    mode: int
    """The Unix mode in the upper half of the external attributes; 0 when there is none."""
    says_directory: bool
    """The directory bit of the DOS attributes."""


def framing(why: str, name: bytes | None = None) -> Refused:
    """Zip readers would read this differently from each other."""
    if name is None:
        return Refused(Reason.ARCHIVE_FRAMING, why=why)
    return Refused(Reason.ARCHIVE_FRAMING, member=shown(name), why=why)


def read_directory(stream: BinaryIO, size: int) -> Directory:
    """The end record is the last thing in the file, and describes one disk and one directory."""
    if size < END.size:
        raise Refused(Reason.ARCHIVE_BROKEN, why="it is too short to be a zip")
    at = size - END.size
    signature, disk, start_disk, here, count, length, offset, comment = END.unpack(_read(stream, at, END.size))
    if signature != END_SIGNATURE:
        raise framing("it does not end with the end record of a zip")
    if comment:
        raise framing("it has a comment")
    stated = (disk, start_disk, here, count, length, offset)
    if _has_locator(stream, at):
        return _read_directory64(stream, at - LOCATOR.size, stated)
    return _directory(at, stated)


def _directory(end: int, stated: tuple[int, ...]) -> Directory:
    disk, start_disk, here, count, length, offset = stated
    if disk or start_disk:
        raise framing("it spans several disks")
    if here != count:
        raise framing("its end record contradicts itself")
    if offset + length != end:
        raise framing("its directory does not lie right before its end record")
    return Directory(offset, end, count)


def _has_locator(stream: BinaryIO, at: int) -> bool:
    return at >= LOCATOR.size and _read(stream, at - LOCATOR.size, 4) == LOCATOR_SIGNATURE


def _read_directory64(stream: BinaryIO, at: int, stated: tuple[int, ...]) -> Directory:
    """The ZIP64 end record stands right before its locator and agrees with the plain one."""
    _signature, disk, end64, disks = LOCATOR.unpack(_read(stream, at, LOCATOR.size))
    if disk or disks != 1:
        raise framing("it spans several disks")
    if end64 != at - END64.size or end64 < 0:
        raise framing("its ZIP64 end record is not where it should be")
    signature, length, _made, _needed, *values = END64.unpack(_read(stream, end64, END64.size))
    if signature != END64_SIGNATURE:
        raise framing("its ZIP64 end record is not where it should be")
    if length != END64_LENGTH:
        raise framing("its ZIP64 end record has an extension")
    absent = (SEE_ZIP64_16,) * 4 + (SEE_ZIP64,) * 2
    if any(plain not in {big, see} for plain, big, see in zip(stated, values, absent, strict=True)):
        raise framing("its two end records contradict each other")
    return _directory(end64, tuple(values))


def read_listed(span: Span) -> Listed:
    """The next record of the central directory."""
    fields = CENTRAL.unpack(span.take(CENTRAL.size))
    signature, _made, needed, flags, method, _time, _date, crc, compressed, size = fields[:10]
    name_length, extra_length, comment_length, disk, _internal, external, offset = fields[10:]
    if signature != CENTRAL_SIGNATURE:
        raise framing("its directory holds something else than records")
    name = span.take(name_length)
    extra = read_extra(span.take(extra_length), name)
    if comment_length:
        raise framing("it has a comment", name)
    if disk:
        raise framing("it spans several disks", name)
    size, compressed, offset = resolve_zip64(extra, (size, compressed, offset), name)
    agreed = Agreed(name, needed, flags, method, crc, compressed, size)
    return Listed(agreed, offset, mode=external >> 16, says_directory=bool(external & 0x10))


def read_local(span: Span) -> Agreed:
    """The local header at this place."""
    fields = LOCAL.unpack(span.take(LOCAL.size))
    signature, needed, flags, method, _time, _date, crc, compressed, size, name_length, extra_length = fields
    if signature != LOCAL_SIGNATURE:
        raise framing("between two members lies something else")
    name = span.take(name_length)
    extra = read_extra(span.take(extra_length), name)
    size, compressed = resolve_zip64(extra, (size, compressed), name)
    return Agreed(name, needed, flags, method, crc, compressed, size)


def read_extra(data: bytes, name: bytes) -> dict[int, bytes]:
    """Extra fields fill their space exactly, each kind once, and do not rename the member."""
    extra: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        if len(data) - at < EXTRA.size:
            raise framing("its extra fields do not add up", name)
        kind, length = EXTRA.unpack_from(data, at)
        at += EXTRA.size
        if length > len(data) - at:
            raise framing("its extra fields do not add up", name)
        if kind in extra:
            raise framing("an extra field is there twice", name)
        extra[kind] = data[at : at + length]
        at += length
    if UNICODE_PATH_EXTRA in extra:
        require_same_path(extra[UNICODE_PATH_EXTRA], name)
    return extra


def require_same_path(payload: bytes, name: bytes) -> None:
    """A Unicode path extra repeats the member's name (APPNOTE 4.6.9): some readers follow it, others do not."""
    if payload != struct.pack("<BI", 1, zlib.crc32(name)) + name:
        raise framing("a second name in its extra fields differs", name)


def resolve_zip64(extra: Mapping[int, bytes], values: tuple[int, ...], name: bytes) -> tuple[int, ...]:
    """A ZIP64 extra holds exactly the values that the header leaves to it, in order (APPNOTE 4.5.3)."""
    absent = sum(value == SEE_ZIP64 for value in values)
    payload = extra.get(ZIP64_EXTRA, b"")
    if len(payload) != 8 * absent:
        raise framing("its ZIP64 sizes do not add up", name)
    big = iter(struct.unpack(f"<{absent}Q", payload))
    return tuple(next(big) if value == SEE_ZIP64 else value for value in values)


def _read(stream: BinaryIO, at: int, count: int) -> bytes:
    return Span(stream, at, at + count).take(count)
