"""The e-mail addresses of an account: added, verified, made primary, removed. Each change is told to all of them."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from strongroom.accounts.actions.attempts import count_attempt, give_attempt_back
from strongroom.accounts.actions.letters import tell
from strongroom.accounts.actions.mailing import Browser, Recipient, mail_code, spend_mail_code
from strongroom.accounts.actions.proving import Aim, spend_proof
from strongroom.accounts.models import Account, EmailAddress
from strongroom.accounts.rules.limits import (
    CODES_FROM_ONE_ADDRESS,
    CODES_MAILED_FROM_ONE_ADDRESS,
    CODES_MAILED_TO_ONE_ACCOUNT,
    network_of,
)
from strongroom.accounts.rules.mailed_codes import MailCodePurpose
from strongroom.accounts.rules.names import MOST_ADDRESSES, require_email_address
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.gear.sealing import Sealer
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor
from strongroom.terms.refusals import Reason, Refused


def add_address(*, by: Actor, now: datetime, address: str, sealer: Sealer) -> int:
    """Add an address to one's own account and mail a code to it; it counts once that was typed back.

    Whether another account has it does not show. Raises Refused: EMAIL_INVALID, ADDRESS_HELD, TOO_MANY_ADDRESSES,
    PROOF_NEEDED, TOO_MANY_ATTEMPTS.
    """
    account, _ = require_signed_in(by)
    require_email_address(address)
    try:
        with transaction.atomic():
            _lock(account)
            if EmailAddress.objects.filter(account_id=account).count() >= MOST_ADDRESSES:
                raise Refused(Reason.TOO_MANY_ADDRESSES, most=MOST_ADDRESSES)
            by = spend_proof(by=by, now=now, aim=Aim(Dangerous.CHANGE_ADDRESSES))
            row = EmailAddress.objects.create(account_id=account, address=address)
            tell(by=by, now=now, account=account, deed=Deed.ADDRESS_ADDED, address=address)
    except IntegrityError:
        raise Refused(Reason.ADDRESS_HELD, address=address) from None
    ask_address(by=by, now=now, address=row.pk, sealer=sealer)
    return row.pk


def ask_address(*, by: Actor, now: datetime, address: int, sealer: Sealer) -> None:
    """Mail a code to an address of one's own that is not verified yet. Raises Refused: ADDRESS_UNKNOWN, TOO_MANY_…."""
    account, session = require_signed_in(by)
    row = _load(account, address)
    if row.verified_at is not None:
        return
    count_attempt(now=now, bucket=f"mail account {account}", limits=CODES_MAILED_TO_ONE_ACCOUNT)
    bucket = f"mail from {network_of(by.address)}"
    count_attempt(now=now, bucket=bucket, limits=CODES_MAILED_FROM_ONE_ADDRESS)
    mail_code(
        now=now,
        purpose=MailCodePurpose.ADDRESS,
        browser=Browser(session=session),
        recipient=Recipient(account, row.address),
        sealer=sealer,
    )


def verify_address(*, by: Actor, now: datetime, address: int, text: str, sealer: Sealer) -> None:
    """The code that was mailed to the address was typed back in the same session.

    Raises Refused: ADDRESS_UNKNOWN, MAIL_CODE_WRONG, MAIL_CODE_GONE, TOO_MANY_ATTEMPTS, and ACCOUNT_EXISTS when
    another account has verified it: whoever reads the mailbox may be told that.
    """
    account, session = require_signed_in(by)
    row = _load(account, address)
    if row.verified_at is not None:
        return
    bucket = f"code from {network_of(by.address)}"
    count_attempt(now=now, bucket=bucket, limits=CODES_FROM_ONE_ADDRESS)
    mailed_to = spend_mail_code(
        now=now, purpose=MailCodePurpose.ADDRESS, browser=Browser(session=session), text=text, sealer=sealer
    )
    if mailed_to != row.address:
        raise Refused(Reason.MAIL_CODE_WRONG)

    give_attempt_back(now=now, bucket=bucket, limits=CODES_FROM_ONE_ADDRESS)
    try:
        with transaction.atomic():
            if not EmailAddress.objects.filter(pk=row.pk, verified_at=None).update(verified_at=now):
                raise Refused(Reason.ADDRESS_UNKNOWN)
            tell(by=by, now=now, account=account, deed=Deed.ADDRESS_VERIFIED, address=row.address)
    except IntegrityError:
        raise Refused(Reason.ACCOUNT_EXISTS, name=row.address) from None


def make_address_primary(*, by: Actor, now: datetime, address: int) -> None:
    """Make a verified address the primary one; the former one is told as well.

    Raises Refused: ADDRESS_UNKNOWN, ADDRESS_NOT_VERIFIED, PROOF_NEEDED.
    """
    account, _ = require_signed_in(by)
    with transaction.atomic():
        _lock(account)
        row = _load(account, address)
        if row.verified_at is None:
            raise Refused(Reason.ADDRESS_NOT_VERIFIED)
        if row.is_primary:
            return
        by = spend_proof(by=by, now=now, aim=Aim(Dangerous.CHANGE_ADDRESSES))
        EmailAddress.objects.filter(account_id=account, is_primary=True).update(is_primary=False)
        EmailAddress.objects.filter(pk=row.pk).update(is_primary=True)
        tell(by=by, now=now, account=account, deed=Deed.PRIMARY_ADDRESS_CHANGED, address=row.address)


def remove_address(*, by: Actor, now: datetime, address: int) -> None:
    """Remove an address; it is told so itself, when it was verified.

    Raises Refused: ADDRESS_UNKNOWN, ADDRESS_PRIMARY, PROOF_NEEDED.
    """
    account, _ = require_signed_in(by)
    with transaction.atomic():
        _lock(account)
        row = _load(account, address)
        if row.is_primary:
            raise Refused(Reason.ADDRESS_PRIMARY)
        by = spend_proof(by=by, now=now, aim=Aim(Dangerous.CHANGE_ADDRESSES))
        # Told before it is gone: an intruder who removes it cannot keep the warning from it.
        tell(by=by, now=now, account=account, deed=Deed.ADDRESS_REMOVED, address=row.address)
        row.delete()


def _lock(account: AccountId) -> None:
    """One change of an account's addresses at a time: two at once would leave it with two primary ones, or none."""
    Account.objects.select_for_update().get(pk=account)


def _load(account: AccountId, address: int) -> EmailAddress:
    row = EmailAddress.objects.filter(pk=address, account_id=account).first()
    if row is None:
        raise Refused(Reason.ADDRESS_UNKNOWN)
    return row
