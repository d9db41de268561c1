"""Announcing something above every page, and ending that."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.console.models import Announcement
from strongroom.console.queries.announced import forget_announced
from strongroom.console.rules.announcements import MAKING, NewAnnouncement, ending, require_announcement
from strongroom.mandate.actions import spend_office
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import Actor
from strongroom.terms.refusals import Reason, Refused

INDEX = Subject(SubjectKind.INDEX, "")


def make_announcement(*, by: Actor, now: datetime, wanted: NewAnnouncement, office: str) -> int:
    """Announce something on every page; the number of the announcement.

    Raises Refused: ANNOUNCEMENT_TEXT, ANNOUNCEMENT_TIMES, and what ``spend_office`` raises.
    """
    with transaction.atomic():
        require_announcement(wanted, now=now)
        by = spend_office(by=by, now=now, target=MAKING, reason=office)

        row = Announcement.objects.create(
            english=wanted.english.strip(),
            french=wanted.french.strip(),
            level=wanted.level.value,
            begins_at=wanted.begins_at,
            ends_at=wanted.ends_at,
            made_at=now,
            made_by=by.name,
        )
        record_event(by=by, now=now, deed=Deed.ANNOUNCEMENT_MADE, subject=INDEX, details=_details(row, office))
        transaction.on_commit(forget_announced)
    return row.pk


def end_announcement(*, by: Actor, now: datetime, announcement: int, office: str) -> None:
    """Take an announcement away before its time; one that has ended stays as it is.

    Raises Refused: ANNOUNCEMENT_UNKNOWN, and what ``spend_office`` raises.
    """
    with transaction.atomic():
        row = Announcement.objects.select_for_update().filter(pk=announcement).first()
        if row is None or row.ended_at is not None:
            raise Refused(Reason.ANNOUNCEMENT_UNKNOWN)
        by = spend_office(by=by, now=now, target=ending(announcement), reason=office)

        row.ended_at, row.ended_by = now, by.name
        row.save(update_fields=["ended_at", "ended_by"])
        record_event(by=by, now=now, deed=Deed.ANNOUNCEMENT_ENDED, subject=INDEX, details=_details(row, office))
        transaction.on_commit(forget_announced)


def _details(row: Announcement, office: str) -> dict[str, object]:
    return {
        "announcement": row.pk,
        "english": row.english,
        "french": row.french,
        "level": row.level,
        "begins_at": row.begins_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "office": office.strip(),
    }
