"""Showing in a session that one reads the account's mailbox: asked before the first factor of whoever can publish."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from django.db import transaction

from strongroom.accounts.actions.attempts import count_attempt, give_attempt_back
from strongroom.accounts.actions.letters import note
from strongroom.accounts.actions.mailing import Browser, Recipient, mail_code, spend_mail_code
from strongroom.accounts.models import Proof
from strongroom.accounts.queries.accounts import find_settled_address
from strongroom.accounts.rules.addresses import SETTLED_AFTER
from strongroom.accounts.rules.limits import (
    CODES_FROM_ONE_ADDRESS,
    CODES_MAILED_FROM_ONE_ADDRESS,
    CODES_MAILED_TO_ONE_ACCOUNT,
    network_of,
)
from strongroom.accounts.rules.mailed_codes import MailCodePurpose
from strongroom.accounts.rules.proving import PROOF_LIFE
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.gear.sealing import Sealer
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, Refused

FIRST_FACTOR = "first-factor"


def ask_own_mailbox(*, by: Actor, now: datetime, sealer: Sealer) -> None:
    """Mail a code to an address of one's own account that is settled, to be typed in this session.

    Raises Refused: SIGN_IN_NEEDED, ADDRESS_TOO_NEW, TOO_MANY_ATTEMPTS.
    """
    account, session = require_signed_in(by)
    address = find_settled_address(account, now=now)
    if not address:
        raise Refused(Reason.ADDRESS_TOO_NEW, hours=int(SETTLED_AFTER.total_seconds()) // 3600)
    count_attempt(now=now, bucket=f"mail account {account}", limits=CODES_MAILED_TO_ONE_ACCOUNT)
    bucket = f"mail from {network_of(by.address)}"
    count_attempt(now=now, bucket=bucket, limits=CODES_MAILED_FROM_ONE_ADDRESS)
    mail_code(
        now=now,
        purpose=MailCodePurpose.FIRST_FACTOR,
        browser=Browser(session=session),
        recipient=Recipient(account, address),
        sealer=sealer,
    )


def show_own_mailbox(*, by: Actor, now: datetime, text: str, sealer: Sealer) -> None:
    """The code was typed back: good once, in this session, for the enrolment of the first factor.

    Raises Refused: MAIL_CODE_WRONG, MAIL_CODE_GONE, TOO_MANY_ATTEMPTS, SIGN_IN_NEEDED.
    """
    account, session = require_signed_in(by)
    bucket = f"code from {network_of(by.address)}"
    count_attempt(now=now, bucket=bucket, limits=CODES_FROM_ONE_ADDRESS)
    spend_mail_code(
        now=now, purpose=MailCodePurpose.FIRST_FACTOR, browser=Browser(session=session), text=text, sealer=sealer
    )

    give_attempt_back(now=now, bucket=bucket, limits=CODES_FROM_ONE_ADDRESS)
    with transaction.atomic():
        Proof.objects.create(
            session_id=session,
            deed=FIRST_FACTOR,
            kind=ProofKind.MAILBOX.value,
            made_at=now,
            expires_at=now + PROOF_LIFE,
        )
        shown = dataclasses.replace(by, proof=ProofKind.MAILBOX, factor=None)
        note(by=shown, now=now, account=account, deed=Deed.PROVED_AGAIN, aim=FIRST_FACTOR)


def spend_mailbox_proof(*, by: Actor, now: datetime) -> None:
    """Use up the proof, in the transaction of the enrolment. Raises Refused(MAILBOX_PROOF_NEEDED)."""
    _, session = require_signed_in(by)
    ready = Proof.objects.filter(
        session_id=session, deed=FIRST_FACTOR, kind=ProofKind.MAILBOX.value, used_at=None, expires_at__gt=now
    )
    for row in ready:
        if Proof.objects.filter(pk=row.pk, used_at=None).update(used_at=now):
            return
    raise Refused(Reason.MAILBOX_PROOF_NEEDED)


def has_mailbox_proof(*, by: Actor, now: datetime) -> bool:
    """Whether the mailbox was shown in this session and not used up yet."""
    _, session = require_signed_in(by)
    return Proof.objects.filter(session_id=session, deed=FIRST_FACTOR, used_at=None, expires_at__gt=now).exists()
