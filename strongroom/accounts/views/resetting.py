"""Resetting a password: a name or an address, the mailed code, a factor if there is one, then the new password."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.actions.passwords import NewPassword, begin_reset, complete_reset
from strongroom.accounts.queries.accounts import load_account_name
from strongroom.accounts.rules.arriving import Purpose, Stage, next_stage, require_stage
from strongroom.accounts.rules.passwords import least_length
from strongroom.accounts.views.mail_codes import CodePage, answer_code_page
from strongroom.accounts.views.stages import arrival_at, lead_on, show_again
from strongroom.accounts.views.visiting import ARRIVAL, actor_in, forget, remember_arrival, sealer_of_index
from strongroom.terms.proofs import FACTOR_KINDS
from strongroom.terms.refusals import Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """Ask whose password was forgotten. What follows is the same, whether the account is there or not."""
    name = request.POST.get("name", "").strip()
    if request.method != "POST":
        return render(request, "accounts/reset.html", {"name": name})
    try:
        key = begin_reset(by=actor_in(request), now=timezone.now(), name=name, sealer=sealer_of_index())
    except Refused as refused:
        return show_again(request, "accounts/reset.html", {"name": name}, refused)
    response = HttpResponseRedirect(reverse("reset-code"))
    remember_arrival(response, key)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was mailed, or mail another."""
    return answer_code_page(request, CodePage(Purpose.RESET, "accounts/reset_code.html"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset_password(request: HttpRequest) -> HttpResponse:
    """Ask for the new password, once mailbox and factor were shown. Signs nobody in."""
    arrival = arrival_at(request, Purpose.RESET)
    if request.method != "POST" and next_stage(arrival.facts) is not Stage.NEW_PASSWORD:
        return lead_on(request, arrival)
    require_stage(arrival.facts, Stage.NEW_PASSWORD)
    context: dict[str, object] = {
        "name": "" if arrival.account is None else load_account_name(arrival.account),
        "least": least_length(has_factor=bool(arrival.facts.holds & FACTOR_KINDS)),
    }
    if request.method != "POST":
        return render(request, "accounts/reset_password.html", context)
    try:
        complete_reset(
            by=actor_in(request),
            now=timezone.now(),
            arrival=arrival,
            password=NewPassword(request.POST.get("password", ""), settings.STRONGROOM.breached_passwords_folder),
        )
    except Refused as refused:
        return show_again(request, "accounts/reset_password.html", context, refused)
    response = render(request, "accounts/reset_done.html")
    forget(response, ARRIVAL)
    return response
