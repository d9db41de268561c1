"""Spikes of downloads that look like inflation: those that were marked, and noting that one was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from strongroom.accounts.views.visiting import actor_in
from strongroom.console.actions.spikes import look_at_spike
from strongroom.console.rules.showing import plain
from strongroom.console.rules.spikes import target_of_spike
from strongroom.console.views.admitting import for_staff
from strongroom.console.views.asking import day, number, onward
from strongroom.console.views.deeds import DeedForm, Place, answer_deed
from strongroom.console.views.words import said_in
from strongroom.downloads.queries.spikes import SPIKES_ON_A_PAGE, SpikeLine, SpikePlace, find_spike, list_spike_page
from strongroom.terms.names import parse_project_name
from strongroom.terms.refusals import Refused


@dataclass(frozen=True)
class ShownSpike:
    """A spike as the list shows it; ``place`` is the project's name for its page, empty when it can have none."""

    id: int
    day: date
    project: str
    place: str
    kind: str
    name: str
    counted: int
    usual: int
    is_seen: bool


@for_staff
@require_safe
def spikes(request: HttpRequest) -> HttpResponse:
    """What was marked, those first that nobody has looked at, each the newest day first."""
    found = list_spike_page(_place_asked(request))
    rows = found[:SPIKES_ON_A_PAGE]
    context = {
        "here": "spikes",
        "rows": [_shown(row) for row in rows],
        "next": _next(request, rows[-1]) if len(found) > SPIKES_ON_A_PAGE else "",
        "is_first": not request.GET.get("after"),
        "said": said_in(request.GET.get("said", "")),
    }
    return render(request, "console/spikes.html", context)


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def look_at(request: HttpRequest, spike: int) -> HttpResponse:
    """Note that somebody looked at a spike, and what they think of it."""
    found = find_spike(spike)
    if found is None:
        raise Http404
    form = DeedForm(
        place=Place(target=target_of_spike(spike), back=reverse("staff-spikes"), back_words=_("Spikes")),
        title=_("Note that you looked at a spike"),
        lead=_("Downloads of %(project)s on %(day)s. Say what you found; no count is changed.")
        % {"project": plain(found.project), "day": found.day.isoformat()},
        button=_("Note it"),
        said="spike-looked-at",
        is_told=False,
    )

    def do(office: str) -> bool:
        return look_at_spike(by=actor_in(request), now=timezone.now(), spike=spike, office=office)

    return answer_deed(request, form, do)


def _place_asked(request: HttpRequest) -> SpikePlace | None:
    """Where the page begins; at the beginning when an address of ours was not kept whole."""
    behind, on = number(request, "after"), day(request, "day")
    if behind is None or on is None:
        return None
    return SpikePlace(is_seen=request.GET.get("part") == "seen", day=on.date(), id=behind)


def _next(request: HttpRequest, last: SpikeLine) -> str:
    part = "open" if last.looked_at is None else "seen"
    return onward(request, part=part, day=last.day.isoformat(), after=last.id)


def _shown(row: SpikeLine) -> ShownSpike:
    try:
        place: str = parse_project_name(row.project).normalized
    except Refused:
        place = ""  # a log may name what no project can be called
    return ShownSpike(
        id=row.id,
        day=row.day,
        project=plain(row.project),
        place=place,
        kind=row.kind,
        name=plain(row.name),
        counted=row.counted,
        usual=row.usual,
        is_seen=row.looked_at is not None,
    )
