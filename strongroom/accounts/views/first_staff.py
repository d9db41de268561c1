"""The page behind the one-time link: it makes the first staff account."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.actions.adding import is_setup_link_good, make_first_staff_account
from strongroom.accounts.actions.passwords import NewPassword
from strongroom.accounts.rules.passwords import LEAST_PASSWORD
from strongroom.accounts.views.visiting import actor_in
from strongroom.terms.refusals import Reason, Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_staff_account(request: HttpRequest, secret: str) -> HttpResponse:
    """Show the form while the link is good; take it once. A wrong entry is said above the form, and the rest kept."""
    now = timezone.now()
    if not is_setup_link_good(secret, now=now):
        raise Refused(Reason.SETUP_LINK_INVALID)
    if request.method != "POST":
        return _form(request, None, 200)
    try:
        make_first_staff_account(
            by=actor_in(request),
            now=now,
            secret=secret,
            name=request.POST.get("name", "").strip(),
            address=request.POST.get("address", "").strip(),
            password=NewPassword(request.POST.get("password", ""), settings.STRONGROOM.breached_passwords_folder),
        )
    except Refused as refused:
        if refused.reason is Reason.SETUP_LINK_INVALID:
            raise
        return _form(request, refused, 400)
    return render(request, "accounts/first_staff_done.html", {"name": request.POST.get("name", "").strip()})


def _form(request: HttpRequest, refused: Refused | None, status: int) -> HttpResponse:
    context = {
        "refused": refused,
        "least": LEAST_PASSWORD,
        "name": request.POST.get("name", ""),
        "address": request.POST.get("address", ""),
    }
    return render(request, "accounts/first_staff.html", context, status=status)
