"""What a page of the console was asked with, and where its next page begins."""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest

LONGEST_TYPED = 320
_MOST_DIGITS = 18
_DAY = "%Y-%m-%d"

_Chosen = TypeVar("_Chosen", bound=enum.Enum)


def typed(request: HttpRequest, field: str) -> str:
    """What somebody typed into a search: one line, of characters that a database takes."""
    text = request.GET.get(field, "").strip()[:LONGEST_TYPED]
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def chosen(request: HttpRequest, field: str, among: type[_Chosen]) -> _Chosen | None:
    """What somebody chose, or nothing: what is not offered counts as not chosen."""
    return next((one for one in among if one.value == request.GET.get(field)), None)


def number(request: HttpRequest, field: str) -> int | None:
    """A number that an address of ours carries, or nothing."""
    text = request.GET.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def day(request: HttpRequest, field: str, *, later: int = 0) -> datetime | None:
    """The beginning of a day in UTC, or of one so many days later; nothing when none was typed that there is."""
    try:
        return datetime.strptime(typed(request, field), _DAY).replace(tzinfo=UTC) + timedelta(days=later)
    except (ValueError, OverflowError):
        return None


def onward(request: HttpRequest, **changed: object) -> str:
    """The same page with another place to begin at: a query that begins with a question mark."""
    asked = {name: value for name, value in request.GET.items() if value and name != "said"}
    return "?" + urlencode({**asked, **{name: str(value) for name, value in changed.items()}})
