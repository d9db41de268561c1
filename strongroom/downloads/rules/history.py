"""What is known of a project's downloads over time, and what is told of the newest days."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

FOLDER = "history"
"""Where the files of the months lie, below the folder of downloads."""

OF_ALL = ""
"""The name, which no project has, under which such a file keeps the days that it knows."""

MOST_VERSIONS, MOST_CLIENTS = 30, 20
"""So many of each month are kept: the others add up to little, and are shown as the rest."""

UNKNOWN = ""
"""The version or the client of downloads of which none is known."""

LAST_WEEK, LAST_MONTH = 7, 30
"""Days, as everybody counts who publishes such numbers."""


@dataclass(frozen=True)
class History:
    """Downloads of one project from the first day to the last.

    ``days`` holds every day that is known, those without downloads as 0; a day that is not there is missing.
    ``versions`` and ``clients`` add up whole months, from ``since``.
    """

    first: date
    last: date
    days: Mapping[date, int]
    since: date
    versions: Mapping[str, int]
    clients: Mapping[str, int]
    in_months: int

    @property
    def total(self) -> int:
        """All downloads of the days."""
        return sum(self.days.values())


@dataclass(frozen=True)
class Recent:
    """Downloads of the last day, week and month that are over; ``through`` is the last of their days."""

    through: date
    last_day: int
    last_week: int
    last_month: int
    days_known: int


def recent_of(days: Mapping[date, int], *, today: date) -> Recent:
    """What is told of the days before today. Missing days add nothing; ``days_known`` says how many of 30 there are."""
    through = today - timedelta(days=1)

    def within(length: int) -> list[int]:
        first = today - timedelta(days=length)
        return [count for day, count in days.items() if first <= day <= through]

    month = within(LAST_MONTH)
    return Recent(through, days.get(through, 0), sum(within(LAST_WEEK)), sum(month), len(month))


def months_between(first: date, last: date) -> list[date]:
    """The first day of every month that a span of days touches."""
    number, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(number, end + 1)]


def largest(counts: Mapping[str, int], *, most: int, total: int) -> tuple[list[tuple[str, int]], int]:
    """The largest of the counts, and what the others add up to; equal ones in order of their names."""
    ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:most]
    return ranked, max(0, total - sum(count for _, count in ranked))


def days_missing(days: Collection[date], *, first: date, last: date) -> int:
    """How many days of a span are not known."""
    return (last - first).days + 1 - sum(first <= day <= last for day in days)
