"""Appending to the record, in the transaction of the change it tells of."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.record.models import Event
from strongroom.record.rules import Deed, Subject
from strongroom.terms.actors import Actor

LONGEST_CLIENT = 200
"""Characters of a user agent that are kept: enough to recognise, too few to abuse."""


def record_event(
    *, by: Actor, now: datetime, deed: Deed, subject: Subject, details: dict[str, object] | None = None
) -> None:
    """Append one event. Raises RuntimeError outside a transaction: an event without its change would be a lie."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of the change it tells of")
    Event.objects.create(
        at=now,
        deed=deed.value,
        actor_kind=by.kind.value,
        actor_name=by.name,
        actor_account=by.account,
        actor_token=by.token or "",
        proof="" if by.proof is None else by.proof.value,
        factor=by.factor,
        address=by.address,
        client=by.client[:LONGEST_CLIENT],
        subject_kind=subject.kind.value,
        subject_name=subject.name,
        details=details or {},
    )
