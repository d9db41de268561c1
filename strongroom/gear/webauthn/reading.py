"""What a browser answers, read: the text of ``PublicKeyCredential.toJSON()`` to facts, and the signature verified.

Reading comes down to two questions: is this the form that Web Authentication Level 3 gives it, and can the key in it
be used at all? Whether it may be accepted is for the rules. Step numbers are those of its sections 7.1 and 7.2.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypedDict, TypeVar, cast

from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from strongroom.terms.refusals import Malformed, Reason, Refused
from strongroom.terms.security_keys import EDDSA, ES256, RS256, Assertion, Registration

LONGEST_ANSWER = 64 * 1024
"""Characters. With a chain of certificates an answer takes about ten thousand."""

FIELD = "security key answer"

SHORTEST_MODULUS, LONGEST_MODULUS = 2048, 4096
"""Bits of an RSA key: fewer can be broken, more cost time at every sign-in (NIST SP 800-131A)."""

UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, struct.error)
"""What bytes that are not in the form raise in python-fido2, which was made to read what keys send."""

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z", re.ASCII)
_WORD = re.compile(r"[a-z0-9-]{1,32}\Z", re.ASCII)
_LONGEST_ORIGIN, _MOST_TRANSPORTS = 2048, 16
_CURVES = {ES256: (2, 1, (-2, -3)), EDDSA: (1, 6, (-2,))}
"""Key type, curve, and the coordinates of 32 bytes of each (section 5.8.5)."""

_T = TypeVar("_T")


class _ClientFacts(TypedDict):
    client_type: str
    challenge: bytes
    origin: str
    cross_origin: bool
    top_origin_present: bool


class _KeyFacts(TypedDict):
    rp_id_hash: bytes
    user_present: bool
    user_verified: bool
    backup_eligible: bool
    backed_up: bool
    sign_count: int


@dataclass(frozen=True)
class _Envelope:
    """What surrounds both kinds of answer."""

    type: str
    id: bytes
    raw_id: bytes
    response: Mapping[str, object]
    client_data: bytes

    @property
    def client_data_hash(self) -> bytes:
        return hashlib.sha256(self.client_data).digest()  # 7.1 step 12, 7.2 step 20


def read_registration(text: str) -> Registration:
    """Read the answer to ``registration_options``. Raises Malformed."""
    envelope = _read_envelope(text)
    raw = _bytes(envelope.response, "attestationObject")
    try:
        made = AttestationObject(raw)  # 7.1 step 13
    except UNREADABLE:
        raise Malformed(FIELD, "its attestation object cannot be read") from None
    credential = made.auth_data.credential_data
    if credential is None:
        raise Malformed(FIELD, "it holds no new credential")
    if not isinstance(made.fmt, str) or not _WORD.match(made.fmt) or not isinstance(made.att_stmt, Mapping):
        raise Malformed(FIELD, "its key attestation has no known form")
    return Registration(
        type=envelope.type,
        id=envelope.id,
        raw_id=envelope.raw_id,
        **_read_client_data(envelope.client_data),
        **_key_facts(made.auth_data),
        credential_id=credential.credential_id,
        public_key=_read_public_key(credential),
        algorithm=_algorithm(credential.public_key),
        aaguid=str(credential.aaguid),
        fmt=made.fmt,
        transports=_read_transports(envelope.response),
        attestation_object=raw,
        client_data_hash=envelope.client_data_hash,
    )


def read_assertion(text: str) -> Assertion:
    """Read the answer to ``assertion_options``. Raises Malformed."""
    envelope = _read_envelope(text)
    raw = _bytes(envelope.response, "authenticatorData")  # 7.2 step 7
    try:
        data = AuthenticatorData(raw)
    except UNREADABLE:
        raise Malformed(FIELD, "its authenticator data cannot be read") from None
    given = envelope.response.get("userHandle") is not None
    return Assertion(
        type=envelope.type,
        id=envelope.id,
        raw_id=envelope.raw_id,
        **_read_client_data(envelope.client_data),
        **_key_facts(data),
        user_handle=_bytes(envelope.response, "userHandle") if given else None,
        signed=raw + envelope.client_data_hash,
        signature=_bytes(envelope.response, "signature"),
    )


def verify_assertion(assertion: Assertion, public_key: bytes) -> None:
    """The enrolled credential signed this answer (7.2 step 21). Raises Refused(KEY_ANSWER_REFUSED).

    It is verified with the key alone: nothing else of the answer has been looked at. A stored key that cannot be used
    is a fault of ours, and raises ValueError.
    """
    try:
        _usable(cbor.decode(public_key)).verify(assertion.signed, assertion.signature)
    except InvalidSignature:
        raise Refused(
            Reason.KEY_ANSWER_REFUSED, why="its signature does not belong to the key that was enrolled"
        ) from None


def _read_envelope(text: str) -> _Envelope:
    if len(text) > LONGEST_ANSWER:
        raise Malformed(FIELD, "it is too long")
    whole = _object(text, "it is not a JSON object")
    response = _member(whole, "response", dict)
    return _Envelope(
        type=_member(whole, "type", str),
        id=_bytes(whole, "id"),
        raw_id=_bytes(whole, "rawId"),
        response=response,
        client_data=_bytes(response, "clientDataJSON"),
    )


def _read_client_data(data: bytes) -> _ClientFacts:
    """What the browser wrote. Other members are let pass: Chromium adds some by chance, so that nobody compares."""
    try:
        decoded = data.decode("utf-8-sig")  # 7.1 step 5, 7.2 step 8: a byte order mark is taken off
    except UnicodeDecodeError:
        raise Malformed(FIELD, "its client data are not UTF-8") from None
    whole = _object(decoded, "its client data are not a JSON object")  # 7.1 step 6, 7.2 step 9
    origin = _member(whole, "origin", str)
    if len(origin) > _LONGEST_ORIGIN or not (origin.isascii() and origin.isprintable()):
        raise Malformed(FIELD, "its origin is not one")
    return _ClientFacts(
        client_type=_member(whole, "type", str),
        challenge=_bytes(whole, "challenge"),
        origin=origin,
        cross_origin=_member(whole, "crossOrigin", bool) if "crossOrigin" in whole else False,
        top_origin_present="topOrigin" in whole,
    )


def _key_facts(data: AuthenticatorData) -> _KeyFacts:
    return _KeyFacts(
        rp_id_hash=data.rp_id_hash,
        user_present=data.is_user_present(),
        user_verified=data.is_user_verified(),
        backup_eligible=data.is_backup_eligible(),
        backed_up=data.is_backed_up(),
        sign_count=data.counter,
    )


def _read_public_key(credential: AttestedCredentialData) -> bytes:
    try:
        return cbor.encode(_usable(credential.public_key))
    except UNREADABLE:
        raise Malformed(FIELD, "its public key cannot be used") from None


def _algorithm(key: CoseKey) -> int:
    number = key.get(3)
    if not isinstance(number, int):
        raise Malformed(FIELD, "its public key cannot be used")
    return number


def _usable(cose: object) -> CoseKey:
    """The key, once it is certain that it can be verified with. Raises ValueError.

    Algorithms that are never offered are not looked at: the rules refuse them by their number.
    """
    key = CoseKey.parse(cast("Mapping[int, object]", cose))
    algorithm = _algorithm(key)
    if algorithm in _CURVES:
        kind, curve, coordinates = _CURVES[algorithm]
        if key.get(1) != kind or key.get(-1) != curve or any(len(key[one]) != 32 for one in coordinates):  # noqa: PLR2004 - bytes of a coordinate on either curve
            raise ValueError("not the curve of this algorithm")
    elif algorithm == RS256:
        bits = int.from_bytes(key[-1], "big").bit_length()
        if key.get(1) != 3 or not SHORTEST_MODULUS <= bits <= LONGEST_MODULUS:  # noqa: PLR2004 - RSA (RFC 8230)
            raise ValueError("not an RSA key of a usual length")
    else:
        return key
    with contextlib.suppress(InvalidSignature):
        key.verify(b"", b"")  # builds the key first: a point that is not on the curve raises ValueError
    return key


def _read_transports(response: Mapping[str, object]) -> tuple[str, ...]:
    """How the key can be reached, as the browser says; unknown words are kept (section 5.8.4)."""
    found = response.get("transports") or []
    if not isinstance(found, list) or len(found) > _MOST_TRANSPORTS:
        raise Malformed(FIELD, "its transports are not a list of words")
    if not all(isinstance(one, str) and _WORD.match(one) for one in found):
        raise Malformed(FIELD, "its transports are not a list of words")
    return tuple(dict.fromkeys(found))


def _object(text: str, why: str) -> dict[str, object]:
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Malformed(FIELD, why) from None
    if not isinstance(found, dict):
        raise Malformed(FIELD, why)
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Of two members with one name, each reader believes another.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member is there twice")
    return found


def _member(whole: Mapping[str, object], name: str, kind: type[_T]) -> _T:
    value = whole.get(name)
    if not isinstance(value, kind):
        raise Malformed(FIELD, "%(member)s is missing, or is not what it should be", member=name)
    return value


def _bytes(whole: Mapping[str, object], name: str) -> bytes:
    """A member in base64url without padding (section 5.1, "Base64url Encoding"), in its one spelling."""
    text = _member(whole, name, str)
    if _BASE64URL.match(text):
        try:
            found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            found = b""
        if base64.urlsafe_b64encode(found).rstrip(b"=").decode("ascii") == text:
            return found
    raise Malformed(FIELD, "%(member)s is not base64url", member=name)
