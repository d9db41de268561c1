"""When a mail that asks something of people may be written: never on a Friday evening or a weekend, wherever they live.

Nobody is asked where that is, so it must hold at every offset from UTC that is in use, from 12 hours behind it to 14
ahead. Monday begins last in the west, at 12:00 UTC; Friday's evening (17:00) begins first in the east, at 03:00 UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

FURTHEST_WEST = timedelta(hours=-12)
FURTHEST_EAST = timedelta(hours=14)

_FRIDAYS_EVENING = timedelta(days=4, hours=17)
"""Counted from the beginning of Monday, by the clock of whoever reads."""

_WEEK = timedelta(days=7)
_BEGIN = -FURTHEST_WEST
_END = _FRIDAYS_EVENING - FURTHEST_EAST


def may_write_now(now: datetime) -> bool:
    """Whether it is a working day for everybody: from Monday 12:00 UTC until before Friday 03:00 UTC."""
    return _BEGIN <= _since_monday(now) < _END


def next_writing_time(now: datetime) -> datetime:
    """The next moment at which such a mail may leave: now, or Monday 12:00 UTC."""
    if may_write_now(now):
        return now
    passed = _since_monday(now)
    return now - passed + _BEGIN + (_WEEK if passed >= _END else timedelta(0))


def _since_monday(now: datetime) -> timedelta:
    at = now.astimezone(UTC)
    monday = at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=at.weekday())
    return at - monday
