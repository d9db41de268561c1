"""One project whole, as an operator asks after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from strongroom.projects.models import Collaboration
from strongroom.projects.queries.critical import HeldDeletion, list_held_deletions
from strongroom.projects.queries.projects import load_project
from strongroom.projects.rules.deletion import restorable_until
from strongroom.projects.rules.roles import Role
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus


@dataclass(frozen=True)
class ShownSeat:
    """Somebody's role, and whether their account can act."""

    name: str
    role: Role
    is_active: bool
    is_closed: bool


@dataclass(frozen=True)
class ShownProject:
    """A project's name, status and people; ``restorable_until`` when it was deleted; deletions that wait."""

    name: str
    status: ProjectStatus
    status_reason: str
    seats: tuple[ShownSeat, ...]
    restorable_until: datetime | None
    is_purged: bool
    held: tuple[HeldDeletion, ...]


def load_shown(name: NormalizedName) -> ShownProject:
    """A project with its people, Owners first. Raises Refused(PROJECT_UNKNOWN)."""
    row = load_project(name)
    # "owner" after "maintainer" in the alphabet.
    seats = Collaboration.objects.filter(project=row).select_related("account").order_by("-role", "since", "pk")
    return ShownProject(
        name=row.display_name,
        status=ProjectStatus(row.status),
        status_reason=row.status_reason,
        seats=tuple(
            ShownSeat(one.account.name, Role(one.role), one.account.is_active, one.account.closed_at is not None)
            for one in seats
        ),
        restorable_until=None if row.deleted_at is None else restorable_until(row.deleted_at),
        is_purged=row.purged_at is not None,
        held=tuple(list_held_deletions(name)),
    )
