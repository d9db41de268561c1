"""Collaborators: looked at, removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from strongroom.accounts.queries.accounts import load_account_id
from strongroom.accounts.rules.names import fold_name
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from strongroom.upkeep.actions import collaborators
from strongroom.upkeep.api.asking import require_sight
from strongroom.upkeep.api.operations import Call, Page
from strongroom.upkeep.queries import for_programs
from strongroom.upkeep.queries.for_programs import CollaboratorState


@dataclass(frozen=True)
class CollaboratorList:
    """A page of collaborators, by the names of their accounts."""

    collaborators: tuple[CollaboratorState, ...]
    next: Annotated[str | None, "The address of those that follow; null when there are no more."]


def list_collaborators(call: Call, name: NormalizedName, page: Page) -> CollaboratorList:
    """List who owns or maintains a project."""
    require_sight(call, name)
    rows = for_programs.list_collaborators(name, after=fold_name(page.after), most=page.most)
    return CollaboratorList(*page.cut(rows, lambda row: row.account))


def remove_collaborator(call: Call, name: NormalizedName, account: str) -> None:
    """Remove a Maintainer. Whoever is not a collaborator any more stays so; an Owner is removed in the browser."""
    try:
        collaborators.remove_collaborator(by=call.by, now=call.now, name=name, account=account)
    except Refused as refused:
        if refused.reason is not Reason.COLLABORATOR_UNKNOWN:
            raise
        # The same request twice has the same answer; a name that nobody has was mistyped, and that is said.
        load_account_id(account)
