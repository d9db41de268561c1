"""Runs and what they led to, read: for pages, for the command line, and for those who decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from strongroom.criticality.models import Nearby, Run
from strongroom.criticality.rules.waiting import HAS_DESIGNATED, Doubt, RunState
from strongroom.downloads.rules.counting import Counting
from strongroom.projects.models import Designation
from strongroom.projects.queries.critical import Designated, designated_of
from strongroom.terms.names import NormalizedName

MOST_LISTED = 100


@dataclass(frozen=True)
class RunReport:
    """A run, whole. ``threshold`` is the downloads of the last project inside, nothing when nobody is; ``path`` is
    where the names of its files begin.
    """

    id: int
    day: date
    inputs: str
    rule_version: int
    per_ten_thousand: int
    months: int
    counting: Counting
    least: int
    window_first: date
    window_last: date
    days_present: int
    days_expected: int
    projects: int
    k: int
    threshold: int | None
    cohort: int
    newly: int
    total: int
    manifest: str
    eligible: str
    result: str
    engine: str
    milliseconds: int
    path: str
    parquet_sha256: str
    csv_sha256: str
    state: RunState
    doubts: tuple[Doubt, ...]
    made_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True)
class NearLine:
    """A project that is not critical and near the line, as the newest day has it."""

    name: NormalizedName
    rank: int
    total: int


def newest_run() -> RunReport | None:
    """The run of the newest day that was not dismissed; of several of that day the last one made."""
    return _first(~Q(state=RunState.DISMISSED.value))


def newest_decided_run() -> RunReport | None:
    """The run of the newest day that designated, by itself or once it was approved."""
    return _first(Q(state__in=[state.value for state in HAS_DESIGNATED]))


def load_run(number: int) -> RunReport | None:
    """One run, or nothing."""
    return _first(Q(pk=number))


def list_runs(*, before: int | None = None, most: int = MOST_LISTED) -> list[RunReport]:
    """Runs, those of the newest day first; ``before`` is the number of the last one of the page before."""
    behind = Q()
    if before is not None:
        day = Run.objects.filter(pk=before).values_list("day", flat=True).first()
        behind = Q(pk__lt=before) if day is None else Q(day__lt=day) | Q(day=day, pk__lt=before)
    return [_report(row) for row in Run.objects.filter(behind).order_by("-day", "-id")[:most]]


def list_waiting(*, most: int = MOST_LISTED) -> list[RunReport]:
    """Runs that wait for those who run the index, those of the newest day first."""
    rows = Run.objects.filter(state=RunState.PROPOSED.value).order_by("-day", "-id")
    return [_report(row) for row in rows[:most]]


def count_waiting(*, most: int = MOST_LISTED) -> int:
    """How many runs wait, counted so far."""
    return Run.objects.filter(state=RunState.PROPOSED.value).order_by()[:most].count()


def has_day_in_question(day: date, first: date) -> bool:
    """Whether one of the days from the first on was so high that an earlier run, whose newest it was, still waits.

    Whoever approved a run of the same day or a later one has looked at it.
    """
    approved = Run.objects.filter(state=RunState.APPROVED.value, day__lt=day)
    settled = approved.order_by("-day").values_list("day", flat=True).first()
    rows = Run.objects.filter(state=RunState.PROPOSED.value, day__lt=day, window_last__gte=first)
    if settled is not None:
        rows = rows.filter(day__gt=settled)
    return any(Doubt.NEWEST_DAY_HIGH.value in doubts for doubts in rows.values_list("doubts", flat=True))


def count_critical() -> int:
    """How many names are critical."""
    return Designation.objects.count()


def list_designations(*, after: str = "", most: int = MOST_LISTED) -> list[Designated]:
    """Critical names in order, behind that one."""
    rows = Designation.objects.filter(normalized_name__gt=after).order_by("normalized_name")
    return [designated_of(row) for row in rows[:most]]


def list_nearby(*, most: int = MOST_LISTED) -> list[NearLine]:
    """Who is near the line, the nearest first."""
    rows = Nearby.objects.order_by("rank", "normalized_name").values_list("normalized_name", "rank", "total")
    return [NearLine(NormalizedName(name), rank, total) for name, rank, total in rows[:most]]


def _first(which: Q) -> RunReport | None:
    row = Run.objects.filter(which).order_by("-day", "-id").first()
    return None if row is None else _report(row)


def _report(row: Run) -> RunReport:
    return RunReport(
        id=row.pk,
        day=row.day,
        inputs=row.inputs,
        rule_version=row.rule_version,
        per_ten_thousand=row.per_ten_thousand,
        months=row.months,
        counting=Counting(row.counting),
        least=row.least,
        window_first=row.window_first,
        window_last=row.window_last,
        days_present=row.days_present,
        days_expected=row.days_expected,
        projects=row.projects,
        k=row.k,
        threshold=row.threshold,
        cohort=row.cohort,
        newly=row.newly,
        total=row.total,
        manifest=row.manifest,
        eligible=row.eligible,
        result=row.result,
        engine=row.engine,
        milliseconds=row.milliseconds,
        path=row.path,
        parquet_sha256=row.parquet_sha256,
        csv_sha256=row.csv_sha256,
        state=RunState(row.state),
        doubts=tuple(Doubt(value) for value in row.doubts),
        made_at=row.made_at,
        decided_at=row.decided_at,
    )
