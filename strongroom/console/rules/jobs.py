"""The jobs that the keeper does by itself, and how often it writes down how they went."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

NOTED_EVERY = timedelta(minutes=1)
"""While all goes well, how a job went is written this often; jobs are done every second."""

OVERDUE_AFTER = timedelta(minutes=5)
"""A job that has not been done for so long is not being done: nothing keeps this index."""

LONGEST_FAILURE = 300


class Job(enum.Enum):
    """One job of the keeper. The value is stored."""

    LETTERS = "letters"
    SWEEPING = "sweeping"
    ROOT_LIST = "root-list"
    DUE_PAGES = "due-pages"
    SPOOLS = "spools"
    READERS = "readers"
    HOLDS = "holds"
    PURGING = "purging"
    ORPHANS = "orphans"
    DESCRIPTIONS = "descriptions"
    COUNTING = "counting"


DONE_RARELY = {Job.HOLDS: timedelta(hours=3), Job.PURGING: timedelta(hours=3), Job.COUNTING: timedelta(hours=3)}
"""What is done once an hour or so is overdue later than the rest."""


def is_overdue(name: str, *, ended_at: datetime, now: datetime) -> bool:
    """Whether a job should have been done again since."""
    patience = next((span for job, span in DONE_RARELY.items() if job.value == name), OVERDUE_AFTER)
    return now - ended_at > patience


def is_noted_now(*, noted_at: datetime | None, was_failing: bool, has_failed: bool, now: datetime) -> bool:
    """Whether how a job went is written down: a failure and the first success after it at once, else now and then."""
    if has_failed or was_failing:
        return True
    return noted_at is None or now - noted_at >= NOTED_EVERY


def failure_line(kind: str, text: str) -> str:
    """A failure in one line, as the console shows it."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    told = f"{kind}: {first}" if first else kind
    return told if len(told) <= LONGEST_FAILURE else f"{told[: LONGEST_FAILURE - 1]}…"
