"""Every row of the standards and the attacks has a test that exists, or a reason; and the page says so."""

from __future__ import annotations

import pytest

from tests.rows import FOLDER, Row, load_rows, names_of_tests, render_page

ROWS = [row for _, rows in load_rows() for row in rows]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.table} {row.id}")
def test_a_row_is_shown_by_tests_that_exist_or_says_why_there_is_none(row: Row) -> None:
    assert row.tests or row.reason
    for test in row.tests:
        path, _, name = test.partition("::")
        assert name in names_of_tests(path), test


def test_no_row_stands_twice() -> None:
    names = [(row.table, row.id) for row in ROWS]

    assert len(set(names)) == len(names)


def test_the_page_is_made_from_the_rows() -> None:
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == render_page(), "run: make rows"
