"""Authenticator apps: enrolled with one code, verified with others, each time step burned once."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from strongroom.accounts.actions.letters import note
from strongroom.accounts.models import Factor
from strongroom.accounts.queries.entry import held_kinds
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.factors.actions.enrolling import after_first_answer, require_enrolment
from strongroom.factors.actions.failing import counted, remember_failure, remember_success
from strongroom.factors.actions.means import Means
from strongroom.factors.models import TotpSecret
from strongroom.factors.queries import live_apps, load_pending_app
from strongroom.factors.rules.labels import fold_label, require_label
from strongroom.factors.rules.totp import SECRET_BYTES, parse_code, require_step, step_given_away
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor, FactorId, SessionId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, Refused


def begin_app(*, by: Actor, now: datetime, label: str, means: Means) -> FactorId:
    """Begin to enrol an authenticator app: its secret is made, sealed, and shown in this session alone.

    Raises Refused: LABEL_INVALID, LABEL_TAKEN, TOO_MANY_FACTORS, PROOF_NEEDED, MAILBOX_PROOF_NEEDED, SIGN_IN_NEEDED.
    """
    account, session = require_signed_in(by)
    label = require_label(label)

    with transaction.atomic():
        by = require_enrolment(by=by, now=now, label=label, kind=ProofKind.TOTP)
        row = Factor.objects.create(
            account_id=account,
            kind=ProofKind.TOTP.value,
            label=label,
            folded_label=fold_label(label),
            begun_at=now,
            begun_in_id=session,
        )
        sealed = means.sealer.seal(secrets.token_bytes(SECRET_BYTES), about=about_secret(FactorId(row.pk)))
        TotpSecret.objects.create(factor=row, sealed=sealed)
        note(by=by, now=now, account=account, deed=Deed.FACTOR_BEGUN, kind=row.kind, label=label)
    return FactorId(row.pk)


def pending_secret(*, account: AccountId, session: SessionId, factor: FactorId, now: datetime, means: Means) -> bytes:
    """The secret of an app whose enrolment was begun in this session. Raises Refused(FACTOR_UNKNOWN)."""
    row = load_pending_app(account, session, factor, now=now)
    return means.sealer.unseal(row.totp.sealed, about=about_secret(factor))


def prove_new_app(*, by: Actor, now: datetime, factor: FactorId, text: str, means: Means) -> list[str]:
    """The new app shows the right code. The recovery codes to be kept, when it is the first factor; else none.

    The code is burned. Raises Refused: FACTOR_UNKNOWN, CODE_… (rules), LABEL_TAKEN, TOO_MANY_ATTEMPTS, SIGN_IN_NEEDED.
    """
    account, session = require_signed_in(by)
    code = parse_code(text)
    row = load_pending_app(account, session, factor, now=now)
    with counted(by=by, now=now, account=account, kind=ProofKind.TOTP):
        _burn(row, code, now=now, means=means)

    remember_success(now=now, factor=factor)
    with transaction.atomic():
        return after_first_answer(by=by, now=now, factor=row, sealer=means.sealer)


def verify_app_code(*, by: Actor, now: datetime, account: AccountId, text: str, means: Means) -> FactorId:
    """The app of the account that shows this code; its time step is burned, whatever follows.

    Raises Refused: CODE_… (rules), FACTOR_UNKNOWN without an app, FACTOR_DISABLED, TOO_MANY_ATTEMPTS. Each wrong code
    is remembered before it is refused.
    """
    code = parse_code(text)
    apps = live_apps(account)
    if not apps:
        _refuse_without_app(account)
    with counted(by=by, now=now, account=account, kind=ProofKind.TOTP):
        refusals = []
        for row in apps:
            try:
                _burn(row, code, now=now, means=means)
            except Refused as refused:
                refusals.append(refused)
                continue
            remember_success(now=now, factor=FactorId(row.pk))
            return FactorId(row.pk)
        # Of several apps, the one that tells most: that the code was used, or that a clock is off.
        telling = min(refusals, key=lambda one: one.reason is Reason.CODE_WRONG)
        remember_failure(by=by, now=now, account=account, factors=apps, refused=telling)
        raise telling


def _burn(row: Factor, code: int, *, now: datetime, means: Means) -> None:
    """Find the step that the code is of, and burn it by one conditional UPDATE: no row means somebody was first."""
    secret = means.sealer.unseal(row.totp.sealed, about=about_secret(FactorId(row.pk)))
    try:
        step = require_step(secret, code, now=now, window=means.window, last_step=row.totp.last_step)
    except Refused as refused:
        given_away = step_given_away(refused)
        if given_away is not None and row.enrolled_at is not None:
            _set_step(row, given_away)
        raise
    if not _set_step(row, step):
        raise Refused(Reason.CODE_USED)


def _set_step(row: Factor, step: int) -> bool:
    older = Q(last_step=None) | Q(last_step__lt=step)
    return TotpSecret.objects.filter(older, pk=row.pk).update(last_step=step) == 1


def _refuse_without_app(account: AccountId) -> None:
    if ProofKind.TOTP not in held_kinds(account):
        raise Refused(Reason.FACTOR_UNKNOWN)
    failures = Factor.objects.filter(account_id=account, kind=ProofKind.TOTP.value, disabled_at__isnull=False).first()
    raise Refused(Reason.FACTOR_DISABLED, failures=0 if failures is None else failures.failures_in_a_row)


def about_secret(factor: FactorId) -> str:
    """What an app's sealed secret is about: it opens in no other row."""
    return f"totp {factor}"
