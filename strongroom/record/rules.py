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
    FILE_DELETED = "file-deleted"
    FILE_RESTORED = "file-restored"
    RELEASE_DELETED = "release-deleted"
    RELEASE_RESTORED = "release-restored"
    PROJECT_DELETED = "project-deleted"
    PROJECT_RESTORED = "project-restored"
    PURGED = "purged"
    COLLABORATOR_INVITED = "collaborator-invited"
    INVITATION_ACCEPTED = "invitation-accepted"
    INVITATION_DECLINED = "invitation-declined"
    INVITATION_WITHDRAWN = "invitation-withdrawn"
    ROLE_CHANGED = "role-changed"
    COLLABORATOR_REMOVED = "collaborator-removed"
    COLLABORATOR_LEFT = "collaborator-left"

    DELETION_HELD = "deletion-held"
    DELETION_WITHDRAWN = "deletion-withdrawn"
    DELETION_LAPSED = "deletion-lapsed"
    BECAME_CRITICAL = "became-critical"
    RUN_APPROVED = "run-approved"
    RUN_DISMISSED = "run-dismissed"
    DOWNLOADS_IMPORTED = "downloads-imported"
    AUTHORITY_CHANGED = "authority-changed"
    SPIKE_LOOKED_AT = "spike-looked-at"

    SIGNED_UP = "signed-up"
    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "signed-out"
    SESSION_ENDED = "session-ended"
    OTHER_SESSIONS_ENDED = "other-sessions-ended"
    DEVICE_FORGOTTEN = "device-forgotten"
    PROVED_AGAIN = "proved-again"
    PROOF_REFUSED = "proof-refused"

    ADDRESS_ADDED = "address-added"
    ADDRESS_VERIFIED = "address-verified"
    ADDRESS_REMOVED = "address-removed"
    PRIMARY_ADDRESS_CHANGED = "primary-address-changed"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a deed, not a secret
    PASSWORD_RESET_ASKED = "password-reset-asked"  # noqa: S105 - a deed, not a secret
    PASSWORD_RESET = "password-reset"  # noqa: S105 - a deed, not a secret
    LANGUAGE_CHANGED = "language-changed"
    ACCOUNT_SUSPENDED = "account-suspended"
    SUSPENSION_LIFTED = "suspension-lifted"
    ACCOUNT_CLOSED = "account-closed"

    FACTOR_BEGUN = "factor-begun"
    FACTOR_ENROLLED = "factor-enrolled"
    FACTOR_RENAMED = "factor-renamed"
    FACTOR_REMOVED = "factor-removed"
    FACTOR_LOST = "factor-lost"
    FACTOR_DISABLED = "factor-disabled"
    KEY_SUSPECTED = "key-suspected"
    RECOVERY_CODES_MADE = "recovery-codes-made"
    RECOVERY_CODE_USED = "recovery-code-used"
    SECRETS_RESEALED = "secrets-resealed"

    STAFF_REMOVED = "staff-removed"
    ANNOUNCEMENT_MADE = "announcement-made"
    ANNOUNCEMENT_ENDED = "announcement-ended"


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
