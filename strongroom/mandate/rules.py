"""Whether an account may do a thing to a project: one pure function, asked at every door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from strongroom.projects.rules import ProjectDeed, Role, require_role
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from strongroom.tokens.rules import Permission, TokenFacts, require_live, require_token_covers, require_token_permits

PERMISSION_FOR = {ProjectDeed.PUBLISH: Permission.PUBLISH}
"""What a token must have been made for; a deed that is not named here cannot be done with a token."""


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


def require_bearer(bearer: Bearer, deed: ProjectDeed) -> None:
    """What can be said before the project is known: a live account, and a live token made for such deeds."""
    if not bearer.account_is_active:
        raise Refused(Reason.ACCOUNT_INACTIVE)
    if bearer.token is None:
        return
    require_live(bearer.token, now=bearer.now)
    if deed not in PERMISSION_FOR:
        raise Refused(Reason.TOKEN_LACKS_PERMISSION, permission=deed.value)
    require_token_permits(bearer.token, PERMISSION_FOR[deed])


def require_may(deed: ProjectDeed, standing: Standing) -> None:
    """A live account with a verified address may do what its role allows, with a token only where it covers that."""
    require_bearer(standing.bearer, deed)
    if standing.bearer.token is not None:
        require_token_covers(standing.bearer.token, standing.project)
    if not standing.has_verified_address:
        raise Refused(Reason.EMAIL_NOT_VERIFIED)
    # Whoever uses a name for the first time becomes its Owner.
    require_role(Role.OWNER if standing.is_new else standing.role, deed)
