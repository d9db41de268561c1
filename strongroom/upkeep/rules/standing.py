"""What can still be done to a project that was deleted."""

from __future__ import annotations

from strongroom.projects.rules.roles import ProjectDeed
from strongroom.terms.refusals import Reason, Refused

ON_WHAT_IS_DELETED = frozenset({ProjectDeed.LOOK, ProjectDeed.RESTORE, ProjectDeed.LEAVE})


def require_there(deed: ProjectDeed, *, is_deleted: bool, name: str) -> None:
    """A project that was deleted can be looked at, restored and left; everything else takes one that is there."""
    if is_deleted and deed not in ON_WHAT_IS_DELETED:
        raise Refused(Reason.PROJECT_DELETED, name=name)
