"""Projects and people as visitors see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from strongroom.accounts.models import Account
from strongroom.accounts.rules.names import fold_name, require_account_name
from strongroom.catalogue.rules.paging import Span, span_of
from strongroom.projects.models import Collaboration, Project
from strongroom.projects.rules.roles import Role
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import refusal_of
from strongroom.terms.statuses import ProjectStatus

MOST_PEOPLE = 100
PROJECTS_ON_A_PAGE = 100


@dataclass(frozen=True)
class ShownProject:
    """A project, but for its releases."""

    id: int
    name: NormalizedName
    display_name: str
    status: ProjectStatus
    status_reason: str


@dataclass(frozen=True)
class Collaborator:
    """Who owns or maintains a project."""

    name: str
    role: Role


@dataclass(frozen=True)
class Person:
    """An account, as strangers see it."""

    id: int
    name: str
    since: datetime


@dataclass(frozen=True)
class Part:
    """A person's role on a project."""

    name: NormalizedName
    display_name: str
    role: Role
    status: ProjectStatus


def find_project(name: NormalizedName) -> ShownProject | None:
    """The project; nothing for one that was never there, or was deleted."""
    row = Project.objects.filter(normalized_name=name, deleted_at=None).first()
    if row is None:
        return None
    return ShownProject(row.pk, name, row.display_name, ProjectStatus(row.status), row.status_reason)


def count_projects() -> int:
    """How many projects there are, deleted ones not among them."""
    return Project.objects.filter(deleted_at=None).count()


def list_collaborators(project: int) -> list[Collaborator]:
    """Who owns or maintains the project, Owners first; whoever has closed their account is not named."""
    rows = Collaboration.objects.filter(project_id=project, account__closed_at=None)
    # Descending: "owner" comes behind "maintainer".
    names = rows.order_by("-role", "account__folded_name").values_list("account__name", "role")
    return [Collaborator(name, Role(role)) for name, role in names[:MOST_PEOPLE]]


def find_person(name: str) -> Person | None:
    """Whoever has an account of that name, in whatever case; nothing once it is closed."""
    if refusal_of(partial(require_account_name, name)) is not None:
        return None
    row = Account.objects.filter(folded_name=fold_name(name), closed_at=None).first()
    return None if row is None else Person(row.pk, row.name, row.created_at)


def list_parts(person: int, *, page: int) -> tuple[list[Part], Span]:
    """What the person owns or maintains, by name."""
    rows = Collaboration.objects.filter(account_id=person, project__deleted_at=None)
    span = span_of(rows.count(), page=page, size=PROJECTS_ON_A_PAGE)
    values = rows.order_by("project__normalized_name").values_list(
        "project__normalized_name", "project__display_name", "role", "project__status"
    )
    parts = [
        Part(NormalizedName(name), display_name, Role(role), ProjectStatus(status))
        for name, display_name, role, status in values[span.first : span.end]
    ]
    return parts, span
