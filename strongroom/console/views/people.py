"""People: found by name or address, and one of them with everything that may be known of an account."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from strongroom.accounts.queries.people import (
    PEOPLE_ON_A_PAGE,
    AddressLine,
    LetterLine,
    PersonLine,
    Standing,
    count_live_sessions,
    last_seen_at,
    list_address_lines,
    list_letter_lines,
    list_people,
    list_people_at,
    load_person,
)
from strongroom.accounts.views.visiting import require_visit
from strongroom.console.queries.projects import MOST_PEOPLE, list_roles
from strongroom.console.rules.showing import plain
from strongroom.console.views.admitting import for_staff
from strongroom.console.views.asking import chosen, onward, typed
from strongroom.console.views.record import event_lines
from strongroom.console.views.words import letter_words, said_in, suspension_words
from strongroom.factors.queries import count_codes_left, list_held
from strongroom.factors.views.words import kind_words
from strongroom.record.queries import Search, search_events
from strongroom.record.rules import SubjectKind
from strongroom.terms.actors import AccountId
from strongroom.tokens.queries import list_own_tokens

EVENTS_SHOWN = 10
TOKENS_SHOWN = 100


@for_staff
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Accounts by name, or those that list a whole address; filtered by how they stand."""
    asked, standing = typed(request, "q"), chosen(request, "only", Standing)
    if "@" in asked:
        found = list_people_at(asked)
    else:
        found = list_people(prefix=asked, standing=standing, after=typed(request, "after"))
    rows = found[:PEOPLE_ON_A_PAGE]
    is_more = len(found) > PEOPLE_ON_A_PAGE
    context = {
        "here": "people",
        "rows": [_shown(row) for row in rows],
        "q": asked,
        "only": standing.value if standing else "",
        "next": onward(request, after=rows[-1].folded_name) if is_more else "",
        "is_first": not request.GET.get("after"),
    }
    return render(request, "console/people.html", context)


@for_staff
@require_safe
def person(request: HttpRequest, name: str) -> HttpResponse:
    """One account: what it is, how it is secured, what it holds, what was done to it and by it. Never a secret."""
    found = load_person(name)
    if found is None:
        raise Http404
    account, line = found
    now = timezone.now()
    roles = list_roles(account)
    on_them = Search(subject_kind=SubjectKind.ACCOUNT.value, subject=line.name)
    context = {
        "here": "people",
        "person": _shown(line),
        "is_self": require_visit(request).account == account,
        "addresses": [_address(one) for one in list_address_lines(account)],
        "factors": _factors(account),
        "codes_left": count_codes_left(account),
        "sessions": count_live_sessions(account, now=now),
        "last_seen": last_seen_at(account),
        "tokens": _tokens(account),
        "roles": roles[:MOST_PEOPLE],
        "has_more_roles": len(roles) > MOST_PEOPLE,
        "on_them": event_lines(search_events(on_them, most=EVENTS_SHOWN)[:EVENTS_SHOWN]),
        "by_them": event_lines(search_events(Search(actor=line.name), most=EVENTS_SHOWN)[:EVENTS_SHOWN]),
        "letters": [_letter(one) for one in list_letter_lines(account)],
        "said": said_in(request.GET.get("said", "")),
    }
    return render(request, "console/person.html", context)


def _shown(line: PersonLine) -> PersonLine:
    return replace(line, suspended_why=suspension_words(line.suspended_why) if line.suspended_at else "")


def _address(line: AddressLine) -> AddressLine:
    return replace(line, address=plain(line.address))


def _letter(line: LetterLine) -> LetterLine:
    return replace(line, kind=letter_words(line.kind))


def _factors(account: AccountId) -> list[dict[str, object]]:
    return [
        {
            "kind": kind_words(one.kind, is_synced=one.key is not None and one.key.is_synced),
            "label": plain(one.label),
            "since": one.since,
            "last_used": one.last_used,
            "is_off": one.is_off,
            "is_suspect": one.key is not None and one.key.is_suspect,
        }
        for one in list_held(account)
    ]


def _tokens(account: AccountId) -> dict[str, object]:
    """The tokens of an account as lists show them: what for, until when, when they were used last."""
    own = list_own_tokens(account, now=timezone.now())
    live = [
        {
            "id": row.pk,
            "label": plain(row.label) if row.label else "",
            "permissions": ", ".join(row.permissions),
            "projects": None if row.projects is None else plain(row.projects),
            "made": row.created_at,
            "last_used": row.last_used_at,
            "ends": row.expires_at,
        }
        for row in own.live[:TOKENS_SHOWN]
    ]
    return {"live": live, "has_more": len(own.live) > TOKENS_SHOWN, "ended": len(own.ended)}
