"""What those who run the index decide about downloads: which source counts."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from strongroom.downloads.actions.authority import change_authority as change
from strongroom.downloads.rules.periods import Period
from strongroom.downloads.rules.sources import SourceKind
from strongroom.mandate.actions import spend_office
from strongroom.terms.actors import Actor
from strongroom.terms.texts import plain_line


def change_authority(*, by: Actor, now: datetime, kind: SourceKind, period: Period, office: str) -> list[date]:
    """Let a kind of source count on the days of a period of which it brought events; which days this changes.

    Raises Refused: AUTHORITY_NO_EVENTS, those of a period, and what ``spend_office`` raises.
    """
    with transaction.atomic():
        by = spend_office(by=by, now=now, target="downloads", reason=office)

        return change(by=by, now=now, kind=kind, period=period, office=plain_line(office))
