"""Whether an account may do a thing to a project: one pure function, asked at every door."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from strongroom.projects.rules.roles import ProjectDeed, Role, require_role
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.texts import is_storable, plain_line
from strongroom.tokens.rules import Permission, TokenFacts, require_live, require_token_covers, require_token_permits

PERMISSION_FOR = {
    ProjectDeed.PUBLISH: Permission.PUBLISH,
    ProjectDeed.YANK: Permission.YANK,
    ProjectDeed.CHANGE_STATUS: Permission.STATUS,
    ProjectDeed.INVITE: Permission.COLLABORATORS,
    ProjectDeed.CHANGE_ROLE: Permission.COLLABORATORS,
    ProjectDeed.REMOVE_COLLABORATOR: Permission.COLLABORATORS,
}
"""What a token must have been made for; a deed that is not named here cannot be done with a token."""

TOKENS_LOOK = frozenset({ProjectDeed.LOOK})
"""What every live token of a collaborator may do: it changes nothing."""

STAFF_MAY = frozenset(
    {
        ProjectDeed.LOOK,
        ProjectDeed.CHANGE_STATUS,
        ProjectDeed.CHANGE_ROLE,
        ProjectDeed.REMOVE_COLLABORATOR,
        ProjectDeed.RESTORE,
    }
)
"""What those who run the index may do to a project that is not theirs. They never publish to it, nor delete it."""


class Office(enum.Enum):
    """In what office somebody acts who needs no role on the project."""

    OPERATOR = "operator"
    STAFF = "staff"


@dataclass(frozen=True)
class Bearer:
    """Who asks: an account, and the token it asks with, or nothing when it does not ask with one."""

    account_is_active: bool
    token: TokenFacts | None
    now: datetime


@dataclass(frozen=True)
class Standing:
    """Who asks, and how they stand to the project. ``is_new`` when the deed would make the project."""

    bearer: Bearer
    has_verified_address: bool
    project: NormalizedName
    role: Role | None
    is_new: bool = False
    office: Office | None = None


LEAST_REASON = 5
"""Characters: whoever reads the record later must find more than a dash."""

LONGEST_OFFICE_REASON = 500


@dataclass(frozen=True)
class OfficeFacts:
    """Whether an account runs the index, and holds a second factor."""

    is_staff: bool
    is_active: bool
    holds_factor: bool


def require_bearer(bearer: Bearer, deed: ProjectDeed) -> None:
    """What can be said before the project is known: a live account, and a live token made for such deeds."""
    if not bearer.account_is_active:
        raise Refused(Reason.ACCOUNT_INACTIVE)
    if bearer.token is None:
        return
    require_live(bearer.token, now=bearer.now)
    if deed in TOKENS_LOOK:
        return
    if deed not in PERMISSION_FOR:
        raise Refused(Reason.PERSON_NEEDED)
    require_token_permits(bearer.token, PERMISSION_FOR[deed])


def require_may(deed: ProjectDeed, standing: Standing) -> None:
    """A live account with a verified address may do what its role allows, with a token only where it covers that.

    An operator at the machine itself may do everything; staff, in their office, what the list of their deeds says.
    """
    if standing.office is Office.OPERATOR:
        return
    require_bearer(standing.bearer, deed)
    if standing.office is Office.STAFF and deed in STAFF_MAY:
        return
    if standing.bearer.token is not None:
        require_token_covers(standing.bearer.token, standing.project)
    if not standing.has_verified_address:
        raise Refused(Reason.EMAIL_NOT_VERIFIED)
    # Whoever uses a name for the first time becomes its Owner.
    require_role(Role.OWNER if standing.is_new else standing.role, deed)


def require_office(facts: OfficeFacts, *, is_token: bool) -> None:
    """Those who run the index are staff in a browser, with a second factor, always."""
    if not facts.is_staff:
        raise Refused(Reason.STAFF_ONLY)
    if not facts.is_active:
        raise Refused(Reason.STAFF_ONLY)
    if is_token:
        raise Refused(Reason.PERSON_NEEDED)
    if not facts.holds_factor:
        raise Refused(Reason.STAFF_FACTOR_NEEDED)


def require_office_reason(reason: str) -> None:
    """Every deed of those who run the index says why, in words that the record can keep."""
    if not is_storable(reason):
        raise Refused(Reason.REASON_MISSING, most=LONGEST_OFFICE_REASON)
    # Counted as it is kept: marks that nobody sees say nothing.
    if len(plain_line(reason)) < LEAST_REASON or len(reason.strip()) > LONGEST_OFFICE_REASON:
        raise Refused(Reason.REASON_MISSING, most=LONGEST_OFFICE_REASON)
