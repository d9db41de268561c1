"""Days as they are counted: which one an instant belongs to, and the digest that tells two countings apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

COLUMNS = ("counted", "mirrors", "proxies", "partial", "browser", "ci", "unknown", "other")
"""What is counted of each project on each day, in the order of the files and of the digest."""

REROLLED_DAYS = 3
"""So many days before today are added up anew each day, for events that come late (a machine that was away)."""

EPOCH = date(1970, 1, 1)
"""Day 0 of those that are numbered."""


def day_of(at: datetime) -> date:
    """The UTC day of an instant."""
    return at.astimezone(UTC).date()


def begin_of(day: date) -> datetime:
    """The first instant of a UTC day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def instant_of(milliseconds: int) -> datetime:
    """The instant so many milliseconds after 1970 began, UTC."""
    return begin_of(EPOCH) + timedelta(milliseconds=milliseconds)


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last, both among them."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def digest_counts(rows: Iterable[tuple[object, ...]]) -> str:
    """SHA-256 over the counts of a day: for each project, in order of its name in UTF-8, its name and the numbers of
    ``COLUMNS`` with commas between, and a line feed. It depends on no engine and on no form of file.
    """
    digest = hashlib.sha256()
    for row in rows:
        digest.update((",".join(map(str, row)) + "\n").encode())
    return digest.hexdigest()
