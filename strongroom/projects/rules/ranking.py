"""In which order projects that were found are shown; the same on every database."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from strongroom.projects.rules.names import lookalike_key
from strongroom.terms.names import NormalizedName

IN_NAME, IN_KEYWORDS, IN_SUMMARY = 3.0, 1.5, 0.5
"""Points for a word, by the best place it stands in; ten times the downloads are one point."""


class Order(enum.Enum):
    """What comes first."""

    RELEVANCE = "relevance"
    DOWNLOADS = "downloads"
    NEWEST = "newest"


@dataclass(frozen=True)
class Candidate:
    """A project that may be shown, with what its place depends on."""

    number: int
    name: NormalizedName
    downloads: int
    updated_at: datetime
    keywords: str = ""
    marks: str = ""


def in_order(candidates: Iterable[Candidate], words: Sequence[str], order: Order) -> list[Candidate]:
    """Candidates, each once, the first to be shown first; by relevance as by downloads where nothing was typed."""
    unique = {one.number: one for one in candidates}.values()
    if order is Order.RELEVANCE and not words:
        order = Order.DOWNLOADS
    match order:
        case Order.DOWNLOADS:
            return sorted(unique, key=lambda one: (-one.downloads, one.name))
        case Order.NEWEST:
            return sorted(unique, key=lambda one: (-one.updated_at.timestamp(), one.name))
        case Order.RELEVANCE:
            typed = NormalizedName("-".join(words))
            key = lookalike_key(typed)
            return sorted(unique, key=lambda one: (_group(one.name, typed, key), -points_of(one, words), one.name))


def points_of(candidate: Candidate, words: Sequence[str]) -> float:
    """How well a project answers: where its words stand, on average, and how much it is downloaded."""
    *whole, last = words
    in_name, in_keywords = f"-{candidate.name}-", f" {candidate.keywords} "
    worth = _worth(f"-{last}" in in_name, f" {last}" in in_keywords)
    for word in whole:
        worth += _worth(f"-{word}-" in in_name, f" {word} " in in_keywords)
    return worth / len(words) + math.log10(1 + candidate.downloads)


def size_mark(downloads: int) -> str:
    """How often, roughly, as the full text keeps it: the number of digits, and the first of them."""
    return f"d{len(str(downloads))}{str(downloads)[0]}"


def size_marks(least: int, most: int) -> list[str]:
    """The marks of all numbers between these two, and of few below."""
    lowest, highest = (int(size_mark(number)[1:]) for number in (least, most))
    return [f"d{mark}" for mark in range(lowest, highest + 1) if mark % 10 or mark == int(size_mark(0)[1:])]


def month_marks(first: datetime, last: datetime) -> list[str]:
    """The marks of all months between these two, both of them included."""
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"u{month // 12:04}{month % 12 + 1:02}" for month in months]


def _group(name: NormalizedName, typed: NormalizedName, key: str) -> int:
    if name == typed:
        return 0
    # Separators at most double a name: most are told apart by that already.
    if len(name) < 2 * len(typed) and lookalike_key(name) == key:
        return 1
    return 2 if name.startswith(typed) else 3


def _worth(is_in_name: bool, is_in_keywords: bool) -> float:
    if is_in_name:
        return IN_NAME
    return IN_KEYWORDS if is_in_keywords else IN_SUMMARY
