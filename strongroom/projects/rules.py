"""What a project's name must be, and which role may do what to a project."""

from __future__ import annotations

import enum
import sys
from collections.abc import Collection
from dataclasses import dataclass

from strongroom.terms.names import NormalizedName, ProjectName, normalize
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.statuses import ProjectStatus


class Role(enum.Enum):
    """A collaborator's role on a project."""

    OWNER = "owner"
    MAINTAINER = "maintainer"


class ProjectDeed(enum.Enum):
    """What a collaborator may want to do to a project."""

    PUBLISH = "publish"
    YANK = "yank"
    CHANGE_STATUS = "change-status"


ALLOWED: dict[Role, frozenset[ProjectDeed]] = {
    Role.OWNER: frozenset(ProjectDeed),
    Role.MAINTAINER: frozenset({ProjectDeed.PUBLISH, ProjectDeed.YANK}),
}

CLOSED_TO_UPLOADS = {
    ProjectStatus.ARCHIVED: Reason.PROJECT_ARCHIVED,
    ProjectStatus.QUARANTINED: Reason.PROJECT_QUARANTINED,
}

_STANDARD_LIBRARY = frozenset(normalize(name) for name in sys.stdlib_module_names)
_LOOKALIKES = str.maketrans({"-": "", "l": "1", "i": "1", "o": "0"})


@dataclass(frozen=True)
class NewProject:
    """What must be known before a name is used for the first time."""

    name: ProjectName
    similar_to: str | None
    prohibited: Collection[NormalizedName]
    made_this_hour: int
    limit_per_hour: int


def require_role(role: Role | None, deed: ProjectDeed) -> None:
    """An Owner may do everything to a project; a Maintainer may publish and yank; nobody else may change it."""
    if role is None:
        raise Refused(Reason.NOT_A_COLLABORATOR, deed=deed.value)
    if deed not in ALLOWED[role]:
        raise Refused(Reason.ROLE_TOO_LOW, role=role.value, deed=deed.value)


def require_open_to_uploads(status: ProjectStatus, *, name: str) -> None:
    """An archived or quarantined project takes no files (PEP 792)."""
    if status in CLOSED_TO_UPLOADS:
        raise Refused(CLOSED_TO_UPLOADS[status], name=name)


def require_free_name(new: NewProject) -> None:
    """A new name is not a module of the standard library, not prohibited, and not read for another at a glance."""
    if new.name.normalized in _STANDARD_LIBRARY:
        raise Refused(Reason.NAME_STANDARD_LIBRARY, name=new.name.display)
    if new.name.normalized in new.prohibited:
        raise Refused(Reason.NAME_PROHIBITED, name=new.name.display)
    if new.similar_to is not None:
        raise Refused(Reason.NAME_TOO_SIMILAR, name=new.name.display, other=new.similar_to)


def require_room_for_new_project(new: NewProject) -> None:
    """One account makes only so many new projects in an hour."""
    if new.limit_per_hour and new.made_this_hour >= new.limit_per_hour:
        raise Refused(Reason.TOO_MANY_NEW_PROJECTS, limit=new.limit_per_hour)


def lookalike_key(name: NormalizedName) -> str:
    """The form in which two names that the eye confuses are the same: no separators, l and i as 1, o as 0."""
    return name.translate(_LOOKALIKES)
