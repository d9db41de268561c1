"""The projects that are looked at for a search: few enough to be put in order, and the right ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from strongroom.projects.models import Listing
from strongroom.projects.queries.fulltext import Question, count_found, find_begun, find_best, find_same
from strongroom.projects.rules.ranking import Candidate, Order, in_order, month_marks, size_marks

COUNTED_MOST = 1000
"""Where counting stops: nobody reads fifty pages, and the database would read everything."""

_LOOKED_AT = 5_000
"""Projects whose rows are looked at one by one: this many take either database some tens of milliseconds."""

_PROMINENT = (5_000, 25_000)
"""How many of the most downloaded, or last changed, are looked among for what more projects than that have."""

_ENOUGH = 200
"""Ten pages of results: then nobody looks among more."""


@dataclass(frozen=True)
class Found:
    """The first of the projects that were found, in their order, and whether these are all."""

    candidates: list[Candidate]
    is_all: bool


def find_projects(words: Sequence[str], marks: Collection[str], order: Order) -> Found:
    """The first thousand projects with these words and these marks of classifiers."""
    named, is_cut = _find_named("-".join(words), marks, order) if words else ([], False)
    if order is Order.RELEVANCE and is_cut and len(named) >= _ENOUGH:
        # They come first, so that nobody comes to see what else there is.
        return Found(in_order(named, words, order)[:COUNTED_MOST], is_all=False)
    question = Question(tuple(words), tuple(marks))
    found, is_all = _find_among(question, order)
    if words and order is Order.RELEVANCE and not is_all:
        # The most downloaded that have the words anywhere are not those that have them in their names.
        found += _find_among(question.of_names(), order)[0]
    ranked = in_order([*named, *found], words, order)
    return Found(ranked[:COUNTED_MOST], is_all=is_all and len(ranked) <= COUNTED_MOST)


def _find_named(name: str, marks: Collection[str], order: Order) -> tuple[list[Candidate], bool]:
    """The projects of this name, and the first thousand that begin with it; and whether there are more of them."""
    begun = find_begun(name, by=_column(order), most=COUNTED_MOST + 1)
    named = [*find_same(name), *begun]
    if marks:
        named = [one for one in named if set(marks).issubset(one.marks.split())]
    return named, len(begun) > COUNTED_MOST


def _find_among(question: Question, order: Order) -> tuple[list[Candidate], bool]:
    """The first thousand that answer, looked for among so many as will do; and whether these are all."""
    by, most = _column(order), COUNTED_MOST + 1
    if count_found(question, most=_LOOKED_AT + 1) <= _LOOKED_AT:
        found = find_best(question, by=by, among=_LOOKED_AT, most=most)
        return found, len(found) < most
    for prominent in _PROMINENT:
        found = find_best(_narrow(question, order, prominent), by=by, among=2 * _LOOKED_AT, most=most)
        if len(found) >= _ENOUGH:
            break
    return found, False


def _narrow(question: Question, order: Order, prominent: int) -> Question:
    """The same question, put to about so many of the most downloaded projects, or of the last changed.

    Where not so many have been downloaded, to those and to the last changed.
    """
    marks: list[str] = []
    if order is not Order.NEWEST:
        least, most = _span("downloads", prominent)
        marks = size_marks(max(least, 1), most) if most else []
        if least:
            return question.among(marks)
    first, last = _span("updated_at", prominent)
    return question.among([*marks, *month_marks(first, last)])


def _span(column: str, length: int) -> tuple[Any, Any]:
    """Of a column, falling, the value so far from its beginning, and the one at it."""
    falling = Listing.objects.order_by(f"-{column}", "-project").values_list(column, flat=True)
    least = falling[length : length + 1].first()
    return (falling.reverse()[0] if least is None else least), falling[0]


def _column(order: Order) -> str:
    return "updated_at" if order is Order.NEWEST else "downloads"
