"""Download events and segments of them, as the read plane writes them, for tests to count."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from strongroom.downloads.queries.days import CountedDay, list_counted_days
from strongroom.downloads.rules.days import COLUMNS
from strongroom.gear.engines.duck import Duck
from strongroom.gear.mill import Mill, mill_of
from strongroom.gear.settings import Settings

NOON = "2026-11-22T12:00:00.000Z"
DAY = date(2026, 11, 22)
NEXT_DAY = datetime(2026, 11, 23, 8, 4, tzinfo=UTC)
"""When segments of ``DAY`` are taken: that day is over, and this one is not."""

Fields = dict[str, Any]
"""An event as its line tells it, but for the segment and the line's place in it."""


def event(project: str = "ham", version: str = "1.0", **told: object) -> Fields:
    """One download of a wheel; what is not told is as usual."""
    return {
        "format": 1,
        "time": NOON,
        "project": project,
        "version": version,
        "filename": f"{project.replace('-', '_')}-{version}-py3-none-any.whl",
        "kind": "bdist_wheel",
        "sha256": "ab" * 32,
        "client": "pip",
        "client_version": "26.0",
        "python": "3.13.1",
        "system": "Linux",
        "ci": None,
        "status": 200,
        "first_byte": 0,
        "bytes": 1000,
        **told,
    }


def line_of(fields: Fields, source: str, ordinal: int = 0) -> bytes:
    """The line of an event."""
    return json.dumps({**fields, "source": source, "ordinal": ordinal}, separators=(",", ":")).encode() + b"\n"


def write_segment(folder: Path, name: str, events: Iterable[Fields | bytes], *, ending: str = ".jsonl") -> Path:
    """A segment with these events, or with lines as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}{ending}"
    lines = [one if isinstance(one, bytes) else line_of(one, name, ordinal) for ordinal, one in enumerate(events)]
    path.write_bytes(b"".join(lines))
    return path


def mill_here(chosen: Settings) -> Mill:
    """The mill of an index, with one thread: tests run beside others."""
    mill = mill_of(chosen)
    duck = Duck(folder=chosen.downloads_folder / ".writing", threads=1)
    return Mill(engine=duck, duck=duck, downloads=mill.downloads, snapshots=mill.snapshots)


def counted(day: date = DAY) -> CountedDay | None:
    """What a day added up to."""
    found = list_counted_days(day, day)
    return found[0] if found else None


def counts_of(mill: Mill, day: date = DAY) -> dict[str, dict[str, int]]:
    """What each project was counted, by the file of a day: only what is not 0."""
    one = counted(day)
    assert one is not None, f"{day} was not added up"
    names = ", ".join(COLUMNS)
    rows = mill.duck.rows(f"SELECT project, {names} FROM day", {"day": [mill.downloads.path_of(one.path)]})
    return {
        project: {name: number for name, number in zip(COLUMNS, numbers, strict=True) if number}
        for project, *numbers in rows
    }
