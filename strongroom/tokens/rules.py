"""What a token allows, when it is good, and what people may make for themselves."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused


class Permission(enum.Enum):
    """What a token may be used for."""

    PUBLISH = "publish"
    READ = "read"
    YANK = "yank"
    STATUS = "status"
    COLLABORATORS = "collaborators"


@dataclass(frozen=True)
class TokenFacts:
    """A token as it stands. ``projects`` is nothing when it is good for everything its account may do."""

    permissions: frozenset[Permission]
    projects: frozenset[NormalizedName] | None
    expires_at: datetime | None
    revoked_at: datetime | None


LIFETIMES = (timedelta(days=30), timedelta(days=90), timedelta(days=365))
"""How long people's own tokens may live. None is for ever: one that was forgotten must stop working by itself."""


@dataclass(frozen=True)
class OwnToken:
    """A token as somebody wants it for themselves. ``projects`` is nothing when it is for all that they may do."""

    label: str
    permissions: frozenset[Permission]
    projects: frozenset[NormalizedName] | None
    lifetime: timedelta


def lifetimes_within(longest: timedelta) -> tuple[timedelta, ...]:
    """What people choose from when the index lets tokens live so long at most."""
    return tuple(one for one in LIFETIMES if one <= longest) or (longest,)


def require_own_token(wanted: OwnToken, *, collaborates_on: Collection[NormalizedName], longest: timedelta) -> None:
    """A token that a person makes is for something, for projects that they own or maintain, and ends one day."""
    if not wanted.permissions:
        raise Refused(Reason.TOKEN_FOR_NOTHING)
    if wanted.projects is not None and not wanted.projects:
        raise Refused(Reason.TOKEN_FOR_NOTHING)
    for name in sorted(wanted.projects or ()):
        if name not in collaborates_on:
            raise Refused(Reason.NOT_A_COLLABORATOR, name=name)
    if wanted.lifetime not in lifetimes_within(longest):
        raise Refused(Reason.TOKEN_LIFETIME, days=longest.days)


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
