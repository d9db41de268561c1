"""Which names are critical. It belongs to the name: asked by name, whether there is such a project or not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, When

from strongroom.projects.models import DeletionHold, Designation
from strongroom.terms.names import NormalizedName

_AT_ONCE = 10_000


@dataclass(frozen=True)
class Designated:
    """Since when and why a name is critical. The numbers are nothing for one that an operator named."""

    name: NormalizedName
    display_name: str
    since: date
    run: int | None
    reason: str
    sentence: str
    rule_version: int
    total: int | None
    rank: int | None
    projects: int | None
    k: int | None
    threshold: int | None
    best_day: int | None
    ci: int | None
    mirrors: int | None


@dataclass(frozen=True)
class HeldDeletion:
    """A deletion that waits in public; ``version`` and ``filename`` empty when it is of the whole project."""

    id: int
    version: str
    filename: str
    asked_at: datetime
    due_at: datetime


def is_critical(name: NormalizedName) -> bool:
    """Whether a name is critical, whatever became of its project."""
    return Designation.objects.filter(normalized_name=name).exists()


def load_designation(name: NormalizedName) -> Designated | None:
    """Since when and why a name is critical; nothing when it is not."""
    row = Designation.objects.filter(normalized_name=name).first()
    return None if row is None else designated_of(row)


def critical_among(names: Collection[NormalizedName]) -> dict[NormalizedName, date]:
    """Those of the names that are critical, each with the day since when."""
    wanted, found = sorted(names), {}
    for start in range(0, len(wanted), _AT_ONCE):
        rows = Designation.objects.filter(normalized_name__in=wanted[start : start + _AT_ONCE])
        found.update({NormalizedName(name): day for name, day in rows.values_list("normalized_name", "day")})
    return found


def list_held_deletions(name: NormalizedName) -> list[HeldDeletion]:
    """Deletions of a project, or of something of it, that wait: of the whole, of releases, of files; then by their day.

    Never more than a hundred; what concerns most comes first.
    """
    breadth = Case(When(filename="", version="", then=0), When(filename="", then=1), default=2)
    rows = DeletionHold.objects.filter(project__normalized_name=name, ended_at=None).annotate(breadth=breadth)
    columns = rows.order_by("breadth", "due_at", "id").values_list("pk", "version", "filename", "asked_at", "due_at")
    return [HeldDeletion(*one) for one in columns[:100]]


def designated_of(row: Designation) -> Designated:
    """A row as pages and programs are told of it."""
    return Designated(
        name=NormalizedName(row.normalized_name),
        display_name=row.display_name,
        since=row.day,
        run=row.run,
        reason=row.reason,
        sentence=row.sentence,
        rule_version=row.rule_version,
        total=row.total,
        rank=row.rank,
        projects=row.projects,
        k=row.k,
        threshold=row.threshold,
        best_day=row.best_day,
        ci=row.ci,
        mirrors=row.mirrors,
    )
