"""Which source counts on a day: the first that brought events of it, until those who run the index say otherwise."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from strongroom.downloads.models import Day, EventFile
from strongroom.downloads.rules.sources import SourceKind


def know_day(*, day: date) -> None:
    """Note that the index ran on a day: though nobody downloads, it is not missing."""
    Day.objects.get_or_create(day=day, defaults={"kind": SourceKind.OWN.value})


def claim_days(*, days: Collection[date], kind: SourceKind) -> list[date]:
    """Note that a source brought events of some days; which of them it counts on. They are to be added up anew.

    A day that is known because the index ran on it, and of which nobody brought events, is for whoever is first. To
    be called in the transaction that lists the files of those events.
    """
    counts_on = []
    for day in sorted(days):
        Day.objects.get_or_create(day=day, defaults={"kind": kind.value})
        # Locked: whoever adds it up at this moment must see the new files, or leave it stale.
        row = Day.objects.select_for_update().get(day=day)
        if row.kind != kind.value and not EventFile.objects.filter(day=day, kind=row.kind).exists():
            row.kind = kind.value
        if row.kind == kind.value:
            counts_on.append(day)
            row.is_stale = True
            row.save()
    return counts_on
