"""Showing a factor: on the way in, or to prove that it is the same person again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.accounts.actions.arriving import show_factor
from strongroom.accounts.actions.proving import Aim, make_proof
from strongroom.accounts.queries.entry import LoadedArrival, held_kinds
from strongroom.accounts.rules.arriving import require_factor_turn
from strongroom.accounts.rules.proving import require_accepted
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.factors.actions.apps import verify_app_code
from strongroom.factors.actions.codes import verify_recovery_code
from strongroom.factors.actions.keys import Asker, verify_key
from strongroom.factors.actions.means import Means
from strongroom.factors.rules.challenges import KeyPurpose
from strongroom.terms.actors import AccountId, Actor, FactorId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, Refused


def show_app_code(*, by: Actor, now: datetime, arrival: LoadedArrival, text: str, means: Means) -> None:
    """Show an authenticator app's code on the way in. Raises Refused: STAGE_OUT_OF_ORDER, and what verifying raises."""
    account = _account_in(arrival, ProofKind.TOTP)
    factor = verify_app_code(by=by, now=now, account=account, text=text, means=means)
    show_factor(now=now, arrival=arrival, kind=ProofKind.TOTP, account=account, factor=factor)


def show_recovery_code(*, by: Actor, now: datetime, arrival: LoadedArrival, text: str, means: Means) -> None:
    """Show a recovery code on the way in. Raises Refused: STAGE_OUT_OF_ORDER, and what verifying raises."""
    account = _account_in(arrival, ProofKind.RECOVERY_CODE)
    factor = verify_recovery_code(by=by, now=now, account=account, text=text, sealer=means.sealer)
    show_factor(now=now, arrival=arrival, kind=ProofKind.RECOVERY_CODE, account=account, factor=factor)


def show_key(*, by: Actor, now: datetime, arrival: LoadedArrival, answer: str, means: Means) -> None:
    """Show a security key on the way in, first or second. Raises what verifying raises, and STAGE_OUT_OF_ORDER."""
    require_factor_turn(arrival.facts, ProofKind.SECURITY_KEY)
    asker = Asker(KeyPurpose.SIGN_IN, arrival=arrival.id)
    key = verify_key(by=by, now=now, asker=asker, answer=answer, means=means)
    show_factor(
        now=now,
        arrival=arrival,
        kind=ProofKind.SECURITY_KEY,
        account=key.account,
        factor=key.factor,
        person_verified=key.person_verified,
    )


def prove_by_app(*, by: Actor, now: datetime, aim: Aim, text: str, means: Means) -> str:
    """Prove it is you again by an app's code; the session's new key. Raises PROOF_KIND, and what verifying raises."""
    account = _account_of(by, ProofKind.TOTP, aim)
    factor = verify_app_code(by=by, now=now, account=account, text=text, means=means)
    return _prove(by, aim, kind=ProofKind.TOTP, factor=factor, now=now)


def prove_by_recovery_code(*, by: Actor, now: datetime, aim: Aim, text: str, means: Means) -> str:
    """Prove it is you again by a recovery code, where the deed takes one; the session's new key."""
    account = _account_of(by, ProofKind.RECOVERY_CODE, aim)
    factor = verify_recovery_code(by=by, now=now, account=account, text=text, sealer=means.sealer)
    return _prove(by, aim, kind=ProofKind.RECOVERY_CODE, factor=factor, now=now)


def prove_by_key(*, by: Actor, now: datetime, aim: Aim, answer: str, means: Means) -> str:
    """Prove it is you again by a security key; the session's new key."""
    account, session = require_signed_in(by)
    require_accepted(ProofKind.SECURITY_KEY, aim.deed, held_kinds(account))
    asker = Asker(KeyPurpose.PROVE, session=session)
    key = verify_key(by=by, now=now, asker=asker, answer=answer, means=means)
    if key.account != account:
        raise Refused(Reason.KEY_UNKNOWN)
    return _prove(by, aim, kind=ProofKind.SECURITY_KEY, factor=key.factor, now=now)


def _account_in(arrival: LoadedArrival, kind: ProofKind) -> AccountId:
    require_factor_turn(arrival.facts, kind)
    if arrival.account is None:
        raise Refused(Reason.STAGE_OUT_OF_ORDER)
    return arrival.account


def _account_of(by: Actor, kind: ProofKind, aim: Aim) -> AccountId:
    account, _ = require_signed_in(by)
    require_accepted(kind, aim.deed, held_kinds(account))
    return account


def _prove(by: Actor, aim: Aim, *, kind: ProofKind, factor: FactorId, now: datetime) -> str:
    with transaction.atomic():
        return make_proof(by=by, now=now, aim=aim, kind=kind, factor=factor)
