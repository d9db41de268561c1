"""Which projects rely on which: what a release needs, and how many need a project, directly and through others.

A second signal beside downloads, for information: nothing becomes critical by it. Essential reading: the dependency
specifiers of the packaging specifications (PEP 508), and PEP 685 on the names of extras.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement

from strongroom.terms.names import LONGEST_NAME, NormalizedName, normalize

MOST_NEEDS = 500
"""Names of one release: no real one needs half as many."""

LONGEST_REQUIREMENT = 5_000
"""Characters; a longer one was made to be slow to read."""

MOST_REACHED = 5_000
"""A project that needs more others than this, directly and through others, counts for the first so many alone: one
that needs everything there is says nothing of any of them."""

_EXTRA_WORDS = frozenset({"extra", "extras", "dependency_groups"})
_TOKEN = re.compile(r'\s*(\(|\)|"[^"]*"|[^\s()"]+)')


def read_needs(requirements: object, *, own: NormalizedName) -> tuple[NormalizedName, ...]:
    """The names that a release needs, in order, of its ``requires_dist`` as it was stored.

    Without itself, without what only an extra asks for, and without whatever cannot be read.
    """
    texts = requirements if isinstance(requirements, list | tuple) else [requirements]
    found = {name for text in texts for name in [read_need(text)] if name and name != own}
    return tuple(sorted(found)[:MOST_NEEDS])


def read_need(text: object) -> NormalizedName | None:
    """The name that one requirement asks for; nothing when it cannot be read, or only an extra asks for it.

    Whatever it says of versions, systems and Pythons may hold for somebody, so it counts as needed.
    """
    if not isinstance(text, str) or len(text) > LONGEST_REQUIREMENT:
        return None
    try:
        requirement = Requirement(text)
        is_needed = requirement.marker is None or may_hold(requirement.marker)
    except (InvalidRequirement, RecursionError):  # brackets in brackets, thousands of them
        return None
    return normalize(requirement.name) if is_needed and len(requirement.name) <= LONGEST_NAME else None


def may_hold(marker: Marker) -> bool:
    """Whether a marker can hold when no extra was asked for."""
    tokens = iter(_TOKEN.findall(str(marker)))
    return _either(_Tokens(tokens))


class _Tokens:
    """The words of a marker, one ahead; an empty one behind the last."""

    def __init__(self, words: Iterator[str]) -> None:
        self._words = words
        self.next = next(words, "")

    def take(self) -> str:
        taken, self.next = self.next, next(self._words, "")
        return taken


def _either(tokens: _Tokens) -> bool:
    holds = _both(tokens)
    while tokens.next == "or":
        tokens.take()
        # Both sides are read whichever way the first one went.
        holds = _both(tokens) or holds
    return holds


def _both(tokens: _Tokens) -> bool:
    holds = _one(tokens)
    while tokens.next == "and":
        tokens.take()
        holds = _one(tokens) and holds
    return holds


def _one(tokens: _Tokens) -> bool:
    if tokens.next == "(":
        tokens.take()
        holds = _either(tokens)
        tokens.take()
        return holds
    left, operator = tokens.take(), tokens.take()
    if operator == "not":
        operator = f"{operator} {tokens.take()}"
    right = tokens.take()
    if not {left, right} & _EXTRA_WORDS:
        return True
    # No extra was asked for: it equals the empty text alone, and is in nothing.
    is_empty = '""' in (left, right)
    return is_empty if operator in {"==", "==="} else operator in {"!=", "not in"} and not is_empty


class Reliers(NamedTuple):
    """Who relies on one project: how many need it themselves, how many themselves or through others (each once), and
    the downloads of all those together.
    """

    direct: int
    through: int
    weight: int


NOBODY = Reliers(0, 0, 0)


@dataclass(frozen=True)
class Counted:
    """Who relies on each project that somebody relies on; and the projects that reached more than they count for."""

    reliers: Mapping[str, Reliers]
    cut_short: Sequence[str]


def count_reliance(needs: Mapping[str, Sequence[str]], downloads: Mapping[str, int]) -> Counted:
    """How many projects rely on each, by what each one needs. Names that are no project here are left out.

    Circles are fine: nobody relies on itself. A project that reaches more than ``MOST_REACHED`` others stops there, the
    nearest first, in order of name, and is told among ``cut_short``.
    """
    names = sorted(needs)
    numbers = {name: number for number, name in enumerate(names)}
    edges = [_numbered(needs[name], numbers, own=number) for number, name in enumerate(names)]
    direct, through, weight = ([0] * len(names) for _ in range(3))
    seen = [-1] * len(names)
    cut_short = []
    for number, name in enumerate(names):
        if not edges[number]:
            continue
        for needed in edges[number]:
            direct[needed] += 1
        reached, is_whole = _reach(number, edges, seen)
        own = downloads.get(name, 0)
        for one in reached:
            through[one] += 1
            weight[one] += own
        if not is_whole:
            cut_short.append(name)
    found = zip(names, direct, through, weight, strict=True)
    return Counted({name: Reliers(*counts) for name, *counts in found if counts[1]}, cut_short)


def _numbered(needed: Iterable[str], numbers: Mapping[str, int], *, own: int) -> list[int]:
    return sorted({numbers[name] for name in needed if name in numbers} - {own})


def _reach(start: int, edges: Sequence[Sequence[int]], seen: list[int]) -> tuple[list[int], bool]:
    """Whom a project reaches, the nearest first, each once and never itself; and whether those are all.

    ``seen`` is the caller's, and marked with the number of the start: clearing it each time would cost more than the
    walk.
    """
    seen[start] = start
    reached: list[int] = []
    waiting: Sequence[int] = (start,)
    while waiting:
        following: list[int] = []
        for one in waiting:
            for needed in edges[one]:
                if seen[needed] == start:
                    continue
                if len(reached) == MOST_REACHED:
                    return reached, False
                seen[needed] = start
                reached.append(needed)
                following.append(needed)
        waiting = following
    return reached, True
