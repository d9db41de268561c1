"""When one client or one file of a project was fetched so often on a day that somebody should look at it.

Nothing of it changes a count: a new release on every front page looks the same as a script that fetches a file in a
loop, and only people can tell them apart.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

LEAST_COUNTED = 1_000
"""Downloads of a day: fewer move no project near the line, whatever they were before."""

MOST_TIMES = 10
"""Weekends, releases and holidays move a project by less than this; a script that counts for something, by more."""

DAYS_BEFORE = 28
"""What is usual is the median of so many days before: four of each weekday."""

LEAST_KNOWN_DAYS = 7
"""Of fewer days before nothing can be called usual, so an index that has just begun to count marks nothing."""

LEAST_AGE_DAYS = 7
"""A client or a file that appeared since has no past of its own: a new release takes over the downloads of the one
before it. It is held against what the whole project usually has."""


class SpikeKind(enum.Enum):
    """Of what there was too much. The value is stored."""

    CLIENT = "client"
    FILE = "file"


@dataclass(frozen=True)
class Fetched:
    """How often one client fetched a project, or one file of it was fetched, on a day and before.

    ``own`` and ``whole`` are twice the median of the days before, of itself and of the whole project: twice, so that
    the middle of two days is a whole number too. ``first_seen`` is how many days ago it was seen first, at most
    ``DAYS_BEFORE``; 0 when it was not there before.
    """

    counted: int
    own: int
    first_seen: int
    whole: int


def doubled_usual(fetched: Fetched) -> int:
    """Twice what it is held against: its own usual day, or for what is new the usual day of the whole project."""
    return fetched.own if fetched.first_seen >= LEAST_AGE_DAYS else fetched.whole


def is_spike(fetched: Fetched) -> bool:
    """Whether so many are worth a look: 1,000 or more, and more than ten times what is usual."""
    return fetched.counted >= LEAST_COUNTED and fetched.counted * 2 > MOST_TIMES * doubled_usual(fetched)


def middle_places(days: int) -> tuple[int, int]:
    """Which places the two middle ones of so many days have, the largest first: the same one twice when it is odd."""
    return (days + 1) // 2, days // 2 + 1
