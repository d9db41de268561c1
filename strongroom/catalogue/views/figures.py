"""What plots and bars of downloads are drawn from, for every page that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.conf import settings
from django.utils import timezone

from strongroom.downloads.queries.history import load_history
from strongroom.downloads.rules.history import History, Recent, days_missing, largest, recent_of
from strongroom.downloads.rules.plots import NARROW, SMALL, WIDE, Plot, draw_days
from strongroom.gear.settings import Settings
from strongroom.terms.names import NormalizedName

SHOWN_DAYS = 180
MOST_BARS = 20


@dataclass(frozen=True)
class Bar:
    """One version or client: how much of the longest one, and how much of all, it has; ``width`` is of 100."""

    label: str
    count: int
    width: int


@dataclass(frozen=True)
class Bars:
    """The largest parts of a whole, and what the others add up to."""

    bars: list[Bar]
    rest: int
    total: int


@dataclass(frozen=True)
class Limit:
    """A threshold of a window as it is drawn: what the last critical project had on an average day."""

    a_day: int
    total: int
    days: int


@dataclass(frozen=True)
class Drawn:
    """A plot of downloads by day in all its sizes, and what is said of it in words; ``best`` is the best day."""

    history: History
    plots: Mapping[str, Plot]
    limit: Limit | None
    least: int
    most: int
    best: date | None
    missing: int


def today() -> date:
    """The UTC day that it is."""
    return timezone.now().astimezone(UTC).date()


def history_of(name: NormalizedName, *, first: date, last: date) -> History:
    """A project's downloads, from this index's files."""
    chosen: Settings = settings.STRONGROOM
    return load_history(name, first=first, last=last, folder=chosen.downloads_folder)


def shown_history(name: NormalizedName) -> History:
    """A project's downloads of so many days as pages show."""
    last = today() - timedelta(days=1)
    return history_of(name, first=last - timedelta(days=SHOWN_DAYS - 1), last=last)


def recent_in(history: History) -> Recent:
    """The numbers of the newest days of a history that goes up to yesterday."""
    return recent_of(history.days, today=today())


def drawn(history: History, *, limit: Limit | None = None) -> Drawn | None:
    """The plot of a history; nothing when no day of it is known."""
    if not history.days:
        return None
    most = max(history.days.values())
    sizes = {"wide": WIDE, "narrow": NARROW, "small": SMALL}
    return Drawn(
        history=history,
        plots={
            name: draw_days(
                history.days,
                first=history.first,
                last=history.last,
                size=size,
                threshold=None if limit is None else limit.a_day,
            )
            for name, size in sizes.items()
        },
        limit=limit,
        least=min(history.days.values()),
        most=most,
        best=next((day for day, count in history.days.items() if count == most), None) if most else None,
        missing=days_missing(history.days.keys(), first=history.first, last=history.last),
    )


def bars_of(counts: Mapping[str, int], *, total: int) -> Bars:
    """The largest counts as bars."""
    shown, rest = largest(counts, most=MOST_BARS, total=total)
    longest = max([count for _, count in shown] + [1])
    return Bars([Bar(label, count, max(1, count * 100 // longest)) for label, count in shown], rest, total)
