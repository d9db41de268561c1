"""Search, and browsing by classifier."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from strongroom.catalogue.rules.paging import read_page, span_of
from strongroom.catalogue.views.admitting import for_readers
from strongroom.projects.queries.search import PER_PAGE, Order, list_classifiers
from strongroom.projects.queries.search import search as find

LONGEST_QUERY = 200
LONGEST_CLASSIFIER = 200
MOST_CLASSIFIERS = 10
"""More filters than these find nothing that fewer would not."""

CLASSIFIERS_ON_A_PAGE = 100


@dataclass(frozen=True)
class _Filter:
    """A classifier that is searched for, and the address of the same search without it."""

    classifier: str
    without: str


@dataclass(frozen=True)
class _Choice:
    """A classifier or the first part of several, how many projects or classifiers it leads to, and its address."""

    words: str
    count: int
    address: str


@for_readers
def search(request: HttpRequest) -> HttpResponse:
    """What was found."""
    query = " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST_QUERY]
    chosen = _classifiers(request)
    order = next((one for one in Order if one.value == request.GET.get("order")), Order.RELEVANCE)
    results = find(query, classifiers=chosen, order=order, page=read_page(request.GET.get("page", "")))
    context = {
        "query": query,
        "filters": [_Filter(one, _address("search", request, set(chosen) - {one})) for one in chosen],
        "orders": list(Order),
        "order": order,
        "results": results,
        "span": span_of(results.total, page=results.page, size=PER_PAGE),
        "browse": _address("classifiers", request, set(chosen)),
        "instead": "" if not results.corrected else _address("search", request, set(chosen), q=results.corrected),
    }
    return render(request, "catalogue/search.html", context)


@for_readers
def classifiers(request: HttpRequest) -> HttpResponse:
    """The classifiers that projects carry: by their first part, then those below it."""
    first = request.GET.get("in", "")
    found = list_classifiers()
    chosen = _classifiers(request)
    if first:
        below = [(name, count) for name, count in found if name.split(" :: ")[0] == first]
        choices = [_Choice(name, count, _address("search", request, {*chosen, name})) for name, count in below]
    else:
        parts: dict[str, int] = {}
        for name, _ in found:
            part = name.split(" :: ")[0]
            parts[part] = parts.get(part, 0) + 1
        choices = [
            _Choice(name, count, _address("classifiers", request, set(chosen), into=name))
            for name, count in sorted(parts.items())
        ]
    span = span_of(len(choices), page=read_page(request.GET.get("page", "")), size=CLASSIFIERS_ON_A_PAGE)
    context = {"first": first[:LONGEST_CLASSIFIER], "choices": choices[span.first : span.end], "span": span}
    return render(request, "catalogue/classifiers.html", context)


def _classifiers(request: HttpRequest) -> tuple[str, ...]:
    named = (one.replace("\x00", " ")[:LONGEST_CLASSIFIER] for one in request.GET.getlist("c"))
    return tuple(dict.fromkeys(one for one in named if one))[:MOST_CLASSIFIERS]


def _address(page: str, request: HttpRequest, classifiers: set[str], *, q: str | None = None, into: str = "") -> str:
    query = QueryDict(mutable=True)
    words = request.GET.get("q", "")[:LONGEST_QUERY] if q is None else q
    if words:
        query["q"] = words
    query.setlist("c", sorted(classifiers))
    if into:
        query["in"] = into
    encoded = query.urlencode()
    return f"{reverse(page)}?{encoded}" if encoded else reverse(page)
