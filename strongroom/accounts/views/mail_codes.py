"""The page that asks for a mailed code on the way in: the same for signing up and for resetting."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from strongroom.accounts.actions.arriving import ask_mailbox, show_mailbox
from strongroom.accounts.rules.arriving import Purpose, Stage, next_stage, require_stage
from strongroom.accounts.views.stages import arrival_at, lead_on, show_again
from strongroom.accounts.views.visiting import actor_in, arrival_in, sealer_of_index
from strongroom.terms.refusals import Refused


@dataclass(frozen=True)
class CodePage:
    """On which way in a code is asked for, and the page that asks."""

    purpose: Purpose
    template: str


def answer_code_page(request: HttpRequest, page: CodePage) -> HttpResponse:
    """Show the form, take the code, or mail a new one; and lead on."""
    arrival = arrival_at(request, page.purpose)
    context: dict[str, object] = {"address": arrival.address, "is_sent_again": request.GET.get("said") == "again"}
    if request.method != "POST":
        is_turn = next_stage(arrival.facts) is Stage.MAILBOX
        return render(request, page.template, context) if is_turn else lead_on(request, arrival)
    require_stage(arrival.facts, Stage.MAILBOX)
    by, now, sealer = actor_in(request), timezone.now(), sealer_of_index()
    try:
        if "again" in request.POST:
            ask_mailbox(by=by, now=now, arrival=arrival, sealer=sealer)
            return HttpResponseRedirect(f"{request.path}?said=again")
        show_mailbox(by=by, now=now, arrival=arrival, text=request.POST.get("code", ""), sealer=sealer)
    except Refused as refused:
        return show_again(request, page.template, context, refused)
    return lead_on(request, arrival_in(request))
