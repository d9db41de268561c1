"""The record, read: what was done to somebody or something, the newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from strongroom.record.models import Event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import AccountId, ActorKind, FactorId
from strongroom.terms.proofs import ProofKind

MOST_LISTED = 100

_NAMES_AT_ONCE = 1000


@dataclass(frozen=True)
class RecordedEvent:
    """One event as it was recorded. ``deed`` is its value, which outlives the enum."""

    id: int
    at: datetime
    deed: str
    actor_kind: ActorKind
    actor_name: str
    account: AccountId | None
    is_by_token: bool
    proof: ProofKind | None
    factor: FactorId | None
    address: str
    client: str
    details: dict[str, Any]


def list_events(subject: Subject, *, most: int = MOST_LISTED, before: int | None = None) -> list[RecordedEvent]:
    """The newest events of one subject; ``before`` is the last one of the page before."""
    rows = Event.objects.filter(subject_kind=subject.kind.value, subject_name=subject.name)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [
        RecordedEvent(
            id=row.pk,
            at=row.at,
            deed=row.deed,
            actor_kind=ActorKind(row.actor_kind),
            actor_name=row.actor_name,
            account=None if row.actor_account is None else AccountId(row.actor_account),
            is_by_token=bool(row.actor_token),
            proof=ProofKind(row.proof) if row.proof else None,
            factor=None if row.factor is None else FactorId(row.factor),
            address=row.address or "",
            client=row.client,
            details=row.details,
        )
        for row in rows.order_by("-id")[:most]
    ]


@dataclass(frozen=True)
class Search:
    """What those who run the index look for in the record; what is empty asks nothing. ``until`` is left out itself."""

    deed: str = ""
    actor: str = ""
    subject_kind: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class FoundEvent:
    """One event as it was recorded, whole; what kinds and deeds are called is as old as the event."""

    id: int
    at: datetime
    deed: str
    actor_kind: str
    actor_name: str
    actor_token: str
    proof: str
    address: str
    client: str
    subject_kind: str
    subject_name: str
    details: dict[str, Any]


def search_events(search: Search, *, before: int | None = None, most: int = MOST_LISTED) -> list[FoundEvent]:
    """The newest events that fit, behind the last one of the page before; one more than the page has, if there is.

    Whatever is asked, an index answers it in the order of the page: a million events are never sorted.
    """
    rows = Event.objects.all()
    for field, value in (("deed", search.deed), ("actor_name", search.actor), ("subject_kind", search.subject_kind)):
        if value:
            rows = rows.filter(**{field: value})
    if search.since is not None:
        rows = rows.filter(at__gte=search.since)
    if search.until is not None:
        rows = rows.filter(at__lt=search.until)
    rows = _before(rows, before).order_by("-at", "-id")
    if not search.subject:
        return [_found(row) for row in rows[: most + 1]]
    # Each kind by itself: the index of subjects begins with it.
    kinds = [search.subject_kind] if search.subject_kind else [kind.value for kind in SubjectKind]
    named = rows.filter(subject_name=search.subject)
    found = [row for kind in kinds for row in named.filter(subject_kind=kind)[: most + 1]]
    return [_found(row) for row in sorted(found, key=lambda row: (row.at, row.pk), reverse=True)[: most + 1]]


def _before(rows: QuerySet[Event], before: int | None) -> QuerySet[Event]:
    at = None if before is None else Event.objects.filter(pk=before).values_list("at", flat=True).first()
    if before is None or at is None:
        return rows
    return rows.filter(Q(at__lt=at) | Q(pk__lt=before), at__lte=at)


def _found(row: Event) -> FoundEvent:
    return FoundEvent(
        id=row.pk,
        at=row.at,
        deed=row.deed,
        actor_kind=row.actor_kind,
        actor_name=row.actor_name,
        actor_token=row.actor_token,
        proof=row.proof,
        address=row.address or "",
        client=row.client,
        subject_kind=row.subject_kind,
        subject_name=row.subject_name,
        details=row.details,
    )


@dataclass(frozen=True)
class Change:
    """One event of a subject, as far as it says how the subject stood."""

    name: str
    deed: str
    details: dict[str, Any]


def list_changes(deeds: Collection[Deed], *, since: datetime, until: datetime) -> list[Change]:
    """What was done to projects from then until then, both among them, the oldest first; of these deeds alone."""
    rows = Event.objects.filter(
        deed__in=[deed.value for deed in deeds],
        at__gte=since,
        at__lte=until,
        subject_kind=SubjectKind.PROJECT.value,
    )
    told = rows.order_by("at", "id").values_list("subject_name", "deed", "details")
    return [Change(*one) for one in told.iterator()]


def load_last_changes(deed: Deed, *, names: Collection[str], before: datetime) -> dict[str, Change]:
    """The last time that a deed was done to each of the projects before an instant; only those it was done to."""
    wanted, found = sorted(names), {}
    for start in range(0, len(wanted), _NAMES_AT_ONCE):
        rows = Event.objects.filter(
            deed=deed.value,
            at__lt=before,
            subject_kind=SubjectKind.PROJECT.value,
            subject_name__in=wanted[start : start + _NAMES_AT_ONCE],
        )
        told = rows.order_by("at", "id").values_list("subject_name", "deed", "details")
        found.update({name: Change(name, value, details) for name, value, details in told})
    return found
