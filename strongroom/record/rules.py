"""The deeds that are recorded, and on what kinds of thing."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Deed(enum.Enum):
    """What was done. The value is stored and never changes its meaning."""

    ACCOUNT_ADDED = "account-added"
    SETUP_LINK_MADE = "setup-link-made"
    STAFF_ADDED = "staff-added"
    TOKEN_MADE = "token-made"  # noqa: S105 - a deed, not a secret
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - a deed, not a secret
    PROJECT_ADDED = "project-added"
    ROLE_GIVEN = "role-given"
    RELEASE_ADDED = "release-added"
    FILE_PUBLISHED = "file-published"
    RELEASE_YANKED = "release-yanked"
    RELEASE_UNYANKED = "release-unyanked"
    STATUS_CHANGED = "status-changed"


class SubjectKind(enum.Enum):
    """What a deed was done to."""

    ACCOUNT = "account"
    PROJECT = "project"
    TOKEN = "token"  # noqa: S105 - a kind of thing, not a secret
    INDEX = "index"


@dataclass(frozen=True)
class Subject:
    """What a deed was done to, by the name that outlives its row."""

    kind: SubjectKind
    name: str
