"""The e-mail addresses of one's own account: add, verify, make primary, remove."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.actions import addresses
from strongroom.accounts.actions.proving import Aim
from strongroom.accounts.queries.accounts import load_address
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.proofs import ask_proof_again
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import actor_in, prove_first, require_visit, sealer_of_index
from strongroom.terms.refusals import Refused

AIM = Aim(Dangerous.CHANGE_ADDRESSES)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_address(request: HttpRequest) -> HttpResponse:
    """Ask for another address, after a fresh proof, and mail a code to it."""
    require_visit(request)
    template, text = "accounts/add_address.html", request.POST.get("address", "").strip()
    if request.method != "POST":
        return prove_first(request, AIM) or render(request, template, {"address": text})
    try:
        added = addresses.add_address(by=actor_in(request), now=timezone.now(), address=text, sealer=sealer_of_index())
    except Refused as refused:
        return ask_proof_again(request, AIM, refused) or show_again(request, template, {"address": text}, refused)
    return HttpResponseRedirect(reverse("verify-address", args=[added]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify_address(request: HttpRequest, address: int) -> HttpResponse:
    """Ask for the code that was mailed to the address, or mail another."""
    row = load_address(require_visit(request).account, address)
    template = "accounts/verify_address.html"
    context: dict[str, object] = {"address": row.address, "is_sent_again": request.GET.get("said") == "again"}
    if row.verified_at is not None:
        return HttpResponseRedirect(reverse("account"))
    if request.method != "POST":
        return render(request, template, context)
    by, now, sealer = actor_in(request), timezone.now(), sealer_of_index()
    try:
        if "again" in request.POST:
            addresses.ask_address(by=by, now=now, address=address, sealer=sealer)
            return HttpResponseRedirect(f"{request.path}?said=again")
        addresses.verify_address(by=by, now=now, address=address, text=request.POST.get("code", ""), sealer=sealer)
    except Refused as refused:
        return show_again(request, template, context, refused)
    return HttpResponseRedirect(f"{reverse('account')}?said=address-verified")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def primary_address(request: HttpRequest, address: int) -> HttpResponse:
    """Ask whether this address shall be the primary one, after a fresh proof."""

    def make_primary() -> None:
        addresses.make_address_primary(by=actor_in(request), now=timezone.now(), address=address)

    return _confirmed(request, address, deed=make_primary, word="primary")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remove_address(request: HttpRequest, address: int) -> HttpResponse:
    """Ask whether this address shall be removed, after a fresh proof."""

    def remove() -> None:
        addresses.remove_address(by=actor_in(request), now=timezone.now(), address=address)

    return _confirmed(request, address, deed=remove, word="removed")


def _confirmed(request: HttpRequest, address: int, *, deed: Callable[[], None], word: str) -> HttpResponse:
    row = load_address(require_visit(request).account, address)
    template, context = f"accounts/address_{word}.html", {"address": row.address}
    if request.method != "POST":
        return prove_first(request, AIM) or render(request, template, context)
    try:
        deed()
    except Refused as refused:
        return ask_proof_again(request, AIM, refused) or show_again(request, template, {**context}, refused)
    return HttpResponseRedirect(f"{reverse('account')}?said=address-{word}")
