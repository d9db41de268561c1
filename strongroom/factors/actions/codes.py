"""Recovery codes: made anew, spent, and replaced after use."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from django.db import transaction

from strongroom.accounts.actions.letters import tell
from strongroom.accounts.actions.proving import Aim, spend_proof
from strongroom.accounts.models import Factor, Proof, Session
from strongroom.accounts.queries.entry import held_kinds
from strongroom.accounts.rules.proving import PROOF_LIFE, Dangerous
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.factors.actions.enrolling import ABOUT_CODES, add_codes, lock_account, new_codes
from strongroom.factors.actions.failing import counted, remember_failure, remember_success
from strongroom.factors.models import RecoveryCode
from strongroom.factors.queries import count_codes_left, list_waiting
from strongroom.factors.rules.recovery import CODES, parse_recovery_code
from strongroom.gear.sealing import Sealer
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor, FactorId
from strongroom.terms.proofs import FACTOR_KINDS, ProofKind
from strongroom.terms.refusals import Reason, Refused


def make_recovery_codes(*, by: Actor, now: datetime, sealer: Sealer) -> list[str]:
    """A new set in place of the old one, shown once; told to every address.

    Raises Refused: PROOF_NEEDED, SIGN_IN_NEEDED, CODES_NOT_CONFIRMED; FACTOR_UNKNOWN while there is no factor to lose.
    """
    account, session = require_signed_in(by)
    with transaction.atomic():
        lock_account(account)
        if list_waiting(account, session, now=now):
            raise Refused(Reason.CODES_NOT_CONFIRMED)
        if not held_kinds(account) & FACTOR_KINDS:
            raise Refused(Reason.FACTOR_UNKNOWN)
        by = spend_proof(by=by, now=now, aim=Aim(Dangerous.MAKE_RECOVERY_CODES))
        codes = new_codes(by=by, now=now, sealer=sealer, is_confirmed=True)
        tell(by=by, now=now, account=account, deed=Deed.RECOVERY_CODES_MADE, count=len(codes))
    return codes


def verify_recovery_code(*, by: Actor, now: datetime, account: AccountId, text: str, sealer: Sealer) -> FactorId:
    """The set that the code is of; the code is spent by one UPDATE, whatever follows, and told to every address.

    Raises Refused: RECOVERY_CODE_WRONG, FACTOR_DISABLED, TOO_MANY_ATTEMPTS.
    """
    code_hash = sealer.keyed_hash(parse_recovery_code(text), about=ABOUT_CODES)
    live = Factor.objects.filter(
        account_id=account, kind=ProofKind.RECOVERY_CODE.value, enrolled_at__isnull=False, ended_at=None
    )
    codes = live.first()
    if codes is not None and codes.disabled_at is not None:
        raise Refused(Reason.FACTOR_DISABLED, failures=codes.failures_in_a_row)
    with counted(by=by, now=now, account=account, kind=ProofKind.RECOVERY_CODE):
        with transaction.atomic():
            rows = RecoveryCode.objects.filter(factor__in=live, code_hash=code_hash, used_at=None)
            is_spent = rows.update(used_at=now) == 1
            if is_spent and codes is not None:
                left = count_codes_left(account)
                shown = dataclasses.replace(by, proof=ProofKind.RECOVERY_CODE, factor=FactorId(codes.pk))
                tell(by=shown, now=now, account=account, deed=Deed.RECOVERY_CODE_USED, left=left)
        if not is_spent or codes is None:
            refused = Refused(Reason.RECOVERY_CODE_WRONG)
            factors = [] if codes is None else [codes]
            remember_failure(by=by, now=now, account=account, factors=factors, refused=refused)
            raise refused
    remember_success(now=now, factor=FactorId(codes.pk))
    return FactorId(codes.pk)


def replace_used_codes(*, by: Actor, now: datetime, account: AccountId, sealer: Sealer) -> list[str]:
    """New codes for those that were used, shown once, when their person is in (NIST SP 800-63B-4, 4.2.1.1).

    None unless one was used a few minutes ago, in the actor's session if they have one: whoever has only found the
    session open gets no way back for themselves. To make new ones at any other time takes a proof.
    """
    with transaction.atomic():
        lock_account(account)
        codes = Factor.objects.filter(
            account_id=account, kind=ProofKind.RECOVERY_CODE.value, enrolled_at__isnull=False, ended_at=None
        ).first()
        if codes is None or not _has_just_used_code(by, account, now=now):
            return []
        missing = CODES - count_codes_left(account)
        if missing <= 0:
            return []
        texts = add_codes(FactorId(codes.pk), missing, now=now, sealer=sealer)
        tell(by=by, now=now, account=account, deed=Deed.RECOVERY_CODES_MADE, count=missing, is_replacement=True)
    return texts


def _has_just_used_code(by: Actor, account: AccountId, *, now: datetime) -> bool:
    """Whether a recovery code began a session, or proved a deed in one, within the life of a proof."""
    if by.account not in {None, account} or by.token is not None:
        return False
    just = now - PROOF_LIFE
    sessions = Session.objects.filter(account_id=account, ended_at=None)
    if by.session is not None:
        sessions = sessions.filter(pk=by.session)
    begun = sessions.filter(signed_in_by=ProofKind.RECOVERY_CODE.value, begun_at__gt=just)
    proofs = Proof.objects.filter(session__in=sessions, kind=ProofKind.RECOVERY_CODE.value, made_at__gt=just)
    return begun.exists() or proofs.exists()
