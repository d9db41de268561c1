"""Projects as visitors search and browse them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from strongroom.projects.models import Classifier, Listing, Release
from strongroom.projects.queries.finding import COUNTED_MOST, Found, find_projects
from strongroom.projects.queries.mending import mend
from strongroom.projects.rules.ranking import Order
from strongroom.projects.rules.wording import words_asked
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus

__all__ = [
    "COUNTED_MOST",
    "PER_PAGE",
    "Hit",
    "News",
    "Order",
    "Results",
    "list_classifiers",
    "list_newest_projects",
    "list_newest_releases",
    "search",
]

PER_PAGE = 20
"""Projects on a page of results."""


@dataclass(frozen=True)
class Hit:
    """A project that was found."""

    name: NormalizedName
    display_name: str
    summary: str
    version: str
    updated_at: datetime
    status: ProjectStatus
    downloads: int


@dataclass(frozen=True)
class Results:
    """A page of what was found.

    ``total`` is exact, or there are more than that; ``corrected`` is what was searched for instead of what was
    typed, empty when nothing was corrected. ``page`` is the one given, the last when there are not so many.
    """

    hits: list[Hit]
    total: int
    is_exact: bool
    corrected: str
    page: int
    pages: int


@dataclass(frozen=True)
class News:
    """What a feed tells of: a project that is new, or a release."""

    name: NormalizedName
    display_name: str
    version: str
    summary: str
    at: datetime


def search(text: str, *, classifiers: Sequence[str] = (), order: Order = Order.RELEVANCE, page: int = 1) -> Results:
    """The projects that somebody looks for; with nothing typed all, or all with these classifiers.

    **What is found.** Projects that have every word in their name, keywords or summary, the last word as a
    beginning too (of a name's words alone while it has fewer than four letters), and every classifier. When there
    are none, a typing mistake is looked for (``mending.mend``).

    **By relevance.** First the name that was typed, in whatever spelling; then the names that begin with it, the
    most downloaded first; then the rest by points: three for each word that stands in the name, one and a half in
    the keywords, a half in the summary, the mean of these, and one for each tenfold of the downloads. So
    a word in the name rather than in the summary weighs as much as some three hundred times the downloads.

    **What is never done** is putting all in order that answer. Up to five thousand are put in order; of words that
    more projects have, those are looked at that are among the five thousand most downloaded (or last changed, when
    that is the order, or nothing has been downloaded yet), and among twenty-five thousand when that gave fewer than
    ten pages. The database finds these by marks in its full text, which it crosses with the words. Where more
    than a thousand names begin with what was typed, nothing else is looked for.
    """
    words = words_asked(text)
    marks = _marks_of(classifiers)
    if marks is None or (text.strip() and not words):
        return _page_of(Found([], is_all=True), page)
    if not words and not marks:
        return _page_of_all(order, page)
    found, corrected = find_projects(words, marks, order), ""
    if words and not found.candidates and (mended := mend(words)):
        found = find_projects(words_asked(mended), marks, order)
        corrected = mended if found.candidates else ""
    return _page_of(found, page, corrected=corrected)


def list_classifiers() -> list[tuple[str, int]]:
    """Every classifier that a project has which can be found, and how many have it."""
    return list(Classifier.objects.filter(projects__gt=0).order_by("text").values_list("text", "projects"))


def list_newest_projects(most: int) -> list[News]:
    """The projects that were made last."""
    rows = Listing.objects.order_by("-created_at", "-project")
    columns = ("name", "display_name", "version", "summary", "created_at")
    return [News(NormalizedName(name), *rest) for name, *rest in rows.values_list(*columns)[:most]]


def list_newest_releases(most: int) -> list[News]:
    """The releases that were made last, but for those that were yanked."""
    rows = Release.objects.filter(deleted_at=None, yanked_at=None, project__listing__isnull=False)
    columns = ("project__listing__name", "project__display_name", "version", "project__listing__summary", "created_at")
    found = rows.order_by("-created_at", "-id").values_list(*columns)[:most]
    return [News(NormalizedName(name), *rest) for name, *rest in found]


def _marks_of(classifiers: Sequence[str]) -> tuple[str, ...] | None:
    """The marks of classifiers; nothing when one of them is not known, so that no project has it."""
    wanted = set(classifiers)
    if not wanted:
        return ()
    numbers = Classifier.objects.filter(text__in=wanted).values_list("id", flat=True)
    return tuple(f"c{one}" for one in sorted(numbers)) if len(numbers) == len(wanted) else None


def _page_of(found: Found, page: int, *, corrected: str = "") -> Results:
    total = len(found.candidates)
    pages = _pages(total)
    page = _within(page, pages)
    shown = found.candidates[(page - 1) * PER_PAGE : page * PER_PAGE]
    return Results(_load_hits([one.number for one in shown]), total, found.is_all, corrected, page, pages)


def _page_of_all(order: Order, page: int) -> Results:
    rows = Listing.objects.order_by("-updated_at" if order is Order.NEWEST else "-downloads", "-project")
    there = rows.values_list("pk", flat=True)[: COUNTED_MOST + 1].count()
    total = min(there, COUNTED_MOST)
    pages = _pages(total)
    page = _within(page, pages)
    shown = list(rows.values_list("pk", flat=True)[(page - 1) * PER_PAGE : min(page * PER_PAGE, total)])
    return Results(_load_hits(shown), total, there <= COUNTED_MOST, "", page, pages)


def _pages(total: int) -> int:
    return max(1, math.ceil(total / PER_PAGE))


def _within(page: int, pages: int) -> int:
    return min(max(page, 1), pages)


def _load_hits(numbers: Sequence[int]) -> list[Hit]:
    columns = ("pk", "name", "display_name", "summary", "version", "updated_at", "project__status", "downloads")
    rows = {pk: rest for pk, *rest in Listing.objects.filter(pk__in=numbers).values_list(*columns)}
    # One that was deleted this very moment is passed over.
    return [_hit(*rows[number]) for number in numbers if number in rows]


def _hit(name: str, *rest: Any) -> Hit:  # noqa: ANN401 - the rest of the row
    display_name, summary, version, updated_at, status, downloads = rest
    return Hit(NormalizedName(name), display_name, summary, version, updated_at, ProjectStatus(status), downloads)
