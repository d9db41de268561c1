"""From one step on the way in to the next: every door of signing in, signing up and resetting ends here."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from strongroom.accounts.actions.sessions import complete_sign_in
from strongroom.accounts.queries.entry import LoadedArrival
from strongroom.accounts.rules.arriving import Purpose, Stage, next_stage
from strongroom.accounts.views.visiting import actor_in, arrival_in, device_in, next_address, remember_sign_in
from strongroom.terms.refusals import Reason, Refused

PAGES = {
    (Purpose.SIGN_IN, Stage.PASSWORD): "sign-in",
    (Purpose.SIGN_IN, Stage.FACTOR): "sign-in-factor",
    (Purpose.SIGN_IN, Stage.MAILBOX): "sign-in-mail",
    (Purpose.SIGN_UP, Stage.MAILBOX): "sign-up-code",
    (Purpose.SIGN_UP, Stage.NEW_ACCOUNT): "sign-up-finish",
    (Purpose.RESET, Stage.MAILBOX): "reset-code",
    (Purpose.RESET, Stage.FACTOR): "reset-factor",
    (Purpose.RESET, Stage.NEW_PASSWORD): "reset-password",
}
"""The page of each step."""

ENDS = frozenset(
    {
        Reason.ARRIVAL_GONE,
        Reason.STAGE_OUT_OF_ORDER,
        Reason.SIGN_IN_NEEDED,
        Reason.SESSION_UNKNOWN,
        Reason.ADDRESS_UNKNOWN,
    }
)
"""Refusals after which the same form is of no use any more."""


def arrival_at(request: HttpRequest, purpose: Purpose) -> LoadedArrival:
    """Who is on this way in, in this browser. Raises Refused: ARRIVAL_GONE, STAGE_OUT_OF_ORDER (on another way)."""
    arrival = arrival_in(request)
    if arrival.facts.purpose is not purpose:
        raise Refused(Reason.STAGE_OUT_OF_ORDER)
    return arrival


def lead_on(request: HttpRequest, arrival: LoadedArrival) -> HttpResponse:
    """Lead to the page whose turn it is; and sign in when every step of that is done."""
    stage = next_stage(arrival.facts)
    if stage is None:
        return _enter(request, arrival)
    following = next_address(request, otherwise="")
    page = reverse(PAGES[arrival.facts.purpose, stage])
    return HttpResponseRedirect(f"{page}?next={quote(following)}" if following else page)


def show_again(  # noqa: PLR0917 - as render, and the refusal
    request: HttpRequest, template: str, context: dict[str, object], refused: Refused
) -> HttpResponse:
    """The form once more with the refusal above it, whose status the answer has.

    Raises the refusal when it ends the way, so that the form would be of no use.
    """
    if refused.reason in ENDS:
        raise refused
    response = render(request, template, {**context, "refused": refused})
    response.refused = refused  # type: ignore[attr-defined]  # the site reads it: one table has the status of each
    return response


def _enter(request: HttpRequest, arrival: LoadedArrival) -> HttpResponse:
    signed_in = complete_sign_in(by=actor_in(request), now=timezone.now(), arrival=arrival, device=device_in(request))
    response = HttpResponseRedirect(next_address(request, otherwise=reverse("security")))
    remember_sign_in(request, response, signed_in)
    return response
