"""What those who run the index do to accounts: suspend, lift, make staff and take that away, end sessions, revoke.

Every deed takes their office (``spend_office``: a second factor, a fresh proof for this very account, a reason). The
reason is for the person too: it stands in the letter that every address of the account gets, which says that those
who run the index did it, and neither who of them nor from where. What is not for the person is not written there: the
form says so. The record keeps everything.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.accounts.actions.adding import change_staff
from strongroom.accounts.actions.ending import BY_OPERATOR, end_all_sessions, lift_suspension, suspend_account
from strongroom.accounts.models import Account
from strongroom.accounts.queries.accounts import load_account_id
from strongroom.accounts.queries.entry import held_kinds
from strongroom.console.rules.people import (
    require_fit_for_office,
    require_others_in_office,
    require_somebody_else,
    target_of,
)
from strongroom.mandate.actions import spend_office
from strongroom.reads.readers import Readers
from strongroom.terms.actors import AccountId, Actor, TokenId
from strongroom.terms.proofs import FACTOR_KINDS
from strongroom.tokens.actions import revoke_in_office


def suspend_person(*, by: Actor, now: datetime, name: str, office: str) -> bool:
    """Nobody can use the account until this is lifted; whether anything changed.

    Raises Refused: ACCOUNT_UNKNOWN, OFFICE_ON_ONESELF, and what ``spend_office`` raises.
    """
    with transaction.atomic():
        row = _lock(name)
        require_somebody_else(by.account, AccountId(row.pk))
        by = _spend(row, by=by, now=now, office=office)

        return suspend_account(by=by, now=now, account=AccountId(row.pk), why=BY_OPERATOR, office=office)


def lift_persons_suspension(*, by: Actor, now: datetime, name: str, office: str) -> bool:
    """The account can be used again; its sessions stay ended. Whether it was suspended.

    Raises as ``suspend_person``.
    """
    with transaction.atomic():
        row = _lock(name)
        require_somebody_else(by.account, AccountId(row.pk))
        by = _spend(row, by=by, now=now, office=office)

        return lift_suspension(by=by, now=now, account=AccountId(row.pk), office=office)


def make_staff(*, by: Actor, now: datetime, name: str, office: str) -> bool:
    """Somebody who holds a second factor runs the index from now on; whether they did not yet.

    Raises Refused: ACCOUNT_UNKNOWN, OFFICE_ON_ONESELF, ACCOUNT_NOT_LIVE, OFFICE_NEEDS_FACTOR, and what
    ``spend_office`` raises.
    """
    with transaction.atomic():
        row = _lock(name)
        account = AccountId(row.pk)
        require_somebody_else(by.account, account)
        holds_factor = bool(held_kinds(account) & FACTOR_KINDS)
        require_fit_for_office(is_active=row.is_active, holds_factor=holds_factor, name=row.name)
        by = _spend(row, by=by, now=now, office=office)

        return change_staff(by=by, now=now, account=account, is_staff=True, office=office)


def take_staff_away(*, by: Actor, now: datetime, name: str, office: str) -> bool:
    """Somebody runs the index no more; whether they did.

    Raises Refused: ACCOUNT_UNKNOWN, OFFICE_ON_ONESELF, LAST_STAFF, and what ``spend_office`` raises.
    """
    with transaction.atomic():
        # Of two who take it from each other at once, the second must find that it is gone.
        staff = list(Account.objects.select_for_update().filter(is_staff=True).order_by("pk"))
        row = _lock(name)
        require_somebody_else(by.account, AccountId(row.pk))
        if row.is_staff:
            require_others_in_office(sum(one.is_active for one in staff if one.pk != row.pk))
        by = _spend(row, by=by, now=now, office=office)

        return change_staff(by=by, now=now, account=AccountId(row.pk), is_staff=False, office=office)


def end_persons_sessions(*, by: Actor, now: datetime, name: str, office: str) -> int:
    """End every session of an account; how many. Raises Refused: ACCOUNT_UNKNOWN, and as ``spend_office``."""
    with transaction.atomic():
        row = _lock(name)
        by = _spend(row, by=by, now=now, office=office)

        return end_all_sessions(by=by, now=now, account=AccountId(row.pk), office=office)


def revoke_persons_tokens(
    *, by: Actor, now: datetime, name: str, token: TokenId | None, office: str, readers: Readers
) -> int:
    """Revoke one token of an account, or all of them; how many.

    Raises Refused: ACCOUNT_UNKNOWN, TOKEN_UNKNOWN, and what ``spend_office`` raises.
    """
    with transaction.atomic():
        row = _lock(name)
        by = _spend(row, by=by, now=now, office=office)

        return revoke_in_office(by=by, now=now, account=AccountId(row.pk), token=token, office=office, readers=readers)


def _lock(name: str) -> Account:
    return Account.objects.select_for_update().get(pk=load_account_id(name))


def _spend(row: Account, *, by: Actor, now: datetime, office: str) -> Actor:
    return spend_office(by=by, now=now, target=target_of(row.folded_name), reason=office)
