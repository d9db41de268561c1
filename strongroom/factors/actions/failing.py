"""Wrong codes: counted before they are looked at, and in a row, so that guessing ends."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import F

from strongroom.accounts.actions.attempts import count_attempt, give_attempt_back
from strongroom.accounts.actions.letters import note, tell
from strongroom.accounts.models import Factor
from strongroom.accounts.rules.limits import CODES_FOR_ONE_ACCOUNT, CODES_FROM_ONE_ADDRESS, WRONG_IN_A_ROW, network_of
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor, FactorId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Refused


@contextmanager
def counted(*, by: Actor, now: datetime, account: AccountId, kind: ProofKind) -> Iterator[None]:
    """Try a code: the attempt is counted first, and given back only when it was right.

    The count of the account and that of the address are apart from those of passwords, of keys and of other accounts.
    Raises Refused(TOO_MANY_ATTEMPTS).
    """
    buckets = (
        (f"{kind.value} of {account}", CODES_FOR_ONE_ACCOUNT),
        (f"code from {network_of(by.address)}", CODES_FROM_ONE_ADDRESS),
    )
    for bucket, limits in buckets:
        count_attempt(now=now, bucket=bucket, limits=limits)
    yield
    for bucket, limits in buckets:
        give_attempt_back(now=now, bucket=bucket, limits=limits)


def remember_failure(
    *, by: Actor, now: datetime, account: AccountId, factors: Sequence[Factor], refused: Refused
) -> None:
    """Record a wrong code, committed before it is refused; after a hundred in a row the factor is switched off.

    A code that several apps might have shown counts against each of them (NIST SP 800-63B-4, 3.2.2).
    """
    with transaction.atomic():
        kind = ProofKind(factors[0].kind) if factors else None
        tried = dataclasses.replace(by, proof=kind, factor=None)
        told = {"kind": "" if kind is None else kind.value, "reason": refused.reason.value}
        note(by=tried, now=now, account=account, deed=Deed.PROOF_REFUSED, **told)
        for factor in factors:
            rows = Factor.objects.filter(pk=factor.pk, disabled_at=None)
            rows.update(failures_in_a_row=F("failures_in_a_row") + 1)
            if rows.filter(failures_in_a_row__gte=WRONG_IN_A_ROW).update(disabled_at=now):
                tell(by=tried, now=now, account=account, deed=Deed.FACTOR_DISABLED, label=factor.label)


def remember_success(*, now: datetime, factor: FactorId) -> None:
    """The factor answered rightly: its row of failures is over."""
    Factor.objects.filter(pk=factor).update(failures_in_a_row=0, last_used_at=now)
