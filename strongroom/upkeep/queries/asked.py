"""Open invitations, as the pages list them: to a person, and of a project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from strongroom.projects.models import Invitation, Project
from strongroom.projects.rules.roles import Role
from strongroom.terms.actors import AccountId
from strongroom.terms.names import NormalizedName
from strongroom.upkeep.queries.invitations import open_invitations, own_invitations
from strongroom.upkeep.queries.paging import ON_A_PAGE


@dataclass(frozen=True)
class AskedInvitation:
    """An open invitation. ``whom`` is an account's name or an address; ``made_by`` is empty when that is not known."""

    id: int
    project: NormalizedName
    display_name: str
    whom: str
    role: Role
    made_by: str
    made_at: datetime
    expires_at: datetime


def list_own_invitations(account: AccountId, *, now: datetime) -> list[AskedInvitation]:
    """The newest invitations that an account can answer."""
    return [_asked(row) for row in own_invitations(account, now=now)[:ON_A_PAGE]]


def list_open_invitations(project: int, *, now: datetime) -> list[AskedInvitation]:
    """The newest invitations of a project that nobody has answered yet."""
    rows = open_invitations(Project(pk=project), now=now).select_related("project", "account", "made_by")
    return [_asked(row) for row in rows[:ON_A_PAGE]]


def _asked(row: Invitation) -> AskedInvitation:
    return AskedInvitation(
        id=row.pk,
        project=NormalizedName(row.project.normalized_name),
        display_name=row.project.display_name,
        whom=row.address if row.account is None else row.account.name,
        role=Role(row.role),
        made_by="" if row.made_by is None else row.made_by.name,
        made_at=row.made_at,
        expires_at=row.expires_at,
    )
