"""Which steps lead in, and in which order: signing in, signing up, resetting a password.

One function says what comes next; every door asks it, so that a later step called directly finds the same answer.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta

from strongroom.terms.proofs import CODE_KINDS, FACTOR_KINDS, ProofKind
from strongroom.terms.refusals import Reason, Refused

ARRIVAL_LIFE = timedelta(minutes=15)
"""Time enough to find a phone, too little to come back to somebody else's half-finished sign-in."""

ANSWERS = FACTOR_KINDS | {ProofKind.RECOVERY_CODE}
"""What answers the question for a factor. Never a password or a mailbox, whatever a row may say."""

MAIL_CODE_LIFE = timedelta(minutes=10)
"""ASVS 6.5.5: a code by another channel lives for ten minutes at most."""


class Purpose(enum.Enum):
    """What somebody on the way in wants."""

    SIGN_IN = "sign-in"
    SIGN_UP = "sign-up"
    RESET = "reset"


class Stage(enum.Enum):
    """One step on the way in."""

    PASSWORD = "password"  # noqa: S105 - a step, not a secret
    FACTOR = "factor"
    MAILBOX = "mailbox"
    NEW_PASSWORD = "new-password"  # noqa: S105 - a step, not a secret
    NEW_ACCOUNT = "new-account"


@dataclass(frozen=True)
class ArrivalFacts:
    """What somebody on the way in has shown so far, and what their account holds."""

    purpose: Purpose
    has_password: bool = False
    factor: ProofKind | None = None
    person_verified: bool = False
    has_mailbox: bool = False
    holds: frozenset[ProofKind] = frozenset()
    is_device_known: bool = False


def next_stage(facts: ArrivalFacts) -> Stage | None:
    """What comes next, or nothing when every step is done."""
    match facts.purpose:
        case Purpose.SIGN_IN:
            return _next_of_sign_in(facts)
        case Purpose.SIGN_UP:
            return Stage.NEW_ACCOUNT if facts.has_mailbox else Stage.MAILBOX
        case Purpose.RESET:
            return _next_of_reset(facts)


def _next_of_sign_in(facts: ArrivalFacts) -> Stage | None:
    """A passkey whose holder was verified is enough. Else a password, then a factor if there is one.

    A code typed on an unknown device may have been typed into a forgery first: the mailbox is asked as well. That is
    a hurdle and no factor, and whoever has a security key never meets it.
    """
    if facts.factor is ProofKind.SECURITY_KEY and facts.person_verified:
        return None
    if not facts.has_password:
        return Stage.PASSWORD
    if _owes_factor(facts):
        return Stage.FACTOR
    if facts.factor in CODE_KINDS and not facts.is_device_known and not facts.has_mailbox:
        return Stage.MAILBOX
    return None


def _next_of_reset(facts: ArrivalFacts) -> Stage:
    """A mailbox, then a factor if there is one, then the new password: a reset never goes round a factor."""
    if not facts.has_mailbox:
        return Stage.MAILBOX
    if _owes_factor(facts):
        return Stage.FACTOR
    return Stage.NEW_PASSWORD


def _owes_factor(facts: ArrivalFacts) -> bool:
    return bool(facts.holds & FACTOR_KINDS) and facts.factor not in ANSWERS


def require_stage(facts: ArrivalFacts, stage: Stage | None) -> None:
    """A step is taken when it is its turn; nothing stands for the end, when every step is done."""
    if next_stage(facts) is not stage:
        raise Refused(Reason.STAGE_OUT_OF_ORDER)


def require_factor_turn(facts: ArrivalFacts, kind: ProofKind) -> None:
    """A factor is shown when it is its turn. A security key may come first: then no stranger's guesses matter."""
    if facts.factor is not None:
        raise Refused(Reason.STAGE_OUT_OF_ORDER)
    if kind not in ANSWERS:
        raise Refused(Reason.STAGE_OUT_OF_ORDER)
    if facts.purpose is Purpose.SIGN_IN and kind is ProofKind.SECURITY_KEY:
        return
    require_stage(facts, Stage.FACTOR)
