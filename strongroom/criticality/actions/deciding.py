"""Deciding about a run that waits: it designates, or it never will."""

from __future__ import annotations

from datetime import datetime

from strongroom.criticality.actions.designating import designate
from strongroom.criticality.models import Run
from strongroom.criticality.queries.snapshots import read_cohort
from strongroom.criticality.rules.waiting import RunState
from strongroom.gear.dayfiles import DayFiles
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import Actor
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.texts import plain_line

INDEX = Subject(SubjectKind.INDEX, "")


def approve_run(*, by: Actor, now: datetime, run: int, snapshots: DayFiles, office: str) -> int:
    """A run that waits was right: designate what it found, as its snapshot has it; how many are newly critical.

    In the caller's transaction. Raises Refused: RUN_UNKNOWN, RUN_DECIDED, SNAPSHOT_ALTERED.
    """
    row = _decide(run, RunState.APPROVED, now=now)
    standings = list(read_cohort(snapshots, path=row.path, sha256=row.csv_sha256))

    newly = designate(by=by, now=now, run=row, standings=standings)
    details = {"run": run, "day": row.day.isoformat(), "newly": newly, "office": plain_line(office)}
    record_event(by=by, now=now, deed=Deed.RUN_APPROVED, subject=INDEX, details=details)
    return newly


def dismiss_run(*, by: Actor, now: datetime, run: int, office: str) -> None:
    """A run that waits was wrong: it designates nobody, ever. In the caller's transaction.

    Raises Refused: RUN_UNKNOWN, RUN_DECIDED.
    """
    row = _decide(run, RunState.DISMISSED, now=now)

    details = {"run": run, "day": row.day.isoformat(), "office": plain_line(office)}
    record_event(by=by, now=now, deed=Deed.RUN_DISMISSED, subject=INDEX, details=details)


def _decide(run: int, state: RunState, *, now: datetime) -> Run:
    """Of two who decide at once, one does."""
    waiting = Run.objects.filter(pk=run, state=RunState.PROPOSED.value)
    if waiting.update(state=state.value, decided_at=now):
        return Run.objects.get(pk=run)
    if Run.objects.filter(pk=run).exists():
        raise Refused(Reason.RUN_DECIDED, run=run)
    raise Refused(Reason.RUN_UNKNOWN, run=run)
