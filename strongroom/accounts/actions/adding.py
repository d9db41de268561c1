"""Adding accounts: by an operator, by signing up, and the first staff account through a one-time link."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from strongroom.accounts.actions.arriving import ask_mailbox, begin_arrival
from strongroom.accounts.actions.attempts import count_attempt
from strongroom.accounts.actions.ending import end_entries
from strongroom.accounts.actions.letters import tell
from strongroom.accounts.actions.passwords import NewPassword, judge_password
from strongroom.accounts.models import Account, Arrival, EmailAddress, SetupLink
from strongroom.accounts.queries.accounts import has_staff
from strongroom.accounts.queries.entry import LoadedArrival, load_arrival
from strongroom.accounts.rules.arriving import Purpose, Stage, require_stage
from strongroom.accounts.rules.limits import CODES_MAILED_TO_ONE_ACCOUNT, SIGN_UPS_FROM_ONE_ADDRESS, network_of
from strongroom.accounts.rules.names import fold_name, require_account_name, require_email_address
from strongroom.accounts.rules.passwords import (
    details_of,
    normalize_password,
    require_password,
)
from strongroom.gear.sealing import Sealer
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import AccountId, Actor
from strongroom.terms.refusals import Reason, Refused

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
    language: str = "",
) -> AccountId:
    """Add an account with one address. Without a password nobody can sign in to it, but tokens can be made for it.

    Raises Refused: ACCOUNT_NAME_INVALID, EMAIL_INVALID, PASSWORD_… (rules), ACCOUNT_EXISTS (name or address).
    """
    hashed = _require_account(name, address, password)
    return _write_account(
        by=by,
        now=now,
        name=name,
        address=address,
        is_verified=is_verified,
        hashed=hashed,
        is_staff=is_staff,
        language=language,
    )


def _require_account(name: str, address: str, password: NewPassword | None) -> str:
    """What must hold of an account; its password, hashed before the transaction, so that no lock waits for it."""
    require_account_name(name)
    require_email_address(address)
    holder = EmailAddress.objects.annotate(folded=Lower("address")).filter(folded=Lower(Value(address)))
    if holder.filter(verified_at__isnull=False).exists():
        raise Refused(Reason.ACCOUNT_EXISTS, name=name)
    if password is None:
        return make_password(None)
    require_password(judge_password(password, details_of(name, address)))
    return make_password(normalize_password(password.text))


def _write_account(
    *, by: Actor, now: datetime, name: str, address: str, is_verified: bool, hashed: str, is_staff: bool, language: str
) -> AccountId:
    try:
        with transaction.atomic():
            account = Account.objects.create(
                name=name,
                folded_name=fold_name(name),
                password=hashed,
                is_staff=is_staff,
                language=language,
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


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def begin_sign_up(*, by: Actor, now: datetime, address: str, sealer: Sealer) -> str:
    """Somebody wants an account: the key for their browser, and a code to their address.

    An address that an account has already gets a mail that says so instead; what the page shows is the same.
    Raises Refused: EMAIL_INVALID, TOO_MANY_ATTEMPTS.
    """
    require_email_address(address)
    count_attempt(now=now, bucket=f"sign-up from {network_of(by.address)}", limits=SIGN_UPS_FROM_ONE_ADDRESS)
    wanted = sealer.keyed_hash(address.casefold(), about="attempts")
    count_attempt(now=now, bucket=f"sign-up {wanted}", limits=CODES_MAILED_TO_ONE_ACCOUNT)

    key, _ = begin_arrival(now=now, purpose=Purpose.SIGN_UP, address=address)
    ask_mailbox(by=by, now=now, arrival=load_arrival(key, now=now, device=None), sealer=sealer)
    return key


def complete_sign_up(
    *, by: Actor, now: datetime, arrival: LoadedArrival, name: str, password: NewPassword, language: str
) -> AccountId:
    """Make the account, now that its mailbox was read; signs nobody in.

    Raises Refused: STAGE_OUT_OF_ORDER, ARRIVAL_GONE, and what ``add_account`` raises, in which case the person
    chooses again. Names are public: that one is taken is said; whether an address is, never.
    """
    require_stage(arrival.facts, Stage.NEW_ACCOUNT)
    address = arrival.address
    hashed = _require_account(name, address, password)

    with transaction.atomic():
        if not Arrival.objects.filter(pk=arrival.id, ended_at=None, expires_at__gt=now).update(ended_at=now):
            raise Refused(Reason.ARRIVAL_GONE)
        account = _write_account(
            by=by,
            now=now,
            name=name,
            address=address,
            is_verified=True,
            hashed=hashed,
            is_staff=False,
            language=language,
        )
        tell(by=by, now=now, account=account, deed=Deed.SIGNED_UP)
    return account


def change_staff(*, by: Actor, now: datetime, account: AccountId, is_staff: bool, office: str) -> bool:
    """Make somebody one of those who run the index, or no more; whether that changed anything. They are told.

    Whoever becomes one signs in anew: a session of staff lives by stricter limits. Whether it may be done is asked
    above (``console``), where factors are known.
    """
    with transaction.atomic():
        if not Account.objects.filter(pk=account, is_staff=not is_staff).update(is_staff=is_staff):
            return False
        if is_staff:
            end_entries(account, now=now, why="made-staff")
        deed = Deed.STAFF_ADDED if is_staff else Deed.STAFF_REMOVED
        tell(by=by, now=now, account=account, deed=deed, office=office.strip())
    return True
