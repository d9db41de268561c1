"""A project as one of its people may keep it, for the pages: buttons and gates ask the same question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from strongroom.mandate.queries import load_standing_of
from strongroom.mandate.rules import Standing, require_may
from strongroom.projects.queries.projects import load_project
from strongroom.projects.rules.deletion import require_restorable, restorable_until
from strongroom.projects.rules.roles import ProjectDeed, Role
from strongroom.terms.actors import Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import refusal_of
from strongroom.terms.statuses import ProjectStatus
from strongroom.upkeep.rules.standing import require_there


@dataclass(frozen=True)
class Undo:
    """Something that was deleted: until when it can be restored, and whether it still can."""

    deleted_at: datetime
    until: datetime
    is_open: bool


@dataclass(frozen=True)
class Managed:
    """A project, and what whoever asks may do to it; ``may`` holds the values of ``ProjectDeed``."""

    id: int
    name: NormalizedName
    display_name: str
    status: ProjectStatus
    status_reason: str
    undo: Undo | None
    role: Role | None
    may: frozenset[str]
    standing: Standing

    def require(self, deed: ProjectDeed) -> None:
        """What the deed itself will ask, asked by its page beforehand. Raises as the one question, PROJECT_DELETED."""
        require_may(deed, self.standing)
        require_there(deed, is_deleted=self.undo is not None, name=self.display_name)


def load_managed(by: Actor, name: NormalizedName, *, now: datetime) -> Managed:
    """A project for whoever keeps it.

    Raises Refused: PROJECT_UNKNOWN, and what the one question raises for those who may not even look.
    """
    project = load_project(name)
    standing = load_standing_of(by, name, now=now)
    require_may(ProjectDeed.LOOK, standing)
    is_deleted = project.deleted_at is not None

    def asks(deed: ProjectDeed) -> None:
        require_may(deed, standing)
        require_there(deed, is_deleted=is_deleted, name=project.display_name)

    return Managed(
        id=project.pk,
        name=NormalizedName(project.normalized_name),
        display_name=project.display_name,
        status=ProjectStatus(project.status),
        status_reason=project.status_reason,
        undo=undo_of(project.deleted_at, now=now),
        role=standing.role,
        may=frozenset(deed.value for deed in ProjectDeed if refusal_of(partial(asks, deed)) is None),
        standing=standing,
    )


def undo_of(deleted_at: datetime | None, *, now: datetime) -> Undo | None:
    """What is said of something that was deleted; nothing for what is there."""
    if deleted_at is None:
        return None
    is_open = refusal_of(partial(require_restorable, deleted_at, now=now)) is None
    return Undo(deleted_at, restorable_until(deleted_at), is_open)
