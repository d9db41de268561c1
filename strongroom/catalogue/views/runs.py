"""The runs that looked for critical projects, with all their numbers, and the files by which anybody can check them."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from strongroom.catalogue.views.admitting import for_readers
from strongroom.catalogue.views.files import GZIP, PARQUET, TEXT, send_file, send_text
from strongroom.criticality.queries.runs import RunReport, list_runs, load_run
from strongroom.downloads.queries.history import LEAST_OF_DIGEST
from strongroom.downloads.rules.counting import Counting
from strongroom.gear.settings import Settings

ON_A_PAGE = 50
_MOST_DIGITS = 18

COUNTED = {
    Counting.ALL: "counted + mirrors",
    Counting.NO_FULL_MIRRORS: "counted",
    Counting.NO_MIRRORS: "counted - proxies",
}
"""What of a day's file counts, as it stands in SQL."""


@dataclass(frozen=True)
class RunFile:
    """A file of a run: what it ends in, where it is, and its digest."""

    ending: str
    address: str
    name: str
    kind: str
    sha256: str


@for_readers
def critical_days(request: HttpRequest) -> HttpResponse:
    """The runs, those of the newest day first."""
    before = request.GET.get("before", "")
    is_number = before.isascii() and before.isdigit() and len(before) <= _MOST_DIGITS
    runs = list_runs(before=int(before) if is_number else None, most=ON_A_PAGE + 1)
    context = {
        "runs": runs[:ON_A_PAGE],
        "next_before": runs[ON_A_PAGE - 1].id if len(runs) > ON_A_PAGE else None,
        "is_first": not is_number,
    }
    return render(request, "catalogue/critical_days.html", context)


@for_readers
def critical_day(request: HttpRequest, run: int) -> HttpResponse:
    """One run: what it read, what it found, and how to do it again. Raises Http404."""
    report = _report(run)
    context = {
        "run": report,
        "files": files_of(report),
        "sums": reverse("critical-file", args=[report.id, f"{report.day}.sha256"]),
        "counted": COUNTED[report.counting],
        "address": settings.STRONGROOM.address,
        "digits": LEAST_OF_DIGEST,
    }
    return render(request, "catalogue/critical_day.html", context)


@for_readers
def critical_file(request: HttpRequest, run: int, filename: str) -> HttpResponseBase:
    """One file of a run. Raises Http404 for any name that it does not have."""
    report = _report(run)
    files = files_of(report)
    if filename == f"{report.day}.sha256":
        # As sha256sum writes them, and reads them to check.
        return send_text(
            request, "".join(f"{one.sha256}  {one.name}\n" for one in files), tag=f'"{report.result}-{report.id}"'
        )
    wanted = next((one for one in files if one.name == filename), None)
    if wanted is None:
        raise Http404
    chosen: Settings = settings.STRONGROOM
    path = chosen.snapshots_folder / f"{report.path}{wanted.ending}"
    return send_file(request, path, tag=f'"{wanted.sha256}"', kind=wanted.kind)


def files_of(run: RunReport) -> list[RunFile]:
    """The files of a run that anybody may have."""
    found = [
        (".parquet", PARQUET, run.parquet_sha256),
        (".csv.gz", GZIP, run.csv_sha256),
        (".manifest", TEXT, run.manifest),
    ]
    return [
        RunFile(ending, reverse("critical-file", args=[run.id, f"{run.day}{ending}"]), f"{run.day}{ending}", kind, sha)
        for ending, kind, sha in found
    ]


def _report(run: int) -> RunReport:
    found = load_run(run) if len(str(run)) <= _MOST_DIGITS else None
    if found is None:
        raise Http404
    return found
