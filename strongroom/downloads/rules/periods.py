"""Stretches of whole UTC days, and which instants downloads can have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from strongroom.downloads.rules.days import days_between
from strongroom.downloads.rules.sources import Skipped
from strongroom.terms.refusals import Reason, Refused

LONGEST_PERIOD = 1100
"""Days over which a total is spread, and for which the authority is changed at once: three years."""

EARLIEST = datetime(2003, 1, 1, tzinfo=UTC)
"""The first Python package index began in 2003; nothing was downloaded from one before."""

TOLERANCE = timedelta(minutes=5)
"""Clocks of other machines go before ours by as much."""


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both among them."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return days_between(self.first, self.last)


def periods_of(days: Iterable[date]) -> list[Period]:
    """The stretches of days without a gap that some days make, in order."""
    found: list[Period] = []
    for day in sorted(set(days)):
        if found and (day - found[-1].last).days == 1:
            found[-1] = Period(found[-1].first, day)
        else:
            found.append(Period(day, day))
    return found


def require_period(period: Period, now: datetime) -> None:
    """A period begins before it ends, has no day that is still to come, and is no longer than three years."""
    is_in_order = EARLIEST.date() <= period.first <= period.last <= now.astimezone(UTC).date()
    if not is_in_order or (period.last - period.first).days >= LONGEST_PERIOD:
        raise Refused(Reason.PERIOD_INVALID, first=period.first, last=period.last, most=LONGEST_PERIOD)


def doubt_time(at_ms: int, latest_ms: int) -> Skipped | None:
    """Why nothing can have been downloaded at an instant, in milliseconds since 1970."""
    if at_ms > latest_ms:
        return Skipped.FUTURE
    return Skipped.TOO_OLD if at_ms < EARLIEST_MS else None


def latest_ms(now: datetime) -> int:
    """The last instant that is believed, in milliseconds since 1970."""
    return int((now + TOLERANCE).timestamp() * 1000)


EARLIEST_MS = int(EARLIEST.timestamp() * 1000)


def spread(total: int, days: int) -> list[int]:
    """A total over so many days, in whole numbers that differ by at most one and add up exactly to it."""
    return [total * (day + 1) // days - total * day // days for day in range(days)]
