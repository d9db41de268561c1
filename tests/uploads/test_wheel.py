"""What a wheel must hold besides being a zip: each case differs from a valid wheel in one property."""

from __future__ import annotations

import base64
import hashlib

import pytest

from strongroom.terms.filenames import Kind
from strongroom.terms.refusals import Reason
from tests.uploads.archive_builder import (
    Entry,
    build_wheel,
    metadata_text,
    record_line,
    record_text,
    wheel_entries,
    wheel_parts,
    zip_bytes,
)
from tests.uploads.archive_cases import CODE, INFO, WHEEL, Case, assert_refused, parts, read, wheel_of

RECORD = f"{INFO}/RECORD"
INIT = "demo/__init__.py"
LAYOUT, ENTRY_POINTS = Reason.ARCHIVE_LAYOUT, Reason.WHEEL_ENTRY_POINTS
NOT_NAMED_AFTER = "it is not named after the file"
FORMAT = "it does not follow the format"
OTHER_DIGEST = "RECORD gives another digest"


def without(part: str) -> bytes:
    """The valid wheel without one part of its description."""
    return wheel_of({path: data for path, data in parts().items() if path != f"{INFO}/{part}"})


def info_named(directory: str) -> bytes:
    """The valid wheel with its dist-info directory under another name."""
    moved = {path.replace(INFO, directory): data for path, data in parts().items()}
    record = f"{directory}/RECORD"
    text = record_text(moved, record).encode()
    return zip_bytes([Entry(path, data) for path, data in {**moved, record: text}.items()])


def wheel_file(text: str) -> bytes:
    """The valid wheel with another WHEEL."""
    return wheel_of({**parts(), f"{INFO}/WHEEL": text.encode()})


def recorded(text: str) -> bytes:
    """The valid wheel with another RECORD."""
    return wheel_of(parts(), text)


def good_record() -> str:
    return record_text(parts(), RECORD)


def digest_line(algorithm: str, data: bytes = CODE) -> str:
    """RECORD's row of the first member with a digest by another algorithm."""
    digest = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
    return f"{INIT},{algorithm}={digest},{len(CODE)}\n"


def with_digest(algorithm: str, data: bytes = CODE) -> bytes:
    return recorded(good_record().replace(record_line(INIT, CODE), digest_line(algorithm, data)))


def with_entry_points(text: str | bytes) -> bytes:
    """The valid wheel with entry points."""
    data = text if isinstance(text, bytes) else text.encode()
    return wheel_of({**parts(), f"{INFO}/entry_points.txt": data})


def script(line: str) -> bytes:
    return with_entry_points(f"[console_scripts]\n{line}\n")


def with_metadata(text: str) -> bytes:
    """The valid wheel with other METADATA, and a licence file at licenses/LICENSE."""
    more = {f"{INFO}/METADATA": text.encode(), f"{INFO}/licenses/LICENSE": b"free"}
    return wheel_of({**parts(), **more})


GOOD_WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
LICENSED = metadata_text("demo", "1.0", extra_headers=["License-File: LICENSE"])

REFUSED = {
    # Layout
    "no dist-info": Case(info_named("demo"), LAYOUT, "it holds no dist-info directory"),
    "two dist-infos": Case(
        wheel_of({**parts(), "other-1.0.dist-info/METADATA": b""}),
        LAYOUT,
        "it holds more than one dist-info directory",
    ),
    "a second dist-info in capitals": Case(
        wheel_of({**parts(), "other-1.0.DIST-INFO/METADATA": b""}),
        LAYOUT,
        "it holds more than one dist-info directory",
    ),
    "the dist-info of another project": Case(info_named("other-1.0.dist-info"), LAYOUT, NOT_NAMED_AFTER),
    "the dist-info of another version": Case(info_named("demo-1.1.dist-info"), LAYOUT, NOT_NAMED_AFTER),
    "the dist-info of a version spelt at another length": Case(
        info_named("demo-1.0.0.dist-info"), LAYOUT, NOT_NAMED_AFTER
    ),
    "a dist-info without version": Case(info_named("demo.dist-info"), LAYOUT, NOT_NAMED_AFTER),
    "a dist-info in capitals": Case(info_named("demo-1.0.DIST-INFO"), LAYOUT, NOT_NAMED_AFTER),
    "no METADATA": Case(without("METADATA"), Reason.ARCHIVE_METADATA_MISSING, "it is missing"),
    "no WHEEL": Case(without("WHEEL"), Reason.WHEEL_FILE, "it is missing"),
    "no RECORD": Case(zip_bytes(wheel_entries(parts())[:-1]), Reason.WHEEL_RECORD, "it is missing"),
    # WHEEL
    "no format version": Case(
        wheel_file(GOOD_WHEEL.replace("Wheel-Version: 1.0\n", "")),
        Reason.WHEEL_FILE,
        "its Wheel-Version is missing or cannot be read",
    ),
    "a format of the future": Case(
        wheel_file(GOOD_WHEEL.replace("1.0", "2.0")),
        Reason.WHEEL_FILE,
        "its Wheel-Version is missing or cannot be read",
    ),
    "two format versions": Case(
        wheel_file("Wheel-Version: 1.0\n" + GOOD_WHEEL),
        Reason.WHEEL_FILE,
        "its Wheel-Version is missing or cannot be read",
    ),
    "no root": Case(
        wheel_file(GOOD_WHEEL.replace("Root-Is-Purelib: true\n", "")),
        Reason.WHEEL_FILE,
        "its Root-Is-Purelib is missing or cannot be read",
    ),
    "a root that is neither": Case(
        wheel_file(GOOD_WHEEL.replace("true", "perhaps")),
        Reason.WHEEL_FILE,
        "its Root-Is-Purelib is missing or cannot be read",
    ),
    "other tags": Case(
        wheel_file(GOOD_WHEEL.replace("py3-", "py2-")), Reason.WHEEL_FILE, "its tags are not those of the filename"
    ),
    "one tag too many": Case(
        wheel_file(GOOD_WHEEL + "Tag: py2-none-any\n"), Reason.WHEEL_FILE, "its tags are not those of the filename"
    ),
    "no tags": Case(
        wheel_file(GOOD_WHEEL.replace("Tag: py3-none-any\n", "")),
        Reason.WHEEL_FILE,
        "its tags are not those of the filename",
    ),
    "a tag that is none": Case(
        wheel_file(GOOD_WHEEL + "Tag: py3\n"), Reason.WHEEL_FILE, "one of its tags cannot be read"
    ),
    # RECORD
    "a member that RECORD does not list": Case(
        recorded(good_record().replace(record_line(INIT, CODE), "")),
        Reason.WHEEL_RECORD,
        "RECORD does not list it",
    ),
    "a path that the wheel does not hold": Case(
        recorded(good_record() + record_line("demo/gone.py", CODE)),
        Reason.WHEEL_RECORD,
        "RECORD lists it, but the wheel does not hold it",
    ),
    "an absolute path in RECORD": Case(
        recorded(good_record() + record_line("/etc/passwd", CODE)),
        Reason.WHEEL_RECORD,
        "RECORD lists it, but the wheel does not hold it",
    ),
    "a path that climbs out in RECORD": Case(
        recorded(good_record() + record_line("../../bin/sh", CODE)),
        Reason.WHEEL_RECORD,
        "RECORD lists it, but the wheel does not hold it",
    ),
    "a path in RECORD twice": Case(
        recorded(good_record() + record_line(INIT, CODE)), Reason.WHEEL_RECORD, "RECORD lists it twice"
    ),
    "a wrong digest": Case(
        recorded(good_record().replace(record_line(INIT, CODE), record_line(INIT, b"x" * len(CODE)))),
        Reason.WHEEL_RECORD,
        OTHER_DIGEST,
    ),
    "a wrong SHA-512": Case(with_digest("sha512", b"x"), Reason.WHEEL_RECORD, OTHER_DIGEST),
    "a wrong size": Case(
        recorded(good_record().replace(f",{len(CODE)}\n", f",{len(CODE) + 1}\n")),
        Reason.WHEEL_RECORD,
        "RECORD gives another size",
    ),
    "no digest": Case(
        recorded(good_record().replace(record_line(INIT, CODE), f"{INIT},,\n")),
        Reason.WHEEL_RECORD,
        "RECORD gives no digest of SHA-256 or better",
    ),
    "MD5": Case(with_digest("md5"), Reason.WHEEL_RECORD, "RECORD gives no digest of SHA-256 or better"),
    "SHA-1": Case(with_digest("sha1"), Reason.WHEEL_RECORD, "RECORD gives no digest of SHA-256 or better"),
    "a digest for RECORD itself": Case(
        recorded(good_record().replace(f"{RECORD},,\n", record_line(RECORD, b""))), Reason.WHEEL_RECORD, OTHER_DIGEST
    ),
    "an algorithm nobody knows": Case(
        recorded(good_record().replace("sha256=", "sha257=")),
        Reason.WHEEL_RECORD,
        "RECORD gives no digest of SHA-256 or better",
    ),
    "two columns": Case(
        recorded(good_record() + "demo/x,\n"), Reason.WHEEL_RECORD, "a line of RECORD does not have three columns"
    ),
    "an open quote": Case(recorded(good_record() + '"demo'), Reason.WHEEL_RECORD, "it cannot be read"),
    "a RECORD in Latin-1": Case(
        zip_bytes([*wheel_entries(parts())[:-1], Entry(RECORD, good_record().encode() + b"\xe9,,\n")]),
        Reason.WHEEL_RECORD,
        "it cannot be read",
    ),
    # Entry points
    "entry points in Latin-1": Case(with_entry_points(b"[a]\nb=\xe9\n"), ENTRY_POINTS, "it is not UTF-8"),
    "entry points in UTF-16": Case(
        with_entry_points("[console_scripts]\na=b\n".encode("utf-16")), ENTRY_POINTS, "it is not UTF-8"
    ),
    "entry points with a byte order mark": Case(with_entry_points("\ufeff[a]\nb=c\n"), ENTRY_POINTS, FORMAT),
    "an entry without a group": Case(with_entry_points("a = demo\n"), ENTRY_POINTS, FORMAT),
    "a group twice": Case(with_entry_points("[a]\nb = demo\n[a]\nc = demo\n"), ENTRY_POINTS, FORMAT),
    "a name twice": Case(script("a = demo\na = demo"), ENTRY_POINTS, FORMAT),
    "half a heading": Case(with_entry_points("[console_scripts\na = demo\n"), ENTRY_POINTS, FORMAT),
    "a heading with more behind": Case(with_entry_points("[a] b\nc = demo\n"), ENTRY_POINTS, FORMAT),
    "a line that continues": Case(script("a = demo\n  b = demo"), ENTRY_POINTS, FORMAT),
    "a heading that continues a line": Case(script("a = demo\n  [gui_scripts]"), ENTRY_POINTS, FORMAT),
    "a line without an equals sign": Case(script("demo"), ENTRY_POINTS, FORMAT),
    "an entry without a name": Case(script("= demo"), ENTRY_POINTS, FORMAT),
    "a comment that some readers take for an entry": Case(script("; a = demo"), ENTRY_POINTS, FORMAT),
    "a control character": Case(script("a\x07 = demo"), ENTRY_POINTS, FORMAT),
    "a line separator": Case(script("a = demo\u2028b = demo"), ENTRY_POINTS, FORMAT),
    "a group that is no name": Case(
        with_entry_points("[a b]\nc = demo\n"), ENTRY_POINTS, "the name of a group is not valid"
    ),
    "a script that climbs out": Case(script("../a = demo:x"), ENTRY_POINTS, "the name of a script is not valid"),
    "a script that is two dots": Case(script(".. = demo:x"), ENTRY_POINTS, "the name of a script is not valid"),
    "a script with a space": Case(script("a b = demo:x"), ENTRY_POINTS, "the name of a script is not valid"),
    "a script with a backslash": Case(script("a\\b = demo:x"), ENTRY_POINTS, "the name of a script is not valid"),
    "a script that is a device": Case(script("con = demo:x"), ENTRY_POINTS, "the name of a script is not valid"),
    "a window's script with a slash": Case(
        with_entry_points("[gui_scripts]\na/b = demo:x\n"), ENTRY_POINTS, "the name of a script is not valid"
    ),
    "a reference to nothing": Case(script("a ="), ENTRY_POINTS, "what it refers to is not valid"),
    "a reference with code": Case(script("a = demo:x;import os"), ENTRY_POINTS, "what it refers to is not valid"),
    "a reference with two colons": Case(script("a = demo:x:y"), ENTRY_POINTS, "what it refers to is not valid"),
    "a reference to a path": Case(script("a = demo/x"), ENTRY_POINTS, "what it refers to is not valid"),
    # Licence files
    "a licence file that is not there": Case(
        with_metadata(LICENSED.replace("LICENSE", "COPYING")), Reason.LICENSE_FILE_MISSING
    ),
    "a licence file outside of licenses": Case(
        with_metadata(LICENSED.replace("LICENSE", "../METADATA")), Reason.LICENSE_FILE_MISSING
    ),
    "two metadata versions, one of them old": Case(
        with_metadata("Metadata-Version: 2.1\n" + LICENSED.replace("LICENSE", "COPYING")),
        Reason.LICENSE_FILE_MISSING,
    ),
}

ACCEPTED = {
    "the valid wheel": wheel_of(parts()),
    "a dist-info in another spelling": info_named("Demo-1.0.dist-info"),
    "a compressed tag": wheel_file(GOOD_WHEEL),
    "a root in capitals": wheel_file(GOOD_WHEEL.replace("true", "TRUE")),
    "pure by its own account": wheel_file(GOOD_WHEEL.replace("true", "false")),
    "a dist-info below the top": wheel_of(parts({"demo/_vendor/other-1.0.dist-info/METADATA": b""})),
    "a file at the top that ends like one": wheel_of(parts({"x.dist-info": b""})),
    "SHA-384": with_digest("sha384"),
    "SHA-512": with_digest("sha512"),
    "digests that are padded": recorded(good_record().replace(f",{len(CODE)}\n", f"=,{len(CODE)}\n")),
    "no size": recorded(good_record().replace(f",{len(CODE)}\n", ",\n")),
    "a RECORD that does not list itself": recorded(good_record().replace(f"{RECORD},,\n", "")),
    "a RECORD with an empty line": recorded(good_record() + "\n"),
    "a RECORD with CRLF": recorded(good_record().replace("\n", "\r\n")),
    "a comma in a path": wheel_of(parts({"demo/a,b.txt": b""})),
    "signatures that RECORD does not list": zip_bytes(
        [*wheel_entries(parts()), Entry(f"{RECORD}.jws", b"{}"), Entry(f"{RECORD}.p7s", b"x")]
    ),
    "a bill of materials": wheel_of({**parts(), f"{INFO}/sboms/demo.cdx.json": b"{}"}),
    "a licence file": with_metadata(LICENSED),
    "a licence file of older metadata": with_metadata(LICENSED.replace("2.4", "2.1").replace("LICENSE", "COPYING")),
    "no entry points in the file": with_entry_points("\n# nothing\n"),
    "entry points": with_entry_points(
        "[console_scripts]\r\ndemo = demo:main\r\ndemo-2.0_x = demo.cli : app.run [extra]\n\n"
        "[pytest11]\ndemo = demo.plugin\n[a.b_c]\nany name: at all = demo\n"
    ),
    "entry points that are all indented alike": with_entry_points("  [console_scripts]\n  a = demo:x\n  b = demo:x\n"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_wheel_that_is_not_what_it_says_is_refused(case: Case) -> None:
    assert_refused(WHEEL, case)


@pytest.mark.parametrize("data", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_wheel_that_is_what_it_says_is_accepted(data: bytes) -> None:
    archive = read(WHEEL, data)

    assert archive.kind is Kind.WHEEL
    assert archive.warnings == ()


def test_a_wheel_renamed_from_linux_to_manylinux_is_accepted_with_a_warning() -> None:
    members = wheel_parts("demo", "1.0", tag="cp311-cp311-linux_x86_64")

    archive = read("demo-1.0-cp311-cp311-manylinux_2_28_x86_64.whl", wheel_of(members))

    assert archive.warnings == (
        "The WHEEL file names other platforms than the filename; retag the wheel rather than rename it.",
    )


@pytest.mark.parametrize("tag", ["cp311-cp311-manylinux_2_28_aarch64", "cp312-cp312-linux_x86_64", "py3-none-any"])
def test_a_wheel_renamed_to_another_machine_or_interpreter_is_refused(tag: str) -> None:
    members = wheel_parts("demo", "1.0", tag="cp311-cp311-linux_x86_64")

    assert_refused(
        f"demo-1.0-{tag}.whl",
        Case(wheel_of(members), Reason.WHEEL_FILE, "its tags are not those of the filename"),
    )


@pytest.mark.parametrize(
    "tag", ["py2.py3-none-any", "cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64", "1-py3-none-any"]
)
def test_a_wheel_with_several_tags_or_a_build_number_is_accepted(tag: str) -> None:
    filename, data = build_wheel("My.Demo", "1.0", tag=tag)

    assert read(filename, data).warnings == ()
