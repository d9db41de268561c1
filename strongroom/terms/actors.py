"""Who does a thing, and from where."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NewType

from strongroom.terms.proofs import ProofKind

AccountId = NewType("AccountId", int)
ProjectId = NewType("ProjectId", int)
TokenId = NewType("TokenId", str)
ArrivalId = NewType("ArrivalId", int)
SessionId = NewType("SessionId", int)
FactorId = NewType("FactorId", int)


class ActorKind(enum.Enum):
    """In what standing somebody acts."""

    ACCOUNT = "account"
    OPERATOR = "operator"
    SYSTEM = "system"
    VISITOR = "visitor"


@dataclass(frozen=True)
class Actor:
    """Who does a thing: an account, an operator at the command line, the index itself, or a visitor.

    ``session`` when they are signed in, ``proof`` and ``factor`` what they showed themselves by for this very deed.
    """

    kind: ActorKind
    name: str
    account: AccountId | None = None
    token: TokenId | None = None
    address: str | None = None
    client: str = ""
    session: SessionId | None = None
    proof: ProofKind | None = None
    factor: FactorId | None = None


def operator(name: str) -> Actor:
    """Somebody at the command line of the machine itself; ``name`` is their login there."""
    return Actor(ActorKind.OPERATOR, name)


def system() -> Actor:
    """The index itself: clean-up at start, schedules."""
    return Actor(ActorKind.SYSTEM, "strongroom")


def visitor(*, address: str | None, client: str) -> Actor:
    """A person in a browser who has not signed in."""
    return Actor(ActorKind.VISITOR, "", address=address, client=client)
