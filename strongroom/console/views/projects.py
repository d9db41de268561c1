"""Projects: found by name, and one of them with how it stands."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from strongroom.console.queries.projects import (
    MOST_COUNTED,
    PROJECTS_ON_A_PAGE,
    Only,
    ProjectLine,
    ProjectPage,
    list_projects,
    load_project_page,
)
from strongroom.console.rules.showing import plain
from strongroom.console.views.admitting import for_staff
from strongroom.console.views.asking import chosen, onward, typed
from strongroom.console.views.record import event_lines
from strongroom.console.views.words import said_in
from strongroom.projects.queries.critical import load_designation
from strongroom.record.queries import Search, search_events
from strongroom.record.rules import SubjectKind
from strongroom.terms.names import NormalizedName, normalize, parse_project_name
from strongroom.terms.refusals import Refused

EVENTS_SHOWN = 20


@for_staff
@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """Projects by name, filtered by how they stand."""
    asked, only = typed(request, "q"), chosen(request, "only", Only)
    found = list_projects(prefix=normalize(asked), only=only, after=typed(request, "after"))
    rows = found[:PROJECTS_ON_A_PAGE]
    context = {
        "here": "projects",
        "rows": [_shown(row) for row in rows],
        "q": asked,
        "only": only.value if only else "",
        "next": onward(request, after=rows[-1].normalized_name) if len(found) > PROJECTS_ON_A_PAGE else "",
        "is_first": not request.GET.get("after"),
    }
    return render(request, "console/projects.html", context)


@for_staff
@require_safe
def project(request: HttpRequest, name: str) -> HttpResponse:
    """One project: status, people, how much is in it, its deletion, and what was done to it last."""
    found = require_project(name)
    on_it = Search(subject_kind=SubjectKind.PROJECT.value, subject=found.line.normalized_name)
    until = found.line.until
    context = {
        "here": "projects",
        "project": _shown(found.line),
        "people": found.people,
        "holds": found.holds,
        "designation": load_designation(NormalizedName(found.line.normalized_name)),
        "has_owner": found.has_owner,
        "releases": min(found.releases, MOST_COUNTED),
        "has_more_releases": found.releases > MOST_COUNTED,
        "files": min(found.files, MOST_COUNTED),
        "has_more_files": found.files > MOST_COUNTED,
        "can_be_restored": until is not None and timezone.now() < until,
        "events": event_lines(search_events(on_it, most=EVENTS_SHOWN)[:EVENTS_SHOWN]),
        "said": said_in(request.GET.get("said", "")),
    }
    return render(request, "console/project.html", context)


def require_project(name: str) -> ProjectPage:
    """The project of that name, however it is written. Raises Http404 when there is none."""
    try:
        found = load_project_page(parse_project_name(name).normalized)
    except Refused:
        raise Http404 from None
    if found is None:
        raise Http404
    return found


def _shown(line: ProjectLine) -> ProjectLine:
    return replace(line, status_reason=plain(line.status_reason) if line.status_reason else "")
