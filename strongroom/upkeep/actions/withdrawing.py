"""Invitations that end because of whom they are from, or to: nobody who was turned out comes back through one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import QuerySet

from strongroom.projects.models import Invitation
from strongroom.projects.queries.projects import subject_of
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor


def withdraw_invitations(*, by: Actor, now: datetime, rows: QuerySet[Invitation], more: Mapping[str, object]) -> None:
    """End those of them that nobody has answered, in the transaction of what ends them; each is recorded.

    ``more`` is recorded with each: that it follows from a deed of those who run the index, whom no project is told.
    """
    for row in rows.filter(ended_at=None).select_related("account", "project"):
        if not Invitation.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now, ended_how="withdrawn"):
            continue
        details: dict[str, object] = {"account": shown_to(row), "role": row.role, **more}
        record_event(by=by, now=now, deed=Deed.INVITATION_WITHDRAWN, subject=subject_of(row.project), details=details)


def shown_to(row: Invitation) -> str:
    """Whom an invitation is to, as those who sent it wrote: whose an address is, is never said."""
    return row.account.name if row.account is not None else row.address
