"""What is published of critical projects: their list, and who is near the line."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from strongroom.criticality.models import Nearby
from strongroom.projects.models import Designation, Project
from strongroom.projects.queries.critical import Designated, critical_among, designated_of
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus

_AT_ONCE = 2_000
"""Rows in one slice of the whole list."""


class ListOrder(enum.Enum):
    """In which order critical projects are listed. The value stands in addresses."""

    NEWEST = "newest"
    NAME = "name"


@dataclass(frozen=True)
class Listed:
    """A critical name, and what became of its project: nothing when there is none, or it was deleted."""

    name: NormalizedName
    display_name: str
    since: date
    reason: str
    rank: int | None
    total: int | None
    status: ProjectStatus | None


@dataclass(frozen=True)
class Near:
    """How near to the line a project is that is not critical: its rank, of the first ``k`` that are."""

    rank: int
    k: int


@dataclass(frozen=True)
class Mark:
    """What is noted of a project wherever its people see it: since when it is critical, or how near the line it is."""

    since: date | None
    near: Near | None


def count_listed(*, beginning: str) -> int:
    """How many critical names begin so. There are a hundred times fewer of them than of projects."""
    return _beginning(beginning).count()


def list_critical(*, beginning: str, order: ListOrder, start: int, end: int) -> list[Listed]:
    """Critical names that begin so, from one place in the list to another."""
    keys = ("normalized_name",) if order is ListOrder.NAME else ("-day", "normalized_name")
    rows = list(_beginning(beginning).order_by(*keys)[start:end])
    names = [row.normalized_name for row in rows]
    there = Project.objects.filter(normalized_name__in=names, deleted_at=None)
    statuses = dict(there.values_list("normalized_name", "status"))
    return [
        Listed(
            name=NormalizedName(row.normalized_name),
            display_name=row.display_name,
            since=row.day,
            reason=row.reason,
            rank=row.rank,
            total=row.total,
            status=ProjectStatus(statuses[row.normalized_name]) if row.normalized_name in statuses else None,
        )
        for row in rows
    ]


def all_critical() -> Iterator[Designated]:
    """Every critical name in order, read in slices, so that however many there are, few are held."""
    last = ""
    while rows := list(Designation.objects.filter(normalized_name__gt=last).order_by("normalized_name")[:_AT_ONCE]):
        yield from map(designated_of, rows)
        last = rows[-1].normalized_name


def near_among(names: Collection[NormalizedName]) -> dict[NormalizedName, Near]:
    """Those of the names that are near the line, by the newest run. For a page of names."""
    rows = Nearby.objects.filter(normalized_name__in=names).values_list("normalized_name", "rank", "run__k")
    return {NormalizedName(name): Near(rank, k) for name, rank, k in rows}


def marks_among(names: Collection[NormalizedName]) -> dict[NormalizedName, Mark]:
    """What is noted of those of the names that are critical, or near the line. For a page of names."""
    since, near = critical_among(names), near_among(names)
    return {name: Mark(since.get(name), near.get(name)) for name in {*since, *near}}


def _beginning(text: str) -> QuerySet[Designation]:
    rows = Designation.objects.all()
    return rows.filter(normalized_name__startswith=text) if text else rows
