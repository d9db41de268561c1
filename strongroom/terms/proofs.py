"""By what somebody shows who they are."""

from __future__ import annotations

import enum


class ProofKind(enum.Enum):
    """One way of showing who one is. The value is stored and shown in the record."""

    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    TOTP = "totp"
    SECURITY_KEY = "security-key"
    RECOVERY_CODE = "recovery-code"
    MAILBOX = "mailbox"


FACTOR_KINDS = frozenset({ProofKind.TOTP, ProofKind.SECURITY_KEY})
"""What counts as a second factor. A recovery code is a way back, and a mailbox is never a factor (ASVS 6.3.6)."""

CODE_KINDS = frozenset({ProofKind.TOTP, ProofKind.RECOVERY_CODE})
"""What is typed by hand, and so can be typed into a page that only looks like ours (NIST SP 800-63B-4, 3.1.4)."""
