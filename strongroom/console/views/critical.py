"""Critical projects in the console: runs that wait, one run with all its numbers, and naming a project."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods, require_safe

from strongroom.accounts.views.visiting import actor_in
from strongroom.console.actions.criticality import approve_run, designate_name, dismiss_run
from strongroom.console.queries.critical import NEWLY_ON_A_PAGE, NewLine, list_newly
from strongroom.console.views.admitting import for_staff
from strongroom.console.views.asking import number, onward, typed
from strongroom.console.views.deeds import DeedForm, Place, answer_deed
from strongroom.console.views.words import said_in
from strongroom.criticality.queries.runs import RunReport, count_critical, list_runs, list_waiting, load_run
from strongroom.criticality.rules.designations import target_of_name, target_of_run
from strongroom.criticality.rules.waiting import Doubt
from strongroom.gear.dayfiles import DayFiles
from strongroom.projects.queries.critical import load_designation
from strongroom.terms.names import parse_project_name
from strongroom.terms.refusals import Refused

FORM = ["GET", "HEAD", "POST"]
RUNS_ON_A_PAGE = 30
WAITING_SHOWN = 10
_MOST_DIGITS = 18

DOUBTS = {
    Doubt.FIRST_RUN: later(
        "It is the first one of this index: nothing was ever approved. "
        "Check that the days before today are what was really downloaded, then approve it."
    ),
    Doubt.TOO_MANY_NEW: later(
        "It would make unusually many projects critical at once. "
        "Look whether a log was imported twice, or whether many projects share the same number of downloads."
    ),
    Doubt.DAYS_MISSING: later(
        "Too many days of the window are missing. Import the logs of those days, and it is computed anew tomorrow."
    ),
    Doubt.NEWEST_DAY_HIGH: later(
        "The last day has more than five times the downloads of a usual day of that week. "
        "Look for a log that was imported twice, and for clients that download without end."
    ),
    Doubt.DAY_IN_QUESTION: later(
        "An earlier run waits because its last day is far above its week, and that day counts here too. "
        "Decide about that run first, or about both."
    ),
}
"""Why a run waits, and what to check."""


@for_staff
@require_safe
def critical(request: HttpRequest) -> HttpResponse:
    """What waits, the newest runs, and the way to name a project."""
    name, refused = typed(request, "name"), None
    if name:
        try:
            return HttpResponseRedirect(reverse("designate-name", args=[parse_project_name(name).normalized]))
        except Refused as error:
            refused = error
    runs = list_runs(before=number(request, "before"), most=RUNS_ON_A_PAGE + 1)
    waiting = list_waiting(most=WAITING_SHOWN + 1)
    context = {
        "here": "critical",
        "name": name,
        "refused": refused,
        "critical": count_critical(),
        "waiting": [(run, _doubts(run)) for run in waiting[:WAITING_SHOWN]],
        "waits_more": len(waiting) > WAITING_SHOWN,
        "runs": runs[:RUNS_ON_A_PAGE],
        "next": onward(request, before=runs[RUNS_ON_A_PAGE - 1].id) if len(runs) > RUNS_ON_A_PAGE else "",
        "is_first": not request.GET.get("before"),
        "said": said_in(request.GET.get("said", "")),
    }
    return render(request, "console/critical.html", context, status=400 if refused else 200)


@for_staff
@require_safe
def critical_run(request: HttpRequest, run: int) -> HttpResponse:
    """One run: all its numbers, and those it would make critical."""
    found = _require_run(run)
    rows: list[NewLine] = []
    refused = None
    if found.cohort:
        try:
            rows = list_newly(found, _snapshots(), after=number(request, "after") or 0)
        except Refused as error:
            refused = error
    context = {
        "here": "critical",
        "run": found,
        "doubts": _doubts(found),
        "waits": found.state.value == "proposed",
        "percent": f"{found.per_ten_thousand / 100:.2f}".rstrip("0").rstrip("."),
        "rows": rows[:NEWLY_ON_A_PAGE],
        "refused": refused,
        "next": onward(request, after=rows[NEWLY_ON_A_PAGE - 1].place) if len(rows) > NEWLY_ON_A_PAGE else "",
        "is_first": not request.GET.get("after"),
        "said": said_in(request.GET.get("said", "")),
    }
    return render(request, "console/critical_run.html", context)


@for_staff
@require_http_methods(FORM)
def approve(request: HttpRequest, run: int) -> HttpResponse:
    """Say that a run that waits was right."""
    found = _require_run(run)
    form = DeedForm(
        place=_place_of(found),
        title=_("Approve run %(run)s") % {"run": found.id},
        lead=_("What it found becomes critical, for good. Nobody can take that back, you included."),
        button=_("Approve the run"),
        said="run-approved",
        is_told=False,
    )

    def do(office: str) -> None:
        approve_run(by=actor_in(request), now=timezone.now(), run=run, snapshots=_snapshots(), office=office)

    return answer_deed(request, form, do)


@for_staff
@require_http_methods(FORM)
def dismiss(request: HttpRequest, run: int) -> HttpResponse:
    """Say that a run that waits was wrong."""
    found = _require_run(run)
    form = DeedForm(
        place=_place_of(found),
        title=_("Dismiss run %(run)s") % {"run": found.id},
        lead=_("It makes nobody critical. The next run looks at everything anew."),
        button=_("Dismiss the run"),
        said="run-dismissed",
        is_danger=True,
        is_told=False,
    )

    def do(office: str) -> None:
        dismiss_run(by=actor_in(request), now=timezone.now(), run=run, office=office)

    return answer_deed(request, form, do)


@for_staff
@require_http_methods(FORM)
def designate(request: HttpRequest, name: str) -> HttpResponse:
    """Make a name critical, whether it has a project or not."""
    try:
        wanted = parse_project_name(name)
    except Refused:
        raise Http404 from None
    known = load_designation(wanted.normalized)
    lead = _(
        "The name is critical for good, whatever becomes of its project. "
        "Your reason stands on its public page, without your name."
    )
    form = DeedForm(
        place=Place(target_of_name(wanted.normalized), reverse("staff-critical"), _("Critical projects")),
        title=_("Make %(name)s critical") % {"name": wanted.display},
        lead=_("It is critical already, since %(day)s.") % {"day": known.since.isoformat()} if known else lead,
        button=_("Make it critical"),
        said="designated",
        is_danger=True,
    )

    def do(office: str) -> None:
        designate_name(by=actor_in(request), now=timezone.now(), name=wanted, office=office)

    return answer_deed(request, form, do)


def _require_run(run: int) -> RunReport:
    found = load_run(run) if len(str(run)) <= _MOST_DIGITS else None
    if found is None:
        raise Http404
    return found


def _place_of(run: RunReport) -> Place:
    back_words = _("Run %(run)s") % {"run": run.id}
    return Place(target_of_run(run.id), reverse("staff-run", args=[run.id]), back_words)


def _doubts(run: RunReport) -> list[str]:
    return [str(DOUBTS[doubt]) for doubt in run.doubts]


def _snapshots() -> DayFiles:
    return DayFiles(settings.STRONGROOM.snapshots_folder)
