"""Zips that readers could read differently from each other: each differs from a valid wheel in one property."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import pytest

from strongroom.terms.refusals import Reason
from strongroom.uploads.rules.archives import ArchiveLimits
from tests.uploads.archive_builder import (
    EOCD,
    STORED,
    U16,
    U32,
    Entry,
    Framing,
    TarEntry,
    build_sdist,
    build_wheel,
    deflated,
    extra,
    local_record,
    tar_bytes,
    zip_bytes,
)
from tests.uploads.archive_cases import (
    CODE,
    INFO,
    SDIST,
    WHEEL,
    Case,
    assert_refused,
    both,
    central,
    entries,
    first,
    framed,
    local,
    parts,
    read,
    refusal,
    wheel_of,
    zip64,
)

FRAMING = Reason.ARCHIVE_FRAMING
NAME = Reason.ARCHIVE_MEMBER_NAME
TWICE = Reason.ARCHIVE_MEMBER_TWICE
CONTRADICTION = "its own header and the directory contradict each other"
ZIP64_SIZES = "its ZIP64 sizes do not add up"


def overlapping() -> bytes:
    """Fifield's quoting: a member whose stored data is the next member's header and data."""
    head, *rest = entries()
    quoted = local_record(head)
    length = {"compressed": len(quoted)}
    outer = Entry("demo/outer.bin", quoted, method=STORED, raw=b"", local=length, central=length)
    return zip_bytes([outer, head, *rest])


def without_central(index: int) -> bytes:
    """The valid wheel with one record missing from the directory."""
    listed = entries()
    return zip_bytes(listed, directory=[e for at, e in enumerate(listed) if at != index])


def reordered() -> bytes:
    """The valid wheel with its directory in another order."""
    listed = entries()
    return zip_bytes(listed, directory=[listed[1], listed[0], *listed[2:]])


def listed_twice() -> bytes:
    """Two records of the directory for one local header."""
    listed = entries()
    return zip_bytes(listed, directory=[listed[0], *listed])


def unicode_path(name: bytes, crc: int | None = None) -> bytes:
    """A Unicode path extra for the first entry."""
    own = entries()[0].encoded
    return extra(0x7075, struct.pack("<BI", 1, zlib.crc32(own) if crc is None else crc) + name)


def tar_that_begins_as_a_zip() -> bytes:
    """A zip whose first 512 bytes are also a tar header: its checksum lies in an extra field."""
    plain = bytearray(first(local={"extra": extra(0x9999, bytes(512))})[:512])
    plain[148:156] = b" " * 8
    checksum = b"%06o\0 " % sum(plain)
    at = 148 - 30 - len(entries()[0].encoded) - 4
    payload = bytearray(512)
    payload[at : at + 8] = checksum
    return first(local={"extra": extra(0x9999, bytes(payload))})


BOMB = bytes(3_000_000)

REFUSED = {
    # threats 4.2, the zip paragraph
    "a comment that holds a whole zip": Case(
        framed(comment=zip_bytes(entries())), FRAMING, "its directory does not lie right before its end record"
    ),
    "a comment that ends as an end record": Case(
        framed(comment=EOCD.pack(b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0)),
        FRAMING,
        "its directory does not lie right before its end record",
    ),
    "a comment length without a comment": Case(framed(end={"comment": 5}), FRAMING, "it has a comment"),
    "10 bytes declared, 5 MB in the stream": Case(
        both(size=10, crc=zlib.crc32(CODE[:10])), FRAMING, "it holds more than it declares"
    ),
    "a bomb": Case(
        wheel_of(parts({"demo/bomb": BOMB})), Reason.ARCHIVE_BOMB, "it expands to more than 50 times its own size"
    ),
    "one name twice": Case(zip_bytes([entries()[0], *entries()]), TWICE, "it is there twice"),
    "a name that differs between the two headers": Case(local(name=b"demo/__evil__.py"), FRAMING, CONTRADICTION),
    "two records for one member": Case(listed_twice(), FRAMING, "it is not where the directory says"),
    "bytes before the first member": Case(framed(prefix=b"#!/bin/sh\n"), FRAMING, "it does not begin as a zip"),
    "bytes behind the end": Case(framed(suffix=b"x"), FRAMING, "it does not end with the end record of a zip"),
    "two zips joined": Case(
        zip_bytes(entries()) * 2, FRAMING, "its directory does not lie right before its end record"
    ),
    "a data descriptor": Case(both(flags=8), FRAMING, "its sizes follow behind it"),
    # Framing
    "nothing at all": Case(b"", FRAMING, "it does not begin as a zip"),
    "only a signature": Case(b"PK\x03\x04", Reason.ARCHIVE_BROKEN, "it is too short to be a zip"),
    "an empty zip": Case(zip_bytes([]), FRAMING, "it does not begin as a zip"),
    "bytes between two members": Case(first(tail=b"x"), FRAMING, "it is not where the directory says"),
    "bytes between members and directory": Case(
        framed(before_directory=b"x"), FRAMING, "bytes between its members and its directory belong to nothing"
    ),
    "bytes between directory and end": Case(
        framed(before_end=b"x"), FRAMING, "its directory does not lie right before its end record"
    ),
    "a member the directory does not list": Case(without_central(0), FRAMING, "it is not where the directory says"),
    "a last member the directory does not list": Case(
        without_central(3), FRAMING, "bytes between its members and its directory belong to nothing"
    ),
    "a directory in another order": Case(reordered(), FRAMING, "it is not where the directory says"),
    "a record that points elsewhere": Case(central(offset=1), FRAMING, "it is not where the directory says"),
    "members that overlap": Case(overlapping(), FRAMING, "it is not where the directory says"),
    "another checksum in the directory": Case(central(crc=1), FRAMING, CONTRADICTION),
    "another size in the directory": Case(central(size=1), FRAMING, CONTRADICTION),
    "another compressed size in the directory": Case(central(compressed=1), FRAMING, CONTRADICTION),
    "another method in the directory": Case(central(method=0), FRAMING, CONTRADICTION),
    "other flags in the directory": Case(central(flags=2), FRAMING, CONTRADICTION),
    "a version for newer readers": Case(both(version=46), FRAMING, "it needs a newer reader than installers have"),
    "a version for newer readers in the local header": Case(
        local(version=46), FRAMING, "it needs a newer reader than installers have"
    ),
    "a wrong signature of a member": Case(local(signature=b"PK\x03\x05"), FRAMING, "it does not begin as a zip"),
    "a wrong signature in the directory": Case(
        central(signature=b"PK\x01\x03"), FRAMING, "its directory holds something else than records"
    ),
    "a comment on a member": Case(first(comment=b"hello"), FRAMING, "it has a comment"),
    "a member on another disk": Case(central(disk=1), FRAMING, "it spans several disks"),
    "an end record on another disk": Case(framed(end={"disk": 1}), FRAMING, "it spans several disks"),
    "a directory on another disk": Case(framed(end={"start_disk": 1}), FRAMING, "it spans several disks"),
    "two counts that differ": Case(framed(end={"here": 3}), FRAMING, "its end record contradicts itself"),
    "a count that is too low": Case(
        framed(end={"here": 3, "count": 3}), FRAMING, "its directory holds more records than it counts"
    ),
    "a count that is too high": Case(framed(end={"here": 5, "count": 5}), Reason.ARCHIVE_BROKEN, "it ends too early"),
    "a directory size that is wrong": Case(
        framed(end={"size": 1}), FRAMING, "its directory does not lie right before its end record"
    ),
    "a directory offset that is wrong": Case(
        framed(end={"offset": 1}), FRAMING, "its directory does not lie right before its end record"
    ),
    "an end that leaves its count to a ZIP64 record that is not there": Case(
        framed(end={"here": U16, "count": U16}), Reason.ARCHIVE_TOO_MANY_MEMBERS
    ),
    # ZIP64
    "a ZIP64 end with an extension": Case(
        zip64(extensible=b"xxxx", locator={"offset": 0}), FRAMING, "its ZIP64 end record is not where it should be"
    ),
    "a ZIP64 end that declares an extension": Case(
        zip64(end64={"length": 48}), FRAMING, "its ZIP64 end record has an extension"
    ),
    "a ZIP64 locator that points elsewhere": Case(
        zip64(locator={"offset": 0}), FRAMING, "its ZIP64 end record is not where it should be"
    ),
    "a ZIP64 locator with two disks": Case(zip64(locator={"disks": 2}), FRAMING, "it spans several disks"),
    "a ZIP64 end on another disk": Case(zip64(locator={"disk": 1}), FRAMING, "it spans several disks"),
    "a ZIP64 end whose directory is on another disk": Case(
        zip64(end64={"disk": 1, "start_disk": 1}), FRAMING, "its two end records contradict each other"
    ),
    "a ZIP64 end that contradicts the plain one": Case(
        zip64(end={"here": 3, "count": 3}), FRAMING, "its two end records contradict each other"
    ),
    "a ZIP64 end with two counts": Case(zip64(end64={"here": 3}), FRAMING, "its end record contradicts itself"),
    "a ZIP64 end with a wrong offset": Case(
        zip64(end64={"offset": 1}), FRAMING, "its directory does not lie right before its end record"
    ),
    "a size left to a ZIP64 extra that is not there": Case(both(size=U32), FRAMING, ZIP64_SIZES),
    "a ZIP64 extra that is too short": Case(both(size=U32, extra=extra(1, bytes(4))), FRAMING, ZIP64_SIZES),
    "a ZIP64 extra that is too long": Case(both(extra=extra(1, bytes(8))), FRAMING, ZIP64_SIZES),
    "ZIP64 sizes that differ": Case(
        first(zip64=True, local={"extra": extra(1, struct.pack("<2Q", 1, 1))}), FRAMING, CONTRADICTION
    ),
    "a ZIP64 extra twice": Case(both(extra=extra(1, b"") * 2), FRAMING, "an extra field is there twice"),
    "an extra field that overruns": Case(both(extra=b"\x55\x54\xff\0"), FRAMING, "its extra fields do not add up"),
    "a stump of an extra field": Case(both(extra=b"\x55\x54"), FRAMING, "its extra fields do not add up"),
    "a Unicode path that differs from the name": Case(
        both(extra=unicode_path(b"demo/__evil__.py")), FRAMING, "a second name in its extra fields differs"
    ),
    "a Unicode path of another name": Case(
        both(extra=unicode_path(b"demo/__init__.py", crc=1)), FRAMING, "a second name in its extra fields differs"
    ),
    "a Unicode path twice": Case(
        both(extra=unicode_path(b"demo/__init__.py") * 2), FRAMING, "an extra field is there twice"
    ),
    # Content
    "a wrong checksum": Case(both(crc=1), Reason.ARCHIVE_BROKEN, "its checksum is wrong"),
    "more declared than there is": Case(both(size=len(CODE) + 1), FRAMING, "it holds less than it declares"),
    "bytes behind the compressed data": Case(
        first(raw=deflated(CODE) + b"x"), FRAMING, "bytes follow its compressed data"
    ),
    "bytes behind compressed data of several pieces": Case(
        zip_bytes([Entry("demo/zeros", bytes(900_000), raw=deflated(bytes(900_000)) + b"x" * 9), *entries()]),
        FRAMING,
        "bytes follow its compressed data",
    ),
    "compressed data that stops early": Case(
        first(raw=deflated(CODE)[:-3]), Reason.ARCHIVE_BROKEN, "it does not expand"
    ),
    "compressed data that is not": Case(first(raw=b"\xff" * 9), Reason.ARCHIVE_BROKEN, "it does not expand"),
    "stored with two sizes": Case(
        first(method=STORED, raw=CODE[:-1]), FRAMING, "it is stored, but its two sizes differ"
    ),
    "bzip2": Case(both(method=12), Reason.ARCHIVE_COMPRESSION, "its method is 12, neither stored nor deflated"),
    "lzma": Case(both(method=14), Reason.ARCHIVE_COMPRESSION, "its method is 14, neither stored nor deflated"),
    "zstandard": Case(both(method=93), Reason.ARCHIVE_COMPRESSION, "its method is 93, neither stored nor deflated"),
    "encrypted": Case(both(flags=1), Reason.ARCHIVE_COMPRESSION, "it is encrypted"),
    "strong encryption": Case(both(flags=0x40), FRAMING, "it sets flags that readers treat differently"),
    "patched data": Case(both(flags=0x20), FRAMING, "it sets flags that readers treat differently"),
    "masked headers": Case(both(flags=0x2000), FRAMING, "it sets flags that readers treat differently"),
    # Two kinds
    "a gzip file named as a wheel": Case(
        build_sdist("demo", "1.0")[1],
        Reason.ARCHIVE_TWO_KINDS,
        "it is named as a wheel, but begins as a gzip file",
    ),
    "a tar named as a wheel": Case(
        tar_bytes([TarEntry("demo-1.0/x")]),
        Reason.ARCHIVE_TWO_KINDS,
        "it is named as a wheel, but begins as a tar",
    ),
    "a zip that is also a tar": Case(
        tar_that_begins_as_a_zip(), Reason.ARCHIVE_TWO_KINDS, "it is named as a wheel, but begins as a tar"
    ),
}

ACCEPTED = {
    "the valid wheel": zip_bytes(entries()),
    "stored members": zip_bytes([replace(e, method=STORED) for e in entries()]),
    "two versions that differ": local(version=10),
    "ZIP64 records at the end": zip64(),
    "ZIP64 records that repeat the plain ones": zip64(end={"here": 4, "count": 4}),
    "ZIP64 sizes": zip_bytes([replace(e, zip64=True) for e in entries()], Framing(zip64=True)),
    "ZIP64 sizes in the local header only": first(
        local={"size": U32, "compressed": U32, "extra": extra(1, struct.pack("<2Q", len(CODE), len(deflated(CODE))))}
    ),
    "a Unicode path that repeats the name": both(extra=unicode_path(b"demo/__init__.py")),
    "time stamps in extra fields": both(extra=extra(0x5455, b"\x01" + bytes(4))),
    "other time stamps in the directory": central(time=5, date=5),
    "an end record's signature by chance inside": wheel_of(parts({"demo/x": b"PK\x05\x06" * 20})),
    "a bomb below the floor": wheel_of(parts({"demo/zeros": bytes(900_000)})),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_zip_that_readers_could_read_differently_is_refused(case: Case) -> None:
    assert_refused(WHEEL, case)


@pytest.mark.parametrize("data", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_zip_that_all_readers_read_alike_is_accepted(data: bytes) -> None:
    assert read(WHEEL, data).metadata.startswith(b"Metadata-Version: 2.4\n")


def test_a_wheel_named_as_a_source_distribution_is_refused() -> None:
    assert_refused(
        SDIST,
        Case(
            build_wheel("demo", "1.0")[1],
            Reason.ARCHIVE_TWO_KINDS,
            "it is named as a .tar.gz, but begins as a zip",
        ),
    )


@pytest.mark.parametrize("length", [5, 8])
def test_a_local_header_with_another_signature_in_the_middle_is_refused(length: int) -> None:
    head, second, *rest = entries()
    data = zip_bytes([head, replace(second, local={"signature": b"PK\x03" + bytes([length])}), *rest])

    assert_refused(WHEEL, Case(data, FRAMING, "between two members lies something else"))


LIMITS = {
    "a member too large": (ArchiveLimits(member_bytes=10), Reason.ARCHIVE_BOMB, "10 B"),
    "too much in total": (ArchiveLimits(total_bytes=310), Reason.ARCHIVE_BOMB, "310 B"),
    "too many times over": (ArchiveLimits(ratio=0, ratio_floor_bytes=310), Reason.ARCHIVE_BOMB, "0"),
    "too many members listed": (ArchiveLimits(members=3), Reason.ARCHIVE_TOO_MANY_MEMBERS, "3"),
    "too many implied directories": (
        ArchiveLimits(members=5),
        Reason.ARCHIVE_TOO_MANY_MEMBERS,
        "5",
    ),
    "too many letters in names": (
        ArchiveLimits(names_bytes=40),
        Reason.ARCHIVE_BOMB,
        "40 B",
    ),
    "METADATA too large": (ArchiveLimits(metadata_bytes=50), Reason.METADATA_TOO_LARGE, "50 B"),
    "RECORD too large": (ArchiveLimits(record_bytes=50), Reason.METADATA_TOO_LARGE, "50 B"),
    "too much to keep": (ArchiveLimits(kept_bytes=200), Reason.METADATA_TOO_LARGE, "16 MiB"),
}


@pytest.mark.parametrize(("limits", "reason", "limit"), LIMITS.values(), ids=LIMITS.keys())
def test_an_archive_beyond_a_limit_is_refused_and_told_which(limits: ArchiveLimits, reason: Reason, limit: str) -> None:
    refused = refusal(WHEEL, zip_bytes(entries()), limits)

    assert refused is not None
    assert (refused.reason, str(refused.facts["limit"])) == (reason, limit)


def test_more_members_than_an_archive_may_have_are_refused_before_any_is_read() -> None:
    many = bytearray(zip_bytes(entries()))
    many[-EOCD.size :] = EOCD.pack(b"PK\x05\x06", 0, 0, 50_001, 50_001, 0, len(many) - EOCD.size, 0)

    assert_refused(WHEEL, Case(bytes(many), Reason.ARCHIVE_TOO_MANY_MEMBERS))


def test_reading_tells_names_sizes_and_digests_in_the_order_of_the_archive() -> None:
    archive = read(WHEEL, zip_bytes(entries()))

    assert [member.name for member in archive.members] == [
        "demo/__init__.py",
        f"{INFO}/METADATA",
        f"{INFO}/WHEEL",
        f"{INFO}/RECORD",
    ]
    assert archive.members[0].size == len(CODE)
    assert archive.metadata == parts()[f"{INFO}/METADATA"]
