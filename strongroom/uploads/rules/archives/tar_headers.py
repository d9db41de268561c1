"""The headers of a tar: ustar blocks, the GNU long names, and pax records.

Essential reading: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header";
the GNU tar manual, "Basic Tar Format".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.paths import shown

BLOCK = 512
EMPTY_BLOCK = bytes(BLOCK)

POSIX_MAGIC = b"ustar\x0000"
GNU_MAGIC = b"ustar  \x00"
CHECKSUM = slice(148, 156)
OLD_FILE = b"\0"
"""The kind of a file before POSIX; a directory had it too, and a name that ends with a slash."""
NUMBERS_NOT_USED = (slice(108, 116), slice(116, 124), slice(136, 148), slice(329, 337), slice(337, 345))
"""Owner, group, time and the two device numbers."""
BASE_256 = 0x80
"""First byte of a number in GNU's binary form; 0xFF would make it negative."""

_OCTAL = re.compile(rb" *([0-7]*)[ \0]*\Z")
_PAX_RECORD = re.compile(rb"([1-9][0-9]{0,8}) ([^=\0\n]+)=")


@dataclass(frozen=True, slots=True)
class Header:
    """One header block, as it stands: a long name or pax records may say more."""

    name: bytes
    link: bytes
    mode: int
    size: int
    kind: bytes


def framing(why: str, name: bytes | str | None = None) -> Refused:
    """Tar readers would read this differently from each other."""
    if name is None:
        return Refused(Reason.ARCHIVE_FRAMING, why=why)
    return Refused(Reason.ARCHIVE_FRAMING, member=shown(name), why=why)


def has_checksum(block: bytes) -> bool:
    """A block that carries its own checksum: what tells a tar header from other bytes."""
    if len(block) != BLOCK:
        return False
    stated = _OCTAL.match(block[CHECKSUM])
    unsigned = sum(block) - sum(block[CHECKSUM]) + 8 * ord(" ")
    return stated is not None and bool(stated[1]) and int(stated[1], 8) == unsigned


def read_header(block: bytes) -> Header:
    """A header block in the ustar format, or GNU's."""
    if not has_checksum(block):
        raise Refused(Reason.ARCHIVE_BROKEN, why="the checksum of a header is wrong")
    name, prefix = _text(block[:100]), _text(block[345:500])
    if block[257:265] not in {POSIX_MAGIC, GNU_MAGIC}:
        raise framing("it is not in the ustar format", name)
    if prefix and block[257:265] == GNU_MAGIC:
        # GNU keeps times there, some readers take them for the first part of the name.
        raise framing("its header mixes two formats", name)
    whole = prefix + b"/" + name if prefix else name
    if block[156:157] == OLD_FILE and whole.endswith(b"/"):
        # Some readers take it for a directory, whatever a long name says, and its content for further members.
        raise framing("its header may be that of a file or of a directory", whole)
    for field in NUMBERS_NOT_USED:
        # Some readers stop without a word at a header they cannot read: what follows would be hidden from them.
        _number(block[field], name)
    return Header(
        name=whole,
        link=_text(block[157:257]),
        mode=_number(block[100:108], name),
        size=_number(block[124:136], name),
        kind=block[156:157],
    )


def _text(data: bytes) -> bytes:
    return data.split(b"\0", 1)[0]


def _number(data: bytes, name: bytes) -> int:
    """Octal digits, or GNU's base 256 when the first bit is set; never negative."""
    if data[0] == BASE_256:
        return int.from_bytes(data[1:], "big")
    stated = _OCTAL.match(data)
    if stated is None:
        raise framing("a number in its header cannot be read", name)
    return int(stated[1] or b"0", 8)


def read_long(payload: bytes) -> bytes:
    """A GNU long name or long link target: one text, closed by one NUL."""
    return payload.removesuffix(b"\0")


def read_pax(payload: bytes) -> dict[bytes, bytes]:
    """Pax records fill their space exactly, each keyword once."""
    records: dict[bytes, bytes] = {}
    at = 0
    while at < len(payload):
        start = _PAX_RECORD.match(payload, at)
        end = at + int(start[1]) if start is not None else 0
        if start is None or end <= start.end() or payload[end - 1 : end] != b"\n":
            raise framing("its pax records do not add up")
        if start[2] in records:
            raise framing("a pax record is there twice", start[2])
        records[start[2]] = payload[start.end() : end - 1]
        at = end
    return records


def require_plain_pax(records: Mapping[bytes, bytes], header: Header) -> None:
    """Pax records neither describe a sparse file nor change the character set."""
    if any(keyword.startswith(b"GNU.sparse.") for keyword in records):
        raise Refused(Reason.ARCHIVE_MEMBER_TYPE, member=shown(header.name), why="it describes a sparse file")
    if b"hdrcharset" in records:
        raise framing("its pax records change the character set")


def require_harmless_global(records: Mapping[bytes, bytes], header: Header) -> None:
    """Global pax records name no member and size none: they would hold for every one that follows."""
    require_plain_pax(records, header)
    for keyword in (b"path", b"linkpath", b"size"):
        if keyword in records:
            raise framing("a global pax record would rename or resize every member", keyword)


def require_same_size(records: Mapping[bytes, bytes], header: Header) -> None:
    """A pax record repeats the size of the header: readers that skip it would continue elsewhere."""
    stated = records.get(b"size")
    if stated is not None and stated != str(header.size).encode():
        raise framing("its two sizes contradict each other", header.name)
