"""Signing up: an address, the code that was mailed to it, then a name and a password."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.actions.adding import begin_sign_up, complete_sign_up
from strongroom.accounts.actions.passwords import NewPassword
from strongroom.accounts.rules.arriving import Purpose, Stage, next_stage
from strongroom.accounts.rules.passwords import LEAST_PASSWORD
from strongroom.accounts.views.mail_codes import CodePage, answer_code_page
from strongroom.accounts.views.stages import arrival_at, lead_on, show_again
from strongroom.accounts.views.visiting import (
    ARRIVAL,
    actor_in,
    forget,
    remember_arrival,
    sealer_of_index,
    visit_of,
)
from strongroom.terms.refusals import Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Ask for an address. What follows is the same, whether an account has it or not."""
    if visit_of(request) is not None:
        return HttpResponseRedirect(reverse("account"))
    address = request.POST.get("address", "").strip()
    if request.method != "POST":
        return render(request, "accounts/sign_up.html", {"address": address})
    try:
        key = begin_sign_up(by=actor_in(request), now=timezone.now(), address=address, sealer=sealer_of_index())
    except Refused as refused:
        return show_again(request, "accounts/sign_up.html", {"address": address}, refused)
    response = HttpResponseRedirect(reverse("sign-up-code"))
    remember_arrival(response, key)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was mailed, or mail another."""
    return answer_code_page(request, CodePage(Purpose.SIGN_UP, "accounts/sign_up_code.html"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_finish(request: HttpRequest) -> HttpResponse:
    """Ask for a name and a password, and make the account. Signs nobody in: that is another page's matter."""
    arrival = arrival_at(request, Purpose.SIGN_UP)
    name = request.POST.get("name", "").strip()
    context: dict[str, object] = {"address": arrival.address, "name": name, "least": LEAST_PASSWORD}
    if request.method != "POST":
        is_turn = next_stage(arrival.facts) is Stage.NEW_ACCOUNT
        return render(request, "accounts/sign_up_finish.html", context) if is_turn else lead_on(request, arrival)
    try:
        complete_sign_up(
            by=actor_in(request),
            now=timezone.now(),
            arrival=arrival,
            name=name,
            password=NewPassword(request.POST.get("password", ""), settings.STRONGROOM.breached_passwords_folder),
            language=get_language() or "",
        )
    except Refused as refused:
        return show_again(request, "accounts/sign_up_finish.html", context, refused)
    response = HttpResponseRedirect(f"{reverse('sign-in')}?said=signed-up")
    forget(response, ARRIVAL)
    return response
