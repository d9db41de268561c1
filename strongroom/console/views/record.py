"""The record: every event of the index, found by what was done, by whom, to what and when."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from strongroom.accounts.queries.people import load_person
from strongroom.accounts.views.words import proof_words
from strongroom.console.rules.showing import plain, shown_facts
from strongroom.console.views.admitting import for_staff
from strongroom.console.views.asking import day, number, onward, typed
from strongroom.console.views.words import ACTORS, SUBJECTS
from strongroom.record.queries import FoundEvent, Search, search_events
from strongroom.record.rules import Deed, SubjectKind
from strongroom.terms.names import normalize
from strongroom.terms.proofs import ProofKind

EVENTS_ON_A_PAGE = 50

_PAGES = {SubjectKind.ACCOUNT.value: "staff-person", SubjectKind.PROJECT.value: "staff-project"}
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class EventLine:
    """One event as lists show it. ``facts`` are its details for the sentence, ``details`` the same as a list.

    The addresses lead to the page of whoever did it, and of what it was done to, where there can be one.
    """

    at: datetime
    deed: str
    actor: str
    actor_kind: str
    actor_address: str
    token: str
    proof: str
    address: str
    kind: str
    subject_kind: str
    subject: str
    subject_address: str
    facts: dict[str, str]
    details: list[tuple[str, str]]


@for_staff
@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """One page of the record, the newest first."""
    search = _search(request)
    found = search_events(_as_written(search), before=number(request, "before"), most=EVENTS_ON_A_PAGE)
    rows = found[:EVENTS_ON_A_PAGE]
    context = {
        "here": "record",
        "rows": event_lines(rows),
        "search": search,
        "since": typed(request, "since"),
        "until": typed(request, "until"),
        "deeds": sorted(deed.value for deed in Deed),
        "kinds": list(SUBJECTS.items()),
        "next": onward(request, before=rows[-1].id) if len(found) > EVENTS_ON_A_PAGE else "",
        "is_first": not request.GET.get("before"),
        "is_day_unread": any(typed(request, name) and day(request, name) is None for name in ("since", "until")),
    }
    return render(request, "console/record.html", context)


def event_lines(rows: Iterable[FoundEvent]) -> list[EventLine]:
    """Events as lists show them."""
    return [_line(row) for row in rows]


def _search(request: HttpRequest) -> Search:
    kinds = {kind.value for kind in SubjectKind}
    kind = request.GET.get("kind", "")
    return Search(
        deed=typed(request, "deed"),
        actor=typed(request, "actor"),
        subject_kind=kind if kind in kinds else "",
        subject=typed(request, "subject"),
        since=day(request, "since"),
        until=day(request, "until", later=1),
    )


def _as_written(search: Search) -> Search:
    """The names as the record has them: an account's as its person writes it, a project's in its one form."""
    actor = _written(search.actor)
    subject = search.subject
    if search.subject_kind == SubjectKind.PROJECT.value:
        subject = normalize(subject)
    elif search.subject_kind == SubjectKind.ACCOUNT.value:
        subject = _written(subject)
    return replace(search, actor=actor, subject=subject)


def _written(name: str) -> str:
    found = load_person(name) if name else None
    return name if found is None else found[1].name


def _line(row: FoundEvent) -> EventLine:
    details = shown_facts(row.details)
    return EventLine(
        at=row.at,
        deed=row.deed,
        actor=plain(row.actor_name),
        actor_kind=str(ACTORS.get(row.actor_kind, row.actor_kind)),
        actor_address=_address_of(row.actor_kind, row.actor_name),
        token=plain(row.actor_token) if row.actor_token else "",
        proof=_proof_of(row.proof),
        address=row.address,
        kind=row.subject_kind,
        subject_kind=str(SUBJECTS.get(row.subject_kind, row.subject_kind)),
        subject=plain(row.subject_name) if row.subject_name else "",
        subject_address=_address_of(row.subject_kind, row.subject_name),
        facts=dict(details),
        details=[*details, *([(_("client"), plain(row.client))] if row.client else [])],
    )


def _proof_of(value: str) -> str:
    """By what they showed that it was them; a way of a later version as it was written."""
    found = next((kind for kind in ProofKind if kind.value == value), None)
    return value if found is None else proof_words(found)


def _address_of(kind: str, name: str) -> str:
    """The page of an account or a project in the console; nothing for a name that neither can have."""
    return reverse(_PAGES[kind], args=[name]) if kind in _PAGES and _NAME.fullmatch(name) else ""
