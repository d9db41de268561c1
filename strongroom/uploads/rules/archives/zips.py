"""Reading a zip so strictly that no two readers can see different members in it.

The walk starts at byte 0 and meets every member exactly once, where the central directory says it
is and in the same order; what lies between, before or behind is refused (threats 4.4, zip).
"""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.intake import Intake, spelt
from strongroom.uploads.rules.archives.paths import shown
from strongroom.uploads.rules.archives.spans import Span
from strongroom.uploads.rules.archives.zip_records import (
    Agreed,
    Directory,
    Listed,
    framing,
    read_directory,
    read_listed,
    read_local,
)

STORED, DEFLATED = 0, 8
ZIP64_VERSION = 45
ENCRYPTED = 0x0001
DATA_DESCRIPTOR = 0x0008
UTF8 = 0x0800
KNOWN_FLAGS = 0x0006 | UTF8
"""The deflater's effort, and UTF-8 names (APPNOTE 4.4.4); everything else changes how a member is read."""
PIECE = 256 * 1024
"""Bytes inflated at once."""


def read_zip(stream: BinaryIO, size: int, intake: Intake) -> None:
    """Take in every member of a zip of ``size`` bytes."""
    directory = read_directory(stream, size)
    require_members_within(directory, intake)
    listing = Span(stream, directory.start, directory.end)
    body = Span(stream, 0, directory.start)
    for _ in range(directory.count):
        read_member(listing, body, intake)
    if listing.left:
        raise framing("its directory holds more records than it counts")
    if body.left:
        raise framing("bytes between its members and its directory belong to nothing")


def require_members_within(directory: Directory, intake: Intake) -> None:
    """A zip lists no more members than an archive may have."""
    if directory.count > intake.limits.members:
        raise Refused(Reason.ARCHIVE_TOO_MANY_MEMBERS, limit=intake.limits.members)


def read_member(listing: Span, body: Span, intake: Intake) -> None:
    """Take in the member at this place of the body."""
    listed = read_listed(listing)
    agreed = listed.agreed
    require_place(listed, body.position)
    require_version(agreed)
    require_flags(agreed)
    require_method(agreed)
    local = read_local(body)
    require_version(local)
    require_agreement(local, agreed)
    name = spelt(agreed.name)
    require_type(listed)
    chunks = expand(body, agreed)
    if name.endswith("/"):
        require_no_content(agreed)
        intake.take_directory(name[:-1])
        for _chunk in chunks:
            pass
    else:
        intake.take_file(name, agreed.size, chunks)


def require_place(listed: Listed, position: int) -> None:
    """Members follow each other from the first byte without gap or overlap, in the order of the directory."""
    if listed.offset != position:
        raise framing("it is not where the directory says", listed.agreed.name)


def require_agreement(local: Agreed, listed: Agreed) -> None:
    """A member's own header and the directory say the same about it."""
    if local != listed:
        raise framing("its own header and the directory contradict each other", listed.name)


def require_version(agreed: Agreed) -> None:
    """A member needs no newer reader than ZIP64 does: more would be refused by some installers."""
    if agreed.needed > ZIP64_VERSION:
        raise framing("it needs a newer reader than installers have", agreed.name)


def require_flags(agreed: Agreed) -> None:
    """A member is not encrypted, states its sizes up front, and spells its name in UTF-8."""
    if agreed.flags & ENCRYPTED:
        raise unreadable(agreed, "it is encrypted")
    if agreed.flags & DATA_DESCRIPTOR:
        raise framing("its sizes follow behind it", agreed.name)
    if agreed.flags & ~KNOWN_FLAGS:
        raise framing("it sets flags that readers treat differently", agreed.name)
    if not agreed.flags & UTF8 and not agreed.name.isascii():
        raise Refused(Reason.ARCHIVE_MEMBER_NAME, member=shown(agreed.name), why="it is not marked as UTF-8")


def require_method(agreed: Agreed) -> None:
    """A member is stored or deflated: every installer reads these two."""
    if agreed.method not in {STORED, DEFLATED}:
        raise unreadable(agreed, "its method is %(method)s, neither stored nor deflated", method=agreed.method)


def unreadable(agreed: Agreed, why: str, **facts: object) -> Refused:
    """Installers cannot read the member."""
    return Refused(Reason.ARCHIVE_COMPRESSION, member=shown(agreed.name), why=why, **facts)


def require_type(listed: Listed) -> None:
    """A member is a plain file or a directory, and its name says which."""
    named_directory = listed.agreed.name.endswith(b"/")
    kind = stat.S_IFMT(listed.mode)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise Refused(
            Reason.ARCHIVE_MEMBER_TYPE, member=shown(listed.agreed.name), why="it is neither a file nor a directory"
        )
    if (kind == stat.S_IFDIR and not named_directory) or (kind == stat.S_IFREG and named_directory):
        raise framing("its name and its attributes contradict each other", listed.agreed.name)
    if listed.says_directory and not named_directory:
        raise framing("its name and its attributes contradict each other", listed.agreed.name)


def require_no_content(agreed: Agreed) -> None:
    """A directory holds no bytes of its own."""
    if agreed.size:
        raise framing("a directory has content", agreed.name)


def expand(body: Span, agreed: Agreed) -> Iterator[bytes]:
    """The member's bytes: as many as it declares, with the checksum it declares."""
    crc, count = 0, 0
    for chunk in stored(body, agreed) if agreed.method == STORED else inflated(body, agreed):
        count += len(chunk)
        if count > agreed.size:
            raise framing("it holds more than it declares", agreed.name)
        crc = zlib.crc32(chunk, crc)
        yield chunk
    if count != agreed.size:
        raise framing("it holds less than it declares", agreed.name)
    if crc != agreed.crc:
        raise Refused(Reason.ARCHIVE_BROKEN, member=shown(agreed.name), why="its checksum is wrong")


def stored(body: Span, agreed: Agreed) -> Iterator[bytes]:
    """A stored member is as long in the archive as it is."""
    if agreed.compressed != agreed.size:
        raise framing("it is stored, but its two sizes differ", agreed.name)
    return body.pieces(agreed.compressed)


def inflated(body: Span, agreed: Agreed) -> Iterator[bytes]:
    """A deflated member's stream ends exactly where the header says."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for piece in body.pieces(agreed.compressed):
            if inflater.eof:
                raise framing("bytes follow its compressed data", agreed.name)
            waiting = piece
            while waiting:
                before = len(waiting)
                chunk = inflater.decompress(waiting, PIECE)
                yield chunk
                waiting = b"" if inflater.eof else inflater.unconsumed_tail
                # A stream that neither takes nor gives would hold us for ever.
                if not chunk and len(waiting) == before:
                    raise does_not_expand(agreed)
    except zlib.error:
        raise does_not_expand(agreed) from None
    if inflater.unused_data:
        raise framing("bytes follow its compressed data", agreed.name)
    yield inflater.flush()
    if not inflater.eof:
        raise does_not_expand(agreed)


def does_not_expand(agreed: Agreed) -> Refused:
    """A member's data is not what its method makes."""
    return Refused(Reason.ARCHIVE_BROKEN, member=shown(agreed.name), why="it does not expand")
