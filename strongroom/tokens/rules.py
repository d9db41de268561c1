"""What a token allows, and when it is good."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused


class Permission(enum.Enum):
    """What a token may be used for."""

    PUBLISH = "publish"
    READ = "read"


@dataclass(frozen=True)
class TokenFacts:
    """A token as it stands. ``projects`` is nothing when it is good for everything its account may do."""

    permissions: frozenset[Permission]
    projects: frozenset[NormalizedName] | None
    expires_at: datetime | None
    revoked_at: datetime | None


def require_live(token: TokenFacts, *, now: datetime) -> None:
    """A token that was revoked or has expired is good for nothing."""
    if token.revoked_at is not None:
        raise Refused(Reason.TOKEN_REVOKED)
    if token.expires_at is not None and token.expires_at <= now:
        raise Refused(Reason.TOKEN_EXPIRED)


def require_token_permits(token: TokenFacts, permission: Permission) -> None:
    """A token does only what it was made for."""
    if permission not in token.permissions:
        raise Refused(Reason.TOKEN_LACKS_PERMISSION, permission=permission.value)


def require_token_covers(token: TokenFacts, project: NormalizedName) -> None:
    """A token limited to named projects is good for no other."""
    if token.projects is not None and project not in token.projects:
        raise Refused(Reason.TOKEN_FOR_OTHER_PROJECTS, name=project)
