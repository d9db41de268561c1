"""Who is signed in, as every door and page is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from strongroom.terms.actors import AccountId, Actor, ActorKind, FactorId, SessionId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, Refused


@dataclass(frozen=True)
class Visit:
    """Somebody signed in, in one session. ``signed_in_by`` is the strongest thing that they showed then."""

    session: SessionId
    account: AccountId
    name: str
    is_staff: bool
    language: str
    signed_in_by: ProofKind
    factor: FactorId | None
    begun_at: datetime


def actor_of(visit: Visit, *, address: str | None, client: str) -> Actor:
    """Who does what is done in this session."""
    return Actor(
        kind=ActorKind.ACCOUNT,
        name=visit.name,
        account=visit.account,
        address=address,
        client=client,
        session=visit.session,
        proof=visit.signed_in_by,
        factor=visit.factor,
    )


def require_signed_in(by: Actor) -> tuple[AccountId, SessionId]:
    """Whoever changes an account is signed in to it; an API token is no sign of a person (NIST SP 800-63B-4, 5.1)."""
    if by.account is None or by.session is None:
        raise Refused(Reason.SIGN_IN_NEEDED)
    if by.token is not None:
        raise Refused(Reason.SIGN_IN_NEEDED)
    return by.account, by.session
