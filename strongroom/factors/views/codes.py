"""Recovery codes: shown once in the answer that made them, typed back, and made anew."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.actions.proving import Aim
from strongroom.accounts.queries.entry import held_kinds
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import actor_in, prove_first, require_visit, sealer_of_index
from strongroom.factors.actions.codes import make_recovery_codes
from strongroom.factors.actions.enrolling import confirm_codes, renew_unconfirmed_codes
from strongroom.factors.queries import count_codes_left, list_waiting
from strongroom.factors.rules.recovery import CODES
from strongroom.terms.proofs import FACTOR_KINDS
from strongroom.terms.refusals import Reason, Refused

AIM = Aim(Dangerous.MAKE_RECOVERY_CODES)
NEW_TEMPLATE = "factors/new_codes.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """While a first factor waits, take one of its codes back or show new ones; else make a new set, after a proof."""
    visit = require_visit(request)
    if "code" in request.POST or list_waiting(visit.account, visit.session, now=timezone.now()):
        return _confirm(request)
    if not held_kinds(visit.account) & FACTOR_KINDS:
        # Nothing to be without yet: the security page says what to enrol first.
        return HttpResponseRedirect(reverse("security"))
    ahead = prove_first(request, AIM)
    if ahead is not None:
        return ahead
    if request.method != "POST":
        left = count_codes_left(visit.account)
        return render(request, "factors/recovery_codes.html", {"codes_left": left, "codes_in_set": CODES})
    codes = make_recovery_codes(by=actor_in(request), now=timezone.now(), sealer=sealer_of_index())
    return render(
        request, "factors/codes_replaced.html", {"codes": codes, "onward": reverse("security"), "is_set": True}
    )


def show_new_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """The codes of a first factor, with the form to type one of them back."""
    return render(request, NEW_TEMPLATE, {"codes": codes})


def _confirm(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, NEW_TEMPLATE)
    by, now, sealer = actor_in(request), timezone.now(), sealer_of_index()
    if "anew" in request.POST:
        return show_new_codes(request, renew_unconfirmed_codes(by=by, now=now, sealer=sealer))
    try:
        confirm_codes(by=by, now=now, text=request.POST.get("code", ""), sealer=sealer)
    except Refused as refused:
        if refused.reason is Reason.FACTOR_UNKNOWN:
            raise
        return show_again(request, NEW_TEMPLATE, {}, refused)
    return HttpResponseRedirect(f"{reverse('security')}?said=factor-enrolled")
