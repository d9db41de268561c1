"""The sources that were read, and which of them counts on which day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from strongroom.downloads.models import Day, EventFile, Source
from strongroom.downloads.rules.sources import SourceKind


@dataclass(frozen=True)
class ReadSource:
    """One object that was read: how many lines it has, how many tell of downloads, and why the others were skipped.

    ``skipped`` is by reason: how many, and the number of the first such line.
    """

    kind: SourceKind
    name: str
    read: int
    kept: int
    skipped: Mapping[str, Sequence[int]]
    first_at: datetime | None
    last_at: datetime | None
    taken_at: datetime


def list_sources(most: int, *, imported: bool = False) -> list[ReadSource]:
    """The newest sources, the last one first; those that operators imported alone, when so asked."""
    rows = Source.objects.order_by("-taken_at", "-id")
    if imported:
        rows = rows.exclude(kind=SourceKind.OWN.value)
    return [
        ReadSource(
            kind=SourceKind(row.kind),
            name=row.name,
            read=row.read,
            kept=row.kept,
            skipped=row.skipped,
            first_at=row.first_at,
            last_at=row.last_at,
            taken_at=row.taken_at,
        )
        for row in rows[:most]
    ]


def find_source(sha256: str) -> Source | None:
    """The source that was read of an object, by the digest of its bytes."""
    return Source.objects.filter(sha256=sha256).first()


def authorities_of(days: Collection[date]) -> dict[date, SourceKind]:
    """Which kind of source counts on each of these days, of those that are known."""
    known = Day.objects.filter(day__in=days).values_list("day", "kind")
    return {day: SourceKind(kind) for day, kind in known.order_by("day")}


def days_with(kind: SourceKind, first: date, last: date) -> list[date]:
    """The days from the first to the last of which a kind of source brought events, in order."""
    found = EventFile.objects.filter(kind=kind.value, day__range=(first, last)).values_list("day", flat=True)
    return sorted(set(found))
