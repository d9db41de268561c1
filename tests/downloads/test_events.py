"""One line of a segment: read, or skipped for a reason; whatever it holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.downloads.rules.events import COLUMNS, Event, Row, _read_quickly, read_event, read_row, render_row
from strongroom.downloads.rules.sources import Skipped
from tests.downloads.noting import event, line_of

SOURCE = "host-1-20261122T120000.000Z-1"
LATEST = 1_795_421_040_000
"""2026-11-23T08:04:00Z, and five minutes."""


def read(line: bytes) -> Event | Skipped:
    """What a line is: the same, however it is read."""
    line = line.removesuffix(b"\n")
    slow = read_event(line, source=SOURCE, latest_ms=LATEST)
    quick = read_row(line, source=SOURCE, latest_ms=LATEST)
    assert quick == (slow if isinstance(slow, Skipped) else Row(slow.at_ms, render_row(slow)))
    return slow


def dumped(fields: dict[str, Any]) -> bytes:
    """A line with these fields, written as the read plane writes."""
    return json.dumps(fields, separators=(",", ":")).encode()


def told(**fields: Any) -> Event | Skipped:  # noqa: ANN401 - whatever a line may say
    return read(line_of({**event(), "source": SOURCE, **fields}, fields.get("source", SOURCE)))


def test_a_line_of_the_read_plane_is_read_field_by_field() -> None:
    assert told(ci=True, status=206, first_byte=7) == Event(
        project="ham",
        version="1.0",
        filename="ham-1.0-py3-none-any.whl",
        client="pip",
        client_version="26.0",
        python="3.13.1",
        system="Linux",
        ci=True,
        status=206,
        first_byte=7,
        bytes=1000,
        at_ms=1_795_348_800_000,
        amount=1,
    )
    assert tuple(Event._fields) == tuple(COLUMNS)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"format": 2}, Skipped.FORMAT, id="a format of another version"),
        pytest.param({"format": "1"}, Skipped.BROKEN, id="a format that is no number"),
        pytest.param({"format": True}, Skipped.BROKEN, id="a yes for a format"),
        pytest.param({"format": 1.0}, Skipped.BROKEN, id="a fraction for a format"),
        pytest.param({"time": "2026-11-23T08:04:00.001Z"}, Skipped.FUTURE, id="a time that has not come"),
        pytest.param({"time": "2026-11-23T08:04:00Z"}, Skipped.NO_TIME, id="a time without milliseconds"),
        pytest.param({"time": "2026-11-22T12:00:00.000+01:00"}, Skipped.NO_TIME, id="a time elsewhere"),
        pytest.param({"time": "2026-02-30T12:00:00.000Z"}, Skipped.NO_TIME, id="a day that no month has"),
        pytest.param({"time": "2026-11-22T12:00:60.000Z"}, Skipped.NO_TIME, id="a second too much"),
        pytest.param({"time": "２０２６-11-22T12:00:00.000Z"}, Skipped.NO_TIME, id="digits of another script"),
        pytest.param({"time": "0000-11-22T12:00:00.000Z"}, Skipped.NO_TIME, id="the year 0"),
        pytest.param({"time": "1969-12-31T23:59:59.999Z"}, Skipped.TOO_OLD, id="before there were such clocks"),
        pytest.param({"time": 1_795_348_800}, Skipped.BROKEN, id="a number for a time"),
        pytest.param({"status": 304}, Skipped.STATUS, id="not changed"),
        pytest.param({"status": "200"}, Skipped.BROKEN, id="a status as text"),
        pytest.param({"status": True}, Skipped.BROKEN, id="a yes for a status"),
        pytest.param({"first_byte": 1}, Skipped.BROKEN, id="a whole file that begins later"),
        pytest.param({"status": 206, "first_byte": -1}, Skipped.BROKEN, id="a byte before the first"),
        pytest.param({"status": 206, "first_byte": 2**63}, Skipped.BROKEN, id="a byte that no column holds"),
        pytest.param({"status": 206, "first_byte": 1.5}, Skipped.BROKEN, id="half a byte"),
        pytest.param({"status": 206, "first_byte": None}, Skipped.BROKEN, id="no first byte"),
        pytest.param({"bytes": -1}, Skipped.BROKEN, id="fewer bytes than none"),
        pytest.param({"bytes": False}, Skipped.BROKEN, id="a no for bytes"),
        pytest.param({"filename": "ham-1.0-py3-none-any.whl.metadata"}, Skipped.NO_FILE, id="metadata"),
        pytest.param({"filename": "ham-1.0.exe"}, Skipped.NO_FILE, id="another kind of file"),
        pytest.param({"filename": "ham-1.0-py3-none-any.whl\n"}, Skipped.NO_FILE, id="two lines for a filename"),
        pytest.param({"filename": None}, Skipped.BROKEN, id="no filename"),
        pytest.param({"project": "Ham"}, Skipped.NO_PROJECT, id="a name as its people write it"),
        pytest.param({"project": "spam"}, Skipped.NO_PROJECT, id="the name of another"),
        pytest.param({"project": 1}, Skipped.NO_PROJECT, id="a number for a name"),
        pytest.param({"version": "1"}, Skipped.BROKEN, id="the version spelled otherwise"),
        pytest.param({"kind": "sdist"}, Skipped.BROKEN, id="the other kind"),
        pytest.param({"sha256": "AB" * 32}, Skipped.BROKEN, id="a digest in capitals"),
        pytest.param({"sha256": "ab" * 32 + "\n"}, Skipped.BROKEN, id="a digest and more"),
        pytest.param({"client": 1}, Skipped.BROKEN, id="a number for a client"),
        pytest.param({"python": ["3.13"]}, Skipped.BROKEN, id="a list for a Python"),
        pytest.param({"ci": 1}, Skipped.BROKEN, id="a number for yes"),
        pytest.param({"source": "another"}, Skipped.BROKEN, id="a copy from another segment"),
        pytest.param({"ordinal": None}, Skipped.BROKEN, id="no place"),
    ],
)
def test_a_line_that_is_not_as_written_down_is_skipped_for_a_reason(fields: dict[str, Any], why: Skipped) -> None:
    assert isinstance(told(), Event)
    line = dumped({**event(), "source": SOURCE, "ordinal": 0, **fields})
    assert read(line) == why


@pytest.mark.parametrize("name", [*event(), "source", "ordinal"])
def test_a_line_that_lacks_a_field_is_skipped(name: str) -> None:
    whole = {**event(), "source": SOURCE, "ordinal": 0}
    assert isinstance(read(dumped(whole)), Event)
    del whole[name]
    assert read(dumped(whole)) == Skipped.BROKEN


def test_a_field_that_is_not_known_is_ignored() -> None:
    assert isinstance(told(country="NL"), Event)


GOOD = line_of(event(), SOURCE)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00" * 300, id="null bytes"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[" * 60_000, id="deep nesting"),
        pytest.param(b'{"format":' + b"[" * 30_000 + b"]" * 30_000 + b"}", id="deep nesting that ends"),
        pytest.param(b'{"format":' + b"9" * 60_000 + b"}", id="a number of 60,000 digits"),
        pytest.param(GOOD.replace(b'"ci":null', b'"ci":NaN'), id="not a number"),
        pytest.param(GOOD.replace(b'"bytes":1000', b'"bytes":Infinity'), id="infinity"),
        pytest.param(GOOD.replace(b'{"format"', b'{"country":NaN,"format"'), id="not a number where nobody looks"),
        pytest.param(GOOD.replace(b'"bytes":1000', b'"bytes":1e3'), id="a thousand as a fraction"),
        pytest.param(GOOD[:-40], id="torn"),
        pytest.param(GOOD[:-1] + GOOD, id="two in one line"),
        pytest.param(GOOD.replace(b'"pip"', b'"\xff\xfe"'), id="bytes that are no UTF-8"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, id="a mark of the order of bytes"),
    ],
)
def test_what_is_no_event_at_all_is_skipped(line: bytes) -> None:
    assert isinstance(read(GOOD), Event)
    assert read(line) == Skipped.BROKEN


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        pytest.param("a\tb\nc\rd\x00", "a\ufffdb\ufffdc\ufffdd\ufffd", id="control characters"),
        pytest.param("\ud800", "\ufffd", id="half a character"),
        pytest.param("x" * 200, "x" * 64, id="too long"),
        pytest.param("", None, id="empty"),
        pytest.param("  ", None, id="blanks"),
        pytest.param("\\N", None, id="our word for nothing"),
        pytest.param("\u202epip<b>'\";--", "\u202epip<b>'\";--", id="markup and quotes"),
    ],
)  # fmt: skip
def test_what_a_client_says_of_itself_fits_into_a_row(said: str, kept: str | None) -> None:
    found = told(client=said)
    assert isinstance(found, Event)
    assert found.client == kept
    assert render_row(found).count("\t") == len(COLUMNS) - 1
    assert render_row(found).count("\n") == 1
    render_row(found).encode()


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*event(), "source", "ordinal"]), ANYTHING))
def test_no_value_of_any_field_raises_anything(fields: dict[str, Any]) -> None:
    found = read(dumped({**event(), "source": SOURCE, "ordinal": 0, **fields}))
    if isinstance(found, Event):
        cells = render_row(found).removesuffix("\n").split("\t")
        assert len(cells) == len(COLUMNS)
        assert "\n" not in "".join(cells)


def test_a_line_of_the_read_plane_is_read_quickly() -> None:
    """White box: else only time is lost, and nobody would see it."""
    for fields in (event(), event(client=None, python=None, ci=True), event(status=206, first_byte=9, ci=False)):
        assert _read_quickly(line_of(fields, SOURCE)[:-1], SOURCE, LATEST) is not None


PIECES = st.sampled_from(
    [b'"', b"\\", b",", b"}", b"1", b"0", b"-", b"\t", b"\x1f", b"null", b'"ci":true,', b"\xc3\xa9", b" "]
)


@given(st.integers(0, len(GOOD)), st.integers(0, 5), PIECES)
def test_a_line_that_was_tampered_with_is_read_quickly_as_it_is_slowly(start: int, length: int, piece: bytes) -> None:
    read(GOOD[:start] + piece + GOOD[start + length :])


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything(line: bytes) -> None:
    assert isinstance(read(line), Skipped)
