"""How often a project is downloaded: by day, by version, by client; and the files of counts that anybody can check."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from strongroom.catalogue.queries.projects import ShownProject, find_project
from strongroom.catalogue.views.admitting import for_readers, missing, moved, read_name
from strongroom.catalogue.views.figures import bars_of, drawn, recent_in, shown_history
from strongroom.catalogue.views.files import PARQUET, send_file
from strongroom.catalogue.views.programs import answer, nothing_there
from strongroom.downloads.queries.history import find_day_file
from strongroom.downloads.rules.history import LAST_MONTH
from strongroom.gear.settings import Settings
from strongroom.terms.statuses import ProjectStatus


@for_readers
def project_downloads(request: HttpRequest, name: str) -> HttpResponse:
    """Downloads of a project, drawn and as numbers."""
    project = _find(name)
    if project is None:
        return missing(request, name)
    if project.name != name:
        return moved(request, "project-downloads", project.name)
    history = shown_history(project.name)
    context = {
        "project": project,
        "drawn": drawn(history),
        "recent": recent_in(history),
        "whole_month": LAST_MONTH,
        "since": history.since,
        "versions": bars_of(history.versions, total=history.in_months),
        "clients": bars_of(history.clients, total=history.in_months),
    }
    return render(request, "catalogue/downloads.html", context)


@for_readers
def project_recent(request: HttpRequest, name: str) -> JsonResponse:
    """Downloads of a project on the last day, in the last week and in the last month, for programs."""
    del request
    project = _find(name)
    if project is None:
        return nothing_there()
    recent = recent_in(shown_history(project.name))
    data = {"last_day": recent.last_day, "last_week": recent.last_week, "last_month": recent.last_month}
    return answer(
        {
            "data": data,
            "package": project.name,
            "type": "recent_downloads",
            "through": recent.through.isoformat(),
            "days_known": recent.days_known,
        }
    )


@for_readers
def day_file(request: HttpRequest, day: str, digest: str) -> HttpResponseBase:
    """The counts of a day of all projects, as the manifests of runs name it. Raises Http404 for any other name."""
    try:
        found = find_day_file(date.fromisoformat(day), digest)
    except ValueError:
        found = None
    if found is None:
        raise Http404
    chosen: Settings = settings.STRONGROOM
    path, sha256 = found
    # The digest is of the counts; another engine may write the same ones in other bytes.
    return send_file(request, chosen.downloads_folder / path, tag=f'W/"{sha256}"', kind=PARQUET)


def _find(text: str) -> ShownProject | None:
    """The project; nothing for one whose pages are not shown."""
    name = read_name(text)
    project = None if name is None else find_project(name)
    return None if project is None or project.status is ProjectStatus.QUARANTINED else project
