"""Sessions, devices and arrivals, loaded: by the keys that browsers present, and in lists."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Value
from django.db.models.functions import Lower

from strongroom.accounts.models import Account, Arrival, Device, EmailAddress, Factor, Proof, Session
from strongroom.accounts.rules.arriving import ArrivalFacts, Purpose
from strongroom.accounts.rules.names import fold_name
from strongroom.accounts.rules.proving import Dangerous, accepted_kinds
from strongroom.accounts.rules.sessions import DEVICE_LIFE, IDLE, STAFF_IDLE, SessionFacts, is_live
from strongroom.accounts.rules.visits import Visit
from strongroom.terms.actors import AccountId, ArrivalId, FactorId, SessionId
from strongroom.terms.proofs import FACTOR_KINDS, ProofKind
from strongroom.terms.refusals import Reason, Refused


def hash_key(key: str) -> str:
    """What is kept of a key that a browser presents; the key has 256 random bits, so no salt is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def load_visit(key: str, *, now: datetime) -> Visit | None:
    """Who is signed in with this key, or nothing."""
    row = Session.objects.select_related("account").filter(key_sha256=hash_key(key), ended_at=None).first()
    if row is None or not _is_live(row, now):
        return None
    return Visit(
        session=SessionId(row.pk),
        account=AccountId(row.account.pk),
        name=row.account.name,
        is_staff=row.account.is_staff,
        language=row.account.language,
        signed_in_by=ProofKind(row.signed_in_by),
        factor=None if row.factor_id is None else FactorId(row.factor_id),
        begun_at=row.begun_at,
    )


def list_sessions(account: AccountId, *, now: datetime) -> list[Session]:
    """The account's live sessions, the one used last first."""
    rows = Session.objects.select_related("account", "factor", "device").filter(account_id=account, ended_at=None)
    return [row for row in rows.order_by("-last_seen_at", "-id") if _is_live(row, now)]


def list_devices(account: AccountId, *, now: datetime) -> list[Device]:
    """The browsers that the account is known to be used from, the one used last first."""
    rows = Device.objects.filter(account_id=account, forgotten_at=None, last_used_at__gt=now - DEVICE_LIFE)
    return list(rows.order_by("-last_used_at"))


def find_device(account: AccountId, secret: str | None, *, now: datetime) -> Device | None:
    """The device that presents this secret, if the account knows it."""
    if not secret:
        return None
    return Device.objects.filter(
        account_id=account,
        secret_sha256=hash_key(secret),
        forgotten_at=None,
        last_used_at__gt=now - DEVICE_LIFE,
    ).first()


def held_kinds(account: AccountId) -> frozenset[ProofKind]:
    """What kinds of factor the account holds, and whether it has recovery codes; what was switched off counts too.

    A factor that was switched off still holds its owner to a second factor: else guessing would be a way round it.
    """
    live = Factor.objects.filter(account_id=account, enrolled_at__isnull=False, ended_at=None)
    return frozenset(ProofKind(kind) for kind in live.values_list("kind", flat=True).distinct())


@dataclass(frozen=True)
class LoadedArrival:
    """Somebody on the way in: the row's id, whose account it is, and the facts that the rules ask for."""

    id: ArrivalId
    account: AccountId | None
    address: str
    factor: FactorId | None
    facts: ArrivalFacts


def load_arrival(key: str | None, *, now: datetime, device: str | None) -> LoadedArrival:
    """Who is on the way in with this key. Raises Refused(ARRIVAL_GONE) when it ended, is too old or never was."""
    rows = Arrival.objects.filter(key_sha256=hash_key(key or ""), ended_at=None, expires_at__gt=now)
    row = rows.select_related("factor").first() if key else None
    if row is None or is_factor_gone(row.factor):
        raise Refused(Reason.ARRIVAL_GONE)
    account = None if row.account_id is None else AccountId(row.account_id)
    # Nobody is asked about as well: whether there is an account does not show in the time.
    asked = account or AccountId(0)
    return LoadedArrival(
        id=ArrivalId(row.pk),
        account=account,
        address=row.address,
        factor=None if row.factor_id is None else FactorId(row.factor_id),
        facts=ArrivalFacts(
            purpose=Purpose(row.purpose),
            has_password=row.password_at is not None,
            factor=ProofKind(row.factor_kind) if row.factor_kind else None,
            person_verified=row.person_verified,
            has_mailbox=row.mailbox_at is not None,
            holds=held_kinds(asked),
            is_device_known=find_device(asked, device, now=now) is not None,
        ),
    )


def is_factor_gone(factor: Factor | None) -> bool:
    """Whether what was shown has been removed or reported lost since. A set of codes ends by being used up."""
    return factor is not None and factor.ended_at is not None and ProofKind(factor.kind) in FACTOR_KINDS


def find_account(name_or_address: str) -> Account | None:
    """The open account of that name, or with that verified address; nothing when there is none, or it was closed.

    An address is folded as its unique index folds it, and by nothing wider: a letter that only looks like another, or
    becomes it in capitals, is another person's.
    """
    wanted = name_or_address.replace("\0", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL takes no NUL
    open_ones = Account.objects.filter(closed_at=None)
    if "@" not in wanted:
        return open_ones.filter(folded_name=fold_name(wanted)).first()
    addresses = EmailAddress.objects.annotate(folded=Lower("address"))
    found = addresses.filter(folded=Lower(Value(wanted)), verified_at__isnull=False)
    return open_ones.filter(pk__in=found.values("account_id")).first()


def has_proof(session: SessionId, deed: Dangerous, *, target: str = "", now: datetime) -> bool:
    """Whether a proof for the deed is ready to be spent: pages ask before they show its form."""
    return bool(ready_proofs(session, deed, target=target, now=now))


def ready_proofs(session: SessionId, deed: Dangerous, *, target: str, now: datetime) -> list[Proof]:
    """The proofs that the deed would take now, the newest first.

    What was enough when it was shown must be enough still: a factor may have been enrolled, or lost, since.
    """
    rows = Proof.objects.select_related("session", "factor").filter(
        session_id=session,
        session__ended_at=None,
        session__ends_at__gt=now,
        deed=deed.value,
        target=target,
        used_at=None,
        expires_at__gt=now,
    )
    found = [row for row in rows.order_by("-id") if not is_factor_gone(row.factor)]
    if not found:
        return []
    accepted = accepted_kinds(deed, held_kinds(AccountId(found[0].session.account_id)))
    return [row for row in found if ProofKind(row.kind) in accepted]


def idle_end(row: Session) -> datetime:
    """When the session ends if it is not used again."""
    idle: timedelta = STAFF_IDLE if row.account.is_staff else IDLE
    return min(row.last_seen_at + idle, row.ends_at)


def _is_live(row: Session, now: datetime) -> bool:
    facts = SessionFacts(
        last_seen_at=row.last_seen_at,
        ends_at=row.ends_at,
        is_staff=row.account.is_staff,
        is_account_active=row.account.is_active,
    )
    return is_live(facts, now=now)
