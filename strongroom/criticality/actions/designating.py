"""Making names critical. It is for good: there is nothing that takes it back, and the database refuses to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from strongroom.criticality.models import Run, Untold
from strongroom.criticality.rules.cohort import RULE_VERSION
from strongroom.criticality.rules.designations import Ground
from strongroom.criticality.rules.standings import Standing
from strongroom.downloads.rules.days import day_of
from strongroom.projects.models import Designation, Project
from strongroom.projects.queries.critical import critical_among, is_critical
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import Actor, ActorKind
from strongroom.terms.names import NormalizedName, ProjectName
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.texts import plain_line

_AT_ONCE = 500
"""Rows in one statement."""


def designate(*, by: Actor, now: datetime, run: Run, standings: Sequence[Standing]) -> int:
    """Make the projects of a run critical that are not yet, each recorded; how many. In the caller's transaction."""
    known = critical_among([NormalizedName(one.project) for one in standings])
    fresh = [one for one in standings if one.project not in known]
    shown = _projects_of([one.project for one in fresh])
    rows = []
    for one in fresh:
        project_id, display_name = shown.get(one.project, (None, one.project))
        rows.append(
            Designation(
                normalized_name=one.project,
                display_name=display_name,
                project_id=project_id,
                run=run.pk,
                day=run.day,
                reason=Ground.DOWNLOADS.value,
                rule_version=run.rule_version,
                total=one.total,
                rank=one.rank,
                projects=run.projects,
                k=run.k,
                threshold=run.threshold,
                best_day=one.best_day,
                ci=one.ci,
                mirrors=one.mirrors,
                made_at=now,
            )
        )
    # Whoever names one of them at this very moment wins, and what is recorded is what was written.
    Designation.objects.bulk_create(rows, batch_size=_AT_ONCE, ignore_conflicts=True)
    made = set(Designation.objects.filter(run=run.pk).values_list("normalized_name", flat=True))
    _tell([row for row in rows if row.normalized_name in made], by=by, now=now)
    return len(made)


def designate_name(*, by: Actor, now: datetime, name: ProjectName, sentence: str) -> None:
    """Make a name critical because those who run the index say so, whether it has a project or not.

    Raises Refused: ALREADY_CRITICAL. In the caller's transaction.
    """
    if is_critical(name.normalized):
        raise Refused(Reason.ALREADY_CRITICAL, name=name.display)
    project_id, display_name = _projects_of([name.normalized]).get(name.normalized, (None, name.display))
    row = Designation(
        normalized_name=name.normalized,
        display_name=display_name,
        project_id=project_id,
        day=day_of(now),
        reason=Ground.OPERATOR.value,
        sentence=plain_line(sentence),
        rule_version=RULE_VERSION,
        made_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused(Reason.ALREADY_CRITICAL, name=name.display) from None
    _tell([row], by=by, now=now)


def _projects_of(names: Sequence[str]) -> dict[str, tuple[int, str]]:
    found = {}
    for start in range(0, len(names), _AT_ONCE):
        rows = Project.objects.filter(normalized_name__in=names[start : start + _AT_ONCE])
        told = rows.values_list("normalized_name", "pk", "display_name")
        found.update({name: (pk, display) for name, pk, display in told})
    return found


def _tell(rows: Sequence[Designation], *, by: Actor, now: datetime) -> None:
    """Record each, and note that its people and its pages are still to be told."""
    Untold.objects.bulk_create(
        [Untold(normalized_name=row.normalized_name, since=now) for row in rows],
        batch_size=_AT_ONCE,
        ignore_conflicts=True,
    )
    for row in rows:
        details: dict[str, object] = {"day": row.day.isoformat(), "reason": row.reason}
        if row.reason == Ground.OPERATOR.value:
            details["sentence"] = row.sentence
        else:
            numbers = ("run", "rank", "total", "threshold", "k", "projects", "rule_version")
            details.update({name: getattr(row, name) for name in numbers})
        if by.kind is ActorKind.ACCOUNT:
            # Those who look after the project are told that staff did it, and not who of them.
            details["is_office"] = True
        subject = Subject(SubjectKind.PROJECT, row.normalized_name)
        record_event(by=by, now=now, deed=Deed.BECAME_CRITICAL, subject=subject, details=details)
