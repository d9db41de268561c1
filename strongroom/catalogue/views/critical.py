"""Why a project is critical, or how far it is from that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from strongroom.catalogue.queries.projects import ShownProject, find_project
from strongroom.catalogue.views.admitting import for_readers, missing, moved, read_name
from strongroom.catalogue.views.figures import Limit, bars_of, drawn, history_of, shown_history
from strongroom.catalogue.views.programs import answer, nothing_there
from strongroom.catalogue.views.runs import RunFile, files_of
from strongroom.criticality.queries.explaining import CriticalityState, RunFigures, find_criticality
from strongroom.criticality.queries.runs import load_run, newest_run
from strongroom.gear.settings import Settings
from strongroom.terms.names import NormalizedName
from strongroom.upkeep.api.schemas import to_json


@dataclass(frozen=True)
class _Found:
    """A name of which a page tells: its project, if it is still there, and how it stands."""

    name: NormalizedName
    project: ShownProject | None
    state: CriticalityState

    @property
    def run(self) -> RunFigures | None:
        """The run by which it is explained: the one that found it, else the newest."""
        if self.state.designation is not None and self.state.designation.run is not None:
            return self.state.designation.run
        return None if self.state.standing is None else self.state.standing.run

    @property
    def display_name(self) -> str:
        """As its people write it, or wrote it when it became critical."""
        if self.project is not None:
            return self.project.display_name
        return self.name if self.state.designation is None else self.state.designation.display_name


@for_readers
def project_critical(request: HttpRequest, name: str) -> HttpResponse:
    """The page: since when, by which numbers, and how to check them."""
    found = _find(name)
    if found is None:
        return missing(request, name)
    if found.name != name:
        return moved(request, "project-critical", found.name)
    chosen: Settings = settings.STRONGROOM
    run = found.run
    history = (
        shown_history(found.name)
        if run is None
        else history_of(found.name, first=run.window_first, last=run.window_last)
    )
    context = {
        "name": found.name,
        "display_name": found.display_name,
        "project": found.project,
        "state": found.state,
        "run": run,
        "files": _files(run),
        "is_computed": run is not None or newest_run() is not None,
        "drawn": drawn(history, limit=_limit(run)),
        "since": history.since,
        "clients": bars_of(history.clients, total=history.in_months),
        "address": chosen.address,
        "contact": chosen.contact,
    }
    return render(request, "catalogue/critical_project.html", context)


@for_readers
def project_critical_json(request: HttpRequest, name: str) -> JsonResponse:
    """The same for programs."""
    del request
    found = _find(name)
    if found is None:
        return nothing_there()
    chosen: Settings = settings.STRONGROOM
    told = {
        **cast("dict[str, Any]", to_json(found.state)),
        "explanation": f"{chosen.address}{reverse('project-critical', args=[found.name])}",
        "files": [{"url": f"{chosen.address}{one.address}", "sha256": one.sha256} for one in _files(found.run)],
    }
    return answer(told)


def _find(text: str) -> _Found | None:
    """Nothing for a name that no project has. One in quarantine, or deleted, is shown only when it is critical."""
    name = read_name(text)
    if name is None:
        return None
    chosen: Settings = settings.STRONGROOM
    state = find_criticality(name, folder=chosen.snapshots_folder)
    return None if state is None else _Found(name, find_project(name), state)


def _files(run: RunFigures | None) -> list[RunFile]:
    report = None if run is None else load_run(run.run)
    return [] if report is None else files_of(report)


def _limit(run: RunFigures | None) -> Limit | None:
    if run is None or run.threshold is None or run.days_present == 0:
        return None
    return Limit(round(run.threshold / run.days_present), run.threshold, run.days_present)
