"""Prove it is you again: one page for every dangerous deed, which offers exactly the ways that the deed takes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.actions.proving import Aim, prove_by_password
from strongroom.accounts.queries.entry import held_kinds
from strongroom.accounts.rules.proving import Dangerous, accepted_kinds
from strongroom.accounts.rules.visits import Visit
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import (
    actor_in,
    next_address,
    remember_session,
    require_visit,
    sealer_of_index,
)
from strongroom.factors.actions.codes import replace_used_codes
from strongroom.factors.actions.showing import prove_by_app, prove_by_key, prove_by_recovery_code
from strongroom.factors.views.keys import reading_answer
from strongroom.factors.views.meaning import means
from strongroom.factors.views.words import AIMS
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Refused

TEMPLATE = "factors/prove.html"
LONGEST_TARGET = 200
"""Characters of a target, as many as a proof keeps."""

FIELDS = {
    "answer": ProofKind.SECURITY_KEY,
    "recovery": ProofKind.RECOVERY_CODE,
    "password": ProofKind.PASSWORD,
    "code": ProofKind.TOTP,
}
"""Which field of a form shows what."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest, deed: str) -> HttpResponse:
    """Take a factor (or the password, while there is none) for one deed, then lead on to it.

    The session gets a new key with every proof. A recovery code is replaced at once, and its successor shown.
    """
    visit = require_visit(request)
    aim = _aim_of(request, deed)
    context = _context(request, visit, aim)
    if request.method != "POST":
        return render(request, TEMPLATE, context)
    kind = next((kind for field, kind in FIELDS.items() if field in request.POST), ProofKind.TOTP)
    try:
        key = _prove(request, aim, kind)
    except Refused as refused:
        return show_again(request, TEMPLATE, context, refused)
    response = _lead_on(request, visit, kind)
    remember_session(response, key)
    return response


def _prove(request: HttpRequest, aim: Aim, kind: ProofKind) -> str:
    by, now = actor_in(request), timezone.now()
    if kind is ProofKind.SECURITY_KEY:
        with reading_answer():
            return prove_by_key(by=by, now=now, aim=aim, answer=request.POST["answer"], means=means())
    if kind is ProofKind.RECOVERY_CODE:
        return prove_by_recovery_code(by=by, now=now, aim=aim, text=request.POST["recovery"], means=means())
    if kind is ProofKind.PASSWORD:
        return prove_by_password(by=by, now=now, aim=aim, password=request.POST["password"])
    return prove_by_app(by=by, now=now, aim=aim, text=request.POST.get("code", ""), means=means())


def _lead_on(request: HttpRequest, visit: Visit, kind: ProofKind) -> HttpResponse:
    onward = next_address(request, otherwise=reverse("security"))
    codes: list[str] = []
    if kind is ProofKind.RECOVERY_CODE:
        codes = replace_used_codes(
            by=actor_in(request), now=timezone.now(), account=visit.account, sealer=sealer_of_index()
        )
    if codes:
        return render(request, "factors/codes_replaced.html", {"codes": codes, "onward": onward})
    return HttpResponseRedirect(onward)


def _aim_of(request: HttpRequest, deed: str) -> Aim:
    """What the proof is for. Raises Http404 for a deed that there is not, or a target that none can have."""
    target = request.POST.get("target", request.GET.get("target", ""))
    if len(target) > LONGEST_TARGET or not target.isprintable():
        raise Http404
    try:
        return Aim(Dangerous(deed), target)
    except ValueError:
        raise Http404 from None


def _context(request: HttpRequest, visit: Visit, aim: Aim) -> dict[str, object]:
    accepted = accepted_kinds(aim.deed, held_kinds(visit.account))
    return {
        "aim": AIMS[aim.deed],
        "target": aim.target,
        "next": next_address(request, otherwise=""),
        "takes_key": ProofKind.SECURITY_KEY in accepted,
        "takes_app": ProofKind.TOTP in accepted,
        "takes_codes": ProofKind.RECOVERY_CODE in accepted,
        "takes_password": ProofKind.PASSWORD in accepted,
        "name": visit.name,
    }
