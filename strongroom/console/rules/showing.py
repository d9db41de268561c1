"""What others chose, as the console shows it: names, reasons, and details of the record are hostile until proven."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

LONGEST_SHOWN = 300
MOST_LISTED = 20
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
"""Characters that show nothing, or turn around what stands beside them."""


def plain(value: object) -> str:
    """One value as one line of text: what cannot be seen is marked, and what is endless is cut."""
    if isinstance(value, Mapping):
        listed = [f"{plain(name)}: {plain(one)}" for name, one in list(value.items())[: MOST_LISTED + 1]]
        return _joined(listed)
    if isinstance(value, list | tuple):
        return _joined([plain(one) for one in value[: MOST_LISTED + 1]])
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _clipped("".join(_seen(one) for one in str(value)[: LONGEST_SHOWN + 1]))


def shown_facts(details: Mapping[str, object]) -> list[tuple[str, str]]:
    """The details of an event as terms and what they are."""
    return [(plain(name), plain(value)) for name, value in list(details.items())[:MOST_LISTED]]


def _seen(one: str) -> str:
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) in _UNSEEN else one


def _joined(parts: list[str]) -> str:
    whole = ", ".join(parts[:MOST_LISTED])
    return _clipped(f"{whole}, …" if len(parts) > MOST_LISTED else whole)


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
