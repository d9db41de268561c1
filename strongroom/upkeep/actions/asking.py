"""The second beat of every deed on a project: lock it, ask whether whoever acts may do this, take their proof."""

from __future__ import annotations

from datetime import datetime

from strongroom.accounts.actions.proving import Aim, spend_proof
from strongroom.accounts.rules.proving import Dangerous
from strongroom.mandate.queries import load_standing_of
from strongroom.mandate.rules import require_may
from strongroom.projects.models import Project, Release
from strongroom.projects.queries.projects import lock_project
from strongroom.projects.rules.roles import ProjectDeed
from strongroom.terms.actors import Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.texts import is_storable
from strongroom.upkeep.rules.standing import require_there


def require_standing(
    *, by: Actor, now: datetime, deed: ProjectDeed, name: NormalizedName, is_office: bool = False
) -> Project:
    """The project, locked, after the one question was asked; in the transaction of the deed.

    Those who run the index act on what was deleted too: nobody shall restore what they would stop.
    Raises Refused: PROJECT_UNKNOWN, PROJECT_DELETED, and what ``mandate.rules.require_may`` raises.
    """
    project = lock_project(name)
    require_may(deed, load_standing_of(by, name, now=now, is_office=is_office))
    if not is_office:
        require_there(deed, is_deleted=project.deleted_at is not None, name=project.display_name)
    return project


def require_release(project: Project, version: str) -> Release:
    """A release of a locked project that is there. Raises Refused: RELEASE_UNKNOWN, RELEASE_DELETED."""
    release = find_release(project, version)
    if release.deleted_at is not None:
        raise Refused(Reason.RELEASE_DELETED, name=project.display_name, version=version)
    return release


def find_release(project: Project, version: str) -> Release:
    """A release of a locked project, deleted or not. Raises Refused(RELEASE_UNKNOWN)."""
    rows = Release.objects.select_related("project").filter(project=project, version=version)
    release = rows.first() if is_storable(version) else None
    if release is None:
        raise Refused(Reason.RELEASE_UNKNOWN, name=project.display_name, version=version)
    return release


def aim_at(deed: Dangerous, name: NormalizedName) -> Aim:
    """What a proof is for when the deed is done to a project."""
    return Aim(deed, name)


def spend_person(*, by: Actor, now: datetime, deed: Dangerous, name: NormalizedName) -> Actor:
    """The actor with the proof that it is them again. Raises Refused: PERSON_NEEDED for a token, PROOF_NEEDED."""
    if by.token is not None:
        raise Refused(Reason.PERSON_NEEDED)
    return spend_proof(by=by, now=now, aim=aim_at(deed, name))
