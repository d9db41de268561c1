"""Factors, loaded: for verification, for lists, and for pages that explain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from strongroom.accounts.models import Account, Factor
from strongroom.accounts.queries.entry import held_kinds
from strongroom.factors.models import RecoveryCode, SecurityKey
from strongroom.factors.rules.holding import PENDING_LIFE, Removal, needs_mailbox_first
from strongroom.projects.queries.roles import is_collaborator
from strongroom.terms.actors import AccountId, FactorId, SessionId
from strongroom.terms.proofs import FACTOR_KINDS, ProofKind
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.security_keys import KeyAttestationVerdict

_KINDS = [kind.value for kind in FACTOR_KINDS]


def list_factors(account: AccountId) -> list[Factor]:
    """The account's live factors with what is known of each, the newest last."""
    rows = Factor.objects.filter(account_id=account, kind__in=_KINDS, enrolled_at__isnull=False, ended_at=None)
    return list(rows.select_related("totp", "key").order_by("id"))


def live_apps(account: AccountId) -> list[Factor]:
    """The authenticator apps whose codes are taken, with their secrets."""
    rows = Factor.objects.filter(
        account_id=account, kind=ProofKind.TOTP.value, enrolled_at__isnull=False, ended_at=None, disabled_at=None
    )
    return list(rows.select_related("totp").order_by("id"))


def live_keys(account: AccountId) -> list[SecurityKey]:
    """The security keys that the account can be asked for; a suspect one is among them, and refused when it answers."""
    rows = SecurityKey.objects.filter(
        factor__account_id=account, factor__enrolled_at__isnull=False, factor__ended_at=None
    )
    return list(rows.select_related("factor").order_by("pk"))


def load_factor(account: AccountId, factor: FactorId) -> Factor:
    """A live factor of the account. Raises Refused(FACTOR_UNKNOWN)."""
    rows = Factor.objects.filter(pk=factor, account_id=account, kind__in=_KINDS)
    row = rows.filter(enrolled_at__isnull=False, ended_at=None).select_related("totp", "key").first()
    if row is None:
        raise Refused(Reason.FACTOR_UNKNOWN)
    return row


def load_pending_app(account: AccountId, session: SessionId, factor: FactorId, *, now: datetime) -> Factor:
    """An app whose enrolment was begun in this session within the hour. Raises Refused(FACTOR_UNKNOWN)."""
    row = (
        Factor.objects.filter(
            pk=factor,
            account_id=account,
            kind=ProofKind.TOTP.value,
            begun_in_id=session,
            proved_at=None,
            ended_at=None,
            begun_at__gt=now - PENDING_LIFE,
        )
        .select_related("totp")
        .first()
    )
    if row is None:
        raise Refused(Reason.FACTOR_UNKNOWN)
    return row


def count_codes_left(account: AccountId) -> int:
    """How many recovery codes of the account are unused."""
    rows = RecoveryCode.objects.filter(factor__account_id=account, factor__ended_at=None, used_at=None)
    return rows.filter(factor__enrolled_at__isnull=False).count()


def list_waiting(account: AccountId, session: SessionId, *, now: datetime) -> list[Factor]:
    """First factors that answered in this session, and wait for a recovery code to be typed back."""
    rows = Factor.objects.filter(account_id=account, kind__in=_KINDS, begun_in_id=session)
    rows = rows.filter(proved_at__isnull=False, enrolled_at=None, ended_at=None, begun_at__gt=now - PENDING_LIFE)
    return list(rows.order_by("id"))


def is_mailbox_needed(account: AccountId) -> bool:
    """Whether the next enrolment takes a fresh proof of the mailbox."""
    return needs_mailbox_first(holds=held_kinds(account), is_collaborator=is_collaborator(account))


def load_removal(account: AccountId, factor: FactorId) -> Removal:
    """What must be known before the factor is removed."""
    row = Account.objects.get(pk=account)
    live = Factor.objects.filter(account_id=account, kind__in=_KINDS, enrolled_at__isnull=False, ended_at=None)
    others = live.exclude(pk=factor)
    return Removal(
        others=others.count(),
        sound=others.filter(disabled_at=None, key__suspected_at=None).count(),
        must_hold=row.is_staff or row.must_hold_factor_since is not None,
        password_stands_alone=row.password_stands_alone,
    )


@dataclass(frozen=True)
class LoadedKey:
    """An enrolled key, and whose it is."""

    row: SecurityKey
    factor: FactorId
    account: AccountId
    handle: bytes


def find_key(credential_id: str) -> LoadedKey | None:
    """The live key with this credential id, whoever's it is; nothing when there is none."""
    rows = SecurityKey.objects.filter(
        credential_id=credential_id, factor__enrolled_at__isnull=False, factor__ended_at=None
    )
    row = rows.select_related("factor__account").first()
    if row is None:
        return None
    account = row.factor.account
    return LoadedKey(row, FactorId(row.factor.pk), AccountId(account.pk), bytes.fromhex(account.key_handle or ""))


@dataclass(frozen=True)
class HeldKey:
    """What is known of a security key beside what every factor has."""

    transports: tuple[str, ...]
    aaguid: str
    verdict: KeyAttestationVerdict
    is_suspect: bool
    is_synced: bool


@dataclass(frozen=True)
class HeldFactor:
    """A live factor, as pages tell of it."""

    id: FactorId
    kind: ProofKind
    label: str
    since: datetime | None
    last_used: datetime | None
    is_off: bool
    key: HeldKey | None


def list_held(account: AccountId) -> list[HeldFactor]:
    """The account's live factors, the newest last, as pages tell of them."""
    return [_held(row) for row in list_factors(account)]


def load_held(account: AccountId, factor: FactorId) -> HeldFactor:
    """A live factor of the account. Raises Refused(FACTOR_UNKNOWN)."""
    return _held(load_factor(account, factor))


def _held(row: Factor) -> HeldFactor:
    kind = ProofKind(row.kind)
    return HeldFactor(
        id=FactorId(row.pk),
        kind=kind,
        label=row.label,
        since=row.enrolled_at,
        last_used=row.last_used_at,
        is_off=row.disabled_at is not None,
        key=_held_key(row.key) if kind is ProofKind.SECURITY_KEY else None,
    )


def _held_key(key: SecurityKey) -> HeldKey:
    return HeldKey(
        transports=tuple(key.transports),
        aaguid=key.aaguid,
        verdict=KeyAttestationVerdict(key.verdict),
        is_suspect=key.suspected_at is not None,
        is_synced=key.backed_up,
    )


def labels_of_factors(account: AccountId) -> dict[FactorId, str]:
    """What each factor of the account is called, those that have ended too: the history names them."""
    rows = Factor.objects.filter(account_id=account).values_list("id", "label")
    return {FactorId(factor): label for factor, label in rows}
