"""How somebody stands to a project, loaded for the one question."""

from __future__ import annotations

from datetime import datetime

from strongroom.accounts.queries.accounts import has_verified_address, is_account_active, is_staff
from strongroom.accounts.queries.entry import held_kinds
from strongroom.mandate.rules import Bearer, Office, OfficeFacts, Standing
from strongroom.projects.queries.roles import load_role
from strongroom.terms.actors import AccountId, Actor, ActorKind
from strongroom.terms.names import NormalizedName
from strongroom.terms.proofs import FACTOR_KINDS
from strongroom.tokens.queries import Holder, load_holder_of

_MACHINE = frozenset({ActorKind.OPERATOR, ActorKind.SYSTEM})
_NOBODY = AccountId(0)


def load_standing(holder: Holder, project: NormalizedName, *, now: datetime, is_new: bool) -> Standing:
    """How the holder of a token stands to a project."""
    return Standing(
        bearer=bearer_of(holder, now=now),
        has_verified_address=has_verified_address(holder.account),
        project=project,
        role=load_role(holder.account, project),
        is_new=is_new,
    )


def load_standing_of(by: Actor, project: NormalizedName, *, now: datetime, is_office: bool = False) -> Standing:
    """How whoever acts stands to a project: with a token, in a session, or at the machine itself.

    ``is_office`` when they act as staff; that they are, and have shown it, is required before (console).
    Raises Refused(TOKEN_UNKNOWN).
    """
    if by.token is not None:
        return load_standing(load_holder_of(by.token), project, now=now, is_new=False)
    account = by.account or _NOBODY
    office = Office.OPERATOR if by.kind in _MACHINE else Office.STAFF if is_office else None
    return Standing(
        bearer=Bearer(account_is_active=office is Office.OPERATOR or is_account_active(account), token=None, now=now),
        has_verified_address=has_verified_address(account),
        project=project,
        role=load_role(account, project),
        office=office,
    )


def bearer_of(holder: Holder, *, now: datetime) -> Bearer:
    """Who presents a token, as the rules ask."""
    return Bearer(account_is_active=holder.account_is_active, token=holder.facts, now=now)


def load_office(account: AccountId | None) -> OfficeFacts:
    """Whether an account runs the index, and holds a second factor."""
    asked = account or _NOBODY
    return OfficeFacts(
        is_staff=is_staff(asked),
        is_active=is_account_active(asked),
        holds_factor=bool(held_kinds(asked) & FACTOR_KINDS),
    )
