"""What the days added up to, and which are known: facts for runs, plots and commands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from strongroom.downloads.models import Day, DayCount
from strongroom.downloads.rules.days import days_between
from strongroom.downloads.rules.sources import SourceKind


@dataclass(frozen=True)
class CountedDay:
    """What a day added up to, by its latest revision. ``path`` and ``details`` name files of the downloads folder;
    ``sha256`` is of the counts themselves. The numbers are downloads, but for ``projects``.
    """

    day: date
    revision: int
    kind: SourceKind
    sha256: str
    path: str
    details: str
    projects: int
    counted: int
    mirrors: int
    proxies: int
    partial: int
    browser: int
    ci: int
    unknown: int
    other: int
    made_at: datetime


@dataclass(frozen=True)
class KnownDay:
    """What is known of a day; ``kind`` nothing when it is missing, ``counted`` nothing before it was added up."""

    day: date
    kind: SourceKind | None
    is_stale: bool
    counted: CountedDay | None


def list_counted_days(first: date, last: date) -> list[CountedDay]:
    """The latest counting of each day from the first to the last, both among them, in order; not of missing days."""
    rows = DayCount.objects.filter(day__gte=first, day__lte=last).order_by("day", "revision")
    return list({row.day: _counted(row) for row in rows}.values())


def list_known_days(first: date, last: date) -> list[KnownDay]:
    """Every day from the first to the last, both among them, in order: also those of which nothing is known."""
    known = {row.day: row for row in Day.objects.filter(day__gte=first, day__lte=last)}
    counted = {one.day: one for one in list_counted_days(first, last)}
    return [_known(day, known.get(day), counted.get(day)) for day in days_between(first, last)]


def list_stale_days(before: date) -> list[date]:
    """Days before another that hold what was not added up yet, in order."""
    return list(Day.objects.filter(day__lt=before, is_stale=True).order_by("day").values_list("day", flat=True))


def is_stale_day(day: date) -> bool:
    """Whether a day holds what was not added up yet."""
    return Day.objects.filter(day=day, is_stale=True).exists()


def list_days_since(first: date, before: date) -> Iterable[date]:
    """Known days from the first on, before another, in order."""
    return Day.objects.filter(day__gte=first, day__lt=before).order_by("day").values_list("day", flat=True)


def _known(day: date, row: Day | None, counted: CountedDay | None) -> KnownDay:
    if row is None:
        return KnownDay(day, None, is_stale=False, counted=counted)
    return KnownDay(day, SourceKind(row.kind), is_stale=row.is_stale, counted=counted)


def _counted(row: DayCount) -> CountedDay:
    return CountedDay(
        day=row.day,
        revision=row.revision,
        kind=SourceKind(row.kind),
        sha256=row.sha256,
        path=row.path,
        details=row.details,
        projects=row.projects,
        counted=row.counted,
        mirrors=row.mirrors,
        proxies=row.proxies,
        partial=row.partial,
        browser=row.browser,
        ci=row.ci,
        unknown=row.unknown,
        other=row.other,
        made_at=row.made_at,
    )
