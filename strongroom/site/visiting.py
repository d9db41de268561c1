"""What every page is told: who is signed in, and what is announced."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from strongroom.accounts.rules.visits import Visit
from strongroom.accounts.views.visiting import visit_of
from strongroom.console.queries.announced import announced_now


@dataclass(frozen=True)
class ShownAnnouncement:
    """An announcement in the language of the page; ``level`` is the class of its box: info or warn."""

    text: str
    level: str


def visit(request: HttpRequest) -> dict[str, object]:
    """``visit``: who is signed in, or nothing; ``announcements``: what is announced, asked for when a page shows it.

    ``is_open``: whether projects are shown, which a private index does to nobody else. Without a session cookie the
    database is not asked who visits.
    """
    try:
        found: Visit | None = visit_of(request)
    except DatabaseError:
        # The page that says that something went wrong must not go wrong itself.
        found = None
    return {
        "visit": found,
        "is_open": found is not None or not settings.STRONGROOM.private,
        "announcements": SimpleLazyObject(current_announcements),
    }


def current_announcements() -> list[ShownAnnouncement]:
    """What is announced now, in the language of the page; nothing while the database is away."""
    is_french = (get_language() or "").startswith("fr")
    return [
        ShownAnnouncement(one.french if is_french else one.english, "warn" if one.level == "warning" else "info")
        for one in announced_now(settings.STRONGROOM, now=timezone.now())
    ]
