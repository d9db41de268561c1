"""What the index says when it says no, as values (design rule 6).

Two of the three families of error live here: ``Refused``, the index says no, and
``Malformed``, we could not read the request. Anything else is a fault.

What is said in words (``why``) is a constant English text with named facts, never a text put together:
so it can be translated where the answer is written, and the rules need not know of languages.
"""

from __future__ import annotations

import enum
from collections.abc import Callable


class Reason(enum.Enum):
    """Why the index refuses. The value is the code that clients see and help pages are named after."""

    # Who is asking
    CREDENTIALS_MISSING = "credentials-missing"
    PASSWORD_NOT_ACCEPTED = "password-not-accepted"  # noqa: S105 - a code, not a secret
    TOKEN_MALFORMED = "token-malformed"  # noqa: S105 - a code, not a secret
    TOKEN_UNKNOWN = "token-unknown"  # noqa: S105 - a code, not a secret
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - a code, not a secret
    TOKEN_REVOKED = "token-revoked"  # noqa: S105 - a code, not a secret
    TOKEN_LACKS_PERMISSION = "token-lacks-permission"  # noqa: S105 - a code, not a secret
    TOKEN_FOR_OTHER_PROJECTS = "token-for-other-projects"  # noqa: S105 - a code, not a secret
    TOKEN_FOR_NOTHING = "token-for-nothing"  # noqa: S105 - a code, not a secret
    TOKEN_LIFETIME = "token-lifetime"  # noqa: S105 - a code, not a secret
    ACCOUNT_INACTIVE = "account-inactive"
    EMAIL_NOT_VERIFIED = "email-not-verified"
    NOT_A_COLLABORATOR = "not-a-collaborator"
    ROLE_TOO_LOW = "role-too-low"

    # The index and the project
    UPLOADS_PAUSED = "uploads-paused"
    PROJECT_ARCHIVED = "project-archived"
    PROJECT_QUARANTINED = "project-quarantined"
    TOO_MANY_NEW_PROJECTS = "too-many-new-projects"
    NAME_INVALID = "name-invalid"
    NAME_STANDARD_LIBRARY = "name-standard-library"
    NAME_PROHIBITED = "name-prohibited"
    NAME_TOO_SIMILAR = "name-too-similar"

    # The form
    ACTION_GONE = "action-gone"
    ATTESTATIONS_UNVERIFIABLE = "attestations-unverifiable"
    FILE_MISSING = "file-missing"
    FILE_PART_IMAGE = "file-part-image"
    FILE_EMPTY = "file-empty"
    FILE_TOO_LARGE = "file-too-large"
    PROJECT_TOO_LARGE = "project-too-large"
    DIGEST_MISMATCH = "digest-mismatch"
    FORM_DIFFERS = "form-differs"

    # The filename and what was there before
    FILENAME_INVALID = "filename-invalid"
    FILENAME_TYPE = "filename-type"
    FILENAME_NAME = "filename-name"
    FILENAME_VERSION = "filename-version"
    FILENAME_PLATFORM = "filename-platform"
    FILE_EXISTS = "file-exists"
    FILENAME_TAKEN = "filename-taken"
    SECOND_SDIST = "second-sdist"
    RELEASE_CLOSED = "release-closed"

    # The metadata
    METADATA_INVALID = "metadata-invalid"
    METADATA_TOO_LARGE = "metadata-too-large"
    METADATA_VERSION = "metadata-version"
    LOCAL_VERSION = "local-version"
    DIRECT_REFERENCE = "direct-reference"
    CLASSIFIER_UNKNOWN = "classifier-unknown"
    DESCRIPTION_DOES_NOT_RENDER = "description-does-not-render"

    # The archive (spec/threats 4.4)
    ARCHIVE_BROKEN = "archive-broken"
    ARCHIVE_TWO_KINDS = "archive-two-kinds"
    ARCHIVE_COMPRESSION = "archive-compression"
    ARCHIVE_FRAMING = "archive-framing"
    ARCHIVE_MEMBER_NAME = "archive-member-name"
    ARCHIVE_MEMBER_TYPE = "archive-member-type"
    ARCHIVE_MEMBER_TWICE = "archive-member-twice"
    ARCHIVE_TOO_MANY_MEMBERS = "archive-too-many-members"
    ARCHIVE_BOMB = "archive-bomb"
    ARCHIVE_LAYOUT = "archive-layout"
    ARCHIVE_METADATA_MISSING = "archive-metadata-missing"
    LICENSE_FILE_MISSING = "license-file-missing"
    WHEEL_RECORD = "wheel-record"
    WHEEL_FILE = "wheel-file"
    WHEEL_ENTRY_POINTS = "wheel-entry-points"

    # Pages and commands
    SETUP_LINK_INVALID = "setup-link-invalid"
    ACCOUNT_EXISTS = "account-exists"
    ACCOUNT_UNKNOWN = "account-unknown"
    ACCOUNT_NAME_INVALID = "account-name-invalid"
    EMAIL_INVALID = "email-invalid"
    PASSWORD_TOO_SHORT = "password-too-short"  # noqa: S105 - a code, not a secret
    PASSWORD_PERSONAL = "password-personal"  # noqa: S105 - a code, not a secret
    PASSWORD_BREACHED = "password-breached"  # noqa: S105 - a code, not a secret
    PASSWORD_GUESSABLE = "password-guessable"  # noqa: S105 - a code, not a secret
    PROJECT_UNKNOWN = "project-unknown"
    RELEASE_UNKNOWN = "release-unknown"
    FILE_UNKNOWN = "file-unknown"

    # Keeping a project
    PROJECT_DELETED = "project-deleted"
    RELEASE_DELETED = "release-deleted"
    NOT_DELETED = "not-deleted"
    UNDO_OVER = "undo-over"
    NAME_NOT_TYPED = "name-not-typed"
    STATUS_OF_STAFF = "status-of-staff"
    COLLABORATOR_UNKNOWN = "collaborator-unknown"
    ALREADY_COLLABORATOR = "already-collaborator"
    ALREADY_INVITED = "already-invited"
    INVITATION_UNKNOWN = "invitation-unknown"
    TOO_MANY_INVITATIONS = "too-many-invitations"
    OWNER_TOO_NEW = "owner-too-new"
    PERSON_NEEDED = "person-needed"

    # Staff
    STAFF_ONLY = "staff-only"
    STAFF_FACTOR_NEEDED = "staff-factor-needed"
    REASON_MISSING = "reason-missing"
    OFFICE_SIGN_IN = "office-sign-in"
    OFFICE_ON_ONESELF = "office-on-oneself"
    OFFICE_NEEDS_FACTOR = "office-needs-factor"
    LAST_STAFF = "last-staff"
    ACCOUNT_NOT_LIVE = "account-not-live"
    ANNOUNCEMENT_TEXT = "announcement-text"
    ANNOUNCEMENT_TIMES = "announcement-times"
    ANNOUNCEMENT_UNKNOWN = "announcement-unknown"

    # Signing in
    SIGN_IN_NEEDED = "sign-in-needed"
    SIGN_IN_FAILED = "sign-in-failed"
    TOO_MANY_ATTEMPTS = "too-many-attempts"
    TOO_MANY_SIGN_INS = "too-many-sign-ins"
    ARRIVAL_GONE = "arrival-gone"
    STAGE_OUT_OF_ORDER = "stage-out-of-order"
    ACCOUNT_SUSPENDED = "account-suspended"
    MAIL_CODE_WRONG = "mail-code-wrong"
    MAIL_CODE_GONE = "mail-code-gone"
    PROOF_NEEDED = "proof-needed"
    PROOF_KIND = "proof-kind"
    MAILBOX_PROOF_NEEDED = "mailbox-proof-needed"
    SESSION_UNKNOWN = "session-unknown"
    DEVICE_UNKNOWN = "device-unknown"
    NOT_ME_LINK_INVALID = "not-me-link-invalid"

    # Accounts
    ADDRESS_UNKNOWN = "address-unknown"
    ADDRESS_PRIMARY = "address-primary"
    ADDRESS_NOT_VERIFIED = "address-not-verified"
    ADDRESS_TOO_NEW = "address-too-new"
    ADDRESS_HELD = "address-held"
    TOO_MANY_ADDRESSES = "too-many-addresses"
    PASSWORD_WRONG = "password-wrong"  # noqa: S105 - a code, not a secret
    SOLE_OWNER = "sole-owner"
    LABEL_INVALID = "label-invalid"
    LABEL_TAKEN = "label-taken"

    # Factors
    CODE_MALFORMED = "code-malformed"
    CODE_WRONG = "code-wrong"
    CODE_CLOCK_BEHIND = "code-clock-behind"
    CODE_CLOCK_AHEAD = "code-clock-ahead"
    CODE_USED = "code-used"
    FACTOR_UNKNOWN = "factor-unknown"
    FACTOR_DISABLED = "factor-disabled"
    TOO_MANY_FACTORS = "too-many-factors"
    LAST_FACTOR = "last-factor"
    PASSWORD_NEEDS_FACTOR = "password-needs-factor"  # noqa: S105 - a code, not a secret
    RECOVERY_CODE_WRONG = "recovery-code-wrong"
    CODES_NOT_CONFIRMED = "codes-not-confirmed"
    CHALLENGE_GONE = "challenge-gone"
    KEY_ANSWER_REFUSED = "key-answer-refused"
    KEY_WRONG_ADDRESS = "key-wrong-address"
    KEY_ALREADY_ENROLLED = "key-already-enrolled"
    KEY_UNKNOWN = "key-unknown"
    KEY_COPIED = "key-copied"
    KEY_NOT_VERIFIED = "key-not-verified"

    # Downloads and critical projects
    IMPORT_NO_FILE = "import-no-file"
    IMPORT_KNOWN = "import-known"
    IMPORT_FORM = "import-form"
    IMPORT_COLUMNS = "import-columns"
    IMPORT_PERIOD = "import-period"
    PERIOD_INVALID = "period-invalid"
    IMPORT_UNREADABLE = "import-unreadable"
    IMPORT_CHANGED = "import-changed"
    IMPORT_EMPTY = "import-empty"
    IMPORT_RUNNING = "import-running"
    IMPORT_FAILED = "import-failed"
    AUTHORITY_NO_EVENTS = "authority-no-events"
    DAY_NOT_OVER = "day-not-over"
    DAY_NOT_COUNTED = "day-not-counted"
    RUN_UNKNOWN = "run-unknown"
    RUN_DECIDED = "run-decided"
    SNAPSHOT_ALTERED = "snapshot-altered"
    ALREADY_CRITICAL = "already-critical"
    SPIKE_UNKNOWN = "spike-unknown"
    DELETION_HELD_ALREADY = "deletion-held-already"
    DELETION_NOT_HELD = "deletion-not-held"


class Refused(Exception):
    """The index says no: expected, counted, shown. ``facts`` fill the sentence of the reason, and ``why``."""

    def __init__(self, reason: Reason, *, why: str = "", **facts: object) -> None:
        super().__init__(reason, why, facts)
        self.reason = reason
        self.why = why
        self.facts = facts

    def __str__(self) -> str:
        whole = {**self.facts, "why": self.why % self.facts} if self.why else self.facts
        told = ", ".join(f"{name}={value}" for name, value in whole.items())
        return f"{self.reason.value} ({told})" if told else self.reason.value


class Malformed(Exception):
    """We could not read what was sent: the field, and why in a few words that ``facts`` fill. Answered with 400."""

    def __init__(self, field: str, why: str, **facts: object) -> None:
        super().__init__(field, why, facts)
        self.field = field
        self.why = why
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.field}: {self.why % self.facts}"


def refusal_of(gate: Callable[[], None]) -> Reason | None:
    """Ask a gate without being stopped by it: its reason, or nothing when it would let through."""
    try:
        gate()
    except Refused as refused:
        return refused.reason
    return None
