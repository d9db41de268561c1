"""Tables of downloads: which column means what, and one row of CSV."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.downloads.rules.sources import Form, Skipped, SkippedLines, render_skips
from strongroom.downloads.rules.tables import CsvTable, Role, layout_of, read_header, read_row
from tests.downloads.importing.samples import EVENTS_HEADER


@pytest.mark.parametrize(
    ("names", "form", "found"),
    [
        pytest.param(["day", "project", "download_count"], Form.COUNTS, "DAY PROJECT AMOUNT", id="daily counts"),
        pytest.param(["Project", " Downloads "], Form.COUNTS, "PROJECT AMOUNT", id="totals, in capitals"),
        pytest.param(
            ["download_date", "project", "num_downloads", "version", "installer", "ci", "filename"],
            Form.COUNTS,
            "DAY PROJECT VERSION FILENAME CLIENT CI AMOUNT",
            id="daily counts with all that there may be",
        ),
        pytest.param(["timestamp", "project", "count"], Form.COUNTS, "TIME PROJECT AMOUNT", id="counts by time"),
        pytest.param(
            ["timestamp", "file.project", "details.installer.name", "details.ci", "details.system.name"],
            Form.EVENTS,
            "TIME PROJECT CLIENT SYSTEM CI",
            id="nested names",
        ),
        pytest.param(
            ["timestamp", "project", "installer.name", "python"], Form.EVENTS, "TIME PROJECT CLIENT PYTHON", id="flat"
        ),
        pytest.param(["date", "project"], Form.EVENTS, "DAY PROJECT", id="events by day"),
        pytest.param(["project"], None, "", id="nothing but projects"),
        pytest.param(["timestamp", "url"], None, "", id="no project"),
        pytest.param(["day", "count"], None, "", id="counts of nothing"),
        pytest.param([], None, "", id="no column"),
    ],
)
def test_what_columns_tell_is_known_by_their_names(names: list[str], form: Form | None, found: str) -> None:
    layout = layout_of(names)
    assert (layout and layout.form, {role.name for role in layout.columns} if layout else set()) == (
        form,
        set(found.split()),
    )


def test_of_two_columns_for_the_same_the_file_s_own_is_read() -> None:
    layout = layout_of(["timestamp", "project", "file_project"])
    assert layout
    assert layout.columns[Role.PROJECT] == 2


def test_a_table_is_read_in_the_form_that_was_told_if_it_can_be() -> None:
    names = ["timestamp", "project", "count"]
    found = layout_of(names, Form.EVENTS)
    assert found
    assert found.form is Form.EVENTS
    assert layout_of(["timestamp", "project"], Form.COUNTS) is None
    assert layout_of(["project", "count"], Form.EVENTS) is None


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_header_shows_the_separator(separator: str) -> None:
    table = read_header(EVENTS_HEADER.replace(",", separator))
    assert table
    assert (table.separator, table.width, table.layout.form) == (separator, 13, Form.EVENTS)


def test_a_header_may_begin_with_a_mark_of_its_encoding_and_have_quotation_marks() -> None:
    assert read_header('\ufeff"day","project","download_count"')


@pytest.mark.parametrize("line", ["", "rubbish", '"day,project', '{"day": 1}', "a,b,c", "\0"])
def test_what_is_no_header_is_none(line: str) -> None:
    assert read_header(line) is None


def a_table() -> CsvTable:
    """With a column that tells nothing."""
    table = read_header("day,project,x,download_count")
    assert table
    return table


TABLE = a_table()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-11-22,ham,,5", ["2026-11-22", "ham", "5"]),
        ('2026-11-22,"ham",",",5', ["2026-11-22", "ham", "5"]),
        ('2026-11-22,"h""am",,5', ["2026-11-22", 'h"am', "5"]),
        (",,,", ["", "", ""]),
        ("2026-11-22,ham,5", Skipped.BROKEN),
        ("2026-11-22,ham,,5,", Skipped.BROKEN),
        ('2026-11-22,"ham,,5', Skipped.BROKEN),
        ('2026-11-22,"ham"x,,5', Skipped.BROKEN),
        ("2026-11-22,ha\x1fm,,5", Skipped.BROKEN),
        ("2026-11-22,ha\0m,,5", Skipped.BROKEN),
        ("2026-11-22,ha\rm,,5", Skipped.BROKEN),
        ("", Skipped.BROKEN),
    ],
)
def test_a_row_is_read_or_broken(line: str, expected: list[str] | Skipped) -> None:
    assert read_row(line, TABLE) == expected


@given(st.text(alphabet=st.sampled_from('",;\t\r\0\x1fab5é\u202e\ud800 '), max_size=40))
def test_whatever_a_row_holds_its_cells_have_no_end_of_line_in_them(line: str) -> None:
    found = read_row(line, TABLE)
    if not isinstance(found, Skipped):
        assert len(found) == 3
        assert not set("\r\n\0\x1f") & set("".join(found))
    read_header(line)


def test_skipped_lines_are_told_in_order_with_the_first_of_each() -> None:
    lines = SkippedLines()
    lines.skip(Skipped.STATUS, 9)
    lines.skip(Skipped.BROKEN, 7, 1000)
    lines.skip(Skipped.STATUS, 3)

    assert lines.total == 1002
    assert list(lines.told.items()) == [("neither 200 nor 206", [2, 3]), ("cannot be read", [1000, 7])]
    assert render_skips(lines.told) == [
        "2 skipped: neither 200 nor 206; the first is line 3",
        "1,000 skipped: cannot be read; the first is line 7",
    ]
