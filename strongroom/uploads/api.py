"""The upload door: ``POST /legacy/`` as every client sends it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from trove_classifiers import classifiers

from strongroom.gear.settings import Settings
from strongroom.gear.shelf import Shelf
from strongroom.mandate.queries import bearer_of
from strongroom.mandate.rules import require_bearer
from strongroom.projects.publishing import outlet_of
from strongroom.projects.rules.roles import ProjectDeed
from strongroom.terms.names import normalize, parse_project_name
from strongroom.tokens.api import actor_holding, require_holder
from strongroom.uploads.actions import Index, publish_file
from strongroom.uploads.queries import NamePolicy
from strongroom.uploads.receiving import drained, receive
from strongroom.uploads.rules.checks import Policy


@csrf_exempt
def upload(request: HttpRequest) -> HttpResponse:
    """Take one file. The body of a 200 holds warnings, one on a line, or nothing."""
    if request.method != "POST":
        # Whoever opens the address in a browser is told what it is for.
        response = render(request, "site/only_uploads.html", status=405)
        response["Allow"] = "POST"
        return response
    index = this_index(settings.STRONGROOM)
    now = timezone.now()
    with drained(request):
        holder = require_holder(request)
        require_bearer(bearer_of(holder, now=now), ProjectDeed.PUBLISH)
        arrival = receive(request, shelf=Shelf(index.outlet.files), most=index.policy.max_file_bytes)
        try:
            receipt = publish_file(
                by=actor_holding(request, holder), now=timezone.now(), holder=holder, arrival=arrival, index=index
            )
        finally:
            arrival.spool.drop()
    lines = "".join(f"{gettext(warning)}\n" for warning in receipt.warnings)
    return HttpResponse(lines, content_type="text/plain; charset=utf-8")


@csrf_exempt
def upload_without_slash(request: HttpRequest) -> HttpResponse:
    """``/legacy`` leads to ``/legacy/``, keeping the method: uv and flit follow, others tell their user."""
    with drained(request):
        response = HttpResponsePermanentRedirect(f"{request.path}/")
        response.status_code = 308
        return response


@require_GET
def project_behind_upload(request: HttpRequest, project: str, version: str = "") -> HttpResponse:
    """Lead people to the project from ``<upload>/<project>/<version>/``, which hatch and poetry show them."""
    del request, version
    return HttpResponseRedirect(reverse("project", args=[parse_project_name(project).normalized]))


def this_index(chosen: Settings) -> Index:
    """The index as its operator has set it."""
    return Index(
        policy=Policy(
            private=chosen.private,
            uploads_paused=chosen.uploads_paused,
            max_file_bytes=chosen.max_file_bytes,
            max_project_bytes=chosen.max_project_bytes,
            release_closes_after_days=chosen.release_closes_after_days,
            classifiers=classifiers,
        ),
        names=NamePolicy(
            prohibited=frozenset(normalize(name) for name in chosen.prohibited_names),
            limit_per_hour=chosen.new_projects_per_hour,
        ),
        outlet=outlet_of(chosen),
    )
