"""Enrolling: an authenticator app, a security key, and the mailbox that is shown before a first factor."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.actions.mailbox import ask_own_mailbox, has_mailbox_proof, show_own_mailbox
from strongroom.accounts.actions.proving import Aim
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.rules.visits import Visit
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import (
    actor_in,
    next_address,
    prove_first,
    require_visit,
    sealer_of_index,
)
from strongroom.factors.actions.apps import begin_app, pending_secret, prove_new_app
from strongroom.factors.actions.keys import complete_key_enrolment
from strongroom.factors.queries import is_mailbox_needed, list_waiting, load_pending_app
from strongroom.factors.rules.labels import LONGEST_LABEL
from strongroom.factors.rules.totp import grouped_secret, otpauth_uri
from strongroom.factors.views.codes import show_new_codes
from strongroom.factors.views.keys import reading_answer
from strongroom.factors.views.meaning import NAME, means
from strongroom.gear.drawing import draw_qr
from strongroom.terms.actors import FactorId
from strongroom.terms.refusals import Reason, Refused

AIM = Aim(Dangerous.ENROL_FACTOR)
APP_TEMPLATE = "factors/app.html"
MAILBOX_TEMPLATE = "factors/first_factor_mailbox.html"
_LACKS_PROOF = frozenset({Reason.PROOF_NEEDED, Reason.MAILBOX_PROOF_NEEDED})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_app(request: HttpRequest) -> HttpResponse:
    """Ask for a label, and begin to enrol an authenticator app."""
    require_visit(request)
    ahead = _first_of_all(request)
    if ahead is not None:
        return ahead
    context = _label_context(request)
    if request.method != "POST":
        return render(request, "factors/add_app.html", context)
    label = request.POST.get("label", "")
    try:
        factor = begin_app(by=actor_in(request), now=timezone.now(), label=label, means=means())
    except Refused as refused:
        return _show_again(request, "factors/add_app.html", context, refused=refused)
    return HttpResponseRedirect(reverse("app", args=[factor]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def app(request: HttpRequest, factor: int) -> HttpResponse:
    """Show the secret of a new app, in this session alone, and take its first code.

    The first factor leads to its recovery codes, which are shown in the answer itself and never again.
    """
    visit = require_visit(request)
    try:
        context = _app_context(visit, FactorId(factor))
    except Refused:
        waiting = list_waiting(visit.account, visit.session, now=timezone.now())
        if any(row.pk == factor for row in waiting):
            return HttpResponseRedirect(reverse("recovery-codes"))
        raise
    if request.method != "POST":
        return render(request, APP_TEMPLATE, context)
    text = request.POST.get("code", "")
    try:
        codes = prove_new_app(
            by=actor_in(request), now=timezone.now(), factor=FactorId(factor), text=text, means=means()
        )
    except Refused as refused:
        return show_again(request, APP_TEMPLATE, context, refused)
    return _after_answer(request, codes)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_key(request: HttpRequest) -> HttpResponse:
    """Ask for a label, have the browser ask the key, and enrol what it answers."""
    require_visit(request)
    ahead = _first_of_all(request)
    if ahead is not None:
        return ahead
    context = _label_context(request)
    if request.method != "POST":
        return render(request, "factors/add_key.html", context)
    try:
        with reading_answer():
            codes = complete_key_enrolment(
                by=actor_in(request),
                now=timezone.now(),
                label=request.POST.get("label", ""),
                answer=request.POST.get("answer", ""),
                means=means(),
            )
    except Refused as refused:
        return _show_again(request, "factors/add_key.html", context, refused=refused)
    return _after_answer(request, codes)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_factor_mailbox(request: HttpRequest) -> HttpResponse:
    """Mail a code when asked to, and take it: whoever can publish shows a mailbox before a first factor."""
    require_visit(request)
    onward = next_address(request, otherwise=reverse("security"))
    context: dict[str, object] = {"next": onward, "is_sent": request.method == "POST"}
    if request.method != "POST":
        return render(request, MAILBOX_TEMPLATE, context)
    by, now, sealer = actor_in(request), timezone.now(), sealer_of_index()
    try:
        if "code" not in request.POST:
            ask_own_mailbox(by=by, now=now, sealer=sealer)
            return render(request, MAILBOX_TEMPLATE, context)
        show_own_mailbox(by=by, now=now, text=request.POST["code"], sealer=sealer)
    except Refused as refused:
        return show_again(request, MAILBOX_TEMPLATE, context, refused)
    return HttpResponseRedirect(onward)


def _first_of_all(request: HttpRequest) -> HttpResponse | None:
    """What must be shown before anything is enrolled: the mailbox where it is asked for, then that it is the person."""
    visit = require_visit(request)
    if is_mailbox_needed(visit.account) and not has_mailbox_proof(by=actor_in(request), now=timezone.now()):
        return HttpResponseRedirect(f"{reverse('first-factor-mailbox')}?next={quote(request.get_full_path())}")
    return prove_first(request, AIM)


def _show_again(request: HttpRequest, template: str, context: dict[str, object], *, refused: Refused) -> HttpResponse:
    """The form with the refusal; or the way to the proof that is missing at the very last moment."""
    ahead = _first_of_all(request) if refused.reason in _LACKS_PROOF else None
    return ahead or show_again(request, template, context, refused)


def _label_context(request: HttpRequest) -> dict[str, object]:
    return {
        "label": request.POST.get("label", ""),
        "longest": LONGEST_LABEL,
        "is_passkey": request.POST.get("kind") == "passkey",
        "attests": "attest" in request.POST,
    }


def _app_context(visit: Visit, factor: FactorId) -> dict[str, object]:
    now = timezone.now()
    row = load_pending_app(visit.account, visit.session, factor, now=now)
    secret = pending_secret(account=visit.account, session=visit.session, factor=factor, now=now, means=means())
    uri = otpauth_uri(secret, issuer=NAME, account=visit.name)
    label = _("QR code for the authenticator app; the same secret stands below it as text")
    return {
        "label": row.label,
        # Drawn by the index from the secret; the label, which a translator writes, is escaped there.
        "qr": mark_safe(draw_qr(uri, label=label)),  # noqa: S308
        "secret": grouped_secret(secret),
        "uri": uri,
    }


def _after_answer(request: HttpRequest, codes: list[str]) -> HttpResponse:
    if codes:
        return show_new_codes(request, codes)
    return HttpResponseRedirect(f"{reverse('security')}?said=factor-enrolled")
