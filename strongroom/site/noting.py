"""Writing down how the keeper's jobs go, so that those who run the index see which of them fail.

Cheaply: at most once a minute while all goes well. A job is never stopped by what is written about it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, InterfaceError, OperationalError
from django.utils import timezone

from strongroom.console.actions.jobs import note_job
from strongroom.console.rules.jobs import Job, failure_line, is_noted_now

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Noted:
    """What was written last of a job by this process."""

    at: datetime
    has_failed: bool


_last: dict[Job, _Noted] = {}


@contextmanager
def noted(job: Job) -> Iterator[None]:
    """Do a job of the keeper, and note how it went.

    A database that is away is not asked to note that it is; that a job is overdue is seen from its last note.
    """
    begun_at = timezone.now()
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception as failed:
        _note(job, begun_at, failure=failure_line(type(failed).__name__, str(failed)))
        raise
    _note(job, begun_at, failure="")


def _note(job: Job, begun_at: datetime, *, failure: str) -> None:
    now, last = timezone.now(), _last.get(job)
    is_due = is_noted_now(
        noted_at=None if last is None else last.at,
        was_failing=last is not None and last.has_failed,
        has_failed=bool(failure),
        now=now,
    )
    if not is_due:
        return
    try:
        note_job(job=job, begun_at=begun_at, now=now, failure=failure)
    except DatabaseError as away:
        # Noted the next time that it can be: the job itself goes on without.
        _log.warning("how the job %s went could not be noted: %s", job.value, away)
        return
    _last[job] = _Noted(now, bool(failure))
