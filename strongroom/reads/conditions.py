"""Conditional and range requests. Pure.

Essential reading: RFC 9110, sections 13 (conditional requests) and 14 (range requests).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from enum import Enum

_TAGS = re.compile(r'(?:W/)?("[^"]*")')
_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*\Z", re.IGNORECASE | re.ASCII)


class RangeProblem(Enum):
    """Why a range request is not answered with a part."""

    NONE_ASKED = "none asked"
    UNSATISFIABLE = "unsatisfiable"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file: its first byte, and the one after its last."""

    start: int
    stop: int


def is_not_modified(*, etag: str, modified: int, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Whether the client holds what we would send. If-None-Match decides alone when it is there."""
    if if_none_match is not None:
        # Weak comparison (RFC 9110, 13.1.2): a proxy that compresses may have weakened our tag.
        return if_none_match.strip() == "*" or etag in _TAGS.findall(if_none_match)
    if if_modified_since is not None:
        since = parse_date(if_modified_since)
        return since is not None and modified <= since
    return False


def choose_part(header: str | None, size: int) -> Part | RangeProblem:
    """The one part that a Range header asks for.

    Several ranges, another unit or what cannot be read is answered with the whole file, as
    RFC 9110 (14.2) allows; no installer asks for several.
    """
    match = _RANGE.match(header.strip()) if header else None
    if match is None or not (match[1] or match[2]):
        return RangeProblem.NONE_ASKED
    if not match[1]:
        length = int(match[2])
        return Part(max(0, size - length), size) if length and size else RangeProblem.UNSATISFIABLE
    start = int(match[1])
    stop = int(match[2]) + 1 if match[2] else size
    if stop <= start and match[2]:
        return RangeProblem.NONE_ASKED
    return Part(start, min(stop, size)) if start < size else RangeProblem.UNSATISFIABLE


def is_range_current(if_range: str | None, *, etag: str, modified: int) -> bool:
    """Whether a range may be answered: If-Range takes the strong comparison (RFC 9110, 13.1.5)."""
    if if_range is None:
        return True
    text = if_range.strip()
    return text == etag if '"' in text else parse_date(text) == modified


def parse_date(text: str) -> int | None:
    """An HTTP date in seconds; nothing when it cannot be read."""
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def render_date(seconds: float) -> str:
    """Seconds as an HTTP date."""
    return formatdate(seconds, usegmt=True)
