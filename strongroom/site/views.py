"""Pages of the index itself: the front page and the help pages of refusals."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from strongroom.accounts.views.visiting import visit_of
from strongroom.catalogue.queries.projects import count_projects
from strongroom.projects.queries.search import list_newest_projects, list_newest_releases
from strongroom.site.answers import ANSWERS
from strongroom.site.refusals import MALFORMED_CODE
from strongroom.terms.refusals import Reason

NEWEST = 8
"""Of projects and of releases on the front page."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, what is new, how to install from it and how to publish to it."""
    chosen = settings.STRONGROOM
    context: dict[str, object] = {"address": chosen.address, "private": chosen.private}
    if not chosen.private or visit_of(request) is not None:
        context |= {
            "projects": count_projects(),
            "newest_releases": list_newest_releases(NEWEST),
            "newest_projects": list_newest_projects(NEWEST),
        }
    return render(request, "site/home.html", context)


@require_safe
def help_index(request: HttpRequest) -> HttpResponse:
    """Every refusal, by its code."""
    return render(request, "site/help.html", {"answers": [(reason.value, ANSWERS[reason]) for reason in Reason]})


@require_safe
def help_page(request: HttpRequest, code: str) -> HttpResponse:
    """One refusal: what it means and what to do. Raises Http404 for a code that there is not."""
    if code == MALFORMED_CODE:
        return render(request, "site/help_malformed.html")
    try:
        reason = Reason(code)
    except ValueError:
        raise Http404 from None
    return render(request, "site/help_reason.html", {"code": code, "answer": ANSWERS[reason]})


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing is there."""
    del exception
    return render(request, "site/not_found.html", status=404)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from a page of ours, or from one that lay open for too long."""
    del reason
    return render(request, "site/form_too_old.html", status=403)
