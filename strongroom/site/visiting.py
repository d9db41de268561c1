"""What every page is told: who is signed in."""

from __future__ import annotations

from django.db import DatabaseError
from django.http import HttpRequest

from strongroom.accounts.rules.visits import Visit
from strongroom.accounts.views.visiting import visit_of


def visit(request: HttpRequest) -> dict[str, Visit | None]:
    """``visit``: who is signed in, or nothing. Without a session cookie the database is not asked."""
    try:
        return {"visit": visit_of(request)}
    except DatabaseError:
        # The page that says that something went wrong must not go wrong itself.
        return {"visit": None}
