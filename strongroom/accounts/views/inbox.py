"""The inbox of an account: every mail that the index wrote to it, so that a person can check that a mail is real."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from strongroom.accounts.queries.letters import LETTERS_ON_A_PAGE, find_letter, list_letters
from strongroom.accounts.views.visiting import require_visit

_MOST_DIGITS = 18


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """One's own letters, the newest first, a page at a time."""
    visit = require_visit(request)
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS else None
    letters = list_letters(visit.account, before=before)
    older = letters[-1].id if len(letters) == LETTERS_ON_A_PAGE else None
    return render(request, "accounts/inbox.html", {"letters": letters, "older": older, "is_first": before is None})


@never_cache
@require_safe
def letter(request: HttpRequest, number: int) -> HttpResponse:
    """One letter, where it went, and whether it has left. Somebody else's is as unknown as one that never was."""
    visit = require_visit(request)
    found = find_letter(visit.account, number)
    if found is None:
        raise Http404
    return render(request, "accounts/letter.html", {"letter": found})
