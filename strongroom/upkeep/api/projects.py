"""Projects: one's own, and their status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from strongroom.projects.rules.statuses import LONGEST_REASON
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from strongroom.upkeep.actions import statuses
from strongroom.upkeep.api.asking import require_sight, this_outlet
from strongroom.upkeep.api.bodies import PLAIN_TEXT
from strongroom.upkeep.api.operations import Call, Page
from strongroom.upkeep.api.schemas import Words
from strongroom.upkeep.queries import for_programs
from strongroom.upkeep.queries.for_programs import ProjectState


@dataclass(frozen=True)
class ProjectList:
    """A page of projects, by name."""

    projects: tuple[ProjectState, ...]
    next: Annotated[str | None, "The address of those that follow; null when there are no more."]


@dataclass(frozen=True)
class WantedStatus:
    """The status that a project shall have."""

    status: Annotated[ProjectStatus, "Quarantine belongs to those who run the index."]
    reason: Annotated[str, Words("Why, for visitors: one line of plain text.", LONGEST_REASON, PLAIN_TEXT)] = ""


def list_projects(call: Call, page: Page) -> ProjectList:
    """List the projects that the token's account owns or maintains, as far as the token covers them."""
    covered = call.holder.facts.projects
    rows = for_programs.list_own_projects(call.holder.account, covered=covered, after=page.after, most=page.most)
    return ProjectList(*page.cut(rows, lambda row: row.name))


def get_project(call: Call, name: NormalizedName) -> ProjectState:
    """Look at one project."""
    return for_programs.load_project_state(name, require_sight(call, name))


def change_status(call: Call, name: NormalizedName, wanted: WantedStatus) -> ProjectState:
    """Give a project a status, which its pages and installers show; the same again changes nothing."""
    outlet = this_outlet()
    statuses.change_status(
        by=call.by, now=call.now, name=name, status=wanted.status, reason=wanted.reason, outlet=outlet
    )
    return for_programs.load_project_state(name, call.holder.account)
