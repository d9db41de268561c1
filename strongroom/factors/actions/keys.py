"""Security keys and passkeys: both ceremonies, each begun with a challenge that is good once."""

from __future__ import annotations

import base64
import dataclasses
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from strongroom.accounts.actions.letters import note, tell
from strongroom.accounts.models import Account, Factor
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.factors.actions.enrolling import after_first_answer, key_handle_of, require_enrolment
from strongroom.factors.actions.failing import remember_success
from strongroom.factors.actions.means import Means
from strongroom.factors.models import Challenge, KeyAttestation, SecurityKey
from strongroom.factors.queries import LoadedKey, find_key, live_keys
from strongroom.factors.rules.challenges import KeyPurpose, decoy_credential
from strongroom.factors.rules.labels import fold_label, require_label
from strongroom.factors.rules.security_keys import (
    EnrolledKey,
    Expected,
    is_copied,
    require_assertion,
    require_registration,
)
from strongroom.gear.webauthn import (
    assertion_options,
    judge_key_attestation,
    read_assertion,
    read_registration,
    registration_options,
    verify_assertion,
)
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor, ArrivalId, FactorId, SessionId
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.security_keys import (
    CHALLENGE_BYTES,
    CHALLENGE_MINUTES,
    Assertion,
    Registration,
    RelyingParty,
    UserEntity,
    UserVerification,
)


@dataclasses.dataclass(frozen=True)
class Asker:
    """Where a question was put, and so where its answer must come from: a session or an arrival, for one purpose."""

    purpose: KeyPurpose
    session: SessionId | None = None
    arrival: ArrivalId | None = None


@dataclasses.dataclass(frozen=True)
class VerifiedKey:
    """A key that has just answered rightly, whose it is, and whether it checked who holds it."""

    factor: FactorId
    account: AccountId
    person_verified: bool


def begin_key_enrolment(*, by: Actor, now: datetime, attest: bool, passkey: bool, means: Means) -> dict[str, Any]:
    """What the browser asks a new key, as its JSON options. ``attest``: the person lets the index see its make."""
    account, session = require_signed_in(by)
    handle = key_handle_of(account)
    asker = Asker(KeyPurpose.ENROL, session=session)
    challenge = _new_challenge(asker, account=account, is_named=True, now=now, asks_attestation=attest)
    name = Account.objects.values_list("name", flat=True).get(pk=account)
    return registration_options(
        rp=means.rp,
        challenge=challenge,
        user=UserEntity(id=handle, name=name, display_name=name),
        exclude=[(_bytes(row.credential_id), tuple(row.transports)) for row in live_keys(account)],
        attest=attest,
        passkey=passkey,
    )


def complete_key_enrolment(*, by: Actor, now: datetime, label: str, answer: str, means: Means) -> list[str]:
    """Enrol the key that answered. The recovery codes to be kept, when it is the first factor; else none.

    Raises Malformed; Refused: CHALLENGE_GONE, KEY_… (rules), KEY_ALREADY_ENROLLED, LABEL_…, PROOF_NEEDED,
    MAILBOX_PROOF_NEEDED, TOO_MANY_FACTORS, SIGN_IN_NEEDED.
    """
    account, session = require_signed_in(by)
    label = require_label(label)
    registration = read_registration(answer)
    challenge = _take(registration.challenge, Asker(KeyPurpose.ENROL, session=session), now=now)
    expected = Expected(rp=means.rp, challenge=_bytes(challenge.value), user_handle=key_handle_of(account))
    require_registration(registration, expected)

    try:
        with transaction.atomic():
            by = require_enrolment(by=by, now=now, label=label, kind=ProofKind.SECURITY_KEY)
            factor = Factor.objects.create(
                account_id=account,
                kind=ProofKind.SECURITY_KEY.value,
                label=label,
                folded_label=fold_label(label),
                begun_at=now,
                begun_in_id=session,
            )
            _keep(factor, registration, challenge, now=now, means=means)
            note(by=by, now=now, account=account, deed=Deed.FACTOR_BEGUN, kind=factor.kind, label=label)
            return after_first_answer(by=by, now=now, factor=factor, sealer=means.sealer)
    except IntegrityError:
        # The credential id is unique over all accounts, those that have ended too (7.1 step 26).
        raise Refused(Reason.KEY_ALREADY_ENROLLED) from None


def ask_key(*, now: datetime, asker: Asker, account: AccountId | None, name: str = "", means: Means) -> dict[str, Any]:
    """What the browser asks a key that is enrolled, as its JSON options.

    With an account, any of its keys may answer; with a name that is nobody's, or whose account has no key, a key that
    does not exist is named, so that the two look the same. With neither, a passkey says itself whose it is.
    """
    is_named = account is not None or bool(name)
    challenge = _new_challenge(asker, account=account, is_named=is_named, now=now)
    # Nobody is asked about as well: whether there is an account does not show in the time.
    keys = live_keys(account or AccountId(0)) if is_named else []
    allow = [(_bytes(row.credential_id), tuple(row.transports)) for row in keys]
    if is_named and not allow:
        seed = name.strip().casefold() or str(account)
        allow = [decoy_credential(means.sealer.keyed_hash(seed, about="decoy credential"))]
    wanted = UserVerification.PREFERRED if is_named else UserVerification.REQUIRED
    return assertion_options(rp=means.rp, challenge=challenge, allow=allow, user_verification=wanted)


def verify_key(*, by: Actor, now: datetime, asker: Asker, answer: str, means: Means) -> VerifiedKey:
    """The key that answered, verified. Its challenge is used up first, whatever follows.

    Raises Malformed; Refused: CHALLENGE_GONE, KEY_… (rules), KEY_COPIED, in which case the key is suspect from now on
    and every address is told.
    """
    assertion = read_assertion(answer)
    challenge = _take(assertion.challenge, asker, now=now)
    key = find_key(_text(assertion.credential_id))
    try:
        loaded = _require_answer(assertion, challenge, key, rp=means.rp)
    except Refused as refused:
        _remember_refusal(by, challenge, key, refused=refused, now=now)
        raise
    _require_count(by, loaded, assertion.sign_count, now=now)

    remember_success(now=now, factor=loaded.factor)
    SecurityKey.objects.filter(pk=loaded.row.pk).update(backed_up=assertion.backed_up)
    return VerifiedKey(loaded.factor, loaded.account, person_verified=assertion.user_verified)


def _require_answer(
    assertion: Assertion, challenge: Challenge, key: LoadedKey | None, *, rp: RelyingParty
) -> LoadedKey:
    handle = None
    if challenge.is_named:
        # A name that is nobody's has a handle that is nobody's.
        handle = b"-" if challenge.account_id is None else key_handle_of(AccountId(challenge.account_id))
    expected = Expected(rp=rp, challenge=_bytes(challenge.value), user_handle=handle)
    enrolled = None if key is None else EnrolledKey(_bytes(key.row.credential_id), key.handle, key.row.backup_eligible)
    require_assertion(assertion, expected, enrolled)
    if key is None:
        raise Refused(Reason.KEY_UNKNOWN)
    verify_assertion(assertion, bytes(key.row.public_key))
    if key.row.suspected_at is not None:
        raise Refused(Reason.KEY_COPIED)
    return key


def _require_count(by: Actor, key: LoadedKey, answered: int, *, now: datetime) -> None:
    """Compare and store the counter in one conditional UPDATE (7.2 steps 22, 24); the later of two is judged anew."""
    while True:
        stored = SecurityKey.objects.values_list("sign_count", flat=True).get(pk=key.row.pk)
        if is_copied(stored=stored, answered=answered):
            _suspect(by, key, {"stored": stored, "answered": answered}, now=now)
            raise Refused(Reason.KEY_COPIED)
        rows = SecurityKey.objects.filter(pk=key.row.pk, sign_count=stored, suspected_at=None)
        if rows.update(sign_count=answered):
            return
        if SecurityKey.objects.filter(pk=key.row.pk, suspected_at__isnull=False).exists():
            raise Refused(Reason.KEY_COPIED)


def _suspect(by: Actor, key: LoadedKey, counts: dict[str, int], *, now: datetime) -> None:
    with transaction.atomic():
        if not SecurityKey.objects.filter(pk=key.row.pk, suspected_at=None).update(suspected_at=now):
            return
        shown = dataclasses.replace(by, proof=ProofKind.SECURITY_KEY, factor=key.factor)
        tell(
            by=shown,
            now=now,
            account=key.account,
            deed=Deed.KEY_SUSPECTED,
            label=key.row.factor.label,
            **counts,
        )


def _remember_refusal(
    by: Actor, challenge: Challenge, key: LoadedKey | None, *, refused: Refused, now: datetime
) -> None:
    """A key is never limited: its answers cannot be guessed, and a stranger must not lock its person out."""
    account = challenge.account_id or (None if key is None else key.account)
    if account is None:
        return
    with transaction.atomic():
        tried = dataclasses.replace(by, proof=ProofKind.SECURITY_KEY, factor=None if key is None else key.factor)
        told = {"kind": ProofKind.SECURITY_KEY.value, "reason": refused.reason.value}
        note(by=tried, now=now, account=AccountId(account), deed=Deed.PROOF_REFUSED, **told)


def _keep(factor: Factor, registration: Registration, challenge: Challenge, *, now: datetime, means: Means) -> None:
    verdict = judge_key_attestation(registration, anchors=means.anchors)
    key = SecurityKey.objects.create(
        factor=factor,
        credential_id=_text(registration.credential_id),
        public_key=registration.public_key,
        algorithm=registration.algorithm,
        sign_count=registration.sign_count,
        transports=list(registration.transports),
        backup_eligible=registration.backup_eligible,
        backed_up=registration.backed_up,
        person_verified=registration.user_verified,
        aaguid=registration.aaguid,
        fmt=registration.fmt,
        verdict=verdict.value,
    )
    if challenge.asks_attestation:
        KeyAttestation.objects.create(
            key=key,
            attestation_object=registration.attestation_object,
            client_data_hash=registration.client_data_hash,
            verdict=verdict.value,
            judged_at=now,
        )


def _new_challenge(
    asker: Asker, *, account: AccountId | None, is_named: bool, now: datetime, asks_attestation: bool = False
) -> bytes:
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    Challenge.objects.create(
        value=_text(challenge),
        purpose=asker.purpose.value,
        session_id=asker.session,
        arrival_id=asker.arrival,
        account_id=account,
        is_named=is_named,
        asks_attestation=asks_attestation,
        made_at=now,
        expires_at=now + timedelta(minutes=CHALLENGE_MINUTES),
    )
    return challenge


def _take(value: bytes, asker: Asker, *, now: datetime) -> Challenge:
    """Use the challenge up, in a transaction of its own: reuse and use across purposes fail before anything is read."""
    rows = Challenge.objects.filter(value=_text(value), purpose=asker.purpose.value, used_at=None, expires_at__gt=now)
    if asker.session is not None:
        rows = rows.filter(session_id=asker.session)
    elif asker.arrival is not None:
        rows = rows.filter(arrival_id=asker.arrival)
    else:
        raise Refused(Reason.CHALLENGE_GONE)
    found = rows.first()
    if found is None or not rows.filter(pk=found.pk).update(used_at=now):
        raise Refused(Reason.CHALLENGE_GONE)
    return found


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
