"""Prove it is you again: which deeds take a fresh proof, and which proof is enough."""

from __future__ import annotations

import enum
from datetime import timedelta

from strongroom.terms.proofs import FACTOR_KINDS, ProofKind
from strongroom.terms.refusals import Reason, Refused

PROOF_LIFE = timedelta(minutes=10)
"""From the proof to the deed: time to fill in a form."""


class Dangerous(enum.Enum):
    """A deed that would hurt in a stranger's hands."""

    ENROL_FACTOR = "enrol-factor"
    RENAME_FACTOR = "rename-factor"
    REMOVE_FACTOR = "remove-factor"
    MAKE_RECOVERY_CODES = "make-recovery-codes"
    MAKE_TOKEN = "make-token"  # noqa: S105 - a deed, not a secret
    CHANGE_ADDRESSES = "change-addresses"
    CHANGE_PASSWORD = "change-password"  # noqa: S105 - a deed, not a secret
    CLOSE_ACCOUNT = "close-account"
    CHANGE_COLLABORATORS = "change-collaborators"
    DELETE = "delete"
    STAFF_DEED = "staff-deed"


WAYS_BACK = frozenset(
    {
        Dangerous.ENROL_FACTOR,
        Dangerous.REMOVE_FACTOR,
        Dangerous.MAKE_RECOVERY_CODES,
        Dangerous.CHANGE_PASSWORD,
    }
)
"""What somebody who has lost a factor must be able to do; for these a recovery code is proof."""


def accepted_kinds(deed: Dangerous, holds: frozenset[ProofKind]) -> frozenset[ProofKind]:
    """By what the person may show that it is them: an enrolled factor, and the password only while there is none.

    Somebody with a security key removes a factor with a key, or with a recovery code when the keys are lost: whoever
    has phished a code must not be able to take the key away.
    """
    factors = holds & FACTOR_KINDS
    if not factors:
        return frozenset({ProofKind.PASSWORD})
    if deed is Dangerous.REMOVE_FACTOR and ProofKind.SECURITY_KEY in factors:
        factors = frozenset({ProofKind.SECURITY_KEY})
    if deed in WAYS_BACK:
        return factors | (holds & {ProofKind.RECOVERY_CODE})
    return factors


def require_accepted(kind: ProofKind, deed: Dangerous, holds: frozenset[ProofKind]) -> None:
    """A proof is of a kind that the deed takes."""
    if kind not in accepted_kinds(deed, holds):
        raise Refused(Reason.PROOF_KIND)
