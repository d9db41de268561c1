"""Writing down how the keeper's jobs go. Nobody's deed: what a job does is recorded where it is done."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from strongroom.console.models import JobState
from strongroom.console.rules.jobs import Job


def note_job(*, job: Job, begun_at: datetime, now: datetime, failure: str = "") -> None:
    """Note that a job was done, or that it failed and why, in one line. One statement, two for the first time."""
    rows = JobState.objects.filter(pk=job.value)
    if failure:
        changed = rows.update(
            begun_at=begun_at,
            ended_at=now,
            failed_at=now,
            failure=failure,
            failures_in_a_row=F("failures_in_a_row") + 1,
        )
        values = {"begun_at": begun_at, "ended_at": now, "failed_at": now, "failure": failure, "failures_in_a_row": 1}
    else:
        changed = rows.update(begun_at=begun_at, ended_at=now, failures_in_a_row=0)
        values = {"begun_at": begun_at, "ended_at": now}
    if not changed:
        JobState.objects.get_or_create(pk=job.value, defaults=values)
