"""Spikes that were marked, for those who run the index; and which days are still to be searched for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from strongroom.downloads.models import DayCount, Spike, SpikeCheck

SPIKES_ON_A_PAGE = 50
MOST_OF_A_DAY = 100


@dataclass(frozen=True)
class SpikeLine:
    """One client or one file (``kind``) of a project that was fetched far more on a day than is usual.

    ``name`` is empty for clients that are not known. ``looked_at`` when somebody looked at it.
    """

    id: int
    day: date
    project: str
    kind: str
    name: str
    counted: int
    usual: int
    looked_at: datetime | None


@dataclass(frozen=True)
class SpikePlace:
    """A place in the list: behind that number on that day, among those that somebody looked at or the open ones."""

    is_seen: bool
    day: date
    id: int


def list_spikes(day: date) -> list[SpikeLine]:
    """What was marked on a day, the most downloads first."""
    rows = Spike.objects.filter(day=day).order_by("-counted", "id")
    return [_line(row) for row in rows[:MOST_OF_A_DAY]]


def list_spike_page(after: SpikePlace | None) -> list[SpikeLine]:
    """A page of all, those that nobody has looked at first, each the newest day first; one more than a page has."""
    most = SPIKES_ON_A_PAGE + 1
    found = [] if after is not None and after.is_seen else _some(after, is_seen=False, most=most)
    if len(found) < most:
        found += _some(after if after is not None and after.is_seen else None, is_seen=True, most=most - len(found))
    return found


def find_spike(number: int) -> SpikeLine | None:
    """One of them; nothing when there is none of that number."""
    row = Spike.objects.filter(pk=number).first()
    return None if row is None else _line(row)


def count_open_spikes(*, most: int) -> int:
    """How many nobody has looked at, counted up to that many."""
    return Spike.objects.filter(looked_at=None)[:most].count()


def list_unchecked_days(*, most: int) -> list[DayCount]:
    """The newest counting of each day that was not searched for spikes, the newest day first."""
    checked = dict(SpikeCheck.objects.values_list("day", "revision"))
    revisions = DayCount.objects.order_by("-day", "-revision").values_list("pk", "day", "revision")
    newest: dict[date, tuple[int, int]] = {}
    for pk, day, revision in revisions:
        newest.setdefault(day, (pk, revision))
    due = [pk for day, (pk, revision) in newest.items() if checked.get(day) != revision]
    return list(DayCount.objects.filter(pk__in=due[:most]).order_by("-day"))


def load_newest_counts(first: date, last: date) -> list[DayCount]:
    """The newest counting of each day from the first to the last that has one, in order."""
    rows = DayCount.objects.filter(day__gte=first, day__lte=last).order_by("day", "revision")
    return list({row.day: row for row in rows}.values())


def _some(after: SpikePlace | None, *, is_seen: bool, most: int) -> list[SpikeLine]:
    rows = Spike.objects.filter(looked_at__isnull=not is_seen)
    if after is not None:
        rows = rows.filter(Q(day__lt=after.day) | Q(day=after.day, pk__lt=after.id))
    return [_line(row) for row in rows.order_by("-day", "-id")[:most]]


def _line(row: Spike) -> SpikeLine:
    return SpikeLine(row.pk, row.day, row.project, row.kind, row.name, row.counted, row.usual, row.looked_at)
