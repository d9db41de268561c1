"""Acting in an office: those who run the index show that it is them, and say why, for every deed."""

from __future__ import annotations

from datetime import datetime

from strongroom.accounts.actions.proving import Aim, spend_proof
from strongroom.accounts.rules.proving import Dangerous
from strongroom.mandate.queries import load_office
from strongroom.mandate.rules import require_office, require_office_reason
from strongroom.terms.actors import Actor, ActorKind


def spend_office(*, by: Actor, now: datetime, target: str, reason: str) -> Actor:
    """The actor, as one who runs the index: an operator at the machine itself, or staff with a fresh proof.

    In the transaction of the deed, which records it with its reason. Raises Refused: REASON_MISSING, STAFF_ONLY,
    STAFF_FACTOR_NEEDED, PROOF_NEEDED.
    """
    require_office_reason(reason)
    if by.kind is ActorKind.OPERATOR:
        return by
    require_office(load_office(by.account), is_token=by.token is not None)
    return spend_proof(by=by, now=now, aim=Aim(Dangerous.STAFF_DEED, target))
