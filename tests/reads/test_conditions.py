from __future__ import annotations

import pytest

from strongroom.reads.conditions import (
    Part,
    RangeProblem,
    choose_part,
    is_not_modified,
    is_range_current,
    parse_date,
    render_date,
)

NONE, BAD = RangeProblem.NONE_ASKED, RangeProblem.UNSATISFIABLE
NOON = 1_795_521_600


@pytest.mark.parametrize(
    ("header", "part"),
    [
        pytest.param(None, NONE, id="none"),
        pytest.param("bytes=0-0", Part(0, 1), id="first-byte"),
        pytest.param("bytes=0-99", Part(0, 100), id="all-of-it"),
        pytest.param("bytes=0-1000", Part(0, 100), id="beyond-the-end"),
        pytest.param("bytes=90-", Part(90, 100), id="open-end"),
        pytest.param("bytes=-10", Part(90, 100), id="suffix"),
        pytest.param("bytes=-1000", Part(0, 100), id="suffix-longer-than-file"),
        pytest.param("Bytes = 1 - 2", Part(1, 3), id="case-and-blanks"),
        pytest.param("bytes=-0", BAD, id="empty-suffix"),
        pytest.param("bytes=100-", BAD, id="begins-at-the-end"),
        pytest.param("bytes=100-200", BAD, id="begins-beyond"),
        pytest.param("bytes=5-4", NONE, id="ends-before-it-begins"),
        pytest.param("bytes=0-1,5-6", NONE, id="several"),
        pytest.param("lines=0-1", NONE, id="another-unit"),
        pytest.param("bytes=", NONE, id="empty"),
        pytest.param("bytes=-", NONE, id="dash"),
        pytest.param("bytes=a-b", NONE, id="no-numbers"),
        pytest.param("bytes=+1-2", NONE, id="sign"),
        pytest.param("bytes=\u0661-\u0662", NONE, id="other-digits"),
        pytest.param("bytes=" + "9" * 4000 + "-", NONE, id="a-number-without-end"),
    ],
)
def test_f2_a_range_header_asks_for_one_part(header: str | None, part: object) -> None:
    assert choose_part(header, 100) == part


def test_f2_an_empty_file_has_no_part() -> None:
    assert choose_part("bytes=-5", 0) is BAD


@pytest.mark.parametrize(
    ("if_none_match", "if_modified_since", "unchanged"),
    [
        pytest.param(None, None, False, id="nothing-asked"),
        pytest.param('"a"', None, True, id="same-tag"),
        pytest.param('W/"a"', None, True, id="weak-comparison"),
        pytest.param('"b", W/"c","a"', None, True, id="list"),
        pytest.param("*", None, True, id="anything"),
        pytest.param('"b"', None, False, id="another-tag"),
        pytest.param("a", None, False, id="not-quoted"),
        pytest.param('"b"', render_date(NOON), False, id="the-tag-decides-alone"),
        pytest.param(None, render_date(NOON), True, id="same-date"),
        pytest.param(None, render_date(NOON + 1), True, id="later-date"),
        pytest.param(None, render_date(NOON - 1), False, id="earlier-date"),
        pytest.param(None, "yesterday", False, id="unreadable-date"),
    ],
)
def test_c10_a_client_that_has_the_page_is_told_so(
    if_none_match: str | None, if_modified_since: str | None, unchanged: bool
) -> None:
    told = is_not_modified(etag='"a"', modified=NOON, if_none_match=if_none_match, if_modified_since=if_modified_since)
    assert told is unchanged


@pytest.mark.parametrize(
    ("if_range", "current"),
    [
        pytest.param(None, True, id="absent"),
        pytest.param('"a"', True, id="same-tag"),
        pytest.param('W/"a"', False, id="strong-comparison"),
        pytest.param('"b"', False, id="another-tag"),
        pytest.param(render_date(NOON), True, id="same-date"),
        pytest.param(render_date(NOON + 1), False, id="another-date"),
        pytest.param("nonsense", False, id="unreadable"),
    ],
)
def test_f2_a_part_is_sent_only_of_the_file_that_the_client_began(if_range: str | None, current: bool) -> None:
    assert is_range_current(if_range, etag='"a"', modified=NOON) is current


def test_dates_are_read_as_they_are_written() -> None:
    assert parse_date(render_date(NOON)) == NOON
