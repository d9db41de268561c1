"""Prove it is you again: a proof is made for one deed in one session, and spent by doing it."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from django.contrib.auth.hashers import check_password
from django.db import transaction

from strongroom.accounts.actions.attempts import count_attempt, give_attempt_back
from strongroom.accounts.actions.letters import note
from strongroom.accounts.actions.sessions import renew_session_key
from strongroom.accounts.models import Account, Proof
from strongroom.accounts.queries.entry import held_kinds, ready_proofs
from strongroom.accounts.rules.limits import PASSWORDS_FOR_ONE_ACCOUNT
from strongroom.accounts.rules.passwords import normalize_password
from strongroom.accounts.rules.proving import PROOF_LIFE, Dangerous, require_accepted
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor, ActorKind, FactorId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, Refused


@dataclasses.dataclass(frozen=True)
class Aim:
    """What a proof is for: one deed, on one target (a factor's number, say), or on the account itself."""

    deed: Dangerous
    target: str = ""


def make_proof(*, by: Actor, now: datetime, aim: Aim, kind: ProofKind, factor: FactorId | None) -> str:
    """Somebody has just shown that it is them; called in the transaction that verified it. The session's new key.

    Raises Refused: PROOF_KIND when this way is not enough for the deed, SIGN_IN_NEEDED, SESSION_UNKNOWN.
    """
    account, session = require_signed_in(by)
    require_accepted(kind, aim.deed, held_kinds(account))

    Proof.objects.create(
        session_id=session,
        deed=aim.deed.value,
        target=aim.target,
        kind=kind.value,
        factor_id=factor,
        made_at=now,
        expires_at=now + PROOF_LIFE,
    )
    note(
        by=dataclasses.replace(by, proof=kind, factor=factor),
        now=now,
        account=account,
        deed=Deed.PROVED_AGAIN,
        aim=aim.deed.value,
    )
    return renew_session_key(session=session, now=now)


def prove_by_password(*, by: Actor, now: datetime, aim: Aim, password: str) -> str:
    """Prove it with the password, while the account has no factor. The session's new key.

    Raises Refused: PROOF_KIND, PASSWORD_WRONG, TOO_MANY_ATTEMPTS, SIGN_IN_NEEDED.
    """
    account, _ = require_signed_in(by)
    require_accepted(ProofKind.PASSWORD, aim.deed, held_kinds(account))
    require_own_password(by=by, now=now, password=password)

    with transaction.atomic():
        return make_proof(by=by, now=now, aim=aim, kind=ProofKind.PASSWORD, factor=None)


def require_own_password(*, by: Actor, now: datetime, password: str) -> None:
    """The password typed in a session is that of its account. Raises Refused: PASSWORD_WRONG, TOO_MANY_ATTEMPTS."""
    account, session = require_signed_in(by)
    # By session: whoever has stolen one must not use up the tries of the others.
    bucket = f"password session {session}"
    count_attempt(now=now, bucket=bucket, limits=PASSWORDS_FOR_ONE_ACCOUNT)
    if not check_password(normalize_password(password), Account.objects.get(pk=account).password):
        with transaction.atomic():
            note(by=by, now=now, account=account, deed=Deed.PROOF_REFUSED, kind=ProofKind.PASSWORD.value)
        raise Refused(Reason.PASSWORD_WRONG)
    give_attempt_back(now=now, bucket=bucket, limits=PASSWORDS_FOR_ONE_ACCOUNT)


def spend_proof(*, by: Actor, now: datetime, aim: Aim) -> Actor:
    """The actor, with what they proved themselves by; the proof is spent with the transaction of the deed.

    An operator at the machine itself proves nothing: the machine is theirs. A token is no sign of a person's presence
    (NIST SP 800-63B-4, 5.1). Raises Refused(PROOF_NEEDED).
    """
    if by.kind is ActorKind.OPERATOR:
        return by
    if by.session is None or by.account is None or by.token is not None:
        raise Refused(Reason.PROOF_NEEDED)
    for row in ready_proofs(by.session, aim.deed, target=aim.target, now=now):
        is_own = row.session.account_id == by.account
        if is_own and Proof.objects.filter(pk=row.pk, used_at=None).update(used_at=now):
            factor = None if row.factor_id is None else FactorId(row.factor_id)
            return dataclasses.replace(by, proof=ProofKind(row.kind), factor=factor)
    raise Refused(Reason.PROOF_NEEDED)
