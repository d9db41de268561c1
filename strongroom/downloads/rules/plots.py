"""Plots of daily downloads: where each line, each number and each day stands. Who draws them escapes and colours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

MOST_MARKS = 4
"""On the scale of the counts, the 0 not counted; more of them make a plot harder to read."""

DAYS_WITH_MONTHS = 45
"""A plot of more days names months instead of days."""


@dataclass(frozen=True)
class Size:
    """Of a drawing, in its own units; of the room left of the plot and below it for numbers and dates."""

    width: int
    height: int
    left: int = 46
    below: int = 22

    @property
    def right_edge(self) -> int:
        """Where the newest day stands."""
        return self.width - _MARGIN

    @property
    def before(self) -> int:
        """Where the numbers of the scale end."""
        return self.left - 6

    @property
    def foot(self) -> int:
        """The base line of the dates."""
        return self.height - 4

    @property
    def inner(self) -> int:
        """A date that would stand left of this begins where it stands, for else it would run into the numbers."""
        return self.left + 12

    @property
    def floor(self) -> int:
        """Where the count 0 stands."""
        return self.height - self.below


_MARGIN = 8
WIDE = Size(720, 240)
NARROW = Size(320, 200, left=42)
SMALL = Size(272, 96, left=38, below=18)


@dataclass(frozen=True)
class Mark:
    """A number on the scale of the counts, and how high it stands."""

    y: int
    count: int


@dataclass(frozen=True)
class DayMark:
    """A day on the scale of the time, and where it stands; ``is_month``: it is named by its month."""

    x: int
    day: date
    is_month: bool


@dataclass(frozen=True)
class Plot:
    """A drawing of counts by day.

    ``line`` and ``area`` are paths (SVG 2, section 9), broken where days are missing. ``at_line`` is how high the
    threshold stands, if there is one.
    """

    size: Size
    line: str
    area: str
    marks: tuple[Mark, ...]
    days: tuple[DayMark, ...]
    at_line: int | None


def draw_days(counts: Mapping[date, int], *, first: date, last: date, size: Size, threshold: int | None = None) -> Plot:
    """Draw the counts of the days; days that are not among them are gaps. ``threshold``: of one day."""
    step, top = scale_of(max([*counts.values(), threshold or 0], default=0))
    place = _Place(size, first=first, last=last, top=top)
    runs = [[(place.x(day), place.y(count)) for day, count in run] for run in runs_of(counts, first=first, last=last)]
    return Plot(
        size=size,
        line=" ".join(_line(run) for run in runs),
        area=" ".join(_area(run, size.floor) for run in runs),
        marks=tuple(Mark(round(place.y(count)), count) for count in range(0, top + 1, step)),
        days=tuple(place.mark(day) for day in named_days(first, last, most=3 if size.width < NARROW.width else 6)),
        at_line=None if threshold is None else round(place.y(threshold)),
    )


def scale_of(highest: int) -> tuple[int, int]:
    """A round step and the top of a scale that holds the highest count: whole numbers, at most ``MOST_MARKS`` steps."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * MOST_MARKS >= highest:
                size = step * factor
                return size, size * max(1, -(-highest // size))
        step *= 10


def runs_of(counts: Mapping[date, int], *, first: date, last: date) -> Iterator[list[tuple[date, int]]]:
    """The counts in order, parted where days are missing."""
    run: list[tuple[date, int]] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day in counts:
            run.append((day, counts[day]))
        elif run:
            yield run
            run = []
    if run:
        yield run


def named_days(first: date, last: date, *, most: int) -> list[date]:
    """The days that are named below a plot: the first of months when it is long, else some days, evenly."""
    length = (last - first).days
    if length <= DAYS_WITH_MONTHS:
        step = max(1, -(-length // most))
        return [first + timedelta(days=number) for number in range(0, length + 1, step)]
    days = (first + timedelta(days=number) for number in range(length + 1))
    begins = [day for day in days if day.day == 1]
    return begins[:: max(1, -(-len(begins) // most))]


@dataclass(frozen=True)
class _Place:
    """Where a day and a count stand."""

    size: Size
    first: date
    last: date
    top: int

    def x(self, day: date) -> float:
        wide = self.size.right_edge - self.size.left
        return self.size.left + wide * (day - self.first).days / max(1, (self.last - self.first).days)

    def y(self, count: int) -> float:
        return self.size.floor - (self.size.floor - _MARGIN) * count / self.top

    def mark(self, day: date) -> DayMark:
        is_month = (self.last - self.first).days > DAYS_WITH_MONTHS
        return DayMark(round(self.x(day)), day, is_month)


def _line(run: list[tuple[float, float]]) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
    # A line of no length is a dot, for its ends are round.
    return f"M{points}h0.01" if len(run) == 1 else f"M{points}"


def _area(run: list[tuple[float, float]], floor: int) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
    return f"M{run[0][0]:.1f},{floor} {points} {run[-1][0]:.1f},{floor}z"
