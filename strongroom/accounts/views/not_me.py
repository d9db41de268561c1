"""The page behind the link in a mail that says "this was not me": it suspends the account at once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.actions.ending import answer_not_me
from strongroom.accounts.queries.letters import find_account_to_answer
from strongroom.accounts.rules.letters import NOT_ME_LINK
from strongroom.accounts.views.visiting import actor_in
from strongroom.gear.signing import read_number
from strongroom.terms.refusals import Reason, Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, signed: str) -> HttpResponse:
    """Say what the button will do; do it when it is pressed.

    Programs that scan mails open every link in them, so opening it changes nothing. Nobody needs to be signed in:
    the link itself shows that its holder reads one of the mailboxes.
    """
    now = timezone.now()
    letter = read_number(signed, about=NOT_ME_LINK)
    name = None if letter is None else find_account_to_answer(letter, now=now)
    if letter is None or name is None:
        raise Refused(Reason.NOT_ME_LINK_INVALID)
    if request.method != "POST":
        return render(request, "accounts/not_me.html", {"name": name})
    answer_not_me(by=actor_in(request), now=now, letter=letter)
    return render(request, "accounts/not_me_done.html", {"name": name})
