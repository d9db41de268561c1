"""The way in: password, factor, mailbox, each shown to one arrival, until a session can begin."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from strongroom.accounts.actions.attempts import count_attempt, give_attempt_back
from strongroom.accounts.actions.mailing import Browser, Recipient, mail_code, spend_mail_code
from strongroom.accounts.models import Account, Arrival, Device, EmailAddress
from strongroom.accounts.queries.accounts import find_reset_address
from strongroom.accounts.queries.entry import LoadedArrival, find_account, find_device, hash_key
from strongroom.accounts.rules.arriving import ARRIVAL_LIFE, Purpose, Stage, require_factor_turn, require_stage
from strongroom.accounts.rules.letters import LetterKind
from strongroom.accounts.rules.limits import (
    CODES_FROM_ONE_ADDRESS,
    CODES_MAILED_FROM_ONE_ADDRESS,
    CODES_MAILED_TO_ONE_ACCOUNT,
    PASSWORDS_FOR_ONE_ACCOUNT,
    PASSWORDS_FROM_ONE_ADDRESS,
    Limit,
    network_of,
)
from strongroom.accounts.rules.mailed_codes import MailCodePurpose
from strongroom.accounts.rules.passwords import normalize_password
from strongroom.gear.sealing import Sealer
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import AccountId, Actor, ArrivalId, FactorId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, Refused

KEY_BYTES = 32

MAIL_CODE_FOR = {
    Purpose.SIGN_IN: MailCodePurpose.SIGN_IN,
    Purpose.SIGN_UP: MailCodePurpose.SIGN_UP,
    Purpose.RESET: MailCodePurpose.RESET,
}


Buckets = tuple[tuple[str, Sequence[Limit]], ...]


@dataclass(frozen=True)
class Credentials:
    """An account's name (or a verified address of it) and its password, as somebody typed them."""

    name: str
    password: str


def begin_arrival(
    *, now: datetime, purpose: Purpose, account: AccountId | None = None, address: str = ""
) -> tuple[str, ArrivalId]:
    """Somebody is on the way in: the new key for their browser, and the row it opens."""
    key = secrets.token_urlsafe(KEY_BYTES)
    row = Arrival.objects.create(
        key_sha256=hash_key(key),
        purpose=purpose.value,
        account_id=account,
        address=address,
        begun_at=now,
        expires_at=now + ARRIVAL_LIFE,
    )
    return key, ArrivalId(row.pk)


def show_password(
    *,
    by: Actor,
    now: datetime,
    credentials: Credentials,
    device: str | None,
    arrival: LoadedArrival | None,
    sealer: Sealer,
) -> str:
    """The first step of signing in, or the second when a security key came first: the new key for the browser.

    Raises Refused: SIGN_IN_FAILED, whatever is wrong; TOO_MANY_ATTEMPTS. An unknown account takes as long as a known.
    """
    name = credentials.name.strip()
    account = find_account(name)
    first = _shown_first(arrival)
    known = find_device(AccountId(0 if account is None else account.pk), device, now=now)
    buckets = _password_buckets(account, first, known) or (
        (f"password from {network_of(by.address)}", PASSWORDS_FROM_ONE_ADDRESS),
        (f"password {sealer.keyed_hash(name.casefold(), about='attempts')}", PASSWORDS_FOR_ONE_ACCOUNT),
    )
    for bucket, limits in buckets:
        count_attempt(now=now, bucket=bucket, limits=limits)
    is_right = _is_password_of(account, credentials.password)
    if account is None or not is_right or (first is not None and first.account != account.pk):
        _record_refusal(by=by, now=now, account=account, kind=ProofKind.PASSWORD)
        raise Refused(Reason.SIGN_IN_FAILED)

    for bucket, limits in buckets:
        give_attempt_back(now=now, bucket=bucket, limits=limits)
    if first is not None:
        return _rekey(first.id, now=now, password_at=now)
    key, row = begin_arrival(now=now, purpose=Purpose.SIGN_IN, account=AccountId(account.pk))
    Arrival.objects.filter(pk=row).update(password_at=now)
    return key


def show_factor(
    *,
    now: datetime,
    arrival: LoadedArrival,
    kind: ProofKind,
    account: AccountId,
    factor: FactorId,
    person_verified: bool = False,
) -> None:
    """A factor was verified on the way in; called in the transaction that verified it, by ``factors``.

    Raises Refused: STAGE_OUT_OF_ORDER, ARRIVAL_GONE when another answer came first.
    """
    require_factor_turn(arrival.facts, kind)
    if arrival.account not in {None, account}:
        raise Refused(Reason.KEY_UNKNOWN)
    rows = Arrival.objects.filter(pk=arrival.id, ended_at=None, expires_at__gt=now, factor=None)
    if not rows.update(account_id=account, factor_kind=kind.value, factor_id=factor, person_verified=person_verified):
        raise Refused(Reason.ARRIVAL_GONE)


def ask_mailbox(*, by: Actor, now: datetime, arrival: LoadedArrival, sealer: Sealer) -> None:
    """Mail the code of this arrival, when it is the mailbox's turn. Asking again never resets a count.

    Raises Refused: STAGE_OUT_OF_ORDER, TOO_MANY_ATTEMPTS.
    """
    require_stage(arrival.facts, Stage.MAILBOX)
    network = network_of(by.address)
    # Before a password was shown anybody can ask, and the count must not tell whether there is an account.
    who = f"account {arrival.account} {network}" if arrival.facts.has_password else f"arrival {arrival.id}"
    count_attempt(now=now, bucket=f"mail {who}", limits=CODES_MAILED_TO_ONE_ACCOUNT)
    count_attempt(now=now, bucket=f"mail from {network}", limits=CODES_MAILED_FROM_ONE_ADDRESS)
    mail_code(
        now=now,
        purpose=MAIL_CODE_FOR[arrival.facts.purpose],
        browser=Browser(arrival=arrival.id),
        recipient=_recipient(arrival),
        sealer=sealer,
    )


def show_mailbox(*, by: Actor, now: datetime, arrival: LoadedArrival, text: str, sealer: Sealer) -> None:
    """The mailed code was typed in the browser that asked for it.

    Raises Refused: STAGE_OUT_OF_ORDER, MAIL_CODE_WRONG, MAIL_CODE_GONE, TOO_MANY_ATTEMPTS.
    """
    require_stage(arrival.facts, Stage.MAILBOX)
    bucket = f"code from {network_of(by.address)}"
    count_attempt(now=now, bucket=bucket, limits=CODES_FROM_ONE_ADDRESS)
    spend_mail_code(
        now=now,
        purpose=MAIL_CODE_FOR[arrival.facts.purpose],
        browser=Browser(arrival=arrival.id),
        text=text,
        sealer=sealer,
    )

    give_attempt_back(now=now, bucket=bucket, limits=CODES_FROM_ONE_ADDRESS)
    if not Arrival.objects.filter(pk=arrival.id, ended_at=None, expires_at__gt=now).update(mailbox_at=now):
        raise Refused(Reason.ARRIVAL_GONE)


def _shown_first(arrival: LoadedArrival | None) -> LoadedArrival | None:
    """The arrival in which a security key was shown before the password.

    No other one leads on: a half-finished sign-in, or a reset that anybody can begin for anybody, ends by itself.
    """
    if arrival is None or arrival.facts.purpose is not Purpose.SIGN_IN or arrival.facts.has_password:
        return None
    return arrival if arrival.facts.factor is ProofKind.SECURITY_KEY and arrival.account is not None else None


def _password_buckets(account: Account | None, first: LoadedArrival | None, known: Device | None) -> Buckets:
    """A known device, or a security key shown first, has a count of its own, so that no stranger's guesses matter.

    Else the count is of what was typed, and not of whose it is: a count that an account's name and addresses shared
    would tell which belong together.
    """
    if account is not None and known is not None:
        return ((f"password device {known.pk}", PASSWORDS_FOR_ONE_ACCOUNT),)
    if account is not None and first is not None and first.account == account.pk:
        return ((f"password after factor {first.factor}", PASSWORDS_FOR_ONE_ACCOUNT),)
    return ()


def _is_password_of(account: Account | None, typed: str) -> bool:
    text = normalize_password(typed)
    if account is None or not account.has_usable_password():
        make_password(text)  # takes as long as a check: who has an account does not show in the time
        return False

    def rehash(raw: str) -> None:
        # Only in the place of what was checked: a reset meanwhile must not be undone.
        Account.objects.filter(pk=account.pk, password=account.password).update(password=make_password(raw))

    return check_password(text, account.password, setter=rehash)


def _record_refusal(*, by: Actor, now: datetime, account: Account | None, kind: ProofKind) -> None:
    subject = Subject(SubjectKind.INDEX, "") if account is None else Subject(SubjectKind.ACCOUNT, account.name)
    with transaction.atomic():
        record_event(by=by, now=now, deed=Deed.SIGN_IN_REFUSED, subject=subject, details={"kind": kind.value})


def _rekey(arrival: ArrivalId, *, now: datetime, password_at: datetime) -> str:
    key = secrets.token_urlsafe(KEY_BYTES)
    rows = Arrival.objects.filter(pk=arrival, ended_at=None, expires_at__gt=now)
    if not rows.update(key_sha256=hash_key(key), password_at=password_at):
        raise Refused(Reason.ARRIVAL_GONE)
    return key


def _recipient(arrival: LoadedArrival) -> Recipient:
    if arrival.facts.purpose is Purpose.SIGN_UP:
        holder = find_account(arrival.address)
        if holder is None:
            return Recipient(None, arrival.address)
        return Recipient(AccountId(holder.pk), arrival.address, LetterKind.ADDRESS_HELD)
    if arrival.facts.purpose is Purpose.RESET:
        return Recipient(arrival.account, find_reset_address(arrival.account))
    rows = EmailAddress.objects.filter(account_id=arrival.account or 0, is_primary=True, verified_at__isnull=False)
    return Recipient(arrival.account, rows.values_list("address", flat=True).first() or "")
