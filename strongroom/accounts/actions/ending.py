"""Ending what an account can do: suspended by "this was not me", lifted by its person, closed for good."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.dispatch import Signal

from strongroom.accounts.actions.letters import tell
from strongroom.accounts.models import Account, Arrival, Device, EmailAddress, Factor, Letter, Session
from strongroom.accounts.rules.letters import NOT_ME_LIFE
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor
from strongroom.terms.refusals import Reason, Refused

BY_OPERATOR = "operator"
"""Why an account is suspended: only those who run the index lift this, at the machine or in the console."""

access_changed = Signal()
"""Sent in the transaction in which what an account, or what was made with one factor, may do has changed.

With ``account``, ``now``, ``by``, and ``factor`` when it is about what was made with that factor alone. Rooms
above (tokens) follow it; ``site`` connects them.
"""


def answer_not_me(*, by: Actor, now: datetime, letter: int) -> AccountId:
    """Somebody who reads one of the mailboxes says that it was not them: the account is suspended at once.

    Raises Refused(NOT_ME_LINK_INVALID) when the link was used or is too old.
    """
    with transaction.atomic():
        rows = Letter.objects.filter(pk=letter, account__isnull=False, answered_at=None)
        if not rows.filter(made_at__gt=now - NOT_ME_LIFE).update(answered_at=now):
            raise Refused(Reason.NOT_ME_LINK_INVALID)
        account = AccountId(Letter.objects.values_list("account_id", flat=True).get(pk=letter) or 0)
        suspend_account(by=by, now=now, account=account, why="not-me")
    return account


def suspend_account(*, by: Actor, now: datetime, account: AccountId, why: str, office: str = "") -> bool:
    """Nobody can use the account from now on: no session, no token, no sign-in. Twice changes nothing.

    But the word of those who run the index takes the place of the person's own, who could otherwise lift it by a
    reset; ``office`` is the reason that they give. Whether anything changed.
    """
    with transaction.atomic():
        rows = Account.objects.filter(pk=account, closed_at=None)
        rows = rows.exclude(suspended_why=BY_OPERATOR) if why == BY_OPERATOR else rows.filter(suspended_at=None)
        if not rows.update(suspended_at=now, suspended_why=why):
            return False
        end_entries(account, now=now, why="suspended")
        forget_devices(account, now=now)
        tell(by=by, now=now, account=account, deed=Deed.ACCOUNT_SUSPENDED, why=why, **_in_office(office))
        access_changed.send(sender=Account, account=account, now=now, by=by, factor=None)
    return True


def lift_own_suspension(*, by: Actor, now: datetime, account: AccountId) -> None:
    """The person has shown a mailbox, a factor if there is one, and has set a new password: part of a reset.

    Lifts only what the person's own mailbox suspended.
    """
    with transaction.atomic():
        rows = Account.objects.filter(pk=account, suspended_at__isnull=False, suspended_why="not-me")
        if rows.update(suspended_at=None, suspended_why=""):
            tell(by=by, now=now, account=account, deed=Deed.SUSPENSION_LIFTED)
            access_changed.send(sender=Account, account=account, now=now, by=by, factor=None)


def lift_suspension(*, by: Actor, now: datetime, account: AccountId, office: str = "") -> bool:
    """Those who run the index lift a suspension, whatever it was for; whether there was one. Sessions stay ended."""
    with transaction.atomic():
        rows = Account.objects.filter(pk=account, suspended_at__isnull=False, closed_at=None)
        if not rows.update(suspended_at=None, suspended_why=""):
            return False
        tell(by=by, now=now, account=account, deed=Deed.SUSPENSION_LIFTED, **_in_office(office))
        access_changed.send(sender=Account, account=account, now=now, by=by, factor=None)
    return True


def end_all_sessions(*, by: Actor, now: datetime, account: AccountId, office: str) -> int:
    """Those who run the index end every session of an account, and every way in; how many sessions there were."""
    with transaction.atomic():
        ended = Session.objects.filter(account_id=account, ended_at=None).count()
        end_entries(account, now=now, why="by-office")
        facts = {"count": ended, **_in_office(office)}
        tell(by=by, now=now, account=account, deed=Deed.OTHER_SESSIONS_ENDED, **facts)
    return ended


def close_account_row(*, by: Actor, now: datetime, account: AccountId) -> None:
    """Close for good: nobody can sign in, its addresses are free, its name never is. The record stays.

    Twice changes nothing. Who may do it, and when, is asked above (``factors``), where projects and factors are known.
    """
    with transaction.atomic():
        if not Account.objects.filter(pk=account, closed_at=None).update(closed_at=now, password=make_password(None)):
            return
        tell(by=by, now=now, account=account, deed=Deed.ACCOUNT_CLOSED)
        end_entries(account, now=now, why="closed")
        forget_devices(account, now=now)
        Factor.objects.filter(account_id=account, ended_at=None).update(ended_at=now, ended_why="closed")
        EmailAddress.objects.filter(account_id=account).delete()
        access_changed.send(sender=Account, account=account, now=now, by=by, factor=None)


def forget_devices(account: AccountId, *, now: datetime) -> None:
    """No browser is known any more, in the transaction of what asks for it: an intruder's might be one of them."""
    Device.objects.filter(account_id=account, forgotten_at=None).update(forgotten_at=now)


def end_entries(account: AccountId, *, now: datetime, why: str, but: int | None = None) -> None:
    """End every session and every arrival of an account, in the transaction of what asks for it."""
    Session.objects.filter(account_id=account, ended_at=None).exclude(pk=but or 0).update(ended_at=now, ended_why=why)
    Arrival.objects.filter(account_id=account, ended_at=None).update(ended_at=now)


def _in_office(office: str) -> dict[str, object]:
    """The reason of those who run the index, where it was one of theirs: for the record, and for the person."""
    return {"office": office.strip()} if office else {}
