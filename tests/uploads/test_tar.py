"""Tars that readers could read differently: each differs from a valid source distribution in one property."""

from __future__ import annotations

import pytest

from strongroom.terms.refusals import Reason
from strongroom.uploads.rules.archives import ArchiveLimits
from tests.uploads.archive_builder import (
    BLOCK,
    EOCD,
    Framing,
    TarEntry,
    gzip_bytes,
    pax,
    tar_bytes,
    tar_member,
    zip_bytes,
)
from tests.uploads.archive_cases import (
    CODE,
    SDIST,
    Case,
    assert_refused,
    entries,
    read,
    refusal,
    sdist_with,
    tar_members,
)

FRAMING = Reason.ARCHIVE_FRAMING
NAME = Reason.ARCHIVE_MEMBER_NAME
TYPE = Reason.ARCHIVE_MEMBER_TYPE
TWICE = Reason.ARCHIVE_MEMBER_TWICE
BROKEN = Reason.ARCHIVE_BROKEN
LINK = "it is a link that leads to no file beside it"
OTHER_TYPE = "it is neither a file, a directory nor a link"
RIGHTS = "it would run with somebody else's rights"
CASE = "another member's name differs only in case or accents"
EXTENSIONS = "its extension headers contradict each other"
RECORDS = "its pax records do not add up"
NUMBER = "a number in its header cannot be read"

FILE = TarEntry("demo-1.0/x.py", CODE)
INIT = "demo-1.0/demo/__init__.py"
LONG = "demo-1.0/" + "d" * 60 + "/" + "x" * 60 + ".py"
PLAIN = tar_bytes(tar_members())
VALID = gzip_bytes(PLAIN)
GNU = b"ustar  \x00"


def link(target: str, kind: bytes = b"2", name: str = "demo-1.0/demo/link") -> bytes:
    """The valid source distribution with a link."""
    return sdist_with(TarEntry(name, type=kind, link=target))


def member(**fields: bytes) -> bytes:
    """The valid source distribution with a member whose header has other fields."""
    return sdist_with(TarEntry("demo-1.0/x.py", CODE, fields=fields))


def with_pax(records: dict[str, str | bytes], after: TarEntry = FILE, kind: bytes = b"x") -> bytes:
    """The valid source distribution with pax records before one more member."""
    return sdist_with(pax(records, kind), after)


def raw_pax(payload: bytes) -> bytes:
    """The valid source distribution with pax records as they are given."""
    return sdist_with(TarEntry("PaxHeader", payload, b"x"), FILE)


def long_name(name: bytes, kind: bytes = b"L") -> bytes:
    """A GNU long name."""
    return tar_member(TarEntry("././@LongLink", name, kind, magic=GNU))


def ended(end: bytes) -> bytes:
    """The valid source distribution with another end."""
    return gzip_bytes(tar_bytes(tar_members(), end))


def with_extra_field(payload: bytes) -> bytes:
    """The valid source distribution with an extra field in its gzip header (RFC 1952, FEXTRA)."""
    return b"\x1f\x8b\x08\x04" + VALID[4:10] + len(payload).to_bytes(2, "little") + payload + VALID[10:]


REFUSED = {
    # threats 4.2, the tar paragraph
    "a path that climbs out of the top": Case(
        sdist_with(TarEntry("demo-1.0/../../evil")), NAME, "it climbs out of its directory"
    ),
    "a second gzip file with a second tar": Case(
        VALID + gzip_bytes(PLAIN), FRAMING, "a second gzip file follows the first"
    ),
    "bytes behind the gzip file": Case(VALID + b"x", FRAMING, "bytes follow the end of the gzip file"),
    "zeros behind the gzip file": Case(VALID + bytes(512), FRAMING, "bytes follow the end of the gzip file"),
    "a second tar behind the end": Case(gzip_bytes(PLAIN + PLAIN), FRAMING, "bytes follow its end"),
    "one name twice": Case(sdist_with(TarEntry(INIT, CODE)), TWICE, "it is there twice"),
    "set user": Case(sdist_with(TarEntry("demo-1.0/x", mode=0o4755)), TYPE, RIGHTS),
    "set group": Case(sdist_with(TarEntry("demo-1.0/x", mode=0o2755)), TYPE, RIGHTS),
    "sticky": Case(sdist_with(TarEntry("demo-1.0/x", mode=0o1755)), TYPE, RIGHTS),
    "set user on a directory": Case(sdist_with(TarEntry("demo-1.0/x", type=b"5", mode=0o4755)), TYPE, RIGHTS),
    "200 MiB from 200 kB": Case(
        sdist_with(TarEntry("demo-1.0/x", bytes(4_000_000))),
        Reason.ARCHIVE_BOMB,
        "it expands to more than 50 times its own size",
    ),
    "a symbolic link outside": Case(link("../../../etc/passwd"), TYPE, LINK),
    "a symbolic link out of the top and back": Case(link("../../demo-1.0/PKG-INFO"), TYPE, LINK),
    "an absolute symbolic link": Case(link("/etc/passwd"), TYPE, LINK),
    "a symbolic link to nothing": Case(link("nothing"), TYPE, LINK),
    "a symbolic link to a directory": Case(link("."), TYPE, LINK),
    "a symbolic link to itself": Case(link("link"), TYPE, LINK),
    "a symbolic link to a link": Case(
        sdist_with(TarEntry("demo-1.0/a", type=b"2", link="PKG-INFO"), TarEntry("demo-1.0/b", type=b"2", link="a")),
        TYPE,
        LINK,
    ),
    "an empty symbolic link": Case(link(""), TYPE, LINK),
    "a hard link outside": Case(link("/etc/passwd", b"1"), TYPE, LINK),
    "a hard link relative to its directory": Case(link("__init__.py", b"1"), TYPE, LINK),
    "a hard link that points ahead": Case(
        sdist_with(TarEntry("demo-1.0/a", type=b"1", link="demo-1.0/x.py"), FILE), TYPE, LINK
    ),
    "a hard link to a symbolic link": Case(
        sdist_with(
            TarEntry("demo-1.0/a", type=b"2", link="PKG-INFO"),
            TarEntry("demo-1.0/b", type=b"1", link="demo-1.0/a"),
        ),
        TYPE,
        LINK,
    ),
    "a file under a link": Case(
        sdist_with(TarEntry("demo-1.0/a", type=b"2", link="demo"), TarEntry("demo-1.0/a/x.py")),
        TWICE,
        "a file and a directory share one path",
    ),
    "a character device": Case(sdist_with(TarEntry("demo-1.0/x", type=b"3")), TYPE, OTHER_TYPE),
    "a block device": Case(sdist_with(TarEntry("demo-1.0/x", type=b"4")), TYPE, OTHER_TYPE),
    "a fifo": Case(sdist_with(TarEntry("demo-1.0/x", type=b"6")), TYPE, OTHER_TYPE),
    "a contiguous file": Case(sdist_with(TarEntry("demo-1.0/x", type=b"7")), TYPE, OTHER_TYPE),
    "a sparse file": Case(sdist_with(TarEntry("demo-1.0/x", type=b"S")), TYPE, OTHER_TYPE),
    "a volume label": Case(sdist_with(TarEntry("demo-1.0/x", type=b"V")), TYPE, OTHER_TYPE),
    "a Solaris extension": Case(sdist_with(TarEntry("demo-1.0/x", type=b"X")), TYPE, OTHER_TYPE),
    "an unknown type": Case(sdist_with(TarEntry("demo-1.0/x", type=b"Z")), TYPE, OTHER_TYPE),
    "a sparse file by pax": Case(with_pax({"GNU.sparse.major": "1"}), TYPE, "it describes a sparse file"),
    "a pax path outside the top": Case(
        with_pax({"path": "demo-1.0/../evil.py"}), NAME, "it climbs out of its directory"
    ),
    "a pax path from the root": Case(with_pax({"path": "/etc/evil"}), NAME, "it is an absolute path"),
    "a pax path that is empty": Case(with_pax({"path": ""}), NAME, "a part of it is empty"),
    "a pax path that is not UTF-8": Case(with_pax({"path": b"demo-1.0/\xff"}), NAME, "it is not UTF-8"),
    "a pax path with a NUL": Case(with_pax({"path": "demo-1.0/x\0y"}), NAME, "it holds characters that cannot be seen"),
    "a pax link target outside": Case(
        with_pax({"linkpath": "../../evil"}, TarEntry("demo-1.0/x", type=b"2", link="PKG-INFO")), TYPE, LINK
    ),
    "a long name outside": Case(sdist_with(long_name(b"../evil\0"), FILE), NAME, "it climbs out of its directory"),
    "a long name with two ends": Case(
        sdist_with(long_name(b"demo-1.0/a\0b\0"), FILE), NAME, "it holds characters that cannot be seen"
    ),
    "a long link outside": Case(
        sdist_with(long_name(b"/etc/passwd\0", b"K"), TarEntry("demo-1.0/x", type=b"2", link="PKG-INFO")), TYPE, LINK
    ),
    "another case": Case(sdist_with(TarEntry("demo-1.0/DEMO/x.py")), TWICE, CASE),
    "another normalisation": Case(
        sdist_with(TarEntry("demo-1.0/caf\u00e9"), TarEntry("demo-1.0/cafe\u0301")), TWICE, CASE
    ),
    # Names
    "a leading dot slash": Case(sdist_with(TarEntry("./demo-1.0/x")), NAME, "a part of it is a single dot"),
    "an absolute path": Case(sdist_with(TarEntry("/demo-1.0/x")), NAME, "it is an absolute path"),
    "a prefix that climbs out": Case(member(prefix=b"../demo"), NAME, "it climbs out of its directory"),
    "a name in Latin-1": Case(sdist_with(TarEntry(b"demo-1.0/\xe9")), NAME, "it is not UTF-8"),
    "a file with a trailing slash": Case(sdist_with(TarEntry("demo-1.0/x/")), NAME, "a part of it is empty"),
    "an old file with a trailing slash": Case(
        sdist_with(TarEntry("demo-1.0/x/", type=b"\0")), FRAMING, "its header may be that of a file or of a directory"
    ),
    "a directory with two trailing slashes": Case(
        sdist_with(TarEntry("demo-1.0/x//", type=b"5")), NAME, "a part of it is empty"
    ),
    "a directory twice": Case(
        sdist_with(TarEntry("demo-1.0/x", type=b"5"), TarEntry("demo-1.0/x/", type=b"5")), TWICE, "it is there twice"
    ),
    # Headers
    "a wrong checksum": Case(
        sdist_with(TarEntry("demo-1.0/x", checksum=b"000000\0 ")), BROKEN, "the checksum of a header is wrong"
    ),
    "a checksum that is blank": Case(
        sdist_with(TarEntry("demo-1.0/x", checksum=b" " * 8)), BROKEN, "the checksum of a header is wrong"
    ),
    "the oldest format": Case(
        sdist_with(TarEntry("demo-1.0/x", magic=bytes(8))), FRAMING, "it is not in the ustar format"
    ),
    "a GNU header with a prefix": Case(
        sdist_with(TarEntry("x.py", magic=GNU, fields={"prefix": b"demo-1.0"})),
        FRAMING,
        "its header mixes two formats",
    ),
    "a size that is no number": Case(member(size=b"0x00000000a\0"), FRAMING, NUMBER),
    "a size with letters behind": Case(member(size=b"00000000454\0"[:8] + b"\0 99"), FRAMING, NUMBER),
    "a negative size": Case(member(size=b"\xff" * 12), FRAMING, NUMBER),
    "a size in an unknown form": Case(member(size=b"\x81" + bytes(11)), FRAMING, NUMBER),
    "an owner that is no number": Case(member(uid=b"00000x0\0"), FRAMING, NUMBER),
    "a group that is no number": Case(member(gid=b"00000x0\0"), FRAMING, NUMBER),
    "a time that is no number": Case(member(mtime=b"0000000000x\0"), FRAMING, NUMBER),
    "a time before 1970": Case(member(mtime=b"\xff" * 12), FRAMING, NUMBER),
    "a device that is no number": Case(member(devmajor=b"00000x0\0"), FRAMING, NUMBER),
    "a minor device that is no number": Case(member(devminor=b"00000x0\0"), FRAMING, NUMBER),
    "a huge size": Case(member(size=b"\x80" + b"\x7f" * 11), Reason.ARCHIVE_BOMB, "it is larger than 4 GiB"),
    "a directory with content": Case(
        sdist_with(TarEntry("demo-1.0/x", b"x", type=b"5")), FRAMING, "only files have content"
    ),
    "a link with content": Case(
        sdist_with(TarEntry("demo-1.0/x", b"x", type=b"1", link="demo-1.0/PKG-INFO")),
        FRAMING,
        "only files have content",
    ),
    "bytes in the padding": Case(
        sdist_with(tar_member(TarEntry("demo-1.0/x", b"x"))[:-1] + b"x"), FRAMING, "bytes follow its content"
    ),
    # Extension headers
    "a pax size that differs": Case(with_pax({"size": "0"}), FRAMING, "its two sizes contradict each other"),
    "a pax size with a sign": Case(with_pax({"size": f"+{len(CODE)}"}), FRAMING, "its two sizes contradict each other"),
    "a pax record twice": Case(
        raw_pax(b"19 path=demo-1.0/y\n" * 2),
        FRAMING,
        "a pax record is there twice",
    ),
    "a pax record that overruns": Case(raw_pax(b"99 path=demo-1.0/y\n"), FRAMING, RECORDS),
    "a pax record that is too short": Case(raw_pax(b"5 path=demo-1.0/y\n"), FRAMING, RECORDS),
    "a pax record without a length": Case(raw_pax(b"path=demo-1.0/y\n"), FRAMING, RECORDS),
    "a pax record of length nought": Case(raw_pax(b"0 path=demo-1.0/y\n"), FRAMING, RECORDS),
    "a pax record without its line end": Case(raw_pax(b"18 path=demo-1.0/y"), FRAMING, RECORDS),
    "another character set": Case(
        with_pax({"hdrcharset": "BINARY"}), FRAMING, "its pax records change the character set"
    ),
    "a global path": Case(
        with_pax({"path": "demo-1.0/y"}, kind=b"g"),
        FRAMING,
        "a global pax record would rename or resize every member",
    ),
    "a global size": Case(
        with_pax({"size": "1"}, kind=b"g"), FRAMING, "a global pax record would rename or resize every member"
    ),
    "a global sparse map": Case(with_pax({"GNU.sparse.map": "0"}, kind=b"g"), TYPE, "it describes a sparse file"),
    "two pax headers for one member": Case(
        sdist_with(pax({"mtime": "1"}), pax({"mtime": "2"}), FILE), FRAMING, EXTENSIONS
    ),
    "a long name and a pax header": Case(
        sdist_with(long_name(b"demo-1.0/y\0"), pax({"path": "demo-1.0/z"}), FILE), FRAMING, EXTENSIONS
    ),
    "a global header between a header and its member": Case(
        sdist_with(pax({"mtime": "1"}), pax({"comment": "x"}, b"g"), FILE), FRAMING, EXTENSIONS
    ),
    "two long names for one member": Case(
        sdist_with(long_name(b"demo-1.0/y\0"), long_name(b"demo-1.0/z\0"), FILE), FRAMING, EXTENSIONS
    ),
    "an extension header for nothing": Case(
        sdist_with(pax({"mtime": "1"})), FRAMING, "an extension header is followed by nothing"
    ),
    "a global header for nothing": Case(
        sdist_with(pax({"comment": "x"}, b"g")), FRAMING, "an extension header is followed by nothing"
    ),
    "a file of the oldest kind, cut to the name of a directory": Case(
        sdist_with(pax({"path": "demo-1.0/dir/x.py"}), TarEntry("demo-1.0/dir/", CODE, type=b"\0")),
        FRAMING,
        "its header may be that of a file or of a directory",
    ),
    "a file of the oldest kind whose name ends with its prefix": Case(
        sdist_with(
            pax({"path": "demo-1.0/dir/x.py"}), TarEntry("", CODE, type=b"\0", fields={"prefix": b"demo-1.0/dir"})
        ),
        FRAMING,
        "its header may be that of a file or of a directory",
    ),
    "an extension header of 2 MiB": Case(
        with_pax({"comment": "x" * 2_000_000}), Reason.ARCHIVE_BOMB, "an extension header is larger than 1 MiB"
    ),
    "twenty thousand global headers": Case(
        sdist_with(*[pax({"comment": "x"}, b"g")] * 20_000),
        Reason.ARCHIVE_BOMB,
        "it expands to more than 50 times its own size",
    ),
    # The end
    "no end at all": Case(ended(b""), BROKEN, "it ends too early"),
    "half an end": Case(ended(bytes(BLOCK)), BROKEN, "it ends too early"),
    "members behind a single empty block": Case(
        ended(bytes(BLOCK) + tar_member(FILE) + bytes(2 * BLOCK)), FRAMING, "members follow a single empty block"
    ),
    "an end that is not a whole block": Case(ended(bytes(2 * BLOCK + 1)), FRAMING, "its end is not a whole block"),
    "zeros without end": Case(ended(bytes(2_000_000)), FRAMING, "more than 1 MiB of zeros follows its end"),
    "cut within a member": Case(gzip_bytes(PLAIN[: BLOCK + 10]), BROKEN, "it ends too early"),
    # Gzip
    "nothing at all": Case(b"", BROKEN, "it is not a gzip file"),
    "a plain tar": Case(PLAIN, BROKEN, "it is not a gzip file"),
    "a cut gzip file": Case(VALID[:-20], BROKEN, "it ends too early"),
    "a gzip file without its checksum": Case(VALID[:-8], BROKEN, "it ends too early"),
    "a wrong gzip checksum": Case(gzip_bytes(PLAIN, crc=1), BROKEN, "it does not expand"),
    "a wrong gzip length": Case(gzip_bytes(PLAIN, length=1), BROKEN, "it does not expand"),
    "a gzip header that is not": Case(b"\x1f\x8b\x09" + VALID[3:], BROKEN, "it does not expand"),
    # Two kinds
    "a zip named as a .tar.gz": Case(
        zip_bytes(entries()), Reason.ARCHIVE_TWO_KINDS, "it is named as a .tar.gz, but begins as a zip"
    ),
    "a gzip file with a zip behind it": Case(
        VALID + zip_bytes(entries()), Reason.ARCHIVE_TWO_KINDS, "it is named as a .tar.gz, but ends as a zip"
    ),
    "a zip that begins as a gzip file": Case(
        zip_bytes(entries(), Framing(prefix=VALID)),
        Reason.ARCHIVE_TWO_KINDS,
        "it is named as a .tar.gz, but ends as a zip",
    ),
    "a zip in ZIP64 form behind a gzip file": Case(
        VALID + zip_bytes(entries(), Framing(zip64=True)),
        Reason.ARCHIVE_TWO_KINDS,
        "it is named as a .tar.gz, but ends as a zip",
    ),
    "an empty zip behind a gzip file": Case(
        VALID + zip_bytes([]), Reason.ARCHIVE_TWO_KINDS, "it is named as a .tar.gz, but ends as a zip"
    ),
    "a zip in the header of the gzip file": Case(
        with_extra_field(EOCD.pack(b"PK\x05\x06", 0, 0, 0, 0, 0, 0, len(VALID) - 10)),
        Reason.ARCHIVE_TWO_KINDS,
        "it is named as a .tar.gz, but ends as a zip",
    ),
}

ACCEPTED = {
    "the valid source distribution": VALID,
    "an end record's signature by chance": with_extra_field(b"PK\x05\x06" + b"\x11" * 30),
    "a name in the gzip header": gzip_bytes(PLAIN, name=b"demo-1.0.tar"),
    "directories with and without a slash": sdist_with(
        TarEntry("demo-1.0", type=b"5"), TarEntry("demo-1.0/docs/", type=b"5", mode=0o755)
    ),
    "set group on a directory": sdist_with(TarEntry("demo-1.0/docs", type=b"5", mode=0o2775)),
    "an old regular type": sdist_with(TarEntry("demo-1.0/x", CODE, type=b"\0")),
    "a GNU header": sdist_with(TarEntry("demo-1.0/x", CODE, magic=GNU)),
    "a prefix": sdist_with(TarEntry("x.py", CODE, fields={"prefix": b"demo-1.0/docs"})),
    "a size in base 256": member(size=b"\x80" + len(CODE).to_bytes(11, "big")),
    "a size with spaces": member(size=b" %10o " % len(CODE)),
    "a GNU long name": sdist_with(long_name(LONG.encode() + b"\0"), TarEntry(LONG[:100], CODE, magic=GNU)),
    "a GNU long name without its NUL": sdist_with(long_name(LONG.encode()), TarEntry(LONG[:100], CODE, magic=GNU)),
    "a pax path": with_pax({"path": LONG, "mtime": "1.5", "SCHILY.xattr.user.x": b"\xff\n"}),
    "a pax path beyond ASCII": with_pax({"path": "demo-1.0/数据.py"}),
    "a pax size that agrees": with_pax({"size": str(len(CODE))}),
    "a global comment": with_pax({"comment": "f" * 40}, kind=b"g"),
    "a symbolic link to a file beside it": link("__init__.py"),
    "a symbolic link to a file above": link("../PKG-INFO"),
    "a symbolic link through a dot": link("./__init__.py"),
    "a symbolic link that points ahead": sdist_with(TarEntry("demo-1.0/a", type=b"2", link="x.py"), FILE),
    "a hard link to a file before it": link(INIT, b"1"),
    "a GNU long link": sdist_with(
        TarEntry(LONG, CODE),
        long_name(LONG.encode() + b"\0", b"K"),
        long_name(LONG.replace("x", "y").encode() + b"\0"),
        TarEntry("demo-1.0/short", type=b"1", link=LONG[:100], magic=GNU),
    ),
    "an end padded to a record": ended(bytes(10_240)),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_tar_that_readers_could_read_differently_is_refused(case: Case) -> None:
    assert_refused(SDIST, case)


@pytest.mark.parametrize("data", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_tar_that_all_readers_read_alike_is_accepted(data: bytes) -> None:
    archive = read(SDIST, data)

    assert archive.metadata.startswith(b"Metadata-Version: 2.4\n")
    assert archive.warnings == ()


def test_a_link_reads_as_the_file_it_leads_to() -> None:
    members = {member.name: member for member in read(SDIST, link("../PKG-INFO")).members}

    info = members["demo-1.0/PKG-INFO"]
    linked = members["demo-1.0/demo/link"]
    assert (linked.size, linked.sha256) == (info.size, info.sha256)


LIMITS = {
    "a member too large": (ArchiveLimits(member_bytes=10), Reason.ARCHIVE_BOMB, "10 B"),
    "too much in total": (ArchiveLimits(total_bytes=200), Reason.ARCHIVE_BOMB, "200 B"),
    "too many members": (ArchiveLimits(members=4), Reason.ARCHIVE_TOO_MANY_MEMBERS, "4"),
    "PKG-INFO too large": (ArchiveLimits(metadata_bytes=50), Reason.METADATA_TOO_LARGE, "50 B"),
}


@pytest.mark.parametrize(("limits", "reason", "limit"), LIMITS.values(), ids=LIMITS.keys())
def test_a_source_distribution_beyond_a_limit_is_refused_and_told_which(
    limits: ArchiveLimits, reason: Reason, limit: str
) -> None:
    refused = refusal(SDIST, VALID, limits)

    assert refused is not None
    assert (refused.reason, str(refused.facts["limit"])) == (reason, limit)
