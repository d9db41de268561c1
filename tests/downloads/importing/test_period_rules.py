"""Stretches of days, totals over them, and which instants are believed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.downloads.rules.periods import (
    LONGEST_PERIOD,
    Period,
    doubt_time,
    latest_ms,
    periods_of,
    require_period,
    spread,
)
from strongroom.downloads.rules.sources import Skipped
from strongroom.terms.refusals import Reason, refusal_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        pytest.param(TODAY, TODAY, None, id="today"),
        pytest.param(date(2026, 10, 1), date(2026, 10, 30), None, id="a month"),
        pytest.param(TODAY - timedelta(LONGEST_PERIOD - 1), TODAY, None, id="three years"),
        pytest.param(TODAY - timedelta(LONGEST_PERIOD), TODAY, Reason.PERIOD_INVALID, id="a day more"),
        pytest.param(TODAY, TODAY + timedelta(1), Reason.PERIOD_INVALID, id="until tomorrow"),
        pytest.param(TODAY, TODAY - timedelta(1), Reason.PERIOD_INVALID, id="backwards"),
        pytest.param(date(2002, 12, 31), date(2003, 1, 1), Reason.PERIOD_INVALID, id="before any index"),
        pytest.param(date(1, 1, 1), date(9999, 12, 31), Reason.PERIOD_INVALID, id="all time"),
    ],
)
def test_which_periods_can_be_used(first: date, last: date, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_period(Period(first, last), NOW)) is reason


def test_today_is_a_day_of_utc() -> None:
    east = datetime.fromisoformat("2026-11-24T01:00:00+14:00")
    tomorrow = Period(date(2026, 11, 24), date(2026, 11, 24))
    assert refusal_of(lambda: require_period(tomorrow, east)) is Reason.PERIOD_INVALID


def test_an_instant_is_believed_from_2003_to_five_minutes_from_now() -> None:
    latest = latest_ms(NOW)
    assert latest == int(NOW.timestamp() * 1000) + 300_000
    assert doubt_time(latest, latest) is None
    assert doubt_time(latest + 1, latest) is Skipped.FUTURE
    assert doubt_time(1_041_379_200_000, latest) is None
    assert doubt_time(1_041_379_199_999, latest) is Skipped.TOO_OLD


@given(st.integers(0, 10**12), st.integers(1, LONGEST_PERIOD))
def test_a_total_is_spread_in_whole_numbers_that_add_up_to_it(total: int, days: int) -> None:
    parts = spread(total, days)
    assert len(parts) == days
    assert sum(parts) == total
    assert max(parts) - min(parts) <= 1


def test_days_without_a_gap_are_told_as_one_stretch() -> None:
    days = [date(2026, 3, 1), date(2026, 2, 28), date(2026, 3, 3), date(2026, 3, 1)]
    assert periods_of(days) == [Period(date(2026, 2, 28), date(2026, 3, 1)), Period(date(2026, 3, 3), date(2026, 3, 3))]
    assert periods_of([]) == []
