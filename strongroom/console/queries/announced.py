"""What is announced, kept for a few seconds in this process: a page of a visitor asks the database nothing for it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError

from strongroom.console.queries.announcements import Announced, load_announced
from strongroom.console.rules.announcements import MOST_SHOWN

KEPT_SECONDS = 10.0
"""What is announced is asked of the database so often by one process, however many pages it shows."""


@dataclass(frozen=True)
class _Kept:
    """What the database answered last, about which index, and until when that is good."""

    index: object
    until: float
    announced: tuple[Announced, ...]


_kept: list[_Kept] = []


def announced_now(index: object, *, now: datetime) -> list[Announced]:
    """What is announced now, the newest first; nothing while the database is away."""
    return [one for one in _announced(index, now) if one.is_shown(now=now)][:MOST_SHOWN]


def forget_announced() -> None:
    """Ask the database again for the next page: something was announced, or is no more."""
    _kept.clear()


def _announced(index: object, now: datetime) -> tuple[Announced, ...]:
    for kept in _kept[:1]:
        if kept.until > time.monotonic() and kept.index is index:
            return kept.announced
    try:
        found = tuple(load_announced(now=now))
    except DatabaseError:
        # Not asked again at once either: every page would wait for it.
        found = ()
    _kept[:] = [_Kept(index, time.monotonic() + KEPT_SECONDS, found)]
    return found
