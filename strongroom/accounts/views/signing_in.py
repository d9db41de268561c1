"""Signing in: the password's page; and signing out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from strongroom.accounts.actions import sessions
from strongroom.accounts.actions.arriving import Credentials, show_password
from strongroom.accounts.queries.accounts import load_account_name
from strongroom.accounts.queries.entry import LoadedArrival, load_arrival
from strongroom.accounts.rules.arriving import Purpose, Stage, next_stage
from strongroom.accounts.views.stages import lead_on, show_again
from strongroom.accounts.views.visiting import (
    SESSION,
    actor_in,
    arrival_in,
    device_in,
    forget,
    next_address,
    remember_arrival,
    sealer_of_index,
    visit_of,
)
from strongroom.terms.refusals import Refused

TEMPLATE = "accounts/sign_in.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; whoever has shown a security key first is asked for the password alone.

    Whoever is signed in already is led on.
    """
    if visit_of(request) is not None:
        return HttpResponseRedirect(next_address(request, otherwise=reverse("security")))
    arrival = _after_key(request)
    name = request.POST.get("name", "") if arrival is None else _name_of(arrival)
    context = {
        "name": name,
        "next": next_address(request, otherwise=""),
        "after_key": arrival is not None,
        "said": request.GET.get("said", ""),
    }
    if request.method != "POST":
        return render(request, TEMPLATE, context)
    try:
        key = show_password(
            by=actor_in(request),
            now=timezone.now(),
            credentials=Credentials(name, request.POST.get("password", "")),
            device=device_in(request),
            arrival=arrival,
            sealer=sealer_of_index(),
        )
    except Refused as refused:
        return show_again(request, TEMPLATE, context, refused)
    arrival = load_arrival(key, now=timezone.now(), device=device_in(request))
    response = lead_on(request, arrival)
    if next_stage(arrival.facts) is not None:
        remember_arrival(response, key)
    return response


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session of this browser. Doing it twice changes nothing."""
    visit = visit_of(request)
    if visit is not None:
        sessions.sign_out(by=actor_in(request), now=timezone.now(), session=visit.session, account=visit.account)
    response = HttpResponseRedirect(f"{reverse('sign-in')}?said=signed-out")
    forget(response, SESSION)
    return response


def _after_key(request: HttpRequest) -> LoadedArrival | None:
    """Who has shown a security key here and still owes the password, unless they want to begin anew."""
    if "anew" in request.GET or "anew" in request.POST:
        return None
    try:
        arrival = arrival_in(request)
    except Refused:
        return None
    is_theirs = arrival.facts.purpose is Purpose.SIGN_IN and arrival.facts.factor is not None
    return arrival if is_theirs and next_stage(arrival.facts) is Stage.PASSWORD else None


def _name_of(arrival: LoadedArrival) -> str:
    return "" if arrival.account is None else load_account_name(arrival.account)
