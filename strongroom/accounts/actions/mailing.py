"""Codes that are mailed and typed back in the same browser."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.db.models import F

from strongroom.accounts.actions.attempts import count_attempt, give_attempt_back
from strongroom.accounts.actions.letters import write_secret_letter
from strongroom.accounts.models import MailCode
from strongroom.accounts.rules.arriving import MAIL_CODE_LIFE
from strongroom.accounts.rules.letters import LetterKind
from strongroom.accounts.rules.limits import CODES_FOR_ONE_ACCOUNT, TRIES_OF_A_MAILED_CODE
from strongroom.accounts.rules.mailed_codes import MailCodePurpose, parse_mail_code, render_mail_code
from strongroom.gear.sealing import Sealer
from strongroom.terms.actors import AccountId, ArrivalId, SessionId
from strongroom.terms.refusals import Reason, Refused

RANDOM_BYTES = 16


@dataclass(frozen=True)
class Browser:
    """Where a code must be typed: in the arrival or the session that asked for it."""

    arrival: ArrivalId | None = None
    session: SessionId | None = None


@dataclass(frozen=True)
class Recipient:
    """Whom a code is mailed to. Without an address, nothing leaves.

    ``kind`` tells somebody who has an account already that no other is needed; such a letter shows no code.
    """

    account: AccountId | None
    address: str
    kind: LetterKind = LetterKind.CODE


def mail_code(
    *, now: datetime, purpose: MailCodePurpose, browser: Browser, recipient: Recipient, sealer: Sealer
) -> None:
    """Make a code and mail it; earlier ones of the same browser and purpose are good for nothing from now on.

    A code for nobody is made like any other and mailed to nobody: from outside the two look the same.
    """
    code = render_mail_code(secrets.token_bytes(RANDOM_BYTES))
    with transaction.atomic():
        _of(browser, purpose).filter(used_at=None).update(used_at=now)
        MailCode.objects.create(
            purpose=purpose.value,
            arrival_id=browser.arrival,
            session_id=browser.session,
            address=recipient.address,
            code_hash=sealer.keyed_hash(code, about=f"mailed code {purpose.value}"),
            made_at=now,
            expires_at=now + MAIL_CODE_LIFE,
        )
        write_secret_letter(
            now=now,
            account=recipient.account,
            address=recipient.address,
            kind=recipient.kind,
            facts={"purpose": purpose.value},
            secret=code,
            sealer=sealer,
        )


def spend_mail_code(*, now: datetime, purpose: MailCodePurpose, browser: Browser, text: str, sealer: Sealer) -> str:
    """The address whose mailbox was read, when the code is right; it is good once.

    Raises Refused: MAIL_CODE_WRONG, MAIL_CODE_GONE, TOO_MANY_ATTEMPTS. Each try is counted before it is looked at, and
    stays counted: for the code, and for the browser, so that a new code is no new row of tries (NIST SP 800-63B-4,
    3.1.3.2). Raises RuntimeError inside a transaction.
    """
    code = parse_mail_code(text)
    bucket = _bucket(browser)
    count_attempt(now=now, bucket=bucket, limits=CODES_FOR_ONE_ACCOUNT)
    live = _of(browser, purpose).filter(used_at=None, expires_at__gt=now)
    row = live.order_by("-id").first()
    if row is None or not live.filter(pk=row.pk, tries__lt=TRIES_OF_A_MAILED_CODE).update(tries=F("tries") + 1):
        raise Refused(Reason.MAIL_CODE_GONE)
    if not hmac.compare_digest(row.code_hash, sealer.keyed_hash(code, about=f"mailed code {purpose.value}")):
        raise Refused(Reason.MAIL_CODE_WRONG)
    if not live.filter(pk=row.pk).update(used_at=now):
        raise Refused(Reason.MAIL_CODE_GONE)
    give_attempt_back(now=now, bucket=bucket, limits=CODES_FOR_ONE_ACCOUNT)
    return row.address


def _bucket(browser: Browser) -> str:
    return f"code of arrival {browser.arrival}" if browser.arrival is not None else f"code of session {browser.session}"


def _of(browser: Browser, purpose: MailCodePurpose) -> models.QuerySet[MailCode]:
    rows = MailCode.objects.filter(purpose=purpose.value)
    if browser.arrival is not None:
        return rows.filter(arrival_id=browser.arrival)
    if browser.session is not None:
        return rows.filter(session_id=browser.session)
    raise ValueError("a code is typed somewhere")
