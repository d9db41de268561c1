"""What holds for every archive, not for chosen ones: agreement with other readers, no fault, an end, flat memory."""

from __future__ import annotations

import hashlib
import io
import signal
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.terms.refusals import Refused
from strongroom.uploads.rules.archives import Archive, Member
from tests.uploads.archive_builder import (
    BLOCK,
    CENTRAL,
    DEFLATED,
    LOCAL,
    STORED,
    Entry,
    TarEntry,
    build_sdist,
    build_wheel,
    central_record,
    extra,
    gzip_bytes,
    local_record,
    metadata_text,
    pax,
    record_text,
    tar_bytes,
    wheel_parts,
    zip_bytes,
)
from tests.uploads.archive_cases import CODE, INFO, SDIST, WHEEL, read

SEGMENTS = st.text(st.sampled_from("abcABC.-_ é数"), min_size=1, max_size=8)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join)
FILES = st.dictionaries(PATHS, st.binary(max_size=3000), max_size=6)
FLIPS = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(1, 255)), max_size=3)
CUTS = st.one_of(st.none(), st.integers(0, 1 << 12))


def of_zipfile(data: bytes) -> list[Member]:
    """Names, sizes and digests as the standard library reads them."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return [
            Member(info.filename, info.file_size, hashlib.sha256(found.read(info)).hexdigest())
            for info in found.infolist()
            if not info.is_dir()
        ]


def of_tarfile(data: bytes) -> list[Member]:
    """Names, sizes and digests as the standard library reads them; links as what they lead to."""
    members = []
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as found:
        for info in found:
            if not info.isdir():
                content = found.extractfile(info)
                assert content is not None
                inside = content.read()
                members.append(Member(info.name, len(inside), hashlib.sha256(inside).hexdigest()))
    return members


def accepted(filename: str, data: bytes) -> Archive | None:
    """What was read, or nothing when it was refused; anything else than a refusal fails the test."""
    try:
        return read(filename, data)
    except Refused:
        return None


def in_order(members: list[Member] | tuple[Member, ...]) -> list[Member]:
    return sorted(members, key=lambda member: member.name)


def damaged(data: bytes, flips: list[tuple[int, int]], cut: int | None) -> bytes:
    """An archive with some bytes changed, or its end cut off."""
    changed = bytearray(data)
    for at, by in flips:
        changed[at % len(changed)] ^= by
    return bytes(changed[: len(changed) - cut] if cut is not None else changed)


@given(FILES)
def test_two_readers_see_the_same_members_in_every_accepted_wheel(files: dict[str, bytes]) -> None:
    _filename, data = build_wheel("demo", "1.0", files=files)

    archive = accepted(WHEEL, data)

    assert archive is None or list(archive.members) == of_zipfile(data)


@given(FILES)
def test_two_readers_see_the_same_members_in_every_accepted_source_distribution(files: dict[str, bytes]) -> None:
    _filename, data = build_sdist("demo", "1.0", files=files)

    archive = accepted(SDIST, data)

    assert archive is None or list(archive.members) == of_tarfile(data)


@settings(max_examples=400)
@given(FLIPS, CUTS)
def test_a_damaged_wheel_is_refused_or_read_alike_and_never_a_fault(
    flips: list[tuple[int, int]], cut: int | None
) -> None:
    data = damaged(build_wheel("demo", "1.0", files={"demo/__init__.py": CODE})[1], flips, cut)

    archive = accepted(WHEEL, data)

    assert archive is None or list(archive.members) == of_zipfile(data)


@settings(max_examples=400)
@given(FLIPS, CUTS)
def test_a_damaged_source_distribution_is_refused_or_read_alike_and_never_a_fault(
    flips: list[tuple[int, int]], cut: int | None
) -> None:
    """The tar is damaged under the gzip, whose checksum would find everything."""
    members: list[TarEntry | bytes] = [
        TarEntry("demo-1.0", type=b"5"),
        TarEntry("demo-1.0/PKG-INFO", metadata_text("demo", "1.0").encode()),
        pax({"path": "demo-1.0/x.py", "mtime": "1"}),
        TarEntry("demo-1.0/y.py", CODE),
        TarEntry("demo-1.0/link", type=b"2", link="PKG-INFO"),
    ]
    data = gzip_bytes(damaged(tar_bytes(members), flips, cut))

    archive = accepted(SDIST, data)

    assert archive is None or in_order(archive.members) == in_order(of_tarfile(data))


SECONDS = 10
"""For one small archive: thousands of times what it takes, and the end of a reader that goes round in circles."""


@contextmanager
def an_end() -> Iterator[None]:
    """What is done here ends by itself, or is ended and fails."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise AssertionError(f"still reading after {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def whole_entries() -> list[Entry]:
    """A valid wheel with one member of every kind that a zip may hold; RECORD is added when all is said."""
    path = b"demo/renamed.py"
    return [
        Entry("demo/", method=STORED, external=0o040755 << 16 | 0x10),
        Entry("demo/__init__.py", CODE),
        Entry("demo/stored.bin", bytes(range(64)), method=STORED),
        Entry("demo/empty.py", method=STORED),
        Entry("demo/nothing.py", method=DEFLATED),
        Entry("demo/big.bin", CODE, zip64=True),
        Entry("demo/é.py", CODE),
        Entry(path, CODE, local={"extra": unicode_path(path)}, central={"extra": unicode_path(path)}),
        *(Entry(name, data) for name, data in wheel_parts("demo", "1.0", files={}).items()),
    ]


def unicode_path(name: bytes) -> bytes:
    """The extra field that says the name once more."""
    return extra(0x7075, b"\x01" + zlib.crc32(name).to_bytes(4, "little") + name)


@dataclass(frozen=True)
class Damage:
    """One byte changed: of whose, where, and by what; ``at`` wraps round."""

    whose: int
    at: int
    by: int

    def done_to(self, data: bytes, start: int = 0) -> bytes:
        """The bytes with the change, behind the first few that stay."""
        if len(data) <= start:
            return data
        return damaged(data, [(start + self.at % (len(data) - start), self.by)], None)


AT, BY = st.integers(0, 600), st.integers(1, 255)
DAMAGES = st.lists(st.builds(Damage, st.integers(0, 60), AT, BY), max_size=3)
LOCAL_ALIKE = slice(4, 14)
"""The fields that both headers have, but for checksum and sizes: version, flags, method, time and date."""
SOME_OF_THE_NAME = 8
"""Bytes behind a header that are damaged like the header itself."""


def inflated(stream: bytes) -> bytes:
    """What a reader takes a damaged stream for, as far as it gets."""
    reader = zlib.decompressobj(-15)
    found = bytearray()
    for at in range(len(stream)):
        try:
            found += reader.decompress(stream[at : at + 1])
        except zlib.error:
            break
    return bytes(found)


def repaired(entry: Entry, damage: Damage) -> Entry:
    """A member whose stream is damaged, with the checksum and the sizes of what can be read of it."""
    raw = damage.done_to(entry.stream)
    return replace(entry, raw=raw, data=inflated(raw) if entry.method == DEFLATED else raw)


def damaged_wheel(streams: list[Damage], headers: list[Damage], alike: list[Damage]) -> bytes:
    """A wheel whose damage no checksum, size or RECORD gives away.

    ``headers`` change one header by itself, ``alike`` the same field of both.
    """
    entries = whole_entries()
    for damage in streams:
        at = damage.whose % len(entries)
        entries[at] = repaired(entries[at], damage)
    files = {entry.encoded.decode(): entry.data for entry in entries if not entry.encoded.endswith(b"/")}
    entries.append(Entry(f"{INFO}/RECORD", record_text(files, f"{INFO}/RECORD").encode()))
    data = bytearray(zip_bytes(entries))
    for damage in alike:
        local, central = headers_of(entries)[damage.whose % len(entries)]
        field = LOCAL_ALIKE.start + damage.at % (LOCAL_ALIKE.stop - LOCAL_ALIKE.start)
        data[local + field] ^= damage.by
        data[central + field + 2] ^= damage.by  # behind the version that made it
    for damage in headers:
        start = headers_of(entries)[damage.whose // 2 % len(entries)][damage.whose % 2]
        size = (LOCAL, CENTRAL)[damage.whose % 2].size + SOME_OF_THE_NAME
        data[start + damage.at % size] ^= damage.by
    return bytes(data)


def headers_of(entries: list[Entry]) -> list[tuple[int, int]]:
    """Where the two headers of each member begin."""
    bodies = [len(local_record(entry)) for entry in entries]
    records = [len(central_record(entry, 0)) for entry in entries]
    start = sum(bodies)
    return [(sum(bodies[:at]), start + sum(records[:at])) for at in range(len(entries))]


def test_the_wheel_that_is_damaged_below_is_accepted_while_it_is_whole() -> None:
    data = damaged_wheel([], [], [])

    assert list(read(WHEEL, data).members) == of_zipfile(data)


@settings(max_examples=500)
@given(DAMAGES, DAMAGES, DAMAGES)
def test_damage_that_no_checksum_of_a_wheel_shows_is_refused_or_read_alike(
    streams: list[Damage], headers: list[Damage], alike: list[Damage]
) -> None:
    data = damaged_wheel(streams, headers, alike)

    with an_end():
        archive = accepted(WHEEL, data)

    assert archive is None or list(archive.members) == of_zipfile(data)


def whole_tar() -> list[TarEntry | bytes]:
    """A valid source distribution with one member of every kind that a tar may hold."""
    top = "demo-1.0"
    long = f"{top}/{'long/' * 24}name.py"
    return [
        pax({"comment": "demo"}, b"g"),
        TarEntry(top, type=b"5", mode=0o755),
        TarEntry(f"{top}/PKG-INFO", metadata_text("demo", "1.0").encode()),
        pax({"path": f"{top}/é.py", "mtime": "1.5"}),
        TarEntry(f"{top}/e.py", CODE),
        TarEntry("././@LongLink", long.encode() + b"\0", b"L"),
        TarEntry(long[:99], CODE),
        TarEntry("plain.py", CODE, fields={"prefix": top.encode()}),
        TarEntry(f"{top}/gnu.py", CODE, magic=b"ustar  \0"),
        TarEntry(f"{top}/old.py", b"", type=b"\0"),
        TarEntry(f"{top}/hard", type=b"1", link=f"{top}/PKG-INFO"),
        TarEntry(f"{top}/soft", type=b"2", link="plain.py"),
    ]


TAR_BYTES = st.one_of(st.integers(0, 255), st.sampled_from(b"\0 /.0123457LKSxgDVX\x80\xff"))
TAR_FIELD_STARTS = (0, 100, 108, 116, 124, 135, 136, 156, 157, 257, 263, 265, 297, 329, 337, 345, 500)
TAR_PLACES = st.one_of(st.integers(0, BLOCK - 1), st.sampled_from(TAR_FIELD_STARTS))
TAR_DAMAGES = st.lists(st.builds(Damage, st.integers(0, 11), TAR_PLACES, TAR_BYTES), min_size=1, max_size=3)


def damaged_tar(headers: list[Damage], payloads: list[Damage]) -> bytes:
    """A tar with bytes set in headers and changed behind them, and every header's checksum right again."""
    parts = [tar_bytes([member], end=b"") for member in whole_tar()]
    for damage in payloads:
        at = damage.whose % len(parts)
        parts[at] = damage.done_to(parts[at], BLOCK)
    for damage in headers:
        block = bytearray(parts[damage.whose])
        block[damage.at] = damage.by
        parts[damage.whose] = summed(block)
    return tar_bytes(parts)


def summed(member: bytearray) -> bytes:
    """A member with the checksum of its header as it is now."""
    member[148:156] = b" " * 8
    member[148:156] = b"%06o\0 " % sum(member[:BLOCK])
    return bytes(member)


def test_the_source_distribution_that_is_damaged_below_is_accepted_while_it_is_whole() -> None:
    data = gzip_bytes(damaged_tar([], []))

    assert in_order(read(SDIST, data).members) == in_order(of_tarfile(data))


@settings(max_examples=700)
@given(TAR_DAMAGES, DAMAGES)
def test_damage_that_no_checksum_of_a_source_distribution_shows_is_refused_or_read_alike(
    headers: list[Damage], payloads: list[Damage]
) -> None:
    data = gzip_bytes(damaged_tar(headers, payloads))

    with an_end():
        archive = accepted(SDIST, data)

    assert archive is None or in_order(archive.members) == in_order(of_tarfile(data))


@settings(max_examples=200)
@given(st.binary(max_size=2000), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00"]))
def test_any_bytes_at_all_are_refused_and_never_a_fault(data: bytes, start: bytes) -> None:
    assert accepted(WHEEL, start + data) is None
    assert accepted(SDIST, start + data) is None


@settings(max_examples=200)
@given(st.binary(max_size=1500))
def test_any_tar_blocks_at_all_are_refused_and_never_a_fault(data: bytes) -> None:
    assert accepted(SDIST, gzip_bytes(data)) is None


def test_every_byte_of_a_wheel_that_names_or_holds_something_counts() -> None:
    """Each single byte changed: either refused, or what both readers see is the same as before."""
    _filename, data = build_wheel("demo", "1.0")
    before = read(WHEEL, data).members

    for at in range(len(data)):
        archive = accepted(WHEEL, damaged(data, [(at, 0x01)], None))
        assert archive is None or archive.members == before
