"""One download event: a line of a segment, read and checked; and a row of the files that events are kept in.

Essential reading: docs/download-events.md.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from strongroom.downloads.rules.days import EPOCH, begin_of
from strongroom.downloads.rules.sources import Skipped
from strongroom.terms.filenames import parse_filename
from strongroom.terms.refusals import Refused

FORMAT = 1

COLUMNS = {
    "project": "VARCHAR",
    "version": "VARCHAR",
    "filename": "VARCHAR",
    "client": "VARCHAR",
    "client_version": "VARCHAR",
    "python": "VARCHAR",
    "system": "VARCHAR",
    "ci": "BOOLEAN",
    "status": "SMALLINT",
    "first_byte": "BIGINT",
    "bytes": "BIGINT",
    "at_ms": "BIGINT",
    "amount": "BIGINT",
}
"""What every file of events has, in this order; nothing (NULL) stands for what is not known."""

EARLY = timedelta(minutes=5)
"""So far ahead of ours may the clock of another machine be."""

LONGEST_TEXT = 64
"""Characters of what a client says of itself; the read plane writes no more."""

NOTHING = r"\N"
"""How a row as text says that it does not know."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):([0-5]\d)\.(\d{3})Z", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_WORD = r'"[^"\\\x00-\x1f]*"'
_MAYBE = f"(?:null|{_WORD})"
_NUMBER = r"(0|[1-9]\d{0,17})"
# Fields in the order in which the read plane writes them, of texts that need no escapes: what this matches is JSON,
# and each field in it stands once.
_AS_WRITTEN = re.compile(
    r'\{"format":1,"time":"(\d{4}-\d\d-\d\dT\d\d:\d\d):([0-5]\d)\.(\d{3})Z",'
    rf'("project":{_WORD},"version":{_WORD},"filename":{_WORD},"kind":{_WORD},"sha256":"[0-9a-f]{{64}}"),'
    rf'("client":{_MAYBE},"client_version":{_MAYBE},"python":{_MAYBE},"system":{_MAYBE},"ci":(?:null|true|false)),'
    rf'"status":(200|206),"first_byte":{_NUMBER},"bytes":{_NUMBER},"source":"([^"\\\x00-\x1f]*)","ordinal":{_NUMBER}\}}',
    re.ASCII,
)
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LARGEST = 2**63 - 1
_WHOLE, _PART = 200, 206
_CI = list(COLUMNS).index("ci")
_MEMORY = 65_536


class Event(NamedTuple):
    """One download, in the order of ``COLUMNS``. ``at_ms`` counts milliseconds since 1970, UTC."""

    project: str
    version: str
    filename: str
    client: str | None
    client_version: str | None
    python: str | None
    system: str | None
    ci: bool | None
    status: int
    first_byte: int
    bytes: int
    at_ms: int
    amount: int = 1


class Row(NamedTuple):
    """An event as a line of text, columns with tabs between, and when it was."""

    at_ms: int
    text: str


def read_row(line: bytes, *, source: str, latest_ms: int) -> Row | Skipped:
    """As ``read_event``, to the same end: quickly for a line as the read plane writes it, which nearly all are."""
    quick = _read_quickly(line, source, latest_ms)
    if quick is not None:
        return quick
    event = read_event(line, source=source, latest_ms=latest_ms)
    return event if isinstance(event, Skipped) else Row(event.at_ms, render_row(event))


def read_event(line: bytes, *, source: str, latest_ms: int) -> Event | Skipped:
    """Read a line of the segment ``source``, or say why it is skipped. Whatever it holds, nothing is raised.

    What ended after ``latest_ms`` has not come yet. A line that names another segment is a copy of one that counts
    there.
    """
    try:
        told = _DECODER.decode(line.decode())
        if _count(told["format"]) != FORMAT:
            return Skipped.FORMAT
        return _event_of(told, source, latest_ms)
    except _Unfit as unfit:
        return unfit.reason
    except (ValueError, TypeError, KeyError, RecursionError):
        return Skipped.BROKEN


def _read_quickly(line: bytes, source: str, latest_ms: int) -> Row | None:
    found = _AS_WRITTEN.fullmatch(line.decode("ascii")) if line.isascii() else None
    if found is None:
        return None
    minute, second, thousandth, file, client, status, first_byte, sent, written_to, _ = found.groups()
    try:
        at_ms = _minute(minute) + int(second) * 1000 + int(thousandth)
        if at_ms > latest_ms or written_to != source or (status == "200" and first_byte != "0"):
            return None
        return Row(at_ms, f"{_file_cells(file)}\t{_client_cells(client)}\t{status}\t{first_byte}\t{sent}\t{at_ms}\t1\n")
    except _Unfit:
        return None


class _Unfit(Exception):
    """A line that can be read and is not counted."""

    def __init__(self, reason: Skipped) -> None:
        super().__init__(reason)
        self.reason = reason


def _event_of(told: dict[str, object], source: str, latest_ms: int) -> Event:
    at_ms = _milliseconds(_text(told["time"]))
    if at_ms > latest_ms:
        raise _Unfit(Skipped.FUTURE)
    status, first_byte, sent = _count(told["status"]), _count(told["first_byte"]), _count(told["bytes"])
    if status not in {_WHOLE, _PART}:
        raise _Unfit(Skipped.STATUS)
    project, version, filename, kind = _read_filename(_text(told["filename"]))
    if told["project"] != project:
        raise _Unfit(Skipped.NO_PROJECT)
    if (
        told["source"] != source
        or told["version"] != version
        or told["kind"] != kind
        or not _SHA256.fullmatch(_text(told["sha256"]))
        or (status == _WHOLE and first_byte != 0)
        or _count(told["ordinal"]) < 0
    ):
        raise _Unfit(Skipped.BROKEN)
    return Event(
        project=project,
        version=version,
        filename=filename,
        client=_said(told["client"]),
        client_version=_said(told["client_version"]),
        python=_said(told["python"]),
        system=_said(told["system"]),
        ci=_yes_or_no(told["ci"]),
        status=status,
        first_byte=first_byte,
        bytes=sent,
        at_ms=at_ms,
    )


def render_row(event: Event) -> str:
    """An event as a line of text. What it holds of texts has neither tabs nor line feeds."""
    cells = [NOTHING if value is None else str(value) for value in event]
    cells[_CI] = cells[_CI].lower() if event.ci is not None else NOTHING
    return "\t".join(cells) + "\n"


@lru_cache(_MEMORY)
def _file_cells(fields: str) -> str:
    """The cells that tell of the file, from its fields."""
    told = _DECODER.decode(f"{{{fields}}}")
    project, version, filename, kind = _read_filename(told["filename"])
    if (told["project"], told["version"], told["kind"]) != (project, version, kind):
        raise _Unfit(Skipped.BROKEN)
    return f"{project}\t{version}\t{filename}"


@lru_cache(_MEMORY)
def _client_cells(fields: str) -> str:
    """The cells that tell of the client, from its fields."""
    told = _DECODER.decode(f"{{{fields}}}")
    ci = NOTHING if told["ci"] is None else str(told["ci"]).lower()
    cells = [_said(told[name]) or NOTHING for name in ("client", "client_version", "python", "system")]
    return "\t".join([*cells, ci])


def _no_number(text: str) -> object:
    raise ValueError(text)  # NaN and Infinity are no JSON


_DECODER = json.JSONDecoder(parse_constant=_no_number)


@lru_cache(_MEMORY)
def _read_filename(text: str) -> tuple[str, str, str, str]:
    """Project, version, the name itself and the kind of file, as the name says."""
    try:
        file = parse_filename(text)
    except Refused:
        raise _Unfit(Skipped.NO_FILE) from None
    return file.name, str(file.version), file.text, file.kind.value


def _milliseconds(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise _Unfit(Skipped.NO_TIME)
    return _minute(found[1]) + int(found[2]) * 1000 + int(found[3])


@lru_cache(_MEMORY)
def _minute(text: str) -> int:
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise _Unfit(Skipped.NO_TIME) from None
    if at < begin_of(EPOCH):
        raise _Unfit(Skipped.TOO_OLD)
    return (at - begin_of(EPOCH)) // timedelta(milliseconds=1)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _said(value: object) -> str | None:
    return None if value is None else _fit(_text(value))


@lru_cache(_MEMORY)
def _fit(text: str) -> str | None:
    """A text of a client as it can stand in a row: anybody may say anything there."""
    fit = _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)[:LONGEST_TEXT].strip()
    return None if fit in {"", NOTHING} else fit


def _yes_or_no(value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise TypeError
    return value


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _LARGEST:
        raise TypeError
    return value
