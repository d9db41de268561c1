"""What a project, or one's own account, needs from whoever keeps it: the most urgent first."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.projects.rules.deletion import restorable_until
from strongroom.projects.rules.roles import Role
from strongroom.terms.statuses import ProjectStatus
from strongroom.tokens.rules import Permission, TokenFacts

ENDS_SOON = timedelta(days=14)
"""A token that ends within it is named: time enough to put a new one where the old one is used."""


class Need(enum.Enum):
    """One thing that waits for somebody. They stand in order: what can be lost soonest comes first."""

    DELETED = "deleted"
    DELETION_HELD = "deletion-held"
    QUARANTINED = "quarantined"
    NO_OWNER = "no-owner"
    OWN_FACTOR = "own-factor"
    OTHERS_FACTOR = "others-factor"
    ONLY_OWNER = "only-owner"
    LASTING_TOKEN = "lasting-token"  # noqa: S105 - a need, not a secret
    WIDE_TOKEN = "wide-token"  # noqa: S105 - a need, not a secret
    ENDING_TOKEN = "ending-token"  # noqa: S105 - a need, not a secret
    INVITATION = "invitation"
    ARCHIVED = "archived"
    DEPRECATED = "deprecated"


@dataclass(frozen=True)
class Upkeep:
    """A project as one of its people finds it.

    ``owners`` counts those whose accounts can act; ``without_factor`` the others who can publish and hold none;
    ``tokens`` are one's own that are limited to projects, this one among them; ``deletions_held`` counts those that
    wait because the project is critical.
    """

    role: Role
    status: ProjectStatus
    deleted_at: datetime | None
    owners: int
    without_factor: int
    open_invitations: int
    tokens: Collection[TokenFacts]
    deletions_held: int = 0


def needs_of_account(*, holds_factor: bool, tokens: Collection[TokenFacts], now: datetime) -> list[Need]:
    """What the account of somebody who can publish needs: a second factor, and tokens that end and are limited.

    Of tokens, only those for all projects count here: one for named projects is a matter of those.
    """
    wide = [token for token in tokens if token.projects is None and Permission.PUBLISH in token.permissions]
    found = needs_of_tokens(wide, now=now)
    if not holds_factor:
        found.append(Need.OWN_FACTOR)
    if wide:
        found.append(Need.WIDE_TOKEN)
    return in_order(found)


def needs_of_project(facts: Upkeep, *, now: datetime) -> list[Need]:
    """What a project needs from one of its people. What only an Owner can put right, only an Owner is told."""
    if facts.deleted_at is not None:
        may_restore = facts.role is Role.OWNER and now < restorable_until(facts.deleted_at)
        return [Need.DELETED] if may_restore else []
    found = needs_of_tokens(facts.tokens, now=now)
    if facts.status is ProjectStatus.QUARANTINED:
        found.append(Need.QUARANTINED)
    if facts.status is ProjectStatus.ARCHIVED:
        found.append(Need.ARCHIVED)
    if facts.status is ProjectStatus.DEPRECATED:
        found.append(Need.DEPRECATED)
    if not facts.owners:
        found.append(Need.NO_OWNER)
    if facts.role is Role.OWNER:
        found += _needs_from_owner(facts)
    return in_order(found)


def needs_of_tokens(tokens: Collection[TokenFacts], *, now: datetime) -> list[Need]:
    """Of tokens that can publish: that one never ends, or ends within two weeks."""
    ends = [token.expires_at for token in tokens if Permission.PUBLISH in token.permissions]
    found = []
    if any(end is None for end in ends):
        found.append(Need.LASTING_TOKEN)
    if any(end is not None and end - now <= ENDS_SOON for end in ends):
        found.append(Need.ENDING_TOKEN)
    return found


def in_order(needs: Collection[Need]) -> list[Need]:
    """The most urgent first, each once."""
    return [need for need in Need if need in needs]


def _needs_from_owner(facts: Upkeep) -> list[Need]:
    found = []
    if facts.deletions_held:
        found.append(Need.DELETION_HELD)
    if facts.owners == 1:
        found.append(Need.ONLY_OWNER)
    if facts.without_factor:
        found.append(Need.OTHERS_FACTOR)
    if facts.open_invitations:
        found.append(Need.INVITATION)
    return found
