"""One's own projects, each with what it needs: a page of them takes as many questions as one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from strongroom.projects.models import Collaboration, Invitation, Release
from strongroom.projects.rules.roles import Role
from strongroom.terms.actors import AccountId
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from strongroom.tokens.queries import token_facts
from strongroom.tokens.rules import TokenFacts
from strongroom.upkeep.queries.holds import count_holds
from strongroom.upkeep.queries.managing import Managed, Undo, undo_of
from strongroom.upkeep.queries.paging import ON_A_PAGE, Page, page_of
from strongroom.upkeep.queries.people import holders_among, live_tokens_of
from strongroom.upkeep.rules.needs import Need, Upkeep, needs_of_account, needs_of_project


@dataclass(frozen=True)
class OwnProject:
    """One of somebody's projects. ``newest`` is the release that was published last and is not yanked, if any."""

    name: NormalizedName
    display_name: str
    role: Role
    status: ProjectStatus
    status_reason: str
    undo: Undo | None
    newest: str
    needs: list[Need]


@dataclass(frozen=True)
class OwnProjects:
    """A page of somebody's projects, and what their account needs."""

    page: Page[OwnProject]
    account_needs: list[Need]


def list_own_projects(account: AccountId, *, now: datetime, after: str, part: str) -> OwnProjects:
    """One page of the projects that an account owns or maintains, by name; ``part`` is a part of it."""
    rows = Collaboration.objects.filter(account_id=account).select_related("project")
    if part:
        rows = rows.filter(project__normalized_name__contains=part)
    is_collaborator = bool(rows[:1]) or bool(part)
    if after:
        rows = rows.filter(project__normalized_name__gt=after)
    found = list(rows.order_by("project__normalized_name")[: ON_A_PAGE + 1])
    tokens = [token_facts(row) for row in live_tokens_of(account, now=now)]
    holds_factor = bool(holders_among([account]))
    needs = needs_of_account(holds_factor=holds_factor, tokens=tokens, now=now) if is_collaborator else []
    return OwnProjects(page_of(_own(found, account, tokens, now=now), key=lambda one: one.name), needs)


def load_needs(managed: Managed, account: AccountId, *, now: datetime) -> list[Need]:
    """What one project needs from one of its people."""
    rows = Collaboration.objects.filter(account_id=account, project_id=managed.id).select_related("project")
    tokens = [token_facts(row) for row in live_tokens_of(account, now=now)]
    return [need for one in _own(list(rows), account, tokens, now=now) for need in one.needs]


def _own(rows: list[Collaboration], account: AccountId, tokens: list[TokenFacts], *, now: datetime) -> list[OwnProject]:
    ids = [row.project_id for row in rows]
    owners, exposed = _people_of(ids, but=account)
    invited, newest, held = _count_invitations(ids, now=now), _newest_of(ids), count_holds(ids)
    found = []
    for row in rows:
        project, name = row.project, NormalizedName(row.project.normalized_name)
        facts = Upkeep(
            role=Role(row.role),
            status=ProjectStatus(project.status),
            deleted_at=project.deleted_at,
            owners=owners.get(project.pk, 0),
            without_factor=exposed.get(project.pk, 0),
            open_invitations=invited.get(project.pk, 0),
            tokens=[token for token in tokens if token.projects is not None and name in token.projects],
            deletions_held=held.get(project.pk, 0),
        )
        found.append(
            OwnProject(
                name=name,
                display_name=project.display_name,
                role=facts.role,
                status=facts.status,
                status_reason=project.status_reason,
                undo=undo_of(project.deleted_at, now=now),
                newest=newest.get(project.pk, ""),
                needs=needs_of_project(facts, now=now),
            )
        )
    return found


def _people_of(projects: Collection[int], *, but: AccountId) -> tuple[dict[int, int], dict[int, int]]:
    """Of each project: how many Owners can act, and how many others can publish without holding a factor."""
    rows = Collaboration.objects.filter(project_id__in=projects, account__closed_at=None, account__suspended_at=None)
    seats = list(rows.values_list("project_id", "account_id", "role"))
    holders = holders_among({account for _, account, _ in seats})
    owners: dict[int, int] = {}
    exposed: dict[int, int] = {}
    for project, account, role in seats:
        owners[project] = owners.get(project, 0) + (role == Role.OWNER.value)
        exposed[project] = exposed.get(project, 0) + (account != but and account not in holders)
    return owners, exposed


def _count_invitations(projects: Collection[int], *, now: datetime) -> dict[int, int]:
    rows = Invitation.objects.filter(project_id__in=projects, ended_at=None, expires_at__gt=now).order_by()
    return dict(rows.values_list("project_id").annotate(count=Count("pk")))


def _newest_of(projects: Collection[int]) -> dict[int, str]:
    rows = Release.objects.filter(project_id__in=projects, deleted_at=None, yanked_at=None).order_by()
    newest = rows.values_list("project_id").annotate(newest=Max("pk"))
    found = Release.objects.filter(pk__in=[release for _, release in newest])
    return dict(found.values_list("project_id", "version"))
