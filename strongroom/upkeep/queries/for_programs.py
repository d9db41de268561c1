"""What programs are told of projects, releases and people, and of the token that they hold.

A field's name and the sentence beside it stand in the API's description as they stand here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from strongroom.projects.models import Collaboration, Invitation, Project, Release
from strongroom.projects.queries.projects import load_project
from strongroom.projects.rules.roles import Role
from strongroom.terms.actors import AccountId, TokenId
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.statuses import ProjectStatus
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from strongroom.upkeep.queries.holds import KeptHold, holds_among
from strongroom.upkeep.queries.invitations import open_invitations

MOST_HELD = 100
"""Deletions that wait of one project, as far as they are told."""

_DeletedAt = Annotated[datetime | None, "When it was deleted; it can still be restored in the browser."]


@dataclass(frozen=True)
class HeldDeletionState:
    """A deletion that was asked for and waits in public, because the project is critical."""

    version: Annotated[str | None, "The release that it is of; null when it is of the whole project."]
    filename: Annotated[str | None, "The file that it is of; null when it is of more."]
    asked_by: Annotated[str | None, "The Owner who asked for it; null when those who run the index did."]
    asked_at: datetime
    due_at: Annotated[datetime, "When it is carried out, unless an Owner withdraws it in the browser before."]


@dataclass(frozen=True)
class ProjectState:
    """A project, as one of its collaborators sees it."""

    name: Annotated[str, "The one form under which it is found (PEP 503)."]
    display_name: Annotated[str, "As its people write it."]
    role: Annotated[Role, "The role of the token's account."]
    status: Annotated[ProjectStatus, "Its status (PEP 792)."]
    status_reason: Annotated[str, "Why it has this status, as visitors read it."]
    created_at: datetime
    deleted_at: _DeletedAt
    deletions_held: Annotated[
        tuple[HeldDeletionState, ...], "Deletions of it, or of something of it, that wait; the first due first, 100."
    ]


@dataclass(frozen=True)
class ReleaseState:
    """A release of a project."""

    version: Annotated[str, "In its canonical form (PEP 440)."]
    created_at: datetime
    yanked_at: Annotated[datetime | None, "When it was yanked (PEP 592); null when it is not."]
    yanked_reason: Annotated[str, "Why it was yanked, as visitors and installers read it."]
    deleted_at: _DeletedAt


@dataclass(frozen=True)
class CollaboratorState:
    """Who owns or maintains a project."""

    account: Annotated[str, "The account's name."]
    role: Role
    since: Annotated[datetime, "Since when they have had this role."]


@dataclass(frozen=True)
class InvitationState:
    """Somebody who was asked to collaborate and has not answered yet."""

    id: int
    whom: Annotated[str, "The account's name, or the address that was asked."]
    role: Annotated[Role, "The role that they would have."]
    made_by: Annotated[str | None, "Who asked them."]
    made_at: datetime
    expires_at: Annotated[datetime, "When the question lapses."]


@dataclass(frozen=True)
class TokenState:
    """The token that was presented; its text is kept nowhere."""

    id: Annotated[str, "What it is called in lists and in the record."]
    label: str
    account: Annotated[str, "Whose it is."]
    permissions: Annotated[tuple[Permission, ...], "What it was made for."]
    projects: Annotated[tuple[str, ...] | None, "What it is limited to; null when it covers all of the account's."]
    created_at: datetime
    expires_at: Annotated[datetime | None, "When it stops working by itself; null when never."]
    revoked_at: Annotated[datetime | None, "When it was revoked; null while it was not."]


def require_project(name: NormalizedName) -> None:
    """There must be a project of that name, deleted or not. Raises Refused(PROJECT_UNKNOWN)."""
    load_project(name)


def list_own_projects(
    account: AccountId, *, covered: Collection[NormalizedName] | None, after: str, most: int
) -> list[ProjectState]:
    """The projects of an account by name, those behind ``after``; only the covered ones when they are given."""
    rows = Collaboration.objects.filter(account_id=account, project__purged_at=None)
    if covered is not None:
        rows = rows.filter(project__normalized_name__in=covered)
    if after:
        rows = rows.filter(project__normalized_name__gt=after)
    ordered = rows.select_related("project").order_by("project__normalized_name")
    found = list(ordered[:most])
    held = holds_among([row.project_id for row in found], most=MOST_HELD)
    return [_project_state(row, held.get(row.project_id, [])) for row in found]


def load_project_state(name: NormalizedName, account: AccountId) -> ProjectState:
    """One project of an account. Raises Refused: PROJECT_UNKNOWN, NOT_A_COLLABORATOR."""
    project = load_project(name)
    row = Collaboration.objects.select_related("project").filter(project=project, account_id=account).first()
    if row is None:
        raise Refused(Reason.NOT_A_COLLABORATOR, name=name)
    return _project_state(row, holds_among([project.pk], most=MOST_HELD).get(project.pk, []))


def list_releases(name: NormalizedName, *, after: str, most: int) -> list[ReleaseState]:
    """The releases of a project, the newest first, those made before ``after``. Raises Refused(RELEASE_UNKNOWN)."""
    rows = Release.objects.filter(project=load_project(name), purged_at=None)
    if after:
        rows = rows.filter(pk__lt=_require_release(name, after).pk)
    return [_release_state(row) for row in rows.defer("metadata").order_by("-pk")[:most]]


def load_release_state(name: NormalizedName, version: str) -> ReleaseState:
    """One release of a project. Raises Refused: PROJECT_UNKNOWN, RELEASE_UNKNOWN."""
    return _release_state(_require_release(name, version))


def list_collaborators(name: NormalizedName, *, after: str, most: int) -> list[CollaboratorState]:
    """Who owns or maintains a project, by name, those behind ``after``."""
    rows = Collaboration.objects.filter(project=load_project(name), account__closed_at=None)
    ordered = rows.filter(account__folded_name__gt=after).order_by("account__folded_name")
    columns = ordered.values_list("account__name", "role", "since")[:most]
    return [CollaboratorState(account, Role(role), since) for account, role, since in columns]


def list_invitations(name: NormalizedName, *, now: datetime) -> list[InvitationState]:
    """The open invitations of a project, the newest first; there are never more than a few."""
    return [_invitation_state(row) for row in open_invitations(load_project(name), now=now)]


def load_invitation_state(name: NormalizedName, whom: str, *, now: datetime) -> InvitationState:
    """The open invitation of an account or an address. Raises Refused(INVITATION_UNKNOWN)."""
    rows = open_invitations(load_project(name), now=now)
    asked = rows.filter(address__iexact=whom) if "@" in whom else rows.filter(account__folded_name=whom.lower())
    row = asked.first()
    if row is None:
        raise Refused(Reason.INVITATION_UNKNOWN)
    return _invitation_state(row)


def was_withdrawn(name: NormalizedName, invitation: int) -> bool:
    """Whether an invitation to a project was taken back."""
    rows = Invitation.objects.filter(project__normalized_name=name, pk=invitation, ended_how="withdrawn")
    return rows.exists()


def load_token_state(token: TokenId) -> TokenState:
    """A token as whoever holds it may see it. Raises Refused(TOKEN_UNKNOWN)."""
    row = Token.objects.select_related("account").filter(pk=token).first()
    if row is None:
        raise Refused(Reason.TOKEN_UNKNOWN)
    return TokenState(
        id=row.pk,
        label=row.label,
        account=row.account.name,
        permissions=tuple(Permission(one) for one in row.permissions),
        projects=None if row.projects is None else tuple(row.projects),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )


def _require_release(name: NormalizedName, version: str) -> Release:
    project = load_project(name)
    row = Release.objects.defer("metadata").filter(project=project, version=version, purged_at=None).first()
    if row is None:
        raise Refused(Reason.RELEASE_UNKNOWN, name=project.display_name, version=version)
    return row


def _project_state(row: Collaboration, held: list[KeptHold]) -> ProjectState:
    project: Project = row.project
    return ProjectState(
        name=project.normalized_name,
        display_name=project.display_name,
        role=Role(row.role),
        status=ProjectStatus(project.status),
        status_reason=project.status_reason,
        created_at=project.created_at,
        deleted_at=project.deleted_at,
        deletions_held=tuple(_held_state(one) for one in held),
    )


def _held_state(hold: KeptHold) -> HeldDeletionState:
    return HeldDeletionState(
        version=hold.piece.version or None,
        filename=hold.piece.filename or None,
        asked_by=hold.asked_by or None,
        asked_at=hold.asked_at,
        due_at=hold.due_at,
    )


def _release_state(row: Release) -> ReleaseState:
    return ReleaseState(
        version=row.version,
        created_at=row.created_at,
        yanked_at=row.yanked_at,
        yanked_reason=row.yanked_reason,
        deleted_at=row.deleted_at,
    )


def _invitation_state(row: Invitation) -> InvitationState:
    return InvitationState(
        id=row.pk,
        whom=row.address if row.account is None else row.account.name,
        role=Role(row.role),
        made_by=None if row.made_by is None else row.made_by.name,
        made_at=row.made_at,
        expires_at=row.expires_at,
    )
