"""Noting that somebody who runs the index looked at a spike of downloads. It changes no count."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.console.rules.spikes import target_of_spike
from strongroom.downloads.models import Spike
from strongroom.mandate.actions import spend_office
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import Actor
from strongroom.terms.refusals import Reason, Refused


def look_at_spike(*, by: Actor, now: datetime, spike: int, office: str) -> bool:
    """Somebody looked at it, and says what they think; whether nobody had before.

    Raises Refused: SPIKE_UNKNOWN, and what ``spend_office`` raises.
    """
    with transaction.atomic():
        row = Spike.objects.select_for_update().filter(pk=spike).first()
        if row is None:
            raise Refused(Reason.SPIKE_UNKNOWN)
        by = spend_office(by=by, now=now, target=target_of_spike(spike), reason=office)
        if row.looked_at is not None:
            return False

        row.looked_at = now
        row.save(update_fields=["looked_at"])
        details: dict[str, object] = {
            "day": row.day.isoformat(),
            "kind": row.kind,
            "name": row.name,
            "counted": row.counted,
            "usual": row.usual,
            "office": office.strip(),
        }
        subject = Subject(SubjectKind.PROJECT, row.project)
        record_event(by=by, now=now, deed=Deed.SPIKE_LOOKED_AT, subject=subject, details=details)
    return True
