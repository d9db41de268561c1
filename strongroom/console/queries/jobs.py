"""How the keeper's jobs go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from strongroom.console.models import JobState
from strongroom.console.rules.jobs import Job, is_overdue


@dataclass(frozen=True)
class JobLine:
    """One job of the keeper. ``name`` is its value; without ``ended_at`` it was never done."""

    name: str
    begun_at: datetime | None
    ended_at: datetime | None
    failures: int
    failed_at: datetime | None
    failure: str
    is_overdue: bool


def list_jobs(*, now: datetime) -> list[JobLine]:
    """Every job, in the order of the list; what an older version noted comes last."""
    rows = {row.pk: row for row in JobState.objects.all()}
    names = [job.value for job in Job]
    names += sorted(set(rows) - set(names))
    return [_line(name, rows.get(name), now=now) for name in names]


def _line(name: str, row: JobState | None, *, now: datetime) -> JobLine:
    if row is None:
        return JobLine(name, None, None, 0, None, "", is_overdue=False)
    return JobLine(
        name=name,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        failures=row.failures_in_a_row,
        failed_at=row.failed_at,
        failure=row.failure,
        is_overdue=is_overdue(name, ended_at=row.ended_at, now=now),
    )
