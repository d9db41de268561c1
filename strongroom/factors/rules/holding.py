"""How many factors an account may hold, which it must keep, and what it is nudged towards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from strongroom.terms.proofs import FACTOR_KINDS, ProofKind
from strongroom.terms.refusals import Reason, Refused

MOST_OF_A_KIND = 20
"""More cannot be kept in view, and lists stay short."""

PENDING_LIFE = timedelta(hours=1)
"""An enrolment that was begun is finished within an hour, in the session that began it, or begun again."""

LEAST_INDEPENDENT = 2
"""Factors that do not get lost together: losing the only one means recovery."""

LEAST_ALONE = 15
"""Characters of a password without a factor (accounts' rules say why); told to whom it concerns."""


@dataclass(frozen=True)
class Removal:
    """What must be known before a factor is removed.

    ``others``: live factors that stay; ``sound``: those of them that were neither switched off nor found to be copied.
    """

    others: int
    sound: int
    must_hold: bool
    password_stands_alone: bool


def require_removable(removal: Removal) -> None:
    """The last factor stays with whoever a mandate or an office holds to one, or whose password is short."""
    if removal.must_hold and removal.sound == 0:
        raise Refused(Reason.LAST_FACTOR)
    if removal.others > 0:
        return
    if not removal.password_stands_alone:
        raise Refused(Reason.PASSWORD_NEEDS_FACTOR, least=LEAST_ALONE)


def require_room_for_factor(of_its_kind: int) -> None:
    """An account has only so many factors of a kind."""
    if of_its_kind >= MOST_OF_A_KIND:
        raise Refused(Reason.TOO_MANY_FACTORS, most=MOST_OF_A_KIND)


def needs_mailbox_first(*, holds: frozenset[ProofKind], is_collaborator: bool) -> bool:
    """Whether enrolling takes a fresh proof of the mailbox: the first factor of whoever can publish.

    Somebody with nothing but a stolen password must not make the account theirs (PyPI, 2024-03-31).
    """
    return is_collaborator and not holds & FACTOR_KINDS


def is_nudged(live_factors: int) -> bool:
    """Whether the pages say why a second, independent factor is wise."""
    return live_factors < LEAST_INDEPENDENT
