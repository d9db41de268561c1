"""One line of a log, read: the download that it tells of, or why it tells of none.

Essential reading: docs/importing-downloads.md; ``log_format`` and ``escape`` of nginx's ngx_http_log_module;
RFC 9110, section 14.4 (Content-Range).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from strongroom.downloads.rules.sources import Form, Skipped
from strongroom.terms.filenames import parse_filename
from strongroom.terms.refusals import Refused

LONGEST_LINE = 64 * 1024
"""Bytes. A web server takes no request whose line of the log would be longer."""

UNKNOWN_FIRST_BYTE = 1
"""What a part is taken for whose beginning is not told: a later piece, which is no download."""

OK, PARTIAL = 200, 206

_PREFIX = "/packages/"
_MEMORY = 65_536
"""Filenames and times that are remembered: the same ones come again and again."""


class Fetched(NamedTuple):
    """A download as a line tells of it; ``at_ms`` in milliseconds since 1970, UTC, and the user agent unread."""

    at_ms: int
    filename: str
    project: str
    version: str
    status: int
    first_byte: int
    sent: int
    user_agent: str


class _Request(NamedTuple):
    """What a line says, still as it says it."""

    method: str
    path: str
    status: str
    time: str
    content_range: str
    sent: str
    user_agent: str


_FIELDS = ("method", "path", "status", "time", "range", "bytes", "agent")
"""Of our JSON form, in the order of ``_Request``."""


def read_nginx(line: str) -> Fetched | Skipped:
    """A line of the JSON form that docs/nginx/download-log.conf writes."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return Skipped.BROKEN
    if not isinstance(fields, dict):
        return Skipped.BROKEN
    told = [fields.get(name, "") for name in _FIELDS]
    if set(map(type, told)) != {str}:
        told = [_text(value) for value in told]
        if None in told:
            return Skipped.BROKEN
    return _fetched(_Request(*told), _read_msec)


# No part can begin where the one before may go on: a hostile line costs no more than its length.
_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
_COMBINED = re.compile(
    rf"[^\[]{{1,2000}}\[([^\]]{{1,40}})\] {_QUOTED} (\d{{3}}) (\d{{1,18}}|-)(?: {_QUOTED} {_QUOTED})?"
)
_ESCAPED = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|(["\\]))')


def read_combined(line: str) -> Fetched | Skipped:
    """A line of the form that web servers call combined; one of a part does not tell where the part begins."""
    found = _COMBINED.match(line)
    if found is None:
        return Skipped.BROKEN
    time, request, status, sent, _referrer, user_agent = found.groups(default="")
    method, _, rest = request.partition(" ")
    sent = "" if sent == "-" else sent
    return _fetched(_Request(method, rest.partition(" ")[0], status, time, "", sent, _unescaped(user_agent)), _read_clf)


_FASTLY_PARTS = 10


def read_fastly(line: str) -> Fetched | Skipped:
    """A line as PyPI's edge writes it: only of what was answered with 200 or 206, and it does not say which."""
    parts = line.split("|", _FASTLY_PARTS - 1)
    if parts[0] == "simple":
        return Skipped.NO_FILE
    if len(parts) < _FASTLY_PARTS or parts[0] != "download":
        return Skipped.BROKEN
    user_agent = "" if parts[-1] == "(null)" else parts[-1]
    return _fetched(_Request("GET", parts[3], str(OK), parts[1], "", "", user_agent), _read_http_date)


READERS: dict[Form, Callable[[str], Fetched | Skipped]] = {
    Form.NGINX: read_nginx,
    Form.COMBINED: read_combined,
    Form.FASTLY: read_fastly,
}
"""What reads a line of each form that is no table."""


def recognise_line(line: str) -> Form | None:
    """In which form a line is written, if it is one of a log."""
    if line.startswith(("download|", "simple|")):
        return Form.FASTLY
    if line.startswith("{"):
        is_ours = '"method"' in line and '"path"' in line and read_nginx(line) is not Skipped.BROKEN
        return Form.NGINX if is_ours else None
    return Form.COMBINED if _COMBINED.match(line) else None


def _fetched(told: _Request, read_time: Callable[[str], int | None]) -> Fetched | Skipped:
    if told.method != "GET":
        return Skipped.METHOD
    if told.status not in {"200", "206"}:
        return Skipped.STATUS
    file = _file_of(told.path)
    if file is None:
        return Skipped.NO_FILE
    at_ms = read_time(told.time)
    if at_ms is None:
        return Skipped.NO_TIME
    sent = _whole(told.sent or "0")
    if sent is None:
        return Skipped.BROKEN
    status = int(told.status)
    first_byte = _first_byte(told.content_range) if status == PARTIAL else 0
    return Fetched(at_ms, *file, status, first_byte, sent, "" if told.user_agent == "-" else told.user_agent)


def _file_of(path: str) -> tuple[str, str, str] | None:
    if path.startswith(("http://", "https://")):
        path = "/" + path.split("/", 3)[-1]
    path = path.partition("?")[0]
    if not path.startswith(_PREFIX):
        return None
    return _read_filename(path.rpartition("/")[2])


@lru_cache(_MEMORY)
def _read_filename(quoted: str) -> tuple[str, str, str] | None:
    try:
        name = parse_filename(unquote(quoted))
    except Refused:
        return None
    return name.text, name.name, str(name.version)


_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-", re.ASCII)


def _first_byte(content_range: str) -> int:
    found = _CONTENT_RANGE.match(content_range)
    return int(found[1]) if found else UNKNOWN_FIRST_BYTE


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    return None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004 - fits 63 bits


@lru_cache(_MEMORY)
def _unescaped(text: str) -> str:
    """Without the marks of nginx and Apache for what cannot stand between quotation marks."""
    if "\\" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
    try:
        return plain.encode("latin-1").decode()
    except UnicodeError:
        return plain


_MSEC = re.compile(r"(\d{1,12})(?:\.(\d{1,9}))?", re.ASCII)


@lru_cache(_MEMORY)
def _read_msec(text: str) -> int | None:
    """Seconds since 1970 with a fraction, as ``$msec`` is, or ISO 8601 with its offset, as ``$time_iso8601``."""
    found = _MSEC.fullmatch(text)
    if found:
        return int(found[1]) * 1000 + int((found[2] or "0")[:3].ljust(3, "0"))
    try:
        return _milliseconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


_MONTHS = {
    "Jan": 1, "Feb": 2, "Mar": 3, "Apr": 4, "May": 5, "Jun": 6,
    "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10, "Nov": 11, "Dec": 12,
}  # fmt: skip
# 23/Nov/2026:08:04:00 +0100
_CLF = re.compile(
    r"(\d{2})/([A-Z][a-z]{2})/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})",
    re.ASCII,
)
# Mon, 23 Nov 2026 08:04:00 GMT
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT", re.ASCII)


@lru_cache(_MEMORY)
def _read_clf(text: str) -> int | None:
    found = _CLF.fullmatch(text)
    if found is None:
        return None
    hours, minutes = int(found[8]), int(found[9])
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if found[7] == "-" else 1)
    return _of_parts(found, offset)


@lru_cache(_MEMORY)
def _read_http_date(text: str) -> int | None:
    found = _HTTP_DATE.fullmatch(text)
    return _of_parts(found, timedelta()) if found else None


def _of_parts(found: re.Match[str], offset: timedelta) -> int | None:
    day, month, year, *clock = found.group(1, 2, 3, 4, 5, 6)
    hour, minute, second = map(int, clock)
    try:
        at = datetime(int(year), _MONTHS[month], int(day), hour, minute, second, tzinfo=timezone(offset))
        return _milliseconds(at)
    except (ValueError, KeyError, OverflowError):
        return None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _milliseconds(at: datetime) -> int | None:
    return None if at.tzinfo is None else (at - _EPOCH) // timedelta(milliseconds=1)
