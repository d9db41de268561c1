"""The first page of the console: what needs somebody's attention."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from strongroom.console.queries.overview import load_overview
from strongroom.console.rules.showing import plain
from strongroom.console.views.admitting import for_staff
from strongroom.console.views.words import job_words


@for_staff
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Counts of what is not as it should be, each with the way to its list."""
    found = load_overview(now=timezone.now())
    failing = [replace(job, name=job_words(job.name), failure=plain(job.failure)) for job in found.failing]
    return render(request, "console/overview.html", {"here": "overview", "found": found, "failing": failing})
