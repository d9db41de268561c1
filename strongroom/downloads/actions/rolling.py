"""Adding up days that are over: what a day added up to is a pure function of its event files, made anew as a whole.

Files are placed first, then one transaction makes them the day's newest revision. Killed anywhere, it is repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from strongroom.downloads.models import Day, DayCount, EventFile
from strongroom.downloads.queries.days import list_days_since, list_stale_days
from strongroom.downloads.rules.days import COLUMNS, REROLLED_DAYS, day_of, digest_counts
from strongroom.downloads.rules.events import COLUMNS as EVENT_COLUMNS
from strongroom.gear.engines import EngineFailed, read_question

if TYPE_CHECKING:
    from strongroom.gear.mill import Mill

LARGEST = 2**63 - 1
"""What a column of the database holds."""

_SHORT = 12
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Listed:
    """What a day is made of: the kind of source that counts on it, and its files of events."""

    day: date
    kind: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class _Sum:
    """What a day added up to, in files that have no name yet."""

    counts: Path
    details: Path
    sha256: str
    totals: dict[str, int]


def roll_days(*, now: datetime, mill: Mill, again: bool = False) -> list[date]:
    """Add up every day that is over and holds what was not added up yet; ``again``: the last days too, whatever they
    hold. The days that have a new revision, in order.

    A day that fails holds up no other. Raises the first EngineFailed or OSError once all were tried.
    """
    today = day_of(now)
    due = set(list_stale_days(today))
    if again:
        due.update(list_days_since(today - timedelta(days=REROLLED_DAYS), today))
    rolled, failures = [], []
    for day in sorted(due):
        try:
            if _roll_day(day, now, mill):
                rolled.append(day)
        except (EngineFailed, OSError) as error:
            _log.error("the downloads of %s could not be added up: %s", day, error)
            failures.append(error)
    if failures:
        raise failures[0]
    return rolled


def _roll_day(day: date, now: datetime, mill: Mill) -> bool:
    listed = _list_files(day)
    if listed is None:
        return False
    with _added_up(listed, mill) as found:
        return _keep(listed, found, now=now, mill=mill)


def _list_files(day: date) -> _Listed | None:
    kind = Day.objects.filter(day=day).values_list("kind", flat=True).first()
    if kind is None:
        return None
    paths = EventFile.objects.filter(day=day, kind=kind).order_by("path").values_list("path", flat=True)
    return _Listed(day, kind, tuple(paths))


@contextmanager
def _added_up(listed: _Listed, mill: Mill) -> Iterator[_Sum]:
    counts, details, blank = (mill.downloads.begin(".parquet") for _ in range(3))
    try:
        events: Sequence[Path] = [mill.downloads.path_of(path) for path in listed.paths]
        if not events:
            mill.duck.blank(EVENT_COLUMNS, to=blank)
            events = [blank]
        mill.engine.answer(read_question("downloads", "rollup"), {"events": events}, counts)
        mill.engine.answer(read_question("downloads", "details"), {"events": events}, details)
        sha256, totals = _digested(counts, mill)
        yield _Sum(counts, details, sha256, totals)
    finally:
        for path in (counts, details, blank):
            path.unlink(missing_ok=True)


def _digested(counts: Path, mill: Mill) -> tuple[str, dict[str, int]]:
    """The digest of the counts of a day, and what they add up to."""
    tables = {"counts": [counts]}
    columns = ", ".join(COLUMNS)
    # In an order of our own, whatever the engine's answer is in. The columns are ours.
    sha256 = digest_counts(mill.duck.rows(f"SELECT project, {columns} FROM counts ORDER BY project", tables))  # noqa: S608
    sums = ", ".join(f"COALESCE(SUM({name}), 0)" for name in COLUMNS)
    (totals,) = mill.duck.rows(f"SELECT COUNT(*), {sums} FROM counts", tables)  # noqa: S608
    if max(totals) > LARGEST:
        raise EngineFailed("they add up to more than can be kept")
    return sha256, dict(zip(("projects", *COLUMNS), map(int, totals), strict=True))


def _keep(listed: _Listed, found: _Sum, *, now: datetime, mill: Mill) -> bool:
    """Make it the newest revision of the day, unless it is so already; whether it is new now."""
    begin = f"days/{listed.day}-{found.sha256[:_SHORT]}"
    path, details = f"{begin}.parquet", f"{begin}-details.parquet"
    # Alone, so that nobody sweeps what is placed and not listed yet.
    with mill.downloads.locked():
        is_new = not _is_newest(listed, found)
        if is_new or not mill.downloads.path_of(path).exists():
            mill.downloads.place(found.counts, path)
        if is_new or not mill.downloads.path_of(details).exists():
            mill.downloads.place(found.details, details)
        try:
            with transaction.atomic():
                row = Day.objects.select_for_update().get(day=listed.day)
                # Events that came meanwhile are in no sum yet: the day stays stale, and is added up the next time.
                if _list_files(listed.day) != listed:
                    return False
                is_new = is_new and not _is_newest(listed, found)
                if is_new:
                    _insert(listed, found, now, path=path, details=details)
                row.is_stale = False
                row.save()
        except IntegrityError:
            # Another machine made the same revision at the same moment.
            return False
    return is_new


def _is_newest(listed: _Listed, found: _Sum) -> bool:
    newest = DayCount.objects.filter(day=listed.day).order_by("-revision").first()
    return newest is not None and newest.sha256 == found.sha256 and newest.kind == listed.kind


def _insert(listed: _Listed, found: _Sum, now: datetime, *, path: str, details: str) -> None:
    newest = DayCount.objects.filter(day=listed.day).order_by("-revision").first()
    DayCount.objects.create(
        day=listed.day,
        revision=1 if newest is None else newest.revision + 1,
        kind=listed.kind,
        sha256=found.sha256,
        path=path,
        details=details,
        made_at=now,
        **found.totals,
    )
