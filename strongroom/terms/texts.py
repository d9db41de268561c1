"""What people type, made fit to be kept and shown."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
"""They shape letters (Persian) and pictures; without them the words are others."""


def is_storable(text: str) -> bool:
    """Whether a database can hold, or be asked for, the text: no NUL, and no half of a surrogate pair."""
    return not any(one == "\0" or "\ud800" <= one <= "\udfff" for one in text)


def plain_line(text: str) -> str:
    """One line of what can be seen: control characters, marks that turn text round and halves of pairs are dropped."""
    seen = "".join(one if _is_seen(one) else " " for one in text)
    return " ".join(seen.split())


def _is_seen(one: str) -> bool:
    return one in _JOINERS or not unicodedata.category(one).startswith("C")
