"""What the processes of the races of runs and designations do, and what is found afterwards."""

from __future__ import annotations

import os
import signal
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

from tests.criticality.harvest import DAY, NOW, POLICY, add_projects, count_day, count_window, mill_here

WHY = "compared with the logs by hand"


def prepare() -> int:
    """An index whose runs are applied by themselves, with a window that was counted; one project will be critical."""
    from strongroom.criticality.rules.cohort import window_of

    window = window_of(DAY, months=6)
    totals = {"ham": 9, "spam": 5, **{f"p{number}": 1 for number in range(40)}}
    add_projects(totals)
    count_window(mill_here(), totals, first=window.first, last=window.last)
    run = compute_on(DAY - timedelta(days=1))
    approve(run)
    return run


def prepare_waiting() -> int:
    """The same, with a run that still waits."""
    from strongroom.criticality.models import Run

    prepare()
    count_day(mill_here(), DAY - timedelta(days=1), {"ham": 9, "spam": 50_000})
    run = compute_on(DAY)
    assert Run.objects.get(pk=run).state == "proposed"
    return run


def compute(_: int) -> int:
    """The run of the day."""
    return compute_on(DAY)


def compute_on(day: date) -> int:
    from strongroom.criticality.actions.computing import compute_day
    from strongroom.terms.actors import system

    return compute_day(by=system(), now=NOW, day=day, mill=mill_here(), policy=POLICY).run


def compute_elsewhere(_: int) -> int:
    """As on another machine, where the lock of this one says nothing."""
    from strongroom.criticality.actions import computing

    setattr(computing, "locked_snapshots", lambda _: nullcontext())  # noqa: B010 - not what the module exports
    return compute_on(DAY)


def approve(run: int) -> str:
    from strongroom.console.actions.criticality import approve_run
    from strongroom.terms.refusals import Refused
    from tests.cast import OPERATOR

    try:
        approve_run(by=OPERATOR, now=NOW, run=run, snapshots=mill_here().snapshots, office=WHY)
    except Refused as refused:
        return refused.reason.value
    return "done"


def name(_: int) -> str:
    from strongroom.console.actions.criticality import designate_name
    from strongroom.terms.names import parse_project_name
    from strongroom.terms.refusals import Refused
    from tests.cast import OPERATOR

    try:
        designate_name(by=OPERATOR, now=NOW, name=parse_project_name("spam"), office=WHY)
    except Refused as refused:
        return refused.reason.value
    return "done"


def name_or_approve(run: int) -> str:
    """Half of them name what the others approve."""
    return name(run) if os.getpid() % 2 else approve(run)


def look(_: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever was prepared
    from strongroom.criticality.models import Run
    from strongroom.projects.models import Designation
    from strongroom.record.models import Event

    return {
        "runs": Run.objects.count(),
        "critical": list(Designation.objects.order_by("normalized_name").values_list("normalized_name", flat=True)),
        "told": sorted(Event.objects.filter(deed="became-critical").values_list("subject_name", flat=True)),
        "approved": Event.objects.filter(deed="run-approved").count(),
    }


def compute_and_look(_: int) -> dict[str, Any]:
    """What is found once the day was computed."""
    compute_on(DAY)
    return look(None)


def compute_until(step: str) -> None:
    """Compute the next day, and be killed right before a step of it."""
    from strongroom.criticality.actions import computing

    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(computing, step, die)
    compute_on(DAY)
