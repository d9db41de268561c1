"""What every enrolment shares: who may begin it, and when a factor counts."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from strongroom.accounts.actions.letters import note, tell, write_letter
from strongroom.accounts.actions.mailbox import spend_mailbox_proof
from strongroom.accounts.actions.proving import Aim, spend_proof
from strongroom.accounts.models import Account, Factor
from strongroom.accounts.queries.entry import held_kinds
from strongroom.accounts.rules.letters import LetterKind
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.factors.models import RecoveryCode
from strongroom.factors.queries import is_mailbox_needed, list_waiting
from strongroom.factors.rules.holding import require_room_for_factor
from strongroom.factors.rules.labels import fold_label
from strongroom.factors.rules.recovery import CODE_BYTES, CODES, parse_recovery_code, render_code
from strongroom.gear.sealing import Sealer
from strongroom.projects.queries.roles import list_co_collaborators
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor, FactorId, SessionId
from strongroom.terms.proofs import FACTOR_KINDS, ProofKind
from strongroom.terms.refusals import Reason, Refused

ABOUT_CODES = "recovery code"


def require_enrolment(*, by: Actor, now: datetime, label: str, kind: ProofKind) -> Actor:
    """Whether the person may enrol a factor of this kind now: the proofs are spent, in the caller's transaction.

    The actor, with what they proved themselves by. Raises Refused: LABEL_TAKEN, TOO_MANY_FACTORS, PROOF_NEEDED,
    MAILBOX_PROOF_NEEDED.
    """
    account, _ = require_signed_in(by)
    lock_account(account)
    live = Factor.objects.filter(account_id=account, enrolled_at__isnull=False, ended_at=None)
    require_room_for_factor(live.filter(kind=kind.value).count())
    if live.filter(folded_label=fold_label(label)).exists():
        raise Refused(Reason.LABEL_TAKEN, label=label)
    proven = spend_proof(by=by, now=now, aim=Aim(Dangerous.ENROL_FACTOR))
    if is_mailbox_needed(account):
        spend_mailbox_proof(by=by, now=now)
    return proven


def after_first_answer(*, by: Actor, now: datetime, factor: Factor, sealer: Sealer) -> list[str]:
    """A new factor has answered rightly. It counts at once when there is another; the first waits for its codes.

    The recovery codes to be shown, when it is the first. In the caller's transaction.
    """
    account = AccountId(factor.account_id)
    lock_account(account)
    if not Factor.objects.filter(pk=factor.pk, proved_at=None, ended_at=None).update(proved_at=now):
        raise Refused(Reason.FACTOR_UNKNOWN)
    if held_kinds(account) & FACTOR_KINDS:
        _finish(by, factor, now=now, is_first=False)
        return []
    # Begun again under the same label, because the page with the codes was closed: the two could never both count.
    _half_finished(account).filter(
        begun_in_id=factor.begun_in_id, folded_label=factor.folded_label, proved_at__isnull=False
    ).exclude(pk=factor.pk).update(ended_at=now, ended_why="begun-again")
    return new_codes(by=by, now=now, sealer=sealer, is_confirmed=False)


def confirm_codes(*, by: Actor, now: datetime, text: str, sealer: Sealer) -> None:
    """One of the new recovery codes was typed back: the first factor counts from now on, and so do the codes.

    The code stays good. Raises Refused: RECOVERY_CODE_WRONG, FACTOR_UNKNOWN when nothing waits, SIGN_IN_NEEDED.
    """
    account, session = require_signed_in(by)
    code_hash = sealer.keyed_hash(parse_recovery_code(text), about=ABOUT_CODES)
    with transaction.atomic():
        lock_account(account)
        waiting = _require_waiting(account, session, now=now)
        codes = Factor.objects.filter(account_id=account, kind=ProofKind.RECOVERY_CODE.value, ended_at=None)
        codes = codes.filter(begun_in_id=session, enrolled_at=None)
        if not RecoveryCode.objects.filter(factor__in=codes, code_hash=code_hash, used_at=None).exists():
            raise Refused(Reason.RECOVERY_CODE_WRONG)
        codes.update(enrolled_at=now, proved_at=now)
        # What somebody else has half finished elsewhere was begun when a password was proof enough. It is not any more.
        _half_finished(account).exclude(begun_in_id=session).update(ended_at=now, ended_why="overtaken")
        tell(by=by, now=now, account=account, deed=Deed.RECOVERY_CODES_MADE, count=CODES)
        for number, factor in enumerate(waiting):
            _finish(by, factor, now=now, is_first=number == 0)


def renew_unconfirmed_codes(*, by: Actor, now: datetime, sealer: Sealer) -> list[str]:
    """New codes for an enrolment that waits for one: the page with the first ones was closed too early.

    Raises Refused: FACTOR_UNKNOWN when nothing waits, SIGN_IN_NEEDED.
    """
    account, session = require_signed_in(by)
    with transaction.atomic():
        lock_account(account)
        _require_waiting(account, session, now=now)
        note(by=by, now=now, account=account, deed=Deed.RECOVERY_CODES_MADE, count=CODES)
        return new_codes(by=by, now=now, sealer=sealer, is_confirmed=False)


def new_codes(*, by: Actor, now: datetime, sealer: Sealer, is_confirmed: bool) -> list[str]:
    """A new set of recovery codes in place of the old one, in the caller's transaction; only hashes are kept."""
    account, session = require_signed_in(by)
    old = Factor.objects.filter(account_id=account, kind=ProofKind.RECOVERY_CODE.value, ended_at=None)
    old.update(ended_at=now, ended_why="replaced")
    codes = Factor.objects.create(
        account_id=account,
        kind=ProofKind.RECOVERY_CODE.value,
        label="",
        folded_label=ProofKind.RECOVERY_CODE.value,
        begun_at=now,
        begun_in_id=session,
        enrolled_at=now if is_confirmed else None,
        proved_at=now if is_confirmed else None,
    )
    return add_codes(FactorId(codes.pk), CODES, now=now, sealer=sealer)


def add_codes(codes: FactorId, count: int, *, now: datetime, sealer: Sealer) -> list[str]:
    """So many new codes in a set; their texts, which are kept nowhere."""
    texts = [render_code(secrets.token_bytes(CODE_BYTES)) for _ in range(count)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor_id=codes, code_hash=sealer.keyed_hash(text, about=ABOUT_CODES), made_at=now)
        for text in texts
    )
    return list(texts)


def lock_account(account: AccountId) -> None:
    """One change of an account's factors at a time, in the caller's transaction; letters to it need not wait."""
    Account.objects.select_for_update(no_key=True).get(pk=account)


def key_handle_of(account: AccountId) -> bytes:
    """What security keys keep of the account: 32 random bytes, made with the first key that is asked for."""
    rows = Account.objects.filter(pk=account)
    rows.filter(key_handle=None).update(key_handle=secrets.token_hex(32))
    return bytes.fromhex(rows.values_list("key_handle", flat=True).get() or "")


def _half_finished(account: AccountId) -> QuerySet[Factor]:
    kinds = [kind.value for kind in FACTOR_KINDS]
    return Factor.objects.filter(account_id=account, kind__in=kinds, enrolled_at=None, ended_at=None)


def _require_waiting(account: AccountId, session: SessionId, *, now: datetime) -> list[Factor]:
    """The first factors that wait in this session; those of other sessions ended when the first one counted."""
    waiting = list_waiting(account, session, now=now)
    if not waiting:
        raise Refused(Reason.FACTOR_UNKNOWN)
    return waiting


def _finish(by: Actor, factor: Factor, *, now: datetime, is_first: bool) -> None:
    # Asked again: several may have been begun while there was room for one.
    same = Factor.objects.filter(account_id=factor.account_id, kind=factor.kind, enrolled_at__isnull=False)
    require_room_for_factor(same.filter(ended_at=None).count())
    try:
        with transaction.atomic():
            Factor.objects.filter(pk=factor.pk, enrolled_at=None, ended_at=None).update(enrolled_at=now)
    except IntegrityError:
        raise Refused(Reason.LABEL_TAKEN, label=factor.label) from None
    account = AccountId(factor.account_id)
    tell(by=by, now=now, account=account, deed=Deed.FACTOR_ENROLLED, kind=factor.kind, label=factor.label)
    if not is_first:
        return
    # A thief's first factor is noticed by those who work with the person (spec: registries row 18).
    name = Account.objects.values_list("name", flat=True).get(pk=account)
    for other, projects in list_co_collaborators(account).items():
        facts: dict[str, object] = {"name": name, "projects": projects, "kind": factor.kind, "at": now.isoformat()}
        write_letter(now=now, account=other, kind=LetterKind.COLLABORATOR, facts=facts)
