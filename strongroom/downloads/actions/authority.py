"""Which source counts on which days, changed by those who run the index."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from strongroom.downloads.models import Day
from strongroom.downloads.queries.sources import days_with
from strongroom.downloads.rules.periods import Period, require_period
from strongroom.downloads.rules.sources import SourceKind
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import Actor
from strongroom.terms.refusals import Reason, Refused


def change_authority(*, by: Actor, now: datetime, kind: SourceKind, period: Period, office: str) -> list[date]:
    """Let a kind of source count on the days of a period of which it brought events; which days this changes.

    They are added up anew. What a run read of them before stands, and so does whatever became critical by it.
    """
    require_period(period, now)
    days = days_with(kind, period.first, period.last)
    if not days:
        raise Refused(Reason.AUTHORITY_NO_EVENTS, kind=kind.value, first=period.first, last=period.last)

    with transaction.atomic():
        rows = Day.objects.select_for_update().filter(day__in=days).exclude(kind=kind.value).order_by("day")
        changed = sorted(rows.values_list("day", flat=True))
        if changed:
            Day.objects.filter(day__in=changed).update(kind=kind.value, is_stale=True)
            record_event(
                by=by,
                now=now,
                deed=Deed.AUTHORITY_CHANGED,
                subject=Subject(SubjectKind.INDEX, "downloads"),
                details={
                    "kind": kind.value,
                    "first": changed[0].isoformat(),
                    "last": changed[-1].isoformat(),
                    "days": len(changed),
                    "reason": office,
                },
            )
    return changed
