"""The security history of a project, out of the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from strongroom.accounts.rules.letters import plain_fact
from strongroom.accounts.views.visiting import require_visit
from strongroom.accounts.views.words import client_words, proof_words
from strongroom.projects.rules.roles import Role
from strongroom.record.queries import MOST_LISTED, RecordedEvent, list_events
from strongroom.record.rules import Subject, SubjectKind
from strongroom.terms.actors import AccountId, ActorKind
from strongroom.upkeep.rules.addresses import told_to
from strongroom.upkeep.views.managing import managed_in, number_in, show


@dataclass(frozen=True)
class HistoryLine:
    """One event, as the history shows it: ``deed`` and ``facts`` are put into words by ``accounts/deed.txt``.

    ``who`` is empty when those who run the index did it, or the index itself; ``address`` and ``client`` are there for
    one's own events alone.
    """

    at: datetime
    deed: str
    facts: Mapping[str, str]
    who: str
    is_of_index: bool
    office: str
    proof: str
    address: str
    client: str


@never_cache
@require_safe
def manage_history(request: HttpRequest, name: str) -> HttpResponse:
    """What was done to the project, the newest first, a page at a time."""
    managed, own = managed_in(request, name), require_visit(request).account
    before = number_in(request.GET, "before")
    events = list_events(Subject(SubjectKind.PROJECT, managed.name), most=MOST_LISTED + 1, before=before)
    shown = events[:MOST_LISTED]
    may_invite = managed.role is Role.OWNER
    context = {
        "managed": managed,
        "section": "history",
        "history": [_line(event, own, may_invite=may_invite) for event in shown],
        "older": shown[-1].id if len(events) > MOST_LISTED else None,
        "is_first": before is None,
    }
    return show(request, "history.html", context)


def _line(event: RecordedEvent, own: AccountId, *, may_invite: bool) -> HistoryLine:
    facts = {name: plain_fact(value) for name, value in told_to(event.details, may_invite=may_invite).items()}
    is_own, office = event.account == own, facts.pop("office", "")
    is_office = "office" in event.details or "is_office" in event.details
    is_person = event.actor_kind is ActorKind.ACCOUNT and not is_office
    return HistoryLine(
        at=event.at,
        deed=event.deed,
        facts=facts,
        who=event.actor_name if is_person or is_own else "",
        is_of_index=event.actor_kind is ActorKind.SYSTEM,
        office=office,
        proof=_proof_of(event) if is_person or is_own else "",
        address=event.address if is_own else "",
        client=_client_of(event) if is_own and event.client else "",
    )


def _proof_of(event: RecordedEvent) -> str:
    if event.is_by_token:
        return _("API token")
    return "" if event.proof is None else proof_words(event.proof)


def _client_of(event: RecordedEvent) -> str:
    # What publishes with a token is no browser, and says what it is.
    return plain_fact(event.client) if event.is_by_token else client_words(event.client)
