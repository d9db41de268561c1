"""Which role may do what to a project, and which Owner may remove another."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.terms.refusals import Reason, Refused


class Role(enum.Enum):
    """A collaborator's role on a project."""

    OWNER = "owner"
    MAINTAINER = "maintainer"


class ProjectDeed(enum.Enum):
    """What a collaborator may want to do to a project."""

    LOOK = "look"
    PUBLISH = "publish"
    YANK = "yank"
    CHANGE_STATUS = "change-status"
    INVITE = "invite"
    CHANGE_ROLE = "change-role"
    REMOVE_COLLABORATOR = "remove-collaborator"
    LEAVE = "leave"
    DELETE = "delete"
    RESTORE = "restore"


ALLOWED: dict[Role, frozenset[ProjectDeed]] = {
    Role.OWNER: frozenset(ProjectDeed),
    Role.MAINTAINER: frozenset({ProjectDeed.LOOK, ProjectDeed.PUBLISH, ProjectDeed.YANK, ProjectDeed.LEAVE}),
}

NEW_OWNER_WAITS = timedelta(days=7)
"""For so long an Owner can neither remove those who were Owners before nor delete anything of theirs: an account that
was taken over, or somebody who was invited by mistake, must not be able to turn everybody else out, or to break what
others have pinned, before they notice (spec: registries row 27)."""


@dataclass(frozen=True)
class Seat:
    """A collaborator's role on a project, and since when they have had it."""

    role: Role
    since: datetime


def require_role(role: Role | None, deed: ProjectDeed) -> None:
    """An Owner may do everything to a project; a Maintainer may publish and yank; nobody else may change it."""
    if role is None:
        raise Refused(Reason.NOT_A_COLLABORATOR, deed=deed.value)
    if deed not in ALLOWED[role]:
        raise Refused(Reason.ROLE_TOO_LOW, role=role.value, deed=deed.value)


def require_senior(own: Seat | None, other: Seat, *, now: datetime) -> None:
    """A newly made Owner cannot remove or lower those who were Owners before, for a week."""
    if other.role is not Role.OWNER:
        return
    if own is None:
        raise Refused(Reason.NOT_A_COLLABORATOR, deed=ProjectDeed.REMOVE_COLLABORATOR.value)
    if own.since <= other.since:
        return
    settled_at = own.since + NEW_OWNER_WAITS
    if now < settled_at:
        raise Refused(Reason.OWNER_TOO_NEW, until=settled_at.strftime("%Y-%m-%d %H:%M"))


def require_settled(own: Seat | None, others: Iterable[Seat], *, now: datetime) -> None:
    """While somebody was an Owner before, a newly made Owner deletes nothing for a week."""
    for other in others:
        require_senior(own, other, now=now)
