"""What those who run the index may do to accounts: never to their own, and never to the last of them."""

from __future__ import annotations

from strongroom.terms.actors import AccountId
from strongroom.terms.refusals import Reason, Refused


def target_of(folded_name: str) -> str:
    """What a proof is for when something is done to an account."""
    return f"person {folded_name}"


def require_somebody_else(actor: AccountId | None, account: AccountId) -> None:
    """Nobody suspends themselves, makes themselves staff, or takes that from themselves in their office."""
    if actor == account:
        raise Refused(Reason.OFFICE_ON_ONESELF)


def require_fit_for_office(*, is_active: bool, holds_factor: bool, name: str) -> None:
    """Whoever shall run the index has a live account and holds a second factor already."""
    if not is_active:
        raise Refused(Reason.ACCOUNT_NOT_LIVE, name=name)
    if not holds_factor:
        raise Refused(Reason.OFFICE_NEEDS_FACTOR, name=name)


def require_others_in_office(others: int) -> None:
    """Somebody else with a live account runs the index when one leaves it."""
    if others == 0:
        raise Refused(Reason.LAST_STAFF)
