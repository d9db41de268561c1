"""Choosing a password: judged, changed in a session, or reset on the way back in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction

from strongroom.accounts.actions.arriving import ask_mailbox, begin_arrival
from strongroom.accounts.actions.attempts import count_attempt
from strongroom.accounts.actions.ending import end_entries, forget_devices, lift_own_suspension
from strongroom.accounts.actions.letters import tell
from strongroom.accounts.actions.proving import Aim, require_own_password, spend_proof
from strongroom.accounts.actions.sessions import renew_session_key
from strongroom.accounts.models import Account, Arrival, EmailAddress
from strongroom.accounts.queries.entry import LoadedArrival, find_account, held_kinds, load_arrival
from strongroom.accounts.rules.arriving import Purpose, Stage, require_stage
from strongroom.accounts.rules.limits import CODES_MAILED_TO_ONE_ACCOUNT, SIGN_UPS_FROM_ONE_ADDRESS, network_of
from strongroom.accounts.rules.passwords import (
    ChosenPassword,
    details_of,
    is_alone_enough,
    normalize_password,
    require_password,
)
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.gear.passwords import estimate_strength, is_breached
from strongroom.gear.sealing import Sealer
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import AccountId, Actor
from strongroom.terms.proofs import FACTOR_KINDS, ProofKind
from strongroom.terms.refusals import Reason, Refused


@dataclass(frozen=True)
class NewPassword:
    """A password as it was typed, and the folder of breached ones that it is looked up in."""

    text: str
    breached: Path | None = None


def judge_password(password: NewPassword, details: tuple[str, ...], *, has_factor: bool = False) -> ChosenPassword:
    """What the rules ask of a password."""
    text = normalize_password(password.text)
    return ChosenPassword(
        text=text,
        details=details,
        strength=estimate_strength(text, details),
        is_breached=is_breached(text, password.breached),
        has_factor=has_factor,
    )


def change_password(*, by: Actor, now: datetime, present: str, password: NewPassword) -> str:
    """Change one's own password; the new key of the session. Every other session of the account ends.

    Raises Refused: PASSWORD_WRONG, PASSWORD_… (rules), PROOF_NEEDED, TOO_MANY_ATTEMPTS.
    """
    account, session = require_signed_in(by)
    require_own_password(by=by, now=now, password=present)
    hashed = _hash(_require_password_of(account, password))

    with transaction.atomic():
        by = spend_proof(by=by, now=now, aim=Aim(Dangerous.CHANGE_PASSWORD))
        _set_password(account, hashed, now=now)
        end_entries(account, now=now, why="password-changed", but=session)
        tell(by=by, now=now, account=account, deed=Deed.PASSWORD_CHANGED)
        return renew_session_key(session=session, now=now)


def begin_reset(*, by: Actor, now: datetime, name: str, sealer: Sealer) -> str:
    """Somebody has forgotten a password: the key for their browser. A code is mailed if the account is there.

    What is answered, and how long it takes, is the same whether it is or not: counted is what was typed, and not whose
    it is, for a shared count would tell which address belongs to which account. Raises Refused(TOO_MANY_ATTEMPTS).
    """
    count_attempt(now=now, bucket=f"reset from {network_of(by.address)}", limits=SIGN_UPS_FROM_ONE_ADDRESS)
    typed = sealer.keyed_hash(name.strip().casefold(), about="attempts")
    bucket = f"reset {typed} {network_of(by.address)}"
    count_attempt(now=now, bucket=bucket, limits=CODES_MAILED_TO_ONE_ACCOUNT)
    found = find_account(name.strip())
    subject = Subject(SubjectKind.INDEX, "") if found is None else Subject(SubjectKind.ACCOUNT, found.name)

    with transaction.atomic():
        key, _ = begin_arrival(now=now, purpose=Purpose.RESET, account=None if found is None else AccountId(found.pk))
        record_event(by=by, now=now, deed=Deed.PASSWORD_RESET_ASKED, subject=subject)
    ask_mailbox(by=by, now=now, arrival=load_arrival(key, now=now, device=None), sealer=sealer)
    return key


def complete_reset(*, by: Actor, now: datetime, arrival: LoadedArrival, password: NewPassword) -> None:
    """Set the new password, once mailbox and factor were shown. Signs nobody in, and ends every session.

    A suspension that "this was not me" brought is lifted by it. Raises Refused: STAGE_OUT_OF_ORDER, ARRIVAL_GONE,
    PASSWORD_… (rules), in which case the person chooses again.
    """
    require_stage(arrival.facts, Stage.NEW_PASSWORD)
    if arrival.account is None:
        raise Refused(Reason.ARRIVAL_GONE)
    hashed = _hash(_require_password_of(arrival.account, password))

    with transaction.atomic():
        # The account first, as in signing in: no session that began with the old password outlives it.
        Account.objects.select_for_update().get(pk=arrival.account)
        if not Arrival.objects.filter(pk=arrival.id, ended_at=None, expires_at__gt=now).update(ended_at=now):
            raise Refused(Reason.ARRIVAL_GONE)
        by = Actor(
            kind=by.kind,
            name=by.name,
            account=arrival.account,
            address=by.address,
            client=by.client,
            proof=arrival.facts.factor or ProofKind.MAILBOX,
            factor=arrival.factor,
        )
        _set_password(arrival.account, hashed, now=now)
        end_entries(arrival.account, now=now, why="password-reset")
        forget_devices(arrival.account, now=now)
        tell(by=by, now=now, account=arrival.account, deed=Deed.PASSWORD_RESET)
        lift_own_suspension(by=by, now=now, account=arrival.account)


def _require_password_of(account: AccountId, password: NewPassword) -> ChosenPassword:
    row = Account.objects.get(pk=account)
    addresses = EmailAddress.objects.filter(account_id=account).values_list("address", flat=True)
    details = tuple(part for address in addresses for part in details_of(row.name, address)) or (row.name,)
    chosen = judge_password(password, details, has_factor=bool(held_kinds(account) & FACTOR_KINDS))
    require_password(chosen)
    return chosen


@dataclass(frozen=True, repr=False)
class _Hashed:
    """Made before the transaction: nobody waits for a lock while a password is hashed."""

    encoded: str
    stands_alone: bool


def _hash(chosen: ChosenPassword) -> _Hashed:
    return _Hashed(make_password(chosen.text), is_alone_enough(chosen.text))


def _set_password(account: AccountId, hashed: _Hashed, *, now: datetime) -> None:
    Account.objects.filter(pk=account).update(
        password=hashed.encoded, password_changed_at=now, password_stands_alone=hashed.stands_alone
    )
