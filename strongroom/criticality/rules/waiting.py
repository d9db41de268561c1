"""The circuit breaker: a designation is for good, so a run that looks wrong waits for those who run the index."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_high, median_low

MOST_NEW = 10
MOST_NEW_PERCENT = 5
LEAST_DAYS_PERCENT = 95
MOST_TIMES_THE_WEEK = 5


class Doubt(enum.Enum):
    """Why a run waits. The value is stored."""

    FIRST_RUN = "first-run"
    TOO_MANY_NEW = "too-many-new"
    DAYS_MISSING = "days-missing"
    NEWEST_DAY_HIGH = "newest-day-high"
    DAY_IN_QUESTION = "day-in-question"


class RunState(enum.Enum):
    """What became of a run. The value is stored."""

    APPLIED = "applied"
    PROPOSED = "proposed"
    APPROVED = "approved"
    DISMISSED = "dismissed"


HAS_DESIGNATED = frozenset({RunState.APPLIED, RunState.APPROVED})


@dataclass(frozen=True)
class RunFacts:
    """A run as the breaker sees it. ``week`` is the sum of each of the seven days up to the newest, as far as known,
    the newest last; ``newest`` nothing when that day is missing. ``has_day_in_question`` when an earlier run still
    waits because its newest day was too high, and that day counts here as well.
    """

    is_first: bool
    newly: int
    k: int
    days_present: int
    days_expected: int
    newest: int | None
    week: Sequence[int]
    has_day_in_question: bool = False


def doubts_about(facts: RunFacts) -> tuple[Doubt, ...]:
    """Why the run must wait; nothing when it need not (rule 12)."""
    found = []
    if facts.is_first:
        found.append(Doubt.FIRST_RUN)
    if is_too_many(facts.newly, k=facts.k):
        found.append(Doubt.TOO_MANY_NEW)
    # In whole numbers: more than 5 % of the days are missing.
    if facts.days_present * 100 < facts.days_expected * LEAST_DAYS_PERCENT:
        found.append(Doubt.DAYS_MISSING)
    if facts.newest is not None and is_far_above(facts.newest, facts.week):
        found.append(Doubt.NEWEST_DAY_HIGH)
    # Else what one run waits for, the next would do a day later.
    if facts.has_day_in_question:
        found.append(Doubt.DAY_IN_QUESTION)
    return tuple(found)


def is_too_many(newly: int, *, k: int) -> bool:
    """Whether so many new ones in one run are more than max(10, 5 % of k)."""
    return newly > MOST_NEW and newly * 100 > k * MOST_NEW_PERCENT


def is_far_above(newest: int, week: Sequence[int]) -> bool:
    """Whether a day is more than five times the median of its week. In whole numbers, of any size."""
    return 2 * newest > MOST_TIMES_THE_WEEK * (median_low(week) + median_high(week))
