"""Taking what others noted of downloads: logs of web servers and of a CDN, and tables.

The order is that of segments (taking.py): files are placed, then one transaction lists them with the object that they
are made of and records the deed. Killed before, it leaves files that no row names, and the object is imported again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from strongroom.downloads.actions.claiming import claim_days
from strongroom.downloads.actions.staging import Read, Wanted, recognise, stage
from strongroom.downloads.models import EventFile, Source
from strongroom.downloads.queries.sources import authorities_of, find_source
from strongroom.downloads.rules.days import instant_of
from strongroom.downloads.rules.events import COLUMNS
from strongroom.downloads.rules.sources import Form, SourceKind, render_skips
from strongroom.gear.engines import EngineFailed
from strongroom.gear.logfiles import LogFile, Unreadable
from strongroom.gear.stagings import Busy, staging_folder
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import Actor
from strongroom.terms.refusals import Reason, Refused

if TYPE_CHECKING:
    from strongroom.gear.mill import Mill

PLACE = ".importing"
"""The folder of what is being imported, below the folder of downloads."""

LONGEST_NAME = 500
"""Characters of the name of an object that are kept."""

_SORTED = f"SELECT {', '.join(COLUMNS)} FROM pieces ORDER BY project"  # noqa: S608 - names of ours


@dataclass(frozen=True)
class Imported:
    """What came of an object: how many lines it has, how many were kept, and why the others were skipped.

    ``others`` are those of its days on which another kind of source counts.
    """

    form: Form
    read: int
    kept: int
    skipped: Mapping[str, Sequence[int]]
    days: list[date]
    others: Mapping[date, SourceKind]


def import_object(
    *, by: Actor, now: datetime, mill: Mill, wanted: Wanted, advance: Callable[[int], None] | None = None
) -> Imported:
    """Import one file, once. ``advance`` is told of every piece of it that was read, in bytes.

    Raises Refused with one of the reasons that begin with IMPORT, and then nothing of it was taken.
    """
    with _told_plainly(wanted.name), staging_folder(mill.downloads.folder / PLACE) as folder:
        with LogFile(wanted.path, advance=advance) as file:
            sha256 = file.digest()
            _require_new(sha256, wanted.name)
            shape = recognise(file, wanted, folder=folder, mill=mill)
            read = stage(file, shape, wanted, folder=folder, mill=mill, now=now)
            if file.has_changed():
                raise Refused(Reason.IMPORT_CHANGED, name=wanted.name)
        if not read.pieces:
            why = "; ".join(render_skips(read.skipped.told)) or "there is no line in it"
            raise Refused(Reason.IMPORT_EMPTY, name=wanted.name, skipped=why)

        source = Source(name=_listed_name(wanted.name), sha256=sha256, kind=shape.form.kind.value)
        with mill.downloads.locked():
            files = _place_days(read, source, mill)
            counts_on = _list_object(source, read, files, by=by, now=now)

    others = {day: kind for day, kind in authorities_of([one.day for one in files]).items() if day not in counts_on}
    return Imported(shape.form, read.lines, read.kept, read.skipped.told, [one.day for one in files], others)


def _listed_name(name: str) -> str:
    """A name as a row can have it: a file system takes any bytes for one."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in name[:LONGEST_NAME])


def _require_new(sha256: str, name: str) -> None:
    before = find_source(sha256)
    if before is not None:
        raise Refused(Reason.IMPORT_KNOWN, name=name, former=before.name, day=before.taken_at.astimezone(UTC).date())


def _place_days(read: Read, source: Source, mill: Mill) -> list[EventFile]:
    """The files of an object, one for each day, durable and under their names, but listed nowhere yet."""
    source.batch = secrets.token_hex(16)
    files = []
    for text, pieces in read.pieces.items():
        written = mill.downloads.begin(".parquet")
        rows = mill.duck.answer(_SORTED, {"pieces": pieces}, written)
        path = f"events/{text}/{source.batch}-{source.kind}.parquet"
        mill.downloads.place(written, path)
        day = date.fromisoformat(text)
        files.append(EventFile(day=day, kind=source.kind, path=path, batch=source.batch, rows=rows))
    if not read.is_spread and sum(one.rows for one in files) != read.kept:
        raise EngineFailed(f"{read.kept} rows were to be kept, and {sum(one.rows for one in files)} were")
    placed = [mill.downloads.path_of(one.path) for one in files]
    ((first, last),) = mill.duck.rows("SELECT MIN(at_ms), MAX(at_ms) FROM placed", {"placed": placed})
    source.first_at, source.last_at = instant_of(first), instant_of(last)
    return files


def _list_object(source: Source, read: Read, files: Sequence[EventFile], *, by: Actor, now: datetime) -> list[date]:
    """List an object and its files and record the deed; on which of its days it counts."""
    source.read, source.kept, source.skipped, source.taken_at = read.lines, read.kept, read.skipped.told, now
    with transaction.atomic():
        _require_new(source.sha256, source.name)
        source.save()
        EventFile.objects.bulk_create(files)
        counts_on = claim_days(days=[one.day for one in files], kind=SourceKind(source.kind))
        details = {name: getattr(source, name) for name in ("name", "kind", "read", "kept", "skipped")}
        record_event(
            by=by,
            now=now,
            deed=Deed.DOWNLOADS_IMPORTED,
            subject=Subject(SubjectKind.INDEX, "downloads"),
            details=details,
        )
    return counts_on


@contextmanager
def _told_plainly(name: str) -> Iterator[None]:
    """Whatever goes wrong with a file of the operator's is said to them in one sentence."""
    try:
        yield
    except Unreadable as error:
        raise Refused(Reason.IMPORT_UNREADABLE, name=name, error=str(error)) from error
    except EngineFailed as error:
        raise Refused(Reason.IMPORT_FAILED, name=name, error=str(error)) from error
    except OSError as error:
        raise Refused(Reason.IMPORT_FAILED, name=name, error=error.strerror or str(error)) from error
    except IntegrityError:
        # Somebody imported the same object at the same moment, from another machine.
        raise Refused(Reason.IMPORT_RUNNING) from None
    except Busy:
        raise Refused(Reason.IMPORT_RUNNING) from None
