"""Which projects are critical: as a page, and as files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control

from strongroom.catalogue.rules.paging import read_page, span_of
from strongroom.catalogue.views.admitting import for_readers
from strongroom.catalogue.views.programs import KEPT_SECONDS
from strongroom.catalogue.views.runs import files_of
from strongroom.criticality.queries.published import ListOrder, all_critical, count_listed, list_critical
from strongroom.criticality.queries.runs import newest_decided_run, newest_run
from strongroom.criticality.rules.waiting import RunState
from strongroom.gear.settings import Settings
from strongroom.projects.queries.critical import Designated
from strongroom.terms.names import LONGEST_NAME, normalize

ON_A_PAGE = 100
COLUMNS = ("name", "since", "reason", "run", "total", "rank", "projects", "k", "threshold")
"""Of the list as a file."""


@for_readers
def critical(request: HttpRequest) -> HttpResponse:
    """A page of the critical projects, and the numbers of the newest run that designated."""
    text = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:LONGEST_NAME]
    order = next((one for one in ListOrder if one.value == request.GET.get("order")), ListOrder.NEWEST)
    beginning = normalize(text)
    span = span_of(count_listed(beginning=beginning), page=read_page(request.GET.get("page", "")), size=ON_A_PAGE)
    decided, newest = newest_decided_run(), newest_run()
    context = {
        "text": text,
        "order": order,
        "orders": list(ListOrder),
        "span": span,
        "rows": list_critical(beginning=beginning, order=order, start=span.first, end=span.end),
        "run": decided,
        "files": [] if decided is None else files_of(decided),
        "waiting": newest if newest is not None and newest.state is RunState.PROPOSED else None,
    }
    return render(request, "catalogue/critical.html", context)


@for_readers
def critical_json(request: HttpRequest) -> StreamingHttpResponse:
    """All of them, for programs."""
    del request
    return _streamed(_as_json(), "application/json")


@for_readers
def critical_csv(request: HttpRequest) -> StreamingHttpResponse:
    """All of them, for spreadsheets."""
    del request
    response = _streamed(_as_csv(), "text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="critical.csv"'
    return response


def _streamed(parts: Iterator[str], kind: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(parts, content_type=kind)
    chosen: Settings = settings.STRONGROOM
    if not chosen.private:
        patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return response


def _as_json() -> Iterator[str]:
    chosen: Settings = settings.STRONGROOM
    yield '{"projects":['
    before = "\n"
    for one in all_critical():
        told = {
            **dict(zip(COLUMNS, _row(one), strict=True)),
            "sentence": one.sentence,
            "explanation": f"{chosen.address}{reverse('project-critical', args=[one.name])}",
        }
        yield before + json.dumps(told)
        before = ",\n"
    yield "\n]}\n"


def _as_csv() -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in all_critical():
        yield line.getvalue()
        line.seek(0)
        line.truncate()
        writer.writerow(_row(one))
    yield line.getvalue()


def _row(one: Designated) -> tuple[object, ...]:
    since = one.since.isoformat()
    return (one.name, since, one.reason, one.run, one.total, one.rank, one.projects, one.k, one.threshold)
