"""An index on which something is critical, as counting and computing leave it: what pages are tried on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from strongroom.criticality.actions.computing import compute_day
from strongroom.criticality.actions.deciding import approve_run
from strongroom.criticality.actions.placing import refresh_standings
from strongroom.criticality.models import Run
from strongroom.criticality.rules.cohort import Policy, window_of
from strongroom.downloads.actions.histories import refresh_histories
from strongroom.downloads.models import DayCount
from strongroom.gear.engines.duck import quoted
from strongroom.gear.mill import Mill
from strongroom.projects.models import Designation, File, Project
from tests.cast import NOW, OPERATOR
from tests.criticality.harvest import LONG_AGO, Counts, add_projects, count_window, mill_here

HALF = Policy(per_ten_thousand=5000, months=1)
"""Of four projects two are critical, and the third is near the line. One month, for the tests' speed."""

ODD_CLIENT, ODD_VERSION = "<script>alert('x')</script>\N{RIGHT-TO-LEFT OVERRIDE}" + "c" * 150, "1" + "0" * 199


@dataclass(frozen=True)
class Shown:
    """What was made: the mill, the run, and the days of its window."""

    mill: Mill
    run: int
    day: date
    first: date
    last: date


def now() -> datetime:
    """Pages know no other clock."""
    return datetime.now(UTC)


def publish_counts(*, is_approved: bool = True) -> Shown:
    """A month in which ham was downloaded most, then spam, then eggs, and beans not at all; ham is there already.

    Of ham a part of the downloads is CI's, and mirrors fetched it besides.
    """
    mill, day = mill_here(), now().date()
    add_projects(["spam", "eggs", "beans"])
    Project.objects.update(created_at=LONG_AGO)
    File.objects.update(uploaded_at=LONG_AGO)
    window = window_of(day, months=HALF.months)
    counts: dict[str, int | Counts] = {"ham": Counts(1000, mirrors=40, ci=250), "spam": 500, "eggs": 300}
    count_window(mill, counts, first=window.first, last=window.last)
    write_details(mill)
    refresh_histories(now=now(), mill=mill)
    run = compute_day(by=OPERATOR, now=now() + timedelta(days=1), day=day, mill=mill, policy=HALF).run
    if is_approved:
        approve_run(by=OPERATOR, now=now(), run=run, snapshots=mill.snapshots, office="It is right.")
    refresh_standings(now=now(), mill=mill)
    return Shown(mill, run, day, window.first, window.last)


def write_details(mill: Mill) -> None:
    """The versions and the clients of every day that was counted: the same ones, one of each as odd as can be."""
    rows = [
        ("ham", "1.0", "", "pip", 600),
        ("ham", ODD_VERSION, "", ODD_CLIENT, 300),
        ("ham", "", "", "", 100),
        ("spam", "2.0", "", "uv", 500),
    ]
    values = ", ".join(
        "(" + ", ".join(quoted(one) if isinstance(one, str) else str(one) for one in row) + ")" for row in rows
    )
    for path in set(DayCount.objects.values_list("details", flat=True)):
        written = mill.downloads.begin(".parquet")
        columns = "t(project, version, filename, client, counted)"
        select = f"SELECT * REPLACE (CAST(counted AS BIGINT) AS counted) FROM (VALUES {values}) {columns}"
        mill.duck.run([f"COPY ({select}) TO {quoted(written)} (FORMAT parquet)"])
        mill.downloads.place(written, path)


def dismiss(run: int) -> None:
    """As though those who run the index had dismissed it."""
    Run.objects.filter(pk=run).update(state="dismissed")


def designate(name: str, **told: object) -> None:
    """A name that those who run the index named critical; or by whatever else is told."""
    facts = {"display_name": name, "day": date(2026, 7, 8), "reason": "operator", "sentence": "Much needs it."}
    row = {"rule_version": 1, "made_at": NOW, **facts, **told}
    Designation.objects.create(normalized_name=name, **row)
