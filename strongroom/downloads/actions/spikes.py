"""Marking what looks like inflation, for those who run the index to look at. Nobody's deed, and it changes no count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction

from strongroom.downloads.models import DayCount, Spike, SpikeCheck
from strongroom.downloads.queries.spikes import list_unchecked_days, load_newest_counts
from strongroom.downloads.rules.spikes import (
    DAYS_BEFORE,
    LEAST_COUNTED,
    LEAST_KNOWN_DAYS,
    Fetched,
    SpikeKind,
    doubled_usual,
    is_spike,
    middle_places,
)
from strongroom.gear.engines import read_question
from strongroom.gear.engines.duck import quoted
from strongroom.gear.mill import Mill

MOST_DAYS = 7
"""Days of one call, the newest first: half a year that was imported at once is searched bit by bit."""

_LONGEST_PROJECT = 200
_LONGEST_NAME = 250
_ANSWER = "SELECT project, kind, name, counted, own, first_seen, whole FROM answer"
_EMPTY = "SELECT '' AS project, '' AS version, '' AS filename, '' AS client, CAST(0 AS BIGINT) AS counted WHERE 1 = 0"
_Key = tuple[str, str, str]


def mark_spikes(*, now: datetime, mill: Mill) -> int:
    """Search the days that were counted since the last time, and those that were counted anew; how many marks are new.

    Each day is kept by itself. Raises EngineFailed.
    """
    return sum(_search(count, now=now, mill=mill) for count in list_unchecked_days(most=MOST_DAYS))


def _search(count: DayCount, *, now: datetime, mill: Mill) -> int:
    before = _known_before(count, mill)
    is_searched = len(before) >= LEAST_KNOWN_DAYS and _is_there(count, mill)
    found = _ask(count, before, mill) if is_searched else {}
    with transaction.atomic():
        new = _keep(count.day, found, now=now)
        SpikeCheck.objects.update_or_create(pk=count.day, defaults={"revision": count.revision})
    return new


def _is_there(count: DayCount, mill: Mill) -> bool:
    # A file that was lost must not hold up the search of the days after it.
    return mill.downloads.path_of(count.details).is_file()


def _known_before(count: DayCount, mill: Mill) -> dict[int, DayCount]:
    """The days before that are known, by how many days ago they were, but for those that another kind of source told.

    A log that names clients says nothing of a table of totals.
    """
    first, last = count.day - timedelta(days=DAYS_BEFORE), count.day - timedelta(days=1)
    rows = load_newest_counts(first, last)
    return {(count.day - row.day).days: row for row in rows if row.kind == count.kind and _is_there(row, mill)}


def _ask(count: DayCount, before: Mapping[int, DayCount], mill: Mill) -> dict[_Key, Fetched]:
    with ExitStack() as done:
        empty, bounds, answer = (_draft(mill, done) for _ in range(3))
        upper, lower = middle_places(len(before))
        facts = f"SELECT {LEAST_COUNTED} AS least, {upper} AS upper, {lower} AS lower"
        mill.duck.run([_copy(_EMPTY, empty), _copy(facts, bounds)])
        tables: dict[str, Sequence[Path]] = {"details": [mill.downloads.path_of(count.details)], "bounds": [bounds]}
        for ago in range(1, DAYS_BEFORE + 1):
            known = before.get(ago)
            tables[f"before_{ago:02}"] = [mill.downloads.path_of(known.details) if known else empty]
        mill.engine.answer(read_question("downloads", "spikes"), tables, answer)
        rows = {
            (project, kind, name): Fetched(*numbers)
            for project, kind, name, *numbers in mill.duck.rows(_ANSWER, {"answer": [answer]})
        }
    return {key: fetched for key, fetched in rows.items() if is_spike(fetched)}


def _draft(mill: Mill, done: ExitStack) -> Path:
    path = mill.downloads.begin(".parquet")
    done.callback(path.unlink, missing_ok=True)
    return path


def _copy(select: str, to: Path) -> str:
    return f"COPY ({select}) TO {quoted(to)} (FORMAT parquet)"


def _keep(day: date, found: Mapping[_Key, Fetched], *, now: datetime) -> int:
    """Mark what was found; a mark of an earlier counting that is none any more goes, unless somebody looked at it."""
    rows = {_clipped(key): fetched for key, fetched in found.items()}
    known = {(row.project, row.kind, row.name): row for row in Spike.objects.select_for_update().filter(day=day)}
    gone = [row.pk for key, row in known.items() if key not in rows and row.looked_at is None]
    Spike.objects.filter(pk__in=gone).delete()
    for key in known.keys() & rows.keys():
        counted, usual = rows[key].counted, doubled_usual(rows[key]) // 2
        Spike.objects.filter(pk=known[key].pk).update(counted=counted, usual=usual)
    new = [
        Spike(
            day=day,
            project=project,
            kind=SpikeKind(kind).value,
            name=name,
            counted=fetched.counted,
            usual=doubled_usual(fetched) // 2,
            found_at=now,
        )
        for (project, kind, name), fetched in sorted(rows.items())
        if (project, kind, name) not in known
    ]
    Spike.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(new)


def _clipped(key: _Key) -> _Key:
    # What an imported table names is as long as it likes, and a database takes no NUL.
    project, kind, name = (text.replace("\0", "\N{REPLACEMENT CHARACTER}") for text in key)
    return project[:_LONGEST_PROJECT], kind, name[:_LONGEST_NAME]
