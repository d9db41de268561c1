"""What can be done with accounts so far: add one, and make the first staff account through a one-time link."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from strongroom.accounts.models import Account, EmailAddress, SetupLink
from strongroom.accounts.queries import has_staff
from strongroom.accounts.rules import (
    ChosenPassword,
    details_of,
    fold_name,
    normalize_password,
    require_account_name,
    require_email_address,
    require_password,
)
from strongroom.gear.passwords import estimate_strength, is_breached
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import AccountId, Actor
from strongroom.terms.refusals import Reason, Refused


@dataclass(frozen=True)
class NewPassword:
    """A password as it was typed, and the folder of breached ones that it is looked up in."""

    text: str
    breached: Path | None = None


SETUP_LINK_HOURS = 24
"""A link that lies in a log should not lie there for ever; every start prints a new one while it is needed."""


def add_account(
    *,
    by: Actor,
    now: datetime,
    name: str,
    address: str,
    is_verified: bool = False,
    password: NewPassword | None = None,
    is_staff: bool = False,
) -> AccountId:
    """Add an account with one address. Without a password nobody can sign in to it, but tokens can be made for it.

    Raises Refused: ACCOUNT_NAME_INVALID, EMAIL_INVALID, PASSWORD_… (rules), ACCOUNT_EXISTS (name or address).
    """
    require_account_name(name)
    require_email_address(address)
    if password is not None:
        require_password(_judge(password, details_of(name, address)))

    try:
        with transaction.atomic():
            account = Account.objects.create(
                name=name,
                folded_name=fold_name(name),
                password=make_password(None if password is None else normalize_password(password.text)),
                is_staff=is_staff,
                created_at=now,
            )
            EmailAddress.objects.create(
                account=account, address=address, is_primary=True, verified_at=now if is_verified else None
            )
            deed = Deed.STAFF_ADDED if is_staff else Deed.ACCOUNT_ADDED
            record_event(by=by, now=now, deed=deed, subject=Subject(SubjectKind.ACCOUNT, name))
    except IntegrityError:
        raise Refused(Reason.ACCOUNT_EXISTS, name=name) from None

    return AccountId(account.pk)


def make_setup_link(*, by: Actor, now: datetime) -> str | None:
    """A new secret for the link that makes the first staff account; nothing once there is one.

    A link made earlier stops working: only the newest, which the operator has just seen, is good.
    """
    if has_staff():
        return None

    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        SetupLink.objects.filter(used_at=None).delete()
        SetupLink.objects.create(
            sha256=_hash(secret), created_at=now, expires_at=now + timedelta(hours=SETUP_LINK_HOURS)
        )
        record_event(by=by, now=now, deed=Deed.SETUP_LINK_MADE, subject=Subject(SubjectKind.INDEX, ""))

    return secret


def is_setup_link_good(secret: str, *, now: datetime) -> bool:
    """Whether the link can still be used; looking at it does not use it up."""
    return SetupLink.objects.filter(sha256=_hash(secret), used_at=None, expires_at__gt=now).exists() and not has_staff()


def make_first_staff_account(
    *, by: Actor, now: datetime, secret: str, name: str, address: str, password: NewPassword
) -> AccountId:
    """Use up the one-time link and make the first staff account.

    Raises Refused(SETUP_LINK_INVALID) when the link is unknown, used or too old, or staff exist; and
    what ``add_account`` raises, in which case the link stays good.
    """
    with transaction.atomic():
        claimed = SetupLink.objects.filter(sha256=_hash(secret), used_at=None, expires_at__gt=now).update(used_at=now)
        if not claimed or has_staff():
            raise Refused(Reason.SETUP_LINK_INVALID)
        return add_account(
            by=by, now=now, name=name, address=address, is_verified=True, password=password, is_staff=True
        )


def _judge(password: NewPassword, details: tuple[str, ...]) -> ChosenPassword:
    text = normalize_password(password.text)
    return ChosenPassword(
        text=text,
        details=details,
        strength=estimate_strength(text, details),
        is_breached=is_breached(text, password.breached),
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
