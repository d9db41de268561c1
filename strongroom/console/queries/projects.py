"""Projects, as those who run the index look at them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from strongroom.accounts.queries.people import beginning_with
from strongroom.console.queries.orphans import orphans, owned
from strongroom.projects.models import Collaboration, File, Project, Release
from strongroom.projects.rules.deletion import restorable_until
from strongroom.terms.actors import AccountId
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from strongroom.upkeep.queries.holds import MOST_SHOWN, KeptHold, list_kept_holds

PROJECTS_ON_A_PAGE = 50
MOST_COUNTED = 1_000
"""Releases are counted so far; beyond it is said that there are more."""

MOST_PEOPLE = 100


class Only(enum.Enum):
    """By what projects are filtered, beside their status."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DEPRECATED = "deprecated"
    QUARANTINED = "quarantined"
    ORPHANED = "without-owner"
    DELETED = "deleted"


@dataclass(frozen=True)
class ProjectLine:
    """One project in a list. ``until``: when its deletion can be undone no more."""

    name: str
    normalized_name: str
    status: str
    status_reason: str
    created_at: datetime
    deleted_at: datetime | None
    until: datetime | None
    purged_at: datetime | None
    total_bytes: int


@dataclass(frozen=True)
class RoleLine:
    """Somebody's role on a project."""

    account: str
    project: str
    normalized_name: str
    role: str
    since: datetime
    is_suspended: bool
    is_closed: bool


@dataclass(frozen=True)
class ProjectPage:
    """A project with what its page tells of it."""

    line: ProjectLine
    people: list[RoleLine]
    has_owner: bool
    releases: int
    files: int
    holds: list[KeptHold]


def list_projects(
    *, prefix: str = "", only: Only | None = None, after: str = "", most: int = PROJECTS_ON_A_PAGE
) -> list[ProjectLine]:
    """Projects whose name begins so, by name, behind the last one of the page before; one more than a page has."""
    rows = projects_of(only)
    if prefix:
        rows = rows.filter(beginning_with("normalized_name", prefix))
    if after:
        rows = rows.filter(normalized_name__gt=after)
    return [_line(row) for row in rows.order_by("normalized_name")[: most + 1]]


def projects_of(only: Only | None) -> QuerySet[Project]:
    """The projects of one kind: those that were deleted are of no other."""
    rows = Project.objects.all()
    match only:
        case None:
            return rows
        case Only.ORPHANED:
            return rows.filter(pk__in=orphans().values("project_id"))
        case Only.DELETED:
            return rows.filter(deleted_at__isnull=False)
        case _:
            return rows.filter(status=ProjectStatus(only.value).value, deleted_at=None)


def deleting_next(most: int) -> list[ProjectLine]:
    """The deleted projects that cannot be restored any more soonest."""
    rows = Project.objects.filter(deleted_at__isnull=False, purged_at=None).order_by("deleted_at", "pk")
    return [_line(row) for row in rows[:most]]


def load_project_page(name: NormalizedName) -> ProjectPage | None:
    """A project with its people and how much is in it; nothing when there is none."""
    row = Project.objects.filter(normalized_name=name).first()
    if row is None:
        return None
    people = Collaboration.objects.filter(project=row).select_related("account", "project")
    return ProjectPage(
        line=_line(row),
        people=[_role(one) for one in people.order_by("-role", "since", "pk")[:MOST_PEOPLE]],
        has_owner=owned(row.pk).exists(),
        releases=Release.objects.filter(project=row, deleted_at=None)[: MOST_COUNTED + 1].count(),
        files=File.objects.filter(release__project=row, deleted_at=None)[: MOST_COUNTED + 1].count(),
        holds=list_kept_holds(row.pk)[:MOST_SHOWN],
    )


def list_roles(account: AccountId, *, most: int = MOST_PEOPLE) -> list[RoleLine]:
    """The projects that an account owns or maintains, by name; one more than are shown."""
    rows = Collaboration.objects.filter(account_id=account).select_related("account", "project")
    return [_role(one) for one in rows.order_by("project__normalized_name")[: most + 1]]


def _role(row: Collaboration) -> RoleLine:
    return RoleLine(
        account=row.account.name,
        project=row.project.display_name,
        normalized_name=row.project.normalized_name,
        role=row.role,
        since=row.since,
        is_suspended=row.account.suspended_at is not None,
        is_closed=row.account.closed_at is not None,
    )


def _line(row: Project) -> ProjectLine:
    return ProjectLine(
        name=row.display_name,
        normalized_name=row.normalized_name,
        status=row.status,
        status_reason=row.status_reason,
        created_at=row.created_at,
        deleted_at=row.deleted_at,
        until=None if row.deleted_at is None else restorable_until(row.deleted_at),
        purged_at=row.purged_at,
        total_bytes=row.total_bytes,
    )
