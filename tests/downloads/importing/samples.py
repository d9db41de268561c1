"""Logs and tables of downloads as others write them, for tests to import."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from strongroom.downloads.actions.importing import Imported, import_object
from strongroom.downloads.actions.staging import Wanted
from strongroom.downloads.models import Day, EventFile, Source
from strongroom.downloads.rules.events import COLUMNS
from strongroom.downloads.rules.periods import Period
from strongroom.downloads.rules.sources import Form
from strongroom.gear.mill import Mill
from strongroom.record.models import Event
from strongroom.terms.actors import operator
from strongroom.terms.refusals import Reason, Refused

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = date(2026, 11, 22)
NOON_MS = 1_795_348_800_000
"""12:00 UTC of ``DAY``, as milliseconds since 1970."""

WHEEL = "ham_egg-1.0-py3-none-any.whl"
PATH = f"/packages/ab/cd/{'e' * 60}/{WHEEL}"
PIP = (
    'pip/26.0 {"ci":true,"cpu":"x86_64","implementation":{"name":"CPython","version":"3.13.1"},'
    '"installer":{"name":"pip","version":"26.0"},"python":"3.13.1","system":{"name":"Linux","release":"6.8"}}'
)

ADA = operator("ada")


def nginx_line(**told: object) -> str:
    """A line of our JSON form; what is not told is as usual."""
    usual = {
        "time": "1795348800.000",
        "method": "GET",
        "path": PATH,
        "status": "200",
        "range": "",
        "bytes": "1000",
        "agent": PIP,
    }
    return json.dumps(usual | told)


def combined_line(
    *,
    time: str = "22/Nov/2026:12:00:00 +0000",
    request: str = f"GET {PATH} HTTP/1.1",
    status: int = 200,
    agent: str = PIP,
) -> str:
    """A line of the combined form, with quotation marks as nginx writes them."""
    marked = agent.replace("\\", "\\x5C").replace('"', "\\x22")
    return f'192.0.2.1 - - [{time}] "{request}" {status} 1000 "-" "{marked}"'


def fastly_line(*, time: str = "Sun, 22 Nov 2026 12:00:00 GMT", path: str = PATH, agent: str = PIP) -> str:
    """A line as PyPI's edge writes it."""
    return f"download|{time}|FR|{path}|TLSv1.3|TLS_AES_128_GCM_SHA256|ham-egg|1.0|bdist_wheel|{agent}"


EVENTS_HEADER = (
    "timestamp,country_code,url,project,file_filename,file_project,file_version,file_type,"
    "details_installer_name,details_installer_version,details_python,details_system_name,details_ci"
)


def events_row(*, time: str = "2026-11-22 12:00:00 UTC", project: str = "Ham.Egg", filename: str = WHEEL) -> str:
    """A row of events with the columns of ``EVENTS_HEADER``."""
    return f"{time},FR,/x,{project},{filename},{project},1.0,bdist_wheel,pip,26.0,3.13.1,Linux,true"


def text(*lines: str) -> bytes:
    """Lines as a file has them."""
    return "".join(f"{line}\n" for line in lines).encode()


def put(folder: Path, data: bytes, *, name: str = "object.log") -> Path:
    """A file with this content."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def parquet(mill: Mill, folder: Path, select: str) -> bytes:
    """What a question gives, as Parquet."""
    path = folder / "made.parquet"
    mill.duck.run([f"COPY ({select}) TO '{path}' (FORMAT parquet)"])
    data = path.read_bytes()
    path.unlink()
    return data


def take(
    mill: Mill,
    path: Path,
    *,
    form: Form | None = None,
    period: Period | None = None,
    now: datetime = NOW,
    advance: Callable[[int], None] | None = None,
) -> Imported:
    """Import a file, as an operator does."""
    wanted = Wanted(path, path.name, form, period)
    return import_object(by=ADA, now=now, mill=mill, wanted=wanted, advance=advance)


def reason_of(mill: Mill, path: Path, *, form: Form | None = None, period: Period | None = None) -> Reason:
    """Why a file is refused. Nothing of it may be left."""
    before = traces(mill)
    try:
        take(mill, path, form=form, period=period)
    except Refused as refused:
        assert traces(mill) == before, "something of it was left"
        return refused.reason
    raise AssertionError("it was not refused")


def traces(mill: Mill) -> Sequence[object]:
    """What an import leaves: rows, the record, files."""
    files = sorted(path.relative_to(mill.downloads.folder) for path in mill.downloads.folder.rglob("*.parquet"))
    rows = [list(kind.objects.order_by("pk").values()) for kind in (Source, EventFile, Day)]
    return [rows, Event.objects.count(), files, list(mill.downloads.folder.glob(".importing/*/"))]


def kept(mill: Mill, columns: str = ", ".join(COLUMNS)) -> list[tuple[object, ...]]:
    """The rows of every file of events that is listed, in order of day."""
    files = [mill.downloads.path_of(one.path) for one in EventFile.objects.order_by("day", "path")]
    if not files:
        return []
    return list(mill.duck.rows(f"SELECT {columns} FROM files ORDER BY at_ms, project, filename", {"files": files}))


def packed(data: bytes) -> bytes:
    """The same, with gzip."""
    return gzip.compress(data, 1)
