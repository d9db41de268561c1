"""The record, read: what was done to somebody or something, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from strongroom.record.models import Event
from strongroom.record.rules import Subject
from strongroom.terms.actors import ActorKind, FactorId
from strongroom.terms.proofs import ProofKind

MOST_LISTED = 100


@dataclass(frozen=True)
class RecordedEvent:
    """One event as it was recorded. ``deed`` is its value, which outlives the enum."""

    at: datetime
    deed: str
    actor_kind: ActorKind
    actor_name: str
    proof: ProofKind | None
    factor: FactorId | None
    address: str
    client: str
    details: dict[str, Any]


def list_events(subject: Subject, *, most: int = MOST_LISTED) -> list[RecordedEvent]:
    """The newest events of one subject."""
    rows = Event.objects.filter(subject_kind=subject.kind.value, subject_name=subject.name)
    return [
        RecordedEvent(
            at=row.at,
            deed=row.deed,
            actor_kind=ActorKind(row.actor_kind),
            actor_name=row.actor_name,
            proof=ProofKind(row.proof) if row.proof else None,
            factor=None if row.factor is None else FactorId(row.factor),
            address=row.address or "",
            client=row.client,
            details=row.details,
        )
        for row in rows.order_by("-id")[:most]
    ]
