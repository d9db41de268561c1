"""What plots of a project are drawn from: a file for each month, made anew when one of its days was counted anew."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from strongroom.downloads.models import DayCount, HistoryMonth
from strongroom.downloads.rules.days import day_of
from strongroom.downloads.rules.history import FOLDER, MOST_CLIENTS, MOST_VERSIONS, OF_ALL
from strongroom.gear.engines import EngineFailed, read_question
from strongroom.gear.lookups import write_lookup_texts

if TYPE_CHECKING:
    from pathlib import Path

    from strongroom.gear.mill import Mill

KEPT = timedelta(hours=1)
"""So long a file that was replaced stays, for pages that were about to read it."""

PROJECTS_AT_ONCE = 250_000
"""Of a day; more are added up in several goes, so that a larger index takes more time and not more memory."""


_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Day:
    day: date
    sha256: str
    path: str
    details: str
    projects: int


def refresh_histories(*, now: datetime, mill: Mill) -> list[date]:
    """Make the files of the months whose days were counted anew since; those months, by their first days.

    Only days that are over have a place in it. A month that fails holds up no other. Raises the first EngineFailed, or
    OSError when the disk takes no more, once all were tried; what failed is done the next time.
    """
    rows = HistoryMonth.objects.all()
    made_of = {row.month: row.made_of for row in rows if mill.downloads.path_of(row.path).is_file()}
    made, failures = [], []
    for month, days in sorted(_months_before(day_of(now)).items()):
        digest = _digest(days)
        if made_of.get(month) != digest:
            try:
                _make(month, days, digest=digest, mill=mill)
                made.append(month)
            except (EngineFailed, OSError) as error:
                _log.error("the history of %s could not be made: %s", month, error)
                failures.append(error)
    _sweep(mill, before=now - KEPT)
    if failures:
        raise failures[0]
    return made


def _months_before(today: date) -> dict[date, list[_Day]]:
    """The days of each month in their newest counting."""
    rows = DayCount.objects.filter(day__lt=today).order_by("day", "revision")
    newest = {row[0]: _Day(*row) for row in rows.values_list("day", "sha256", "path", "details", "projects")}
    months: dict[date, list[_Day]] = {}
    for day in newest.values():
        months.setdefault(day.day.replace(day=1), []).append(day)
    return months


def _digest(days: Sequence[_Day]) -> str:
    text = "".join(f"{one.sha256}  {one.day.isoformat()}\n" for one in days)
    return hashlib.sha256(text.encode()).hexdigest()


def _make(month: date, days: Sequence[_Day], *, digest: str, mill: Mill) -> None:
    written = mill.downloads.begin(".sqlite3")
    try:
        write_lookup_texts(written, _entries(days, mill))
        name = f"{FOLDER}/{month:%Y-%m}-{digest[:12]}.sqlite3"
        mill.downloads.place(written, name)
    finally:
        written.unlink(missing_ok=True)

    HistoryMonth.objects.update_or_create(month=month, defaults={"path": name, "made_of": digest})


def _entries(days: Sequence[_Day], mill: Mill) -> Iterator[tuple[str, str]]:
    """Each project with its JSON, as the engine writes it; and under no name the days that are in it."""
    yield OF_ALL, '{"days":{' + ",".join(f'"{one.day.day}":{1}' for one in days) + "}}"
    tables: dict[str, Sequence[Path]] = {f"day_{one.day.day}": [mill.downloads.path_of(one.path)] for one in days}
    tables["details"] = [mill.downloads.path_of(one.details) for one in days]
    # A day's file does not say which day it is of, so each is a table of its own.
    daily = " UNION ALL ".join(
        f"SELECT {one.day.day} AS day, project, counted FROM day_{one.day.day} WHERE counted > 0"  # noqa: S608 - numbers
        for one in days
    )
    question = f"WITH daily AS ({daily}),\n{read_question('downloads', 'history')}"
    values = {"most_versions": MOST_VERSIONS, "most_clients": MOST_CLIENTS}
    parts = 1 + max(one.projects for one in days) // PROJECTS_AT_ONCE
    for part in range(parts):
        rows = mill.duck.rows(question, tables, values={**values, "part": part, "parts": parts})
        for name, counts, versions, clients in rows:
            yield name, f'{{"days":{{{counts}}},"versions":{{{versions or ""}}},"clients":{{{clients or ""}}}}}'


def _sweep(mill: Mill, *, before: datetime) -> None:
    """Take away files that no month names any more and nobody reads."""
    named = set(HistoryMonth.objects.values_list("path", flat=True))
    for path in sorted(mill.downloads.path_of(FOLDER).glob("*.sqlite3")):
        if f"{FOLDER}/{path.name}" not in named and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
