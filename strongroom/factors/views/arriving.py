"""The steps of signing in and of resetting a password that take a factor, and the mailed code behind them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.actions.arriving import ask_mailbox, show_mailbox
from strongroom.accounts.actions.sessions import complete_sign_in
from strongroom.accounts.queries.entry import LoadedArrival, load_visit
from strongroom.accounts.rules.arriving import Purpose, Stage, next_stage, require_stage
from strongroom.accounts.rules.visits import actor_of
from strongroom.accounts.views.stages import arrival_at, lead_on, show_again
from strongroom.accounts.views.visiting import (
    actor_in,
    arrival_in,
    device_in,
    next_address,
    remember_sign_in,
    sealer_of_index,
    whereabouts,
)
from strongroom.factors.actions.codes import replace_used_codes
from strongroom.factors.actions.showing import show_app_code, show_recovery_code
from strongroom.factors.views.meaning import means
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, Refused

FACTOR_TEMPLATE, MAIL_TEMPLATE = "factors/factor.html", "factors/sign_in_mail.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_factor(request: HttpRequest) -> HttpResponse:
    """Ask for a factor after the password: a security key, a code of an app, or a recovery code."""
    return _answer_factor_page(request, Purpose.SIGN_IN)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset_factor(request: HttpRequest) -> HttpResponse:
    """Ask for a factor before a new password is set: a reset never goes round one."""
    return _answer_factor_page(request, Purpose.RESET)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_mail(request: HttpRequest) -> HttpResponse:
    """Ask for the mailed code when a code was typed on an unknown device; mail another when asked to."""
    arrival = arrival_at(request, Purpose.SIGN_IN)
    if request.method != "POST":
        return _show_step(request, arrival, Stage.MAILBOX)
    by, now, sealer = actor_in(request), timezone.now(), sealer_of_index()
    try:
        if "again" in request.POST:
            ask_mailbox(by=by, now=now, arrival=arrival, sealer=sealer)
            return render(request, MAIL_TEMPLATE, {**step_context(request, arrival), "is_sent_again": True})
        show_mailbox(by=by, now=now, arrival=arrival, text=request.POST.get("code", ""), sealer=sealer)
    except Refused as refused:
        return show_again(request, MAIL_TEMPLATE, step_context(request, arrival), refused)
    return go_on(request)


def step_context(request: HttpRequest, arrival: LoadedArrival) -> dict[str, object]:
    """What the pages of the way in show: which factors the account holds, and where it goes on to."""
    holds = arrival.facts.holds
    return {
        "is_reset": arrival.facts.purpose is Purpose.RESET,
        "has_key": ProofKind.SECURITY_KEY in holds,
        "has_app": ProofKind.TOTP in holds,
        "has_codes": ProofKind.RECOVERY_CODE in holds,
        "next": next_address(request, otherwise=""),
    }


def go_on(request: HttpRequest) -> HttpResponse:
    """After a step that was shown by POST: to the next page, or in.

    The first mailed code leaves here; whoever came in by a recovery code is shown the ones that replace it, once.
    """
    arrival = arrival_in(request)
    stage = next_stage(arrival.facts)
    if stage is Stage.MAILBOX:
        try:
            ask_mailbox(by=actor_in(request), now=timezone.now(), arrival=arrival, sealer=sealer_of_index())
        except Refused as refused:
            return show_again(request, MAIL_TEMPLATE, step_context(request, arrival), refused)
    if stage is None and arrival.facts.factor is ProofKind.RECOVERY_CODE:
        return _enter_by_recovery_code(request, arrival)
    return lead_on(request, arrival)


def _answer_factor_page(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    arrival = arrival_at(request, purpose)
    if request.method != "POST":
        return _show_step(request, arrival, Stage.FACTOR)
    require_stage(arrival.facts, Stage.FACTOR)
    by, now = actor_in(request), timezone.now()
    try:
        if "recovery" in request.POST:
            show_recovery_code(by=by, now=now, arrival=arrival, text=request.POST["recovery"], means=means())
        else:
            show_app_code(by=by, now=now, arrival=arrival, text=request.POST.get("code", ""), means=means())
    except Refused as refused:
        return show_again(request, FACTOR_TEMPLATE, step_context(request, arrival), refused)
    return go_on(request)


def _show_step(request: HttpRequest, arrival: LoadedArrival, expected: Stage) -> HttpResponse:
    """The page when it is its turn, else the page whose turn it is. Looking at a page signs nobody in."""
    stage = next_stage(arrival.facts)
    if stage is None:
        raise Refused(Reason.STAGE_OUT_OF_ORDER)
    if stage is not expected:
        return lead_on(request, arrival)
    template = FACTOR_TEMPLATE if expected is Stage.FACTOR else MAIL_TEMPLATE
    return render(request, template, step_context(request, arrival))


def _enter_by_recovery_code(request: HttpRequest, arrival: LoadedArrival) -> HttpResponse:
    now = timezone.now()
    signed_in = complete_sign_in(by=actor_in(request), now=now, arrival=arrival, device=device_in(request))
    onward = next_address(request, otherwise=reverse("security"))
    visit = load_visit(signed_in.key, now=now)
    codes: list[str] = []
    if visit is not None:
        by = actor_of(visit, address=whereabouts(request), client=request.META.get("HTTP_USER_AGENT", ""))
        codes = replace_used_codes(by=by, now=now, account=visit.account, sealer=sealer_of_index())
    # Rendered after the new CSRF token was chosen: its forms must carry that one.
    context = {"codes": codes, "onward": onward, "visit": visit}
    page = TemplateResponse(request, "factors/codes_replaced.html", context)
    response = page if codes else HttpResponseRedirect(onward)
    remember_sign_in(request, response, signed_in)
    return response
