"""Factors that are enrolled: renamed, removed, reported lost; and closing the account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from strongroom.accounts.actions.proving import Aim
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.proofs import ask_proof_again
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import SESSION, actor_in, forget, prove_first, require_visit
from strongroom.factors.actions import keeping
from strongroom.factors.queries import load_held, load_removal
from strongroom.factors.rules.labels import LONGEST_LABEL
from strongroom.factors.views.security import factor_line
from strongroom.projects.queries.roles import list_owned_alone
from strongroom.terms.actors import FactorId
from strongroom.terms.refusals import Refused

LOST, REMOVED = "lost", "removed"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rename_factor(request: HttpRequest, factor: int) -> HttpResponse:
    """Give a factor another label, after a proof for this factor."""
    visit = require_visit(request)
    held = load_held(visit.account, FactorId(factor))
    aim = Aim(Dangerous.RENAME_FACTOR, str(factor))
    ahead = prove_first(request, aim)
    if ahead is not None:
        return ahead
    label = request.POST.get("label", held.label)
    context: dict[str, object] = {"factor": factor_line(held), "label": label, "longest": LONGEST_LABEL}
    if request.method != "POST":
        return render(request, "factors/rename_factor.html", context)
    try:
        keeping.rename_factor(by=actor_in(request), now=timezone.now(), factor=FactorId(factor), label=label)
    except Refused as refused:
        again = ask_proof_again(request, aim, refused)
        return again or show_again(request, "factors/rename_factor.html", context, refused)
    return HttpResponseRedirect(f"{reverse('security')}?said=factor-renamed")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remove_factor(request: HttpRequest, factor: int) -> HttpResponse:
    """Remove a factor or report it lost, after a proof for this factor; what follows from either is said first."""
    visit = require_visit(request)
    held = load_held(visit.account, FactorId(factor))
    aim = Aim(Dangerous.REMOVE_FACTOR, str(factor))
    ahead = prove_first(request, aim)
    if ahead is not None:
        return ahead
    why = request.POST.get("why", "")
    context: dict[str, object] = {
        "factor": factor_line(held),
        "is_last": load_removal(visit.account, FactorId(factor)).others == 0,
        "why": why,
    }
    if request.method != "POST" or why not in {LOST, REMOVED}:
        return render(request, "factors/remove_factor.html", {**context, "is_undecided": request.method == "POST"})
    try:
        keeping.remove_factor(by=actor_in(request), now=timezone.now(), factor=FactorId(factor), is_lost=why == LOST)
    except Refused as refused:
        again = ask_proof_again(request, aim, refused)
        return again or show_again(request, "factors/remove_factor.html", context, refused)
    return HttpResponseRedirect(f"{reverse('security')}?said=factor-{why}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def close_account(request: HttpRequest) -> HttpResponse:
    """Close the account for good, after a proof; whoever is the only Owner of something is told so first."""
    visit = require_visit(request)
    aim = Aim(Dangerous.CLOSE_ACCOUNT)
    ahead = prove_first(request, aim)
    if ahead is not None:
        return ahead
    context: dict[str, object] = {"name": visit.name, "owned_alone": list_owned_alone(visit.account)}
    if request.method != "POST":
        return render(request, "factors/close_account.html", context)
    try:
        keeping.close_account(by=actor_in(request), now=timezone.now())
    except Refused as refused:
        again = ask_proof_again(request, aim, refused)
        return again or show_again(request, "factors/close_account.html", context, refused)
    response = render(request, "factors/account_closed.html", {"name": visit.name, "visit": None})
    forget(response, SESSION)
    return response
