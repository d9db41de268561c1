"""Names and types of a zip's members: each archive differs from a valid wheel in one property."""

from __future__ import annotations

import pytest

from strongroom.terms.refusals import Reason
from tests.uploads.archive_builder import (
    STORED,
    Entry,
    zip_bytes,
)
from tests.uploads.archive_cases import (
    WHEEL,
    Case,
    assert_refused,
    both,
    central,
    entries,
    mode,
    named,
    read,
)

FRAMING = Reason.ARCHIVE_FRAMING
NAME = Reason.ARCHIVE_MEMBER_NAME
TWICE = Reason.ARCHIVE_MEMBER_TWICE
NFC, NFD = "demo/caf\u00e9.py", "demo/cafe\u0301.py"

REFUSED = {
    # threats 4.2, the zip paragraph
    "a path that climbs out": Case(named("../../evil.py"), NAME, "it climbs out of its directory"),
    "an absolute path": Case(named("/etc/evil"), NAME, "it is an absolute path"),
    "a Windows drive": Case(named("C:/evil.py"), NAME, "it holds a colon"),
    "backslashes that climb out": Case(named("demo\\..\\..\\evil.py"), NAME, "it holds a backslash"),
    "a symbolic link": Case(mode(0o120777), Reason.ARCHIVE_MEMBER_TYPE, "it is neither a file nor a directory"),
    "a fifo": Case(mode(0o010644), Reason.ARCHIVE_MEMBER_TYPE, "it is neither a file nor a directory"),
    "a device": Case(mode(0o020644), Reason.ARCHIVE_MEMBER_TYPE, "it is neither a file nor a directory"),
    "a socket": Case(mode(0o140644), Reason.ARCHIVE_MEMBER_TYPE, "it is neither a file nor a directory"),
    "directories that differ in case": Case(
        named("DEMO/other.py"), TWICE, "another member's name differs only in case or accents"
    ),
    "files that differ in case": Case(
        named("demo/__INIT__.py"), TWICE, "another member's name differs only in case or accents"
    ),
    "twins in NFC and NFD": Case(named(NFC, NFD), TWICE, "another member's name differs only in case or accents"),
    "a letter that folds to two": Case(
        named("demo/stra\u00dfe.py", "demo/strasse.py"), TWICE, "another member's name differs only in case or accents"
    ),
    "a right-to-left override": Case(named("demo/\u202egnp.py"), NAME, "it holds characters that cannot be seen"),
    "a control character": Case(named("demo/\x07.py"), NAME, "it holds characters that cannot be seen"),
    # Names and types
    "a name in Latin-1": Case(both(name=b"demo/caf\xe9.py", flags=0x800), NAME, "it is not UTF-8"),
    "a name in UTF-8 that does not say so": Case(both(name="demo/café.py".encode()), NAME, "it is not marked as UTF-8"),
    "an empty name": Case(both(name=b""), NAME, "a part of it is empty"),
    "only a slash": Case(both(name=b"/"), FRAMING, "its name and its attributes contradict each other"),
    "an empty part": Case(named("demo//x.py"), NAME, "a part of it is empty"),
    "a single dot": Case(named("demo/./x.py"), NAME, "a part of it is a single dot"),
    "a leading dot slash": Case(named("./x.py"), NAME, "a part of it is a single dot"),
    "a NUL": Case(named("demo/x.py\0.txt"), NAME, "it holds characters that cannot be seen"),
    "a zero-width space": Case(named("demo/x\u200b.py"), NAME, "it holds characters that cannot be seen"),
    "a Hangul filler": Case(named("demo/x\u3164.py"), NAME, "it holds characters that cannot be seen"),
    "a trailing dot": Case(named("demo./x.py"), NAME, "a part of it ends with a dot or a space"),
    "a trailing space": Case(named("demo/x.py "), NAME, "a part of it ends with a dot or a space"),
    "an alternate stream": Case(named("demo/x.py:evil"), NAME, "it holds a colon"),
    "a device of Windows": Case(named("demo/con"), NAME, "a part of it names a device on Windows"),
    "a device with an extension": Case(named("demo/NUL.py"), NAME, "a part of it names a device on Windows"),
    "a port": Case(named("demo/com1.tar.gz"), NAME, "a part of it names a device on Windows"),
    "a port in superscript": Case(named("demo/lpt\u00b2"), NAME, "a part of it names a device on Windows"),
    "a device as a directory": Case(named("aux/x.py"), NAME, "a part of it names a device on Windows"),
    "a part of 256 bytes": Case(named("demo/" + "x" * 256), NAME, "a part of it is longer than 255 bytes"),
    "a path of 513 bytes": Case(
        named("demo/" + "x" * 250 + "/" + "x" * 250 + "/" + "x" * 6), NAME, "it is longer than 512 bytes"
    ),
    "a file that is also a directory": Case(
        named("demo/x", "demo/x/y"), TWICE, "a file and a directory share one path"
    ),
    "a directory that is also a file": Case(
        named("demo/x/y", "demo/x"), TWICE, "a file and a directory share one path"
    ),
    "a directory's mode on a file's name": Case(
        mode(0o040755), FRAMING, "its name and its attributes contradict each other"
    ),
    "a directory's DOS bit on a file's name": Case(
        central(external=0x10), FRAMING, "its name and its attributes contradict each other"
    ),
    "a directory with content": Case(
        zip_bytes([Entry("demo/", b"x", external=0o040755 << 16), *entries()]), FRAMING, "a directory has content"
    ),
    "a directory twice": Case(
        zip_bytes([Entry("demo/", external=0o040755 << 16)] * 2 + entries()), TWICE, "it is there twice"
    ),
}

ACCEPTED = {
    "directories": zip_bytes([Entry("demo/", external=0o040755 << 16, method=STORED), *entries()]),
    "a deflated directory": zip_bytes([Entry("demo/", external=0o040755 << 16), *entries()]),
    "a directory without a mode": zip_bytes([Entry("demo/", external=0x10), *entries()]),
    "no mode at all": central(external=0),
    "letters beyond ASCII": named("demo/café.py", "demo/数据.py"),
    "a part of 255 bytes": named("demo/" + "x" * 255),
    "hidden files": named("demo/.hidden", "demo/..data"),
    "words that begin like devices": named("demo/console.py", "demo/com10.py", "demo/auxiliary/x.py"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_member_that_means_different_things_on_different_systems_is_refused(case: Case) -> None:
    assert_refused(WHEEL, case)


@pytest.mark.parametrize("data", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_member_that_means_the_same_everywhere_is_accepted(data: bytes) -> None:
    assert read(WHEEL, data).metadata.startswith(b"Metadata-Version: 2.4\n")
