"""Changing one's own password."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.actions import passwords
from strongroom.accounts.actions.passwords import NewPassword
from strongroom.accounts.actions.proving import Aim
from strongroom.accounts.queries.entry import held_kinds
from strongroom.accounts.rules.passwords import least_length
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.proofs import ask_proof_again
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import actor_in, prove_first, remember_session, require_visit
from strongroom.terms.proofs import FACTOR_KINDS
from strongroom.terms.refusals import Refused

AIM = Aim(Dangerous.CHANGE_PASSWORD)
TEMPLATE = "accounts/change_password.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Ask for the present password and a new one, after a fresh proof. Every other session ends."""
    visit = require_visit(request)
    has_factor = bool(held_kinds(visit.account) & FACTOR_KINDS)
    context: dict[str, object] = {"name": visit.name, "least": least_length(has_factor=has_factor)}
    if request.method != "POST":
        return prove_first(request, AIM) or render(request, TEMPLATE, context)
    try:
        key = passwords.change_password(
            by=actor_in(request),
            now=timezone.now(),
            present=request.POST.get("present", ""),
            password=NewPassword(request.POST.get("password", ""), settings.STRONGROOM.breached_passwords_folder),
        )
    except Refused as refused:
        return ask_proof_again(request, AIM, refused) or show_again(request, TEMPLATE, context, refused)
    response = HttpResponseRedirect(f"{reverse('account')}?said=password-changed")
    remember_session(response, key)
    return response
