"""What needs the attention of those who run the index, counted so far as anybody needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from strongroom.accounts.models import Account
from strongroom.accounts.queries.mails import MailState, mails_in
from strongroom.console.queries.jobs import JobLine, list_jobs
from strongroom.console.queries.orphans import orphans
from strongroom.console.queries.projects import Only, ProjectLine, deleting_next, projects_of
from strongroom.criticality.queries.runs import count_waiting
from strongroom.downloads.queries.spikes import count_open_spikes

MOST_COUNTED = 100
"""Whether it is a hundred or a thousand, somebody has to look."""

SOON_GONE = 5


@dataclass(frozen=True)
class Count:
    """How many there are; ``is_more`` when there are more than were counted."""

    number: int
    is_more: bool


@dataclass(frozen=True)
class Overview:
    """Everything that somebody may have to look at."""

    runs_waiting: Count
    spikes_open: Count
    orphaned: Count
    quarantined: Count
    deleted: Count
    suspended: Count
    mails_failed: Count
    mails_given_up: Count
    jobs: list[JobLine]
    soon_gone: list[ProjectLine]

    @property
    def failing(self) -> list[JobLine]:
        """The jobs that failed the last time, or are not being done."""
        return [job for job in self.jobs if job.failures or job.is_overdue]

    @property
    def is_unkept(self) -> bool:
        """Whether no job was ever noted: nothing keeps this index, or it has only just begun."""
        return all(job.ended_at is None for job in self.jobs)


def load_overview(*, now: datetime) -> Overview:
    """What needs attention. A fixed number of questions, each answered by an index of its own."""
    return Overview(
        runs_waiting=_clipped(count_waiting(most=MOST_COUNTED + 1)),
        spikes_open=_clipped(count_open_spikes(most=MOST_COUNTED + 1)),
        orphaned=count(orphans()),
        quarantined=count(projects_of(Only.QUARANTINED)),
        deleted=count(projects_of(Only.DELETED).filter(purged_at=None)),
        suspended=count(Account.objects.filter(suspended_at__isnull=False, closed_at=None)),
        mails_failed=count(mails_in(MailState.FAILED)),
        mails_given_up=count(mails_in(MailState.GIVEN_UP)),
        jobs=list_jobs(now=now),
        soon_gone=deleting_next(SOON_GONE),
    )


def count(rows: QuerySet[Any]) -> Count:
    """How many rows there are, as far as it matters."""
    return _clipped(rows[: MOST_COUNTED + 1].count())


def _clipped(number: int) -> Count:
    return Count(min(number, MOST_COUNTED), number > MOST_COUNTED)
