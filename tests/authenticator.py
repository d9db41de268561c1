"""A software security key and the browser it is plugged into: real keys, real signatures, no bypass anywhere.

    key = SoftKey()                                   # a FIDO2 key without a PIN; SoftKey(u2f=True) is an old one
    browser = Browser("https://index.example", key)
    text = browser.create(registration_options(...))  # what JSON.stringify(credential) would post to us
    text = browser.get(assertion_options(...))

``create`` and ``get`` take the dictionaries that our server sends, and answer the text that a browser's ``toJSON()``
gives; python-fido2's client stands between. They raise ``fido2.client.ClientError`` where a browser rejects:
``DEVICE_INELIGIBLE`` for a key that is excluded (InvalidStateError) or holds no credential that fits,
``CONFIGURATION_UNSUPPORTED`` where verification is required and the key has none, ``BAD_REQUEST`` for an RP ID that the
origin may not use.

To misbehave, set what the key or the browser says **before** it is signed, so that every other part of the answer stays
true: ``key.lies = Lies(...)``, ``key.counter = 3``, ``key.counts_by = 0``, ``browser.client_data = {...}``. To alter an
answer afterwards, ``altered(text, {...})``.
"""

from __future__ import annotations

import base64
import copy
import dataclasses
import hashlib
import json
import os
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID
from fido2 import cbor
from fido2.client import DefaultClientDataCollector, Fido2Client
from fido2.cose import CoseKey
from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.ctap2.base import Ctap2
from fido2.hid import CAPABILITY, CTAPHID
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
)

ES256, EDDSA, RS256, ES384 = -7, -8, -257, -35
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
NO_MODEL = bytes(16)
TITAN = bytes.fromhex("42b4fb4a286643b29bf76c6669c2e5d3")
"""Google Titan Security Key v2, as its maker's metadata name it."""

CHROMIUM_SAYS = {
    "other_keys_can_be_added_here": "do not compare clientDataJSON against a template. See https://goo.gl/yabPex"
}
"""What Chromium adds to many of its answers by chance, so that nobody compares them with a template."""

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey

_OK, _TOUCH, _UNKNOWN_HANDLE = 0x9000, 0x6985, 0x6A80
_CHECK_ONLY = 0x07


@dataclass(frozen=True)
class Certified:
    """A certificate and its key: of a batch of security keys, or of a maker of them."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def certify(
    name: str = "Batch Certificate",
    *,
    aaguid: bytes | None = None,
    by: Certified | None = None,
    is_maker: bool = False,
) -> Certified:
    """A new certificate, signed ``by`` a maker or by itself; ``aaguid`` names the model that it is for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Authenticator Attestation"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    draft = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2050, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=is_maker, path_length=None), critical=True)
    )
    if aaguid is not None:
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4"), b"\x04\x10" + aaguid)
        draft = draft.add_extension(extension, critical=False)
    return Certified(draft.sign(by.key if by else key, hashes.SHA256()), key)


@dataclass(frozen=True)
class Lies:
    """What a broken or hostile key says instead of the truth. It is signed all the same."""

    flags_set: int = 0
    flags_clear: int = 0
    rp_id: str | None = None
    user_handle: bytes | None = None
    algorithm: int | None = None
    credential_id: bytes | None = None
    fmt: str | None = None
    x5c: tuple[bytes, ...] | None = None
    bad_signature: bool = False


@dataclass
class Credential:
    """One credential in the key."""

    id: bytes
    rp_id_hash: bytes
    private: PrivateKey
    user: dict[str, Any] | None
    is_resident: bool

    def sign(self, message: bytes) -> bytes:
        return sign(self.private, message)


@dataclass
class SoftKey(CtapDevice):
    """A security key. ``SoftKey()`` speaks CTAP2, has no PIN, holds passkeys, and vouches for itself when asked.

    - ``u2f``: speaks CTAP1 only, as the keys of 2018: ES256, no passkeys, a batch certificate, no AAGUID.
    - ``verifies``: has a fingerprint reader, which always knows the finger.
    - ``holds_passkeys``: whether credentials can be resident; ``passkeys_only``: whether all are (as phones do).
    - ``synced``: credentials are backup-eligible and backed up.
    - ``algorithms``: what it can, and ``aaguid``: its model.
    - ``batch``: signs key attestations with this certificate, with ``chain`` behind it; without, with the credential.
    - ``counter`` and ``counts_by``: the one counter of the key. ``counts_by=0`` stands still; a key that never counts
      has ``counter=0, counts_by=0``. ``clone()`` is an independent copy with the same secrets.
    """

    u2f: bool = False
    verifies: bool = False
    holds_passkeys: bool = True
    passkeys_only: bool = False
    synced: bool = False
    algorithms: tuple[int, ...] = (ES256, EDDSA, RS256)
    aaguid: bytes = NO_MODEL
    batch: Certified | None = None
    chain: tuple[bytes, ...] = ()
    counter: int = 0
    counts_by: int = 1
    transports: tuple[str, ...] = ("usb",)
    lies: Lies = field(default_factory=Lies)
    credentials: dict[bytes, Credential] = field(default_factory=dict)

    def clone(self) -> SoftKey:
        """What a thief makes who has opened the key: the same secrets, counting on their own."""
        return dataclasses.replace(self, credentials=copy.copy(self.credentials))

    @property
    def newest(self) -> Credential:
        """The credential that was made last."""
        return list(self.credentials.values())[-1]

    @property
    def capabilities(self) -> int:
        return CAPABILITY(0) if self.u2f else CAPABILITY.CBOR

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        return iter(())

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        """One message from the client (CTAP 2.1 section 6; FIDO U2F Raw Message Formats)."""
        if cmd == CTAPHID.MSG:
            return self._u2f_message(data)
        commands: dict[int, Callable[[dict[int, Any]], dict[int, Any]]] = {
            Ctap2.CMD.GET_INFO: self._info,
            Ctap2.CMD.MAKE_CREDENTIAL: self._make_credential,
            Ctap2.CMD.GET_ASSERTION: self._get_assertion,
        }
        try:
            asked: Any = cbor.decode(data[1:]) if data[1:] else {}
            return b"\x00" + cbor.encode(commands[data[0]](asked))
        except CtapError as error:
            return bytes([error.code])

    # CTAP2

    def _info(self, _: dict[int, Any]) -> dict[int, Any]:
        options = {"rk": self.holds_passkeys, "up": True, "makeCredUvNotRqd": True}
        if self.verifies:
            options["uv"] = True
        # A PIN protocol is named because the client wants one; with a reader for fingerprints it is never spoken.
        return {1: ["FIDO_2_0"], 3: self.aaguid, 4: options, 5: 65536, 6: [1], 7: 16, 9: list(self.transports)}

    def _make_credential(self, asked: dict[int, Any]) -> dict[int, Any]:
        rp_id, options = asked[2]["id"], asked.get(7, {})
        if self._find(rp_id, asked.get(5)):
            raise CtapError(CtapError.ERR.CREDENTIAL_EXCLUDED)
        offered = [one["alg"] for one in asked[4] if one["alg"] in self.algorithms]
        algorithm = self.lies.algorithm or next(iter(offered), None)
        if algorithm is None:
            raise CtapError(CtapError.ERR.UNSUPPORTED_ALGORITHM)
        is_resident = self.passkeys_only or options.get("rk", False)
        made = self._new_credential(rp_id, algorithm, asked[3] if is_resident else None)
        attested = AttestedCredentialData.create(self.aaguid, made.id, cose_key(made.private, algorithm))
        data = self._authenticator_data(made, AT | self._flags(options), attested)
        statement = self._statement(made, data, asked[1], algorithm)
        return {1: self.lies.fmt or "packed", 2: data, 3: statement}

    def _statement(self, made: Credential, data: bytes, client_data_hash: bytes, algorithm: int) -> dict[str, Any]:
        signer, x5c = made.private, self.lies.x5c
        if self.batch is not None:
            signer, x5c, algorithm = self.batch.key, x5c or (self.batch.der, *self.chain), ES256
        if self.lies.fmt == "fido-u2f":
            public = _point(made.private)
            message = b"\0" + made.rp_id_hash + client_data_hash + made.id + public
            return {"sig": sign(signer, message), "x5c": list(x5c or ())}
        statement: dict[str, Any] = {"alg": algorithm, "sig": self._sign(signer, data + client_data_hash)}
        return statement if x5c is None else {**statement, "x5c": list(x5c)}

    def _get_assertion(self, asked: dict[int, Any]) -> dict[int, Any]:
        options = asked.get(5, {})
        found = self._find(asked[1], asked.get(3))
        if not found:
            raise CtapError(CtapError.ERR.NO_CREDENTIALS)
        used = found[-1]
        if not options.get("up", True):  # the client only asks whether the credential is there
            data = AuthenticatorData.create(used.rp_id_hash, AuthenticatorData.FLAG(0), self.counter)
            return {1: {"type": "public-key", "id": used.id}, 2: data, 3: used.sign(data + asked[2])}
        data = self._authenticator_data(used, self._flags(options))
        answer = {1: {"type": "public-key", "id": used.id}, 2: data, 3: self._sign(used.private, data + asked[2])}
        handle = self.lies.user_handle or (used.user["id"] if used.user else None)
        return {**answer, 4: {"id": handle}} if handle else answer

    # CTAP1

    def _u2f_message(self, apdu: bytes) -> bytes:
        instruction, mode, length = apdu[1], apdu[2], struct.unpack(">H", apdu[5:7])[0]
        client_data_hash, rp_id_hash, rest = apdu[7:39], apdu[39:71], apdu[71 : 7 + length]
        if instruction == 1:
            return self._u2f_register(client_data_hash, rp_id_hash)
        used = self.credentials.get(rest[1:])
        if used is None or used.rp_id_hash != rp_id_hash:
            return struct.pack(">H", _UNKNOWN_HANDLE)
        if mode == _CHECK_ONLY:
            return struct.pack(">H", _TOUCH)
        self.counter += self.counts_by
        said = struct.pack(">BI", UP, self.counter)
        signature = self._sign(used.private, rp_id_hash + said + client_data_hash)
        return said + signature + struct.pack(">H", _OK)

    def _u2f_register(self, client_data_hash: bytes, rp_id_hash: bytes) -> bytes:
        if self.batch is None:
            self.batch = certify()
        made = self._keep(Credential(os.urandom(64), rp_id_hash, _new_private(ES256), None, is_resident=False))
        public = _point(made.private)
        signature = self._sign(self.batch.key, b"\0" + rp_id_hash + client_data_hash + made.id + public)
        said = b"\x05" + public + bytes([len(made.id)]) + made.id + self.batch.der
        return said + signature + struct.pack(">H", _OK)

    # Both

    def _find(self, rp_id: str, listed: list[dict[str, Any]] | None) -> list[Credential]:
        here = [one for one in self.credentials.values() if one.rp_id_hash == _hash(rp_id)]
        if listed is None:
            return [one for one in here if one.is_resident]
        return [one for one in here if one.id in [descriptor["id"] for descriptor in listed]]

    def _new_credential(self, rp_id: str, algorithm: int, user: dict[str, Any] | None) -> Credential:
        name = self.lies.credential_id or os.urandom(32)
        return self._keep(Credential(name, _hash(rp_id), _new_private(algorithm), user, is_resident=user is not None))

    def _keep(self, made: Credential) -> Credential:
        self.credentials[made.id] = made
        return made

    def _flags(self, options: Mapping[str, bool]) -> int:
        return UP | (UV if options.get("uv") else 0) | (BE | BS if self.synced else 0)

    def _authenticator_data(self, used: Credential, flags: int, attested: bytes = b"") -> AuthenticatorData:
        self.counter += self.counts_by
        told = (flags | self.lies.flags_set) & ~self.lies.flags_clear
        place = used.rp_id_hash if self.lies.rp_id is None else _hash(self.lies.rp_id)
        made: AuthenticatorData = AuthenticatorData.create(place, AuthenticatorData.FLAG(told), self.counter, attested)
        return made

    def _sign(self, private: PrivateKey, message: bytes) -> bytes:
        return sign(private, b"something else" if self.lies.bad_signature else message)


@dataclass
class Browser:
    """A browser at one page's origin, with one key plugged in.

    - ``client_data``: members to add to the client data, or to say otherwise: ``{"crossOrigin": True}``.
    - ``is_honest=False``: asks the key for any RP ID, as malware on a person's machine can.
    - ``shows_make=False``: the person refuses to show the key's make when asked (the answer is then of the form none).
    """

    origin: str
    key: SoftKey
    client_data: dict[str, Any] = field(default_factory=dict)
    is_honest: bool = True
    shows_make: bool = True

    def create(self, options: Mapping[str, Any]) -> str:
        """``navigator.credentials.create``, and the text of what it answers."""
        parsed = PublicKeyCredentialCreationOptions.from_dict(dict(options))
        answer = self._client().make_credential(parsed)
        made = answer.response.attestation_object
        if options.get("attestation", "none") == "none" or not self.shows_make:
            made = _without_make(made, keeps_model="internal" in self.key.transports)
        credential = made.auth_data.credential_data
        assert credential is not None
        response = {
            "clientDataJSON": text_of(answer.response.client_data),
            "authenticatorData": text_of(made.auth_data),
            "transports": list(self.key.transports),
            "publicKeyAlgorithm": credential.public_key.ALGORITHM,
            "attestationObject": text_of(made),
        }
        return self._json(answer.raw_id, response)

    def get(self, options: Mapping[str, Any]) -> str:
        """``navigator.credentials.get``, and the text of what it answers."""
        parsed = PublicKeyCredentialRequestOptions.from_dict(dict(options))
        answer = self._client().get_assertion(parsed).get_response(0)
        response = {
            "clientDataJSON": text_of(answer.response.client_data),
            "authenticatorData": text_of(answer.response.authenticator_data),
            "signature": text_of(answer.response.signature),
        }
        if answer.response.user_handle is not None:
            response["userHandle"] = text_of(answer.response.user_handle)
        return self._json(answer.raw_id, response)

    def _client(self) -> Fido2Client:
        return Fido2Client(self.key, _Collector(self))

    def _json(self, raw_id: bytes, response: Mapping[str, Any]) -> str:
        attachment = "platform" if "internal" in self.key.transports else "cross-platform"
        whole = {"id": text_of(raw_id), "rawId": text_of(raw_id), "response": response, "type": "public-key"}
        return json.dumps({**whole, "authenticatorAttachment": attachment, "clientExtensionResults": {}})


class _Collector(DefaultClientDataCollector):
    """Writes the client data as a browser does, with the member that Chromium adds and those that the test asks for."""

    def __init__(self, browser: Browser) -> None:
        super().__init__(browser.origin)
        self.browser = browser

    def verify_rp_id(self, rp_id: str, origin: str) -> None:
        if self.browser.is_honest:
            super().verify_rp_id(rp_id, origin)

    def collect_client_data(
        self, options: PublicKeyCredentialCreationOptions | PublicKeyCredentialRequestOptions
    ) -> tuple[CollectedClientData, str]:
        truth, rp_id = super().collect_client_data(options)  # type: ignore[no-untyped-call]  # python-fido2 lacks it
        said = {**json.loads(truth), **CHROMIUM_SAYS, **self.browser.client_data}
        return CollectedClientData(json.dumps(said, separators=(",", ":")).encode()), rp_id


def altered(answer: str, changes: Mapping[str, Any]) -> str:
    """The answer with some members changed; ``response.signature`` is one of the response, None takes one away."""
    whole = json.loads(answer)
    for name, value in changes.items():
        inner = whole["response"] if name.startswith("response.") else whole
        inner[name.removeprefix("response.")] = value
        if value is None:
            del inner[name.removeprefix("response.")]
    return json.dumps(whole)


def text_of(data: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    """Base64url without padding as bytes."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sign(private: PrivateKey, message: bytes) -> bytes:
    """A signature as a security key makes it."""
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(message, ec.ECDSA(hashes.SHA384() if private.key_size == 384 else hashes.SHA256()))
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return private.sign(message)


def cose_key(private: PrivateKey, algorithm: int) -> CoseKey:
    """The public key as it stands in the authenticator data."""
    return CoseKey.for_alg(algorithm).from_cryptography_key(private.public_key())


def _new_private(algorithm: int) -> PrivateKey:
    if algorithm == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == RS256:
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP384R1() if algorithm == ES384 else ec.SECP256R1())


def _point(private: PrivateKey) -> bytes:
    return private.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _hash(rp_id: str) -> bytes:
    return hashlib.sha256(rp_id.encode()).digest()


def _without_make(made: AttestationObject, *, keeps_model: bool) -> AttestationObject:
    """What Chromium leaves of a key attestation that was not asked for: nothing, and of a security key no AAGUID."""
    data, credential = made.auth_data, made.auth_data.credential_data
    assert credential is not None
    model = credential.aaguid if keeps_model else Aaguid.NONE
    plain = AttestedCredentialData.create(model, credential.credential_id, credential.public_key)
    told = AuthenticatorData.create(data.rp_id_hash, data.flags, data.counter, plain)
    return AttestationObject.create("none", told, {})
