"""One line of a log: the download that it tells of, or why it tells of none."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strongroom.downloads.rules.lines import (
    READERS,
    Fetched,
    read_combined,
    read_fastly,
    read_nginx,
    recognise_line,
)
from strongroom.downloads.rules.sources import Form, Skipped
from tests.downloads.importing.samples import (
    NOON_MS,
    PATH,
    PIP,
    WHEEL,
    combined_line,
    fastly_line,
    nginx_line,
)

USUAL = Fetched(NOON_MS, WHEEL, "ham-egg", "1.0", 200, 0, 1000, PIP)


def test_a_line_of_each_form_tells_of_the_same_download() -> None:
    assert read_nginx(nginx_line()) == USUAL
    assert read_combined(combined_line()) == USUAL
    assert read_fastly(fastly_line()) == USUAL._replace(sent=0)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param({"time": "1795348800.123"}, USUAL._replace(at_ms=NOON_MS + 123), id="milliseconds"),
        pytest.param({"time": "1795348800.1"}, USUAL._replace(at_ms=NOON_MS + 100), id="tenths of a second"),
        pytest.param({"time": 1795348800}, USUAL, id="a number for the time"),
        pytest.param({"time": "2026-11-22T13:30:00+01:30"}, USUAL, id="ISO 8601 with an offset"),
        pytest.param({"time": "2026-11-22T12:00:00Z"}, USUAL, id="ISO 8601 in UTC"),
        pytest.param({"time": "2026-11-22T12:00:00"}, Skipped.NO_TIME, id="ISO 8601 without an offset"),
        pytest.param({"time": "noon"}, Skipped.NO_TIME, id="a word for the time"),
        pytest.param({"time": ""}, Skipped.NO_TIME, id="no time"),
        pytest.param({"time": True}, Skipped.BROKEN, id="yes for the time"),
        pytest.param({"time": None}, Skipped.BROKEN, id="null for the time"),
        pytest.param({"time": [1]}, Skipped.BROKEN, id="a list for the time"),
        pytest.param({"method": "HEAD"}, Skipped.METHOD, id="HEAD"),
        pytest.param({"method": "OPTIONS"}, Skipped.METHOD, id="OPTIONS"),
        pytest.param({"status": 200}, USUAL, id="a number for the status"),
        pytest.param({"status": "304"}, Skipped.STATUS, id="304"),
        pytest.param({"status": "301"}, Skipped.STATUS, id="a redirect"),
        pytest.param({"status": "٢٠٠"}, Skipped.STATUS, id="digits of another script"),
        pytest.param({"path": f"{PATH}?x=1"}, USUAL, id="a query"),
        pytest.param({"path": f"https://index.example.org{PATH}"}, USUAL, id="a whole address"),
        pytest.param({"path": PATH.replace("_", "%5F")}, USUAL, id="a quoted letter"),
        pytest.param({"path": f"{PATH}.metadata"}, Skipped.NO_FILE, id="metadata"),
        pytest.param({"path": f"{PATH}.asc"}, Skipped.NO_FILE, id="a signature"),
        pytest.param({"path": "/simple/ham-egg/"}, Skipped.NO_FILE, id="a page"),
        pytest.param({"path": f"/elsewhere/{WHEEL}"}, Skipped.NO_FILE, id="a file elsewhere"),
        pytest.param({"path": "/packages/ab/ham_egg-1.0.egg"}, Skipped.NO_FILE, id="an egg"),
        pytest.param({"path": "/packages/..%2F..%2Fetc"}, Skipped.NO_FILE, id="a way out"),
        pytest.param({"path": "/packages/"}, Skipped.NO_FILE, id="no name"),
        pytest.param(
            {"status": "206", "range": "bytes 0-9/1000"}, USUAL._replace(status=206), id="a part from the beginning"
        ),
        pytest.param(
            {"status": "206", "range": "bytes 10-19/1000"},
            USUAL._replace(status=206, first_byte=10),
            id="a later part",
        ),
        pytest.param(
            {"status": "206", "range": ""}, USUAL._replace(status=206, first_byte=1), id="a part of who knows where"
        ),
        pytest.param(
            {"status": "206", "range": f"bytes {9**30}-"},
            USUAL._replace(status=206, first_byte=1),
            id="a part beyond every file",
        ),
        pytest.param({"range": "bytes 10-19/1000"}, USUAL, id="a range that was not used"),
        pytest.param({"bytes": "-1"}, Skipped.BROKEN, id="negative bytes"),
        pytest.param({"bytes": str(2**63)}, Skipped.BROKEN, id="bytes beyond 63 bits"),
        pytest.param({"bytes": ""}, USUAL._replace(sent=0), id="no bytes"),
        pytest.param({"agent": "-"}, USUAL._replace(user_agent=""), id="no client"),
    ],
)
def test_what_a_line_of_our_form_tells(told: dict[str, object], expected: Fetched | Skipped) -> None:
    assert read_nginx(nginx_line(**told)) == expected


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("", id="nothing"),
        pytest.param("{", id="half of it"),
        pytest.param("[]", id="a list"),
        pytest.param("7", id="a number"),
        pytest.param("[" * 60_000, id="very deep"),
        pytest.param('{"a":' * 10_000, id="very deep in names"),
        pytest.param('{"time": NaN', id="no number"),
        pytest.param("\0", id="NUL"),
    ],
)
def test_what_is_no_line_of_our_form_is_broken(line: str) -> None:
    assert read_nginx(line) is Skipped.BROKEN


def test_a_number_that_is_none_is_no_time() -> None:
    assert read_nginx(nginx_line(time=float("nan"))) is Skipped.NO_TIME


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(combined_line(time="22/Nov/2026:13:30:00 +0130"), USUAL, id="east of Greenwich"),
        pytest.param(combined_line(time="22/Nov/2026:07:00:00 -0500"), USUAL, id="west of it"),
        pytest.param(combined_line(time="22/Nov/2026:12:00:60 +0000"), Skipped.NO_TIME, id="a leap second"),
        pytest.param(combined_line(time="31/Nov/2026:12:00:00 +0000"), Skipped.NO_TIME, id="no such day"),
        pytest.param(combined_line(time="22/Now/2026:12:00:00 +0000"), Skipped.NO_TIME, id="no such month"),
        pytest.param(combined_line(time="22/Nov/2026:12:00:00 +9999"), Skipped.NO_TIME, id="no such zone"),
        pytest.param(
            combined_line(time="01/Jan/0001:00:00:00 +2359"), USUAL._replace(at_ms=-62135683140000), id="year 1"
        ),
        pytest.param(
            combined_line(time="31/Dec/9999:23:59:59 -0100"), USUAL._replace(at_ms=253402304399000), id="year 9999"
        ),
        pytest.param(
            combined_line(status=206), USUAL._replace(status=206, first_byte=1), id="a part of who knows where"
        ),
        pytest.param(combined_line(status=404), Skipped.STATUS, id="404"),
        pytest.param(combined_line(request=f"HEAD {PATH} HTTP/1.1"), Skipped.METHOD, id="HEAD"),
        pytest.param(combined_line(request="-"), Skipped.METHOD, id="no request"),
        pytest.param(combined_line(request=r"\x16\x03\x01"), Skipped.METHOD, id="a request of bytes"),
        pytest.param(combined_line(request=f"GET {PATH}"), USUAL, id="HTTP 0.9"),
        pytest.param(combined_line(request=r"GET /a\"b HTTP/1.1"), Skipped.NO_FILE, id="a quotation mark in a path"),
        pytest.param(combined_line(agent="-"), USUAL._replace(user_agent=""), id="no client"),
        pytest.param(combined_line(agent="\\"), USUAL._replace(user_agent="\\"), id="a backslash"),
        pytest.param(
            combined_line(agent="é\\xC3\\xA9".replace("\\", "\0")).replace("\0", "\\"),
            USUAL._replace(user_agent="éÃ©"),
            id="letters in two ways",
        ),
        pytest.param(
            combined_line(agent="-").replace('"-"', r'"\xC3\xA9"'), USUAL._replace(user_agent="é"), id="bytes of UTF-8"
        ),
        pytest.param(
            combined_line(agent="-").replace('"-"', r'"a\"b"'),
            USUAL._replace(user_agent='a"b'),
            id="as Apache marks it",
        ),
        pytest.param(combined_line() + ' "192.0.2.9" 0.003', USUAL, id="more at the end"),
        pytest.param(combined_line().rpartition(' "-"')[0], USUAL._replace(user_agent=""), id="the common form"),
        pytest.param(combined_line().replace(" 1000 ", " - "), USUAL._replace(sent=0), id="no bytes"),
        pytest.param(combined_line().replace("- - [", "- o'hara [").replace("192.0.2.1", "::1"), USUAL, id="somebody"),
        pytest.param("[" * 60_000, Skipped.BROKEN, id="brackets"),
        pytest.param("x" * 60_000, Skipped.BROKEN, id="letters"),
        pytest.param("", Skipped.BROKEN, id="nothing"),
    ],
)
def test_what_a_combined_line_tells(line: str, expected: Fetched | Skipped) -> None:
    assert read_combined(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(fastly_line(agent="a|b|c"), USUAL._replace(sent=0, user_agent="a|b|c"), id="bars in the client"),
        pytest.param(fastly_line(agent="(null)"), USUAL._replace(sent=0, user_agent=""), id="no client"),
        pytest.param(fastly_line(time="Sun, 22 Nov 2026 12:00:00 CET"), Skipped.NO_TIME, id="another zone"),
        pytest.param(fastly_line(time="(null)"), Skipped.NO_TIME, id="no time"),
        pytest.param(fastly_line(path=f"{PATH}.metadata"), Skipped.NO_FILE, id="metadata"),
        pytest.param("simple|Sun, 22 Nov 2026 12:00:00 GMT|FR|/simple/ham/|||||||pip", Skipped.NO_FILE, id="a page"),
        pytest.param("download|", Skipped.BROKEN, id="half of it"),
        pytest.param("upload|||||||||", Skipped.BROKEN, id="another word"),
        pytest.param("", Skipped.BROKEN, id="nothing"),
    ],
)
def test_what_a_line_of_the_edge_tells(line: str, expected: Fetched | Skipped) -> None:
    assert read_fastly(line) == expected


@pytest.mark.parametrize(
    ("line", "form"),
    [
        (nginx_line(), Form.NGINX),
        (nginx_line(method="POST"), Form.NGINX),
        (combined_line(request="-"), Form.COMBINED),
        (fastly_line(), Form.FASTLY),
        ("simple|x", Form.FASTLY),
        ('{"format":1,"time":"2026-11-22T12:00:00.000Z"}', None),
        ("{", None),
        ("project,download_count", None),
        ("", None),
    ],
)
def test_a_line_shows_its_form(line: str, form: Form | None) -> None:
    assert recognise_line(line) is form


PIECES = st.sampled_from(
    [nginx_line(), combined_line(), fastly_line(), PATH, '"', "\\", "[", "]", "|", "\0", "\ud800", "{", "206", "-", " "]
)
HOSTILE = st.one_of(
    st.text(), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=12).map("".join), st.binary().map(str)
)


@given(HOSTILE)
@example('{"a":' * 5_000)
def test_whatever_a_line_holds_it_is_read_or_skipped(line: str) -> None:
    for form, read in READERS.items():
        assert isinstance(read(line), Fetched | Skipped), form
    recognise_line(line)


@given(
    st.dictionaries(
        st.sampled_from(["time", "method", "path", "status", "range", "bytes", "agent"]),
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers(), max_size=2)),
    )
)
def test_whatever_a_field_holds_a_line_is_read_or_skipped(told: dict[str, object]) -> None:
    assert isinstance(read_nginx(nginx_line(**told)), Fetched | Skipped)
    assert isinstance(read_nginx(json.dumps(told)), Fetched | Skipped)


@pytest.mark.parametrize("form", READERS)
@pytest.mark.parametrize(
    "line",
    [
        pytest.param('x [22] "' + '\\"' * 32_000, id="quotation marks"),
        pytest.param('x [22] "' + "\\" * 64_000, id="backslashes"),
        pytest.param(' "' * 32_000, id="opened again and again"),
        pytest.param("download" + "|" * 64_000, id="bars"),
    ],
)
def test_a_hostile_line_costs_no_more_than_its_length(form: Form, line: str) -> None:
    begin = time.process_time()
    READERS[form](line)
    assert time.process_time() - begin < 1
