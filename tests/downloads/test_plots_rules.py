"""Where everything of a plot stands."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.downloads.rules.plots import MOST_MARKS, NARROW, SMALL, WIDE, Size, draw_days, named_days, scale_of

FIRST = date(2026, 5, 24)


def counts_of(*counts: int | None) -> dict[date, int]:
    return {FIRST + timedelta(days=number): count for number, count in enumerate(counts) if count is not None}


def points_of(path: str) -> list[list[tuple[float, float]]]:
    """The points of each part of a path."""
    return [
        [(float(x), float(y)) for x, y in re.findall(r"(-?[0-9.]+),(-?[0-9.]+)", part)] for part in path.split("M")[1:]
    ]


@pytest.mark.parametrize(
    ("highest", "step", "top"),
    [
        pytest.param(0, 1, 1, id="nothing at all"),
        pytest.param(1, 1, 1, id="one"),
        pytest.param(4, 1, 4, id="as many as there are marks"),
        pytest.param(5, 2, 6, id="one more"),
        pytest.param(40, 10, 40, id="just full"),
        pytest.param(41, 20, 60, id="over"),
        pytest.param(999, 500, 1000, id="hundreds"),
        pytest.param(2**60, 5 * 10**17, 15 * 10**17, id="beyond what floats hold"),
    ],
)
def test_a_scale_has_round_steps_and_holds_the_highest_count(highest: int, step: int, top: int) -> None:
    assert scale_of(highest) == (step, top)


@given(st.integers(min_value=0, max_value=2**63))
def test_every_scale_has_few_steps_and_is_not_much_too_high(highest: int) -> None:
    step, top = scale_of(highest)

    assert top % step == 0
    assert 1 <= top // step <= MOST_MARKS
    assert highest <= top
    assert top - highest < step or highest == 0


def test_missing_days_are_gaps_and_days_without_downloads_are_not() -> None:
    plot = draw_days(counts_of(5, 0, None, None, 7, 8), first=FIRST, last=FIRST + timedelta(days=5), size=WIDE)

    first, second = points_of(plot.line)
    assert [y for _, y in first][1] == WIDE.floor
    assert len(first) == len(second) == 2
    assert first[1][0] < second[0][0]
    assert len(points_of(plot.area)) == 2


def test_a_day_between_gaps_is_a_dot() -> None:
    plot = draw_days(counts_of(None, 5, None), first=FIRST, last=FIRST + timedelta(days=2), size=WIDE)

    assert plot.line.endswith("h0.01")


def test_the_threshold_stands_where_its_count_would_and_the_scale_holds_it() -> None:
    counts = counts_of(100, 200)
    plot = draw_days(counts, first=FIRST, last=FIRST + timedelta(days=1), size=WIDE, threshold=800)

    assert plot.at_line is not None
    assert plot.marks[-1].count == 800
    assert plot.at_line == plot.marks[-1].y
    assert draw_days(counts, first=FIRST, last=FIRST, size=WIDE).at_line is None


@pytest.mark.parametrize("size", [WIDE, NARROW, SMALL])
@given(
    counts=st.lists(st.none() | st.integers(min_value=0, max_value=2**63), min_size=1, max_size=200),
    threshold=st.none() | st.integers(min_value=0, max_value=2**63),
)
def test_everything_stands_within_the_drawing(size: Size, counts: list[int | None], threshold: int | None) -> None:
    last = FIRST + timedelta(days=len(counts) - 1)

    plot = draw_days(counts_of(*counts), first=FIRST, last=last, size=size, threshold=threshold)

    for run in points_of(plot.line):
        assert all(size.left <= x <= size.right_edge and 0 <= y <= size.floor for x, y in run)
    assert all(size.left <= one.x <= size.right_edge for one in plot.days)
    assert all(0 <= one.y <= size.floor for one in plot.marks)
    assert plot.at_line is None or 0 <= plot.at_line <= size.floor
    assert sum(len(run) for run in points_of(plot.line)) == sum(count is not None for count in counts)


def test_a_long_plot_names_months_and_a_short_one_days() -> None:
    half_a_year = named_days(FIRST, FIRST + timedelta(days=182), most=6)
    assert half_a_year == [date(2026, month, 1) for month in range(6, 12)]
    assert named_days(FIRST, FIRST + timedelta(days=182), most=3) == [date(2026, month, 1) for month in (6, 8, 10)]
    assert len(named_days(FIRST, FIRST + timedelta(days=29), most=6)) == 6
    assert named_days(FIRST, FIRST, most=6) == [FIRST]
