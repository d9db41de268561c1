"""What is asked of a large index, and how long each answer takes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any
from unittest.mock import patch

from benchmarks.machine import cpu_seconds, say

ROUNDS = 7
PASSWORD = "correct horse battery staple"
MANY = "project-of-many-files"

SEARCHES = {
    "a word that half of all have": "python",
    "a common word": "library",
    "one letter": "a",
    "two letters": "py",
    "four letters that begin many words": "pyth",
    "two common words": "python library",
    "four common words": "a python library for",
    "eight common words": "a python library for the api client tool",
    "a name": "python-api",
    "a name's beginning": "django-a",
    "a common word and a rare one": "python dicom",
    "words that stand nowhere together": "dicom bitcoin astronomy invoice",
    "a typing mistake": "djnago",
    "two typing mistakes": "djnago resdis",
    "nothing like it": "qqxxzzyyqq",
    "a long nothing": "qxz" * 60,
    "nothing typed": "",
}
COMMON_CLASSIFIER, RARE_CLASSIFIER = "Programming Language :: Python :: 3", "Framework :: Pytest"


@dataclass(frozen=True, slots=True)
class Timed:
    """A page or a search: how long it took, in milliseconds; nothing where there is no such page yet.

    ``cpu`` is the processor time of one answer, ours and the database's: on a machine that others share it says more.
    """

    what: str
    median: float | None
    worst: float | None
    cpu: float | None = None
    note: str = ""


def time_everything() -> list[Timed]:
    """Time the searches by themselves, and then the pages."""
    return [*_time_searches(), *_time_pages()]


def _time_searches() -> list[Timed]:
    from strongroom.projects.queries.search import (
        Order,
        list_classifiers,
        list_newest_projects,
        list_newest_releases,
        search,
    )

    asked: list[tuple[str, Callable[[], object]]] = [
        *((what, partial(search, text)) for what, text in SEARCHES.items()),
        ("the last page of python", partial(search, "python", page=50)),
        ("the classifiers", list_classifiers),
        ("the newest projects", partial(list_newest_projects, 40)),
        ("the newest releases", partial(list_newest_releases, 40)),
    ]
    for text in ("python", "py", ""):
        typed = text or "nothing typed"
        asked += [
            (f"{typed}, {order.value} first", partial(search, text, order=order))
            for order in (Order.DOWNLOADS, Order.NEWEST)
        ]
        asked += [
            (f"{typed} with {classifier}", partial(search, text, classifiers=[classifier]))
            for classifier in (COMMON_CLASSIFIER, RARE_CLASSIFIER)
        ]
    return [_time(f"search: {what}", ask) for what, ask in asked]


def _time_pages() -> list[Timed]:
    """Every page that stands at its address already, for whoever it is meant."""
    from django.test import Client

    from tests.factors.people import Clock

    # The code of an app is good once: the clock of the pages goes on by half a minute meanwhile.
    clock = Clock()
    with patch("django.utils.timezone.now", clock.now):
        visitor, ada, dee = Client(), _signed_in("ada", clock), _signed_in_staff(clock)
        return [_time_page(*one) for one in _pages(visitor, ada, dee)]


def _pages(visitor: Any, ada: Any, dee: Any) -> list[tuple[Any, str, str, dict[str, str]]]:  # noqa: ANN401 - as above
    """Who asks for what: the name of an address, what follows it, and what is in it."""
    return [
        (visitor, "home", "", {}),
        *((visitor, "search", f"?q={text}", {}) for text in ("python", "py", "djnago")),
        (visitor, "classifiers", "", {}),
        (visitor, "project", "", {"name": MANY}),
        (visitor, "project-releases", "", {"name": MANY}),
        (visitor, "project-release", "", {"name": MANY, "version": "1.3"}),
        (visitor, "person", "", {"name": "ada"}),
        (visitor, "feed-projects", "", {}),
        (visitor, "feed-releases", "", {}),
        (visitor, "feed-project", "", {"name": MANY}),
        (ada, "own-projects", "", {}),
        (ada, "manage", "", {"name": MANY}),
        (ada, "manage-release", "", {"name": MANY, "version": "1.3"}),
        (ada, "manage-history", "", {"name": MANY}),
        (dee, "staff", "", {}),
        (dee, "staff-people", "", {}),
        (dee, "staff-projects", "", {}),
        (dee, "staff-project", "", {"name": MANY}),
        (dee, "staff-record", "", {}),
        (dee, "staff-record", "?deed=release-yanked", {}),
    ]


def _time_page(client: Any, name: str, query: str, parts: dict[str, str]) -> Timed:  # noqa: ANN401 - Django's, once set up
    from django.urls import NoReverseMatch, reverse

    what = f"page: {name}{query}"
    try:
        address = reverse(name, kwargs=parts) + query
    except NoReverseMatch:
        return Timed(what, None, None, note="there is no such page yet")
    answer = client.get(address, headers={"Accept": "text/html"})
    if answer.status_code != 200:
        return Timed(what, None, None, note=f"answered with {answer.status_code}")
    return _time(what, lambda: client.get(address, headers={"Accept": "text/html"}))


def _time(what: str, ask: Callable[[], object]) -> Timed:
    took = []
    pids = _processes()
    before = cpu_seconds(pids)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    cpu = (cpu_seconds(pids) - before) / ROUNDS * 1000
    say(f"{what:70} {median(took):6.0f} ms, slowest {max(took):6.0f} ms, processor {cpu:6.0f} ms")
    return Timed(what, median(took), max(took), cpu)


def _processes() -> list[int]:
    """Ours, and the one that works for us in the database."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return [os.getpid()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return [os.getpid(), int(cursor.fetchone()[0])]


def _signed_in(name: str, clock: Any) -> Any:  # noqa: ANN401 - of the tests, once Django is set up
    """Somebody who went in by the pages."""
    from tests.factors.people import Visitor

    visitor = Visitor(name, clock)
    visitor.sign_in()
    return visitor.client


def _signed_in_staff(clock: Any) -> Any:  # noqa: ANN401 - as above
    """Somebody of the staff, new in each run, who went in with an app as they must."""
    from tests.console.staffing import add_staff

    return add_staff(f"dee-{time.time_ns()}", clock).at.client
