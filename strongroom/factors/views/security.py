"""The security page: factors, recovery codes, sessions, devices, and what was done to the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from strongroom.accounts.rules.visits import Visit
from strongroom.accounts.views.sessions import device_lines, session_lines
from strongroom.accounts.views.visiting import require_visit
from strongroom.accounts.views.words import client_words, proof_words
from strongroom.factors.queries import (
    HeldFactor,
    count_codes_left,
    labels_of_factors,
    list_held,
    list_waiting,
)
from strongroom.factors.rules.holding import is_nudged
from strongroom.factors.rules.makes import Make, make_of
from strongroom.factors.rules.recovery import CODES
from strongroom.factors.views.words import kind_words, transport_words
from strongroom.record.queries import RecordedEvent, list_events
from strongroom.record.rules import Subject, SubjectKind
from strongroom.terms.actors import ActorKind, FactorId


@dataclass(frozen=True)
class FactorLine:
    """One factor, as the list shows it."""

    held: HeldFactor
    kind: str
    transports: str
    make: Make | None


@dataclass(frozen=True)
class HistoryLine:
    """One event, as the history shows it: ``deed`` and ``facts`` are put into words by ``accounts/deed.txt``."""

    at: datetime
    deed: str
    facts: Mapping[str, object]
    address: str
    client: str
    proof: str
    factor: str
    is_by_operator: bool


@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Everything that keeps the account safe, on one page."""
    visit = require_visit(request)
    now = timezone.now()
    factors = [factor_line(held) for held in list_held(visit.account)]
    context = {
        "factors": factors,
        "is_nudged": is_nudged(len(factors)),
        "waiting": list_waiting(visit.account, visit.session, now=now),
        "codes_left": count_codes_left(visit.account),
        "codes_in_set": CODES,
        "sessions": session_lines(visit, now=now),
        "devices": device_lines(request, visit, now=now),
        "history": history_lines(visit),
        "said": request.GET.get("said", ""),
    }
    return render(request, "factors/security.html", context)


def factor_line(held: HeldFactor) -> FactorLine:
    """A factor as lists and the pages about it show it."""
    key = held.key
    return FactorLine(
        held=held,
        kind=kind_words(held.kind, is_synced=key is not None and key.is_synced),
        transports="" if key is None else transport_words(key.transports),
        make=None if key is None else make_of(key.aaguid, key.verdict),
    )


def history_lines(visit: Visit) -> list[HistoryLine]:
    """The newest events of the visitor's own account."""
    labels = labels_of_factors(visit.account)
    return [_history_line(event, labels) for event in list_events(Subject(SubjectKind.ACCOUNT, visit.name))]


def _history_line(event: RecordedEvent, labels: Mapping[FactorId, str]) -> HistoryLine:
    return HistoryLine(
        at=event.at,
        deed=event.deed,
        facts=event.details,
        address=event.address,
        client=client_words(event.client) if event.client else "",
        proof="" if event.proof is None else proof_words(event.proof),
        factor="" if event.factor is None else labels.get(event.factor, ""),
        is_by_operator=event.actor_kind is ActorKind.OPERATOR or bool(event.details.get("office")),
    )
