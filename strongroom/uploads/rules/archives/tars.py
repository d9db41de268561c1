"""Reading a .tar.gz so strictly that no two readers can see different members in it (threats 4.4, tar)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.gzips import GzipSpan
from strongroom.uploads.rules.archives.intake import Intake, spelt
from strongroom.uploads.rules.archives.limits import MIB, in_words
from strongroom.uploads.rules.archives.paths import shown
from strongroom.uploads.rules.archives.tar_headers import (
    BLOCK,
    EMPTY_BLOCK,
    OLD_FILE,
    Header,
    framing,
    read_header,
    read_long,
    read_pax,
    require_harmless_global,
    require_plain_pax,
    require_same_size,
)

REGULAR = frozenset({b"0", OLD_FILE})
HARD_LINK, SYMBOLIC_LINK, DIRECTORY = b"1", b"2", b"5"
LONG_NAME, LONG_LINK, PAX, GLOBAL_PAX = b"L", b"K", b"x", b"g"
EXTENSIONS = frozenset({LONG_NAME, LONG_LINK, PAX, GLOBAL_PAX})

SET_USER, SET_GROUP, STICKY = 0o4000, 0o2000, 0o1000
LONGEST_PADDING = 1 * MIB
"""Bytes of zeros behind the end; tar pads to its record size, 10,240 unless told otherwise."""


@dataclass
class Pending:
    """What extension headers have said about the member that follows them."""

    name: bytes | None = None
    link: bytes | None = None
    records: dict[bytes, bytes] = field(default_factory=dict)
    kinds: set[bytes] = field(default_factory=set)
    is_awaited: bool = False
    """Something was said, be it for all members, so one has to follow: some readers stop with an error if none does."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link, kept until all members are known."""

    path: str
    target: str


def read_tar(stream: BinaryIO, intake: Intake) -> None:
    """Take in every member of a .tar.gz."""
    span = GzipSpan(stream)
    pending = Pending()
    links: list[Link] = []
    while (block := span.take(BLOCK)) != EMPTY_BLOCK:
        header = read_header(block)
        if header.kind in EXTENSIONS:
            read_extension(span, header, pending, intake=intake)
        else:
            read_member(span, completed(header, pending), links, intake=intake)
            pending = Pending()
    if pending.is_awaited:
        raise framing("an extension header is followed by nothing")
    require_end(span)
    require_targets(links, intake)


def read_extension(span: GzipSpan, header: Header, pending: Pending, *, intake: Intake) -> None:
    """An extension header speaks of the next member, once, and in one of the two formats."""
    if header.size > intake.limits.metadata_bytes:
        limit = in_words(intake.limits.metadata_bytes)
        raise Refused(Reason.ARCHIVE_BOMB, why="an extension header is larger than %(limit)s", limit=limit)
    intake.budget.spend(BLOCK + header.size)
    payload = span.take(header.size)
    require_padding(span, header)
    pending.is_awaited = True
    if header.kind in pending.kinds or (pending.kinds and {header.kind, *pending.kinds} != {LONG_NAME, LONG_LINK}):
        raise framing("its extension headers contradict each other", header.name)
    if header.kind == GLOBAL_PAX:
        require_harmless_global(read_pax(payload), header)
        return
    pending.kinds.add(header.kind)
    match header.kind:
        case b"L":
            pending.name = read_long(payload)
        case b"K":
            pending.link = read_long(payload)
        case _:
            pending.records = read_pax(payload)
            require_plain_pax(pending.records, header)


def completed(header: Header, pending: Pending) -> Header:
    """The header with what its extension headers say."""
    require_same_size(pending.records, header)
    name = pending.records.get(b"path", pending.name)
    link = pending.records.get(b"linkpath", pending.link)
    return Header(
        name=header.name if name is None else name,
        link=header.link if link is None else link,
        mode=header.mode,
        size=header.size,
        kind=header.kind,
    )


def read_member(span: GzipSpan, header: Header, links: list[Link], *, intake: Intake) -> None:
    """Take in one member: a file, a directory, or a link to a file beside it."""
    require_mode(header)
    path = spelt(header.name)
    if header.kind in REGULAR:
        intake.take_file(path, header.size, span.pieces(header.size))
        require_padding(span, header)
        return
    if header.size:
        raise framing("only files have content", header.name)
    if header.kind == DIRECTORY:
        intake.take_directory(path.removesuffix("/"))
    elif header.kind in {HARD_LINK, SYMBOLIC_LINK}:
        intake.tree.add(path, directory=False)
        links.append(read_link(header, path, intake))
    else:
        raise Refused(
            Reason.ARCHIVE_MEMBER_TYPE, member=shown(path), why="it is neither a file, a directory nor a link"
        )


def require_mode(header: Header) -> None:
    """A member runs as whoever runs it. Directories may pass on their group: project folders often do."""
    allowed = SET_GROUP if header.kind == DIRECTORY else 0
    if header.mode & (SET_USER | SET_GROUP | STICKY) & ~allowed:
        raise Refused(
            Reason.ARCHIVE_MEMBER_TYPE, member=shown(header.name), why="it would run with somebody else's rights"
        )


def read_link(header: Header, path: str, intake: Intake) -> Link:
    """Where a link points. A hard link points to a member before it, a symbolic one may point ahead."""
    target = spelt(header.link)
    if header.kind == SYMBOLIC_LINK:
        target = resolve(path, target)
    elif target not in intake.members:
        raise bad_link(path)
    return Link(path, target)


def resolve(path: str, target: str) -> str:
    """The path a symbolic link leads to, without ever leaving the top directory."""
    segments = path.split("/")[:-1]
    for segment in target.split("/"):
        if segment == ".." and len(segments) > 1:
            segments.pop()
        elif segment == "..":
            raise bad_link(path)
        elif segment != ".":
            segments.append(segment)
    return "/".join(segments)


def require_targets(links: list[Link], intake: Intake) -> None:
    """A link leads to a file of the same archive, never to another link: so none can be followed outside."""
    for target in {link.target for link in links}:
        if target not in intake.members:
            raise bad_link(next(link.path for link in links if link.target == target))
    for link in links:
        intake.take_link(link.path, link.target)


def bad_link(path: str) -> Refused:
    """A link that does not lead to a file of this archive."""
    return Refused(Reason.ARCHIVE_MEMBER_TYPE, member=shown(path), why="it is a link that leads to no file beside it")


def require_padding(span: GzipSpan, header: Header) -> None:
    """Behind content only zeros fill up the block."""
    if any(span.take(-header.size % BLOCK)):
        raise framing("bytes follow its content", header.name)


def require_end(span: GzipSpan) -> None:
    """Two empty blocks end the archive; behind them only zeros fill up the record."""
    if span.take(BLOCK) != EMPTY_BLOCK:
        raise framing("members follow a single empty block")
    padding = 0
    for piece in span.rest():
        padding += len(piece)
        if any(piece):
            raise framing("bytes follow its end")
        if padding > LONGEST_PADDING:
            raise framing("more than 1 MiB of zeros follows its end")
    if padding % BLOCK:
        raise framing("its end is not a whole block")
