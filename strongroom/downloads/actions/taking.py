"""Taking sealed segments: their events go into Parquet files by day, and each counts once, whenever this is killed.

The order makes it so: files are placed, then one transaction lists them and the segments that they are made of, then
the segments are deleted. A segment that is listed is not counted again; a file that is not listed is swept.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import Q

from strongroom.downloads.actions.claiming import claim_days, know_day
from strongroom.downloads.models import DayCount, EventFile, Source
from strongroom.downloads.rules.days import EPOCH, day_of, instant_of
from strongroom.downloads.rules.events import COLUMNS, EARLY, read_row
from strongroom.downloads.rules.sources import Skipped, SourceKind
from strongroom.downloads.rules.tally import DAY_MS, Tally
from strongroom.gear.dayfiles import BEING_WRITTEN
from strongroom.gear.linefiles import LineFile, NoPlainFile, Seen, Unreadable, look_at, opened
from strongroom.reads.segments import SEALED, seal_abandoned

if TYPE_CHECKING:
    from strongroom.gear.mill import Mill

MOST_SEGMENTS = 2_000
MOST_BYTES = 256 * 1024 * 1024
"""So much at a time: what is read again after a kill, and what waits on the disk meanwhile."""

ASIDE = ".refused"
"""Behind the name of what looks like a segment and must not be counted: for those who run the index to look at."""

_OURS = ".taking"
_log = logging.getLogger(__name__)


@dataclass
class Taken:
    """What was taken: segments, events kept, and how many lines were skipped for each reason."""

    segments: int = 0
    events: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Read:
    """One segment, read."""

    path: Path
    seen: Seen
    sha256: str
    tally: Tally


def take_segments(*, now: datetime, events: Path, mill: Mill) -> Taken:
    """Take every sealed segment of a folder, and those that dead processes left there.

    Today becomes a known day: an index that runs and serves nothing has days without downloads, not missing ones.
    Raises OSError or EngineFailed, when the disk is full, say: what was not taken is taken the next time.
    """
    taken, begun = Taken(), time.monotonic()
    with mill.downloads.locked():
        # An import may hold the folder for long: what was downloaded meanwhile is not of the future.
        waited = timedelta(seconds=int(time.monotonic() - begun))
        for left in mill.downloads.path_of(BEING_WRITTEN).glob(f"*{_OURS}.*"):
            left.unlink(missing_ok=True)
        seal_abandoned(events)
        know_day(day=day_of(now))
        for batch in _batches(events):
            _take_batch(batch, now + waited, mill, taken=taken)
    return taken


def sweep_strays(*, mill: Mill) -> int:
    """Take away files of events and of counts that a killed process left unlisted, once they are a day old."""
    with mill.downloads.locked():
        known = {*EventFile.objects.values_list("path", flat=True)}
        for pair in DayCount.objects.values_list("path", "details"):
            known.update(pair)
        return mill.downloads.sweep(known, below=("events", "days"))


def list_segments(*, events: Path) -> list[Path]:
    """Sealed segments, by name: those of one process in the order in which it wrote them."""
    return sorted(events.glob(f"*{SEALED}")) if events.is_dir() else []


def _batches(events: Path) -> Iterator[list[Path]]:
    batch: list[Path] = []
    size = 0
    for path in list_segments(events=events):
        seen = look_at(path)
        if seen is None:
            continue
        if batch and (len(batch) == MOST_SEGMENTS or size + seen.size > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += seen.size
    if batch:
        yield batch


def _take_batch(batch: Sequence[Path], now: datetime, mill: Mill, *, taken: Taken) -> None:
    rows = mill.downloads.begin(f"{_OURS}.tsv")
    try:
        with rows.open("wb") as text:
            read = _read_batch(batch, text, now)
        files = _place_days(rows, read, mill)
    finally:
        rows.unlink(missing_ok=True)

    try:
        _list_batch(read, files, now)
    except IntegrityError:
        # Another machine took some of them at the same moment; the next time it is seen which.
        _log.info("segments were taken by somebody else at the same moment")
        for file in files:
            mill.downloads.path_of(file.path).unlink(missing_ok=True)
        return

    for one in read:
        _delete(one.path, one.seen)
        taken.segments += 1
        taken.events += one.tally.kept
        taken.skipped.update({reason: count for reason, (count, _) in one.tally.skipped.told.items()})


def _read_batch(batch: Sequence[Path], text: BinaryIO, now: datetime) -> list[_Read]:
    read: dict[str, _Read] = {}
    for path in batch:
        begin = text.tell()
        one = _read_apart(path, text, now)
        if one is not None and one.sha256 not in read and not _is_listed(one):
            read[one.sha256] = one
        else:
            text.seek(begin)
            text.truncate()
    return list(read.values())


def _read_apart(path: Path, text: BinaryIO, now: datetime) -> _Read | None:
    """Read a segment; nothing for what cannot be counted, now or ever."""
    if not path.name.isprintable():
        _put_aside(path, "its name cannot be read")
        return None
    try:
        with opened(path) as file:
            tally = _read_lines(file, text, source=path.name.removesuffix(SEALED), now=now)
            if not file.has_changed:
                return _Read(path, file.seen, file.sha256, tally)
            _log.warning("the segment %s was written to while it was read; it will be tried again", path.name)
    except NoPlainFile:
        _put_aside(path, "it is no plain file")
    except Unreadable as error:
        _log.warning("the segment %s cannot be read and will be tried again: %s", path.name, error)
    return None


def _read_lines(file: LineFile, text: BinaryIO, *, source: str, now: datetime) -> Tally:
    tally = Tally()
    latest_ms = (now + EARLY - instant_of(0)) // timedelta(milliseconds=1)
    for line in file.lines():
        row = Skipped.BROKEN if line is None else read_row(line, source=source, latest_ms=latest_ms)
        tally.count(row)
        if not isinstance(row, Skipped):
            text.write(row.text.encode())
    return tally


def _is_listed(read: _Read) -> bool:
    """Whether it was counted already; what is left of it then goes."""
    same = Q(sha256=read.sha256) | Q(kind=SourceKind.OWN.value, name=read.path.name)
    known = set(Source.objects.filter(same).values_list("sha256", flat=True))
    if read.sha256 in known:
        _delete(read.path, read.seen)
    elif known:
        _put_aside(read.path, "another of that name was counted")
    return bool(known)


def _place_days(rows: Path, read: Sequence[_Read], mill: Mill) -> list[EventFile]:
    """The files of a batch, one for each day, durable and under their names, but listed nowhere yet."""
    batch = secrets.token_hex(8)
    days: Counter[int] = Counter()
    for one in read:
        days.update(one.tally.days)
    files = []
    for number, expected in sorted(days.items()):
        written = mill.downloads.begin(f"{_OURS}.parquet")
        of_day = f"at_ms >= {number * DAY_MS} AND at_ms < {(number + 1) * DAY_MS}"
        question = f"SELECT * FROM told WHERE {of_day} ORDER BY project"  # noqa: S608 - whole numbers
        try:
            count = mill.duck.press(rows, COLUMNS, question=question, to=written)
            if count != expected:
                raise ArithmeticError(f"{expected} events were to be kept, and {count} were")
            day = EPOCH + timedelta(days=number)
            path = f"events/{day}/{batch}-{SourceKind.OWN.value}.parquet"
            mill.downloads.place(written, path)
        finally:
            written.unlink(missing_ok=True)
        files.append(EventFile(day=day, kind=SourceKind.OWN.value, path=path, batch=batch, rows=count))
    return files


def _list_batch(read: Sequence[_Read], files: Sequence[EventFile], now: datetime) -> None:
    batch = files[0].batch if files else secrets.token_hex(8)
    with transaction.atomic():
        claim_days(days=[file.day for file in files], kind=SourceKind.OWN)
        EventFile.objects.bulk_create(files)
        Source.objects.bulk_create([_source(one, batch, now) for one in read])


def _source(read: _Read, batch: str, now: datetime) -> Source:
    tally = read.tally
    return Source(
        kind=SourceKind.OWN.value,
        name=read.path.name,
        sha256=read.sha256,
        batch=batch,
        read=tally.read,
        kept=tally.kept,
        skipped=tally.skipped.told,
        first_at=None if tally.first_ms is None else instant_of(tally.first_ms),
        last_at=None if tally.last_ms is None else instant_of(tally.last_ms),
        taken_at=now,
    )


def _delete(path: Path, seen: Seen) -> None:
    # One that is not what was counted stays, and is looked at the next time.
    if look_at(path) == seen:
        path.unlink(missing_ok=True)


def _put_aside(path: Path, reason: str) -> None:
    target = path.with_name(f"{path.name}.{secrets.token_hex(4)}{ASIDE}")
    try:
        path.rename(target)
    except OSError as error:
        _log.warning("%r is no segment that can be counted (%s), and cannot be put aside: %s", path.name, reason, error)
    else:
        _log.warning("%r is no segment that can be counted (%s); it is put aside as %r", path.name, reason, target.name)
