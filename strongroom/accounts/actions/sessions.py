"""Being signed in: sessions and known devices, begun, noted, ended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from strongroom.accounts.actions.arriving import KEY_BYTES
from strongroom.accounts.actions.letters import note, tell
from strongroom.accounts.models import Account, Arrival, Device, Session
from strongroom.accounts.queries.entry import LoadedArrival, find_device, hash_key, list_sessions
from strongroom.accounts.rules.arriving import Purpose, require_stage
from strongroom.accounts.rules.sessions import MOST_SESSIONS, SEEN_EVERY, overall_of
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor, ActorKind, SessionId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, Refused

LONGEST_CLIENT = 200


@dataclass(frozen=True)
class SignedIn:
    """What a browser is given when every step is done: the keys of its session and of itself, and the language."""

    account: AccountId
    key: str
    device: str
    by: ProofKind
    language: str


def complete_sign_in(*, by: Actor, now: datetime, arrival: LoadedArrival, device: str | None) -> SignedIn:
    """End the arrival and begin the session, with a key that nobody has seen before.

    A sign-in from a device that the account does not know is told to every address. Raises Refused:
    STAGE_OUT_OF_ORDER, ARRIVAL_GONE when it was completed already, ACCOUNT_SUSPENDED.
    """
    if arrival.facts.purpose is not Purpose.SIGN_IN or arrival.account is None:
        raise Refused(Reason.STAGE_OUT_OF_ORDER)
    require_stage(arrival.facts, None)
    _require_active(by=by, now=now, account=arrival.account)
    with transaction.atomic():
        # The account first, as in everything that ends its sessions: a reset meanwhile waits, or is waited for.
        account = Account.objects.select_for_update().get(pk=arrival.account)
        if not Arrival.objects.filter(pk=arrival.id, ended_at=None, expires_at__gt=now).update(ended_at=now):
            raise Refused(Reason.ARRIVAL_GONE)
        shown = arrival.facts.factor or ProofKind.PASSWORD
        signer = Actor(
            ActorKind.ACCOUNT,
            account.name,
            account=arrival.account,
            address=by.address,
            client=by.client,
            proof=shown,
            factor=arrival.factor,
        )
        known = find_device(arrival.account, device, now=now)
        secret, row = _know_device(signer, arrival.account, device, now=now)
        key = _begin_session(signer, account, row, now=now)
        if known is None:
            tell(by=signer, now=now, account=arrival.account, deed=Deed.SIGNED_IN)
        else:
            note(by=signer, now=now, account=arrival.account, deed=Deed.SIGNED_IN)
        _end_oldest(signer, arrival.account, now=now)
    return SignedIn(account=arrival.account, key=key, device=secret, by=shown, language=account.language)


def note_visit(*, now: datetime, session: SessionId) -> None:
    """Remember that the session was used just now; once a minute is enough for its idle limit."""
    Session.objects.filter(pk=session, ended_at=None, last_seen_at__lte=now - SEEN_EVERY).update(last_seen_at=now)


def renew_session_key(*, session: SessionId, now: datetime) -> str:
    """A new key for a session that goes on: whoever had the old one is out (ASVS 7.2.4).

    Raises Refused(SESSION_UNKNOWN) when it has ended.
    """
    key = secrets.token_urlsafe(KEY_BYTES)
    rows = Session.objects.filter(pk=session, ended_at=None, ends_at__gt=now)
    if not rows.update(key_sha256=hash_key(key), last_seen_at=now):
        raise Refused(Reason.SESSION_UNKNOWN)
    return key


def sign_out(*, by: Actor, now: datetime, session: SessionId, account: AccountId) -> None:
    """End one's own session, for good and on every worker. Doing it twice changes nothing."""
    with transaction.atomic():
        rows = Session.objects.filter(pk=session, account_id=account, ended_at=None)
        if rows.update(ended_at=now, ended_why="signed-out"):
            note(by=by, now=now, account=account, deed=Deed.SIGNED_OUT)


def end_session(*, by: Actor, now: datetime, account: AccountId, session: SessionId) -> None:
    """End one session of the account from the list. Raises Refused(SESSION_UNKNOWN)."""
    with transaction.atomic():
        rows = Session.objects.filter(pk=session, account_id=account, ended_at=None)
        if not rows.update(ended_at=now, ended_why="from-the-list"):
            raise Refused(Reason.SESSION_UNKNOWN)
        note(by=by, now=now, account=account, deed=Deed.SESSION_ENDED, session=session)


def end_other_sessions(*, by: Actor, now: datetime, account: AccountId) -> int:
    """End every session of the account but the actor's own; how many there were."""
    with transaction.atomic():
        rows = Session.objects.filter(account_id=account, ended_at=None).exclude(pk=by.session or 0)
        ended = rows.update(ended_at=now, ended_why="others-ended")
        if ended:
            note(by=by, now=now, account=account, deed=Deed.OTHER_SESSIONS_ENDED, count=ended)
    return ended


def forget_device(*, by: Actor, now: datetime, account: AccountId, device: int) -> None:
    """A browser is not known any more, and its sessions end. Raises Refused(DEVICE_UNKNOWN)."""
    with transaction.atomic():
        if not Device.objects.filter(pk=device, account_id=account, forgotten_at=None).update(forgotten_at=now):
            raise Refused(Reason.DEVICE_UNKNOWN)
        others = Session.objects.filter(device_id=device, ended_at=None).exclude(pk=by.session or 0)
        others.update(ended_at=now, ended_why="device-forgotten")
        note(by=by, now=now, account=account, deed=Deed.DEVICE_FORGOTTEN, device=device)


def _require_active(*, by: Actor, now: datetime, account: AccountId) -> None:
    """Everything was right, and the account is suspended: that somebody could have signed in is remembered."""
    if Account.objects.get(pk=account).is_active:
        return
    with transaction.atomic():
        note(by=by, now=now, account=account, deed=Deed.SIGN_IN_REFUSED, why=Reason.ACCOUNT_SUSPENDED.value)
    raise Refused(Reason.ACCOUNT_SUSPENDED)


def _know_device(by: Actor, account: AccountId, secret: str | None, *, now: datetime) -> tuple[str, Device]:
    known = find_device(account, secret, now=now)
    if known is not None and secret:
        known.last_used_at = now
        known.client = by.client[:LONGEST_CLIENT]
        known.save(update_fields=["last_used_at", "client"])
        return secret, known
    # A new secret, not the one that came: whoever planted that one would be known by it.
    secret = secrets.token_urlsafe(KEY_BYTES)
    row = Device.objects.create(
        secret_sha256=hash_key(secret),
        account_id=account,
        client=by.client[:LONGEST_CLIENT],
        since=now,
        last_used_at=now,
    )
    return secret, row


def _begin_session(by: Actor, account: Account, device: Device, *, now: datetime) -> str:
    key = secrets.token_urlsafe(KEY_BYTES)
    Session.objects.create(
        key_sha256=hash_key(key),
        account=account,
        signed_in_by="" if by.proof is None else by.proof.value,
        factor_id=by.factor,
        device=device,
        address=by.address,
        client=by.client[:LONGEST_CLIENT],
        begun_at=now,
        last_seen_at=now,
        ends_at=now + overall_of(is_staff=account.is_staff),
    )
    return key


def _end_oldest(by: Actor, account: AccountId, *, now: datetime) -> None:
    for row in list_sessions(account, now=now)[MOST_SESSIONS:]:
        Session.objects.filter(pk=row.pk).update(ended_at=now, ended_why="too-many")
        tell(by=by, now=now, account=account, deed=Deed.SESSION_ENDED, session=row.pk)
