"""Releases: looked at, yanked, un-yanked (PEP 592)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from strongroom.projects.rules.statuses import LONGEST_REASON
from strongroom.terms.names import NormalizedName
from strongroom.upkeep.actions import releases
from strongroom.upkeep.api.asking import require_sight, this_outlet
from strongroom.upkeep.api.bodies import PLAIN_TEXT
from strongroom.upkeep.api.operations import Call, Page
from strongroom.upkeep.api.schemas import Words
from strongroom.upkeep.queries import for_programs
from strongroom.upkeep.queries.for_programs import ReleaseState


@dataclass(frozen=True)
class ReleaseList:
    """A page of releases, the newest first."""

    releases: tuple[ReleaseState, ...]
    next: Annotated[str | None, "The address of those that follow; null when there are no more."]


@dataclass(frozen=True)
class Yank:
    """Why a release is yanked."""

    reason: Annotated[str, Words("For visitors and installers: one line of plain text.", LONGEST_REASON, PLAIN_TEXT)]


def list_releases(call: Call, name: NormalizedName, page: Page) -> ReleaseList:
    """List the releases of a project."""
    require_sight(call, name)
    rows = for_programs.list_releases(name, after=page.after, most=page.most)
    return ReleaseList(*page.cut(rows, lambda row: row.version))


def get_release(call: Call, name: NormalizedName, version: str) -> ReleaseState:
    """Look at one release."""
    require_sight(call, name)
    return for_programs.load_release_state(name, version)


def yank_release(call: Call, name: NormalizedName, version: str, *, wanted: Yank) -> ReleaseState:
    """Yank a release: installers pass it over unless it is pinned. The same again changes nothing."""
    releases.yank_release(
        by=call.by, now=call.now, name=name, version=version, reason=wanted.reason, outlet=this_outlet()
    )
    return for_programs.load_release_state(name, version)


def unyank_release(call: Call, name: NormalizedName, version: str) -> ReleaseState:
    """Take a yank back. Where there is none nothing changes."""
    releases.unyank_release(by=call.by, now=call.now, name=name, version=version, outlet=this_outlet())
    return for_programs.load_release_state(name, version)
