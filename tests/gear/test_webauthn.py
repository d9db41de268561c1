"""WebAuthn as a library: what is asked of a browser, and what is read of its answer."""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import Any

import pytest
from fido2 import cbor
from fido2.client import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.gear.webauthn import (
    LONGEST_ANSWER,
    Anchors,
    assertion_options,
    judge_key_attestation,
    read_assertion,
    read_registration,
    registration_options,
    verify_assertion,
)
from strongroom.terms.refusals import Malformed, Reason, Refused
from strongroom.terms.security_keys import RelyingParty, UserEntity
from tests.authenticator import TITAN, Browser, SoftKey, altered, bytes_of, text_of

ORIGIN = "https://index.example"
RP = RelyingParty("index.example", "Index", frozenset({ORIGIN}))
ADA = UserEntity(b"a" * 32, "ada", "Ada Lovelace")
CHALLENGE = b"c" * 32
READERS = {"registration": read_registration, "assertion": read_assertion}


def enrol(key: SoftKey, *, attest: bool = False, passkey: bool = False, browser: Browser | None = None) -> str:
    options = registration_options(rp=RP, challenge=CHALLENGE, user=ADA, exclude=[], attest=attest, passkey=passkey)
    return (browser or Browser(ORIGIN, key)).create(options)


def sign_in(key: SoftKey) -> str:
    options = assertion_options(rp=RP, challenge=CHALLENGE, allow=[(key.newest.id, ["usb"])])
    return Browser(ORIGIN, key).get(options)


KEY = SoftKey()
GOOD = {"registration": enrol(KEY, passkey=True), "assertion": sign_in(KEY)}


# What is asked


def test_what_a_browser_is_asked_to_enrol_a_key() -> None:
    asked = registration_options(
        rp=RP, challenge=CHALLENGE, user=ADA, exclude=[(b"\xff\xfe", ["usb"]), (b"x", [])], attest=False, passkey=False
    )
    assert json.loads(json.dumps(asked)) == {
        "rp": {"id": "index.example", "name": "Index"},
        "user": {"id": text_of(ADA.id), "name": "ada", "displayName": "Ada Lovelace"},
        "challenge": text_of(CHALLENGE),
        "pubKeyCredParams": [{"type": "public-key", "alg": number} for number in (-7, -8, -257)],
        "timeout": 300_000,
        "excludeCredentials": [
            {"type": "public-key", "id": "__4", "transports": ["usb"]},
            {"type": "public-key", "id": "eA"},
        ],
        "authenticatorSelection": {
            "residentKey": "discouraged",
            "requireResidentKey": False,
            "userVerification": "preferred",
        },
        "attestation": "none",
        "extensions": {},
    }


def test_what_is_asked_for_a_passkey_and_for_the_make_of_a_key() -> None:
    asked: dict[str, Any] = registration_options(
        rp=RP, challenge=CHALLENGE, user=ADA, exclude=[], attest=True, passkey=True
    )
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["attestation"] == "direct"


def test_what_a_browser_is_asked_at_sign_in() -> None:
    assert assertion_options(rp=RP, challenge=CHALLENGE, allow=[(b"x", ["usb", "nfc"])]) == {
        "challenge": text_of(CHALLENGE),
        "rpId": "index.example",
        "timeout": 300_000,
        "allowCredentials": [{"type": "public-key", "id": "eA", "transports": ["usb", "nfc"]}],
        "userVerification": "preferred",
        "extensions": {},
    }


@pytest.mark.parametrize("u2f", [False, True])
def test_a_key_that_is_enrolled_already_is_not_enrolled_again(u2f: bool) -> None:
    key = SoftKey(u2f=u2f)
    made = read_registration(enrol(key))
    again = registration_options(
        rp=RP, challenge=CHALLENGE, user=ADA, exclude=[(made.credential_id, ["usb"])], attest=False, passkey=False
    )
    with pytest.raises(ClientError) as refused:
        Browser(ORIGIN, key).create(again)
    assert refused.value.code == ClientError.ERR.DEVICE_INELIGIBLE


# What is read


def test_everything_that_is_kept_of_a_new_credential_is_read() -> None:
    key = SoftKey(verifies=True, synced=True, aaguid=TITAN, counter=6, transports=("internal", "hybrid"))
    text = enrol(key, passkey=True)

    read = read_registration(text)

    assert (read.type, read.client_type, read.challenge, read.origin) == (
        "public-key",
        "webauthn.create",
        CHALLENGE,
        ORIGIN,
    )
    assert (read.user_present, read.user_verified, read.backup_eligible, read.backed_up) == (True, True, True, True)
    assert (read.cross_origin, read.top_origin_present) == (False, False)
    assert read.id == read.raw_id == read.credential_id == key.newest.id
    assert read.rp_id_hash == hashlib.sha256(b"index.example").digest()
    assert (read.algorithm, read.sign_count, read.fmt) == (-7, 7, "none")
    assert read.aaguid == "42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3"
    assert read.transports == ("internal", "hybrid")
    response = json.loads(text)["response"]
    assert read.attestation_object == bytes_of(response["attestationObject"])
    assert read.client_data_hash == hashlib.sha256(bytes_of(response["clientDataJSON"])).digest()


def test_a_passkey_says_whose_it_is_and_another_key_does_not() -> None:
    passkey, other = SoftKey(), SoftKey()
    enrol(passkey, passkey=True)
    enrol(other)
    assert read_assertion(sign_in(passkey)).user_handle == ADA.id
    assert read_assertion(sign_in(other)).user_handle is None


def test_a_browser_that_answers_nothing_where_it_knows_no_user_handle_is_read() -> None:
    whole = json.loads(GOOD["assertion"])
    whole["response"]["userHandle"] = None
    assert read_assertion(json.dumps(whole)).user_handle is None


@pytest.mark.parametrize("key", [SoftKey(), SoftKey(u2f=True), SoftKey(algorithms=(-8,)), SoftKey(algorithms=(-257,))])
def test_a_signature_is_verified_with_the_key_that_was_enrolled(key: SoftKey) -> None:
    made, other = read_registration(enrol(key)), read_registration(enrol(SoftKey()))
    enrol_again = read_registration(GOOD["registration"])
    key.credentials = {made.credential_id: key.credentials[made.credential_id]}
    answer = read_assertion(sign_in(key))

    verify_assertion(answer, made.public_key)

    for public_key in (other.public_key, enrol_again.public_key):
        with pytest.raises(Refused) as refused:
            verify_assertion(answer, public_key)
        assert refused.value.reason is Reason.KEY_ANSWER_REFUSED


@pytest.mark.parametrize("part", ["signature", "authenticatorData", "clientDataJSON"])
def test_a_signature_over_anything_else_is_refused(part: str) -> None:
    public_key = read_registration(GOOD["registration"]).public_key
    signed = bytes_of(json.loads(GOOD["assertion"])["response"][part])
    changed = signed.replace(b"https", b"HTTPS") if part == "clientDataJSON" else signed[:-1] + bytes([signed[-1] ^ 1])
    answer = read_assertion(altered(GOOD["assertion"], {f"response.{part}": text_of(changed)}))
    with pytest.raises(Refused) as refused:
        verify_assertion(answer, public_key)
    assert refused.value.reason is Reason.KEY_ANSWER_REFUSED


@given(st.binary(max_size=200))
def test_whatever_is_sent_for_a_signature_is_refused(signature: bytes) -> None:
    answer = read_assertion(altered(GOOD["assertion"], {"response.signature": text_of(signature)}))
    for public_key in PUBLIC_KEYS:
        with pytest.raises(Refused):
            verify_assertion(answer, public_key)


PUBLIC_KEYS = [read_registration(enrol(SoftKey(algorithms=(number,)))).public_key for number in (-7, -8, -257)]


def client_data(**changes: object) -> str:
    truth = {"type": "webauthn.create", "challenge": text_of(CHALLENGE), "origin": ORIGIN}
    kept = {name: value for name, value in {**truth, **changes}.items() if value is not ...}
    return text_of(json.dumps(kept).encode())


def attested(**changes: object) -> str:
    """The attestation object of a good answer with some of it otherwise."""
    good: Any = cbor.decode(bytes_of(json.loads(GOOD["registration"])["response"]["attestationObject"]))
    return text_of(cbor.encode({**good, **changes}))


def with_key(cose: dict[int, object], *, key_id: bytes = b"x" * 16) -> str:
    """The attestation object of a credential with this public key."""
    head = hashlib.sha256(b"index.example").digest() + b"\x41" + bytes(4) + bytes(16)
    return attested(authData=head + len(key_id).to_bytes(2, "big") + key_id + cbor.encode(cose))


MALFORMED = [
    pytest.param({"id": None}, id="no id"),
    pytest.param({"id": 7}, id="a number for an id"),
    pytest.param({"rawId": "a+b/"}, id="base64 for the web's"),
    pytest.param({"rawId": "eA=="}, id="padding"),
    pytest.param({"rawId": "eB"}, id="a second spelling of the same bytes"),
    pytest.param({"rawId": "e"}, id="a length that base64 has not"),
    pytest.param({"rawId": "é"}, id="what is not ASCII"),
    pytest.param({"response": None}, id="no response"),
    pytest.param({"response": []}, id="a list for a response"),
    pytest.param({"type": None}, id="no type"),
    pytest.param({"response.clientDataJSON": None}, id="no client data"),
    pytest.param({"response.clientDataJSON": text_of(b"\xff{}")}, id="client data not in UTF-8"),
    pytest.param({"response.clientDataJSON": text_of(b"[]")}, id="a list for client data"),
    pytest.param({"response.clientDataJSON": text_of(b"[" * 30_000)}, id="client data too deep"),
    pytest.param({"response.clientDataJSON": text_of(b'{"type":"a","type":"b"}')}, id="client data with two types"),
    pytest.param({"response.clientDataJSON": client_data(type=...)}, id="client data of no type"),
    pytest.param({"response.clientDataJSON": client_data(challenge=...)}, id="client data without a challenge"),
    pytest.param({"response.clientDataJSON": client_data(challenge="?")}, id="client data with another challenge"),
    pytest.param({"response.clientDataJSON": client_data(origin=...)}, id="client data without an origin"),
    pytest.param({"response.clientDataJSON": client_data(origin=[ORIGIN])}, id="client data with a list of origins"),
    pytest.param({"response.clientDataJSON": client_data(origin="\ud800")}, id="an origin of half a character"),
    pytest.param({"response.clientDataJSON": client_data(origin="a\nb")}, id="an origin of two lines"),
    pytest.param({"response.clientDataJSON": client_data(origin="a" * 3000)}, id="an origin without end"),
    pytest.param({"response.clientDataJSON": client_data(crossOrigin="no")}, id="neither inside a page nor not"),
    pytest.param({"response.clientDataJSON": client_data(crossOrigin=None)}, id="inside a page or not, null"),
]
MALFORMED_REGISTRATIONS = [
    *MALFORMED,
    pytest.param({"response.attestationObject": None}, id="no attestation object"),
    pytest.param({"response.attestationObject": ""}, id="nothing for an attestation object"),
    pytest.param({"response.attestationObject": text_of(b"\x81" * 40_000)}, id="CBOR too deep"),
    pytest.param({"response.attestationObject": text_of(b"\x9b" + b"\xff" * 8)}, id="CBOR of endless length"),
    pytest.param({"response.attestationObject": attested(fmt=7)}, id="a number for a form"),
    pytest.param({"response.attestationObject": attested(fmt="x" * 99)}, id="a form with a long name"),
    pytest.param({"response.attestationObject": attested(attStmt=[])}, id="a list for a statement"),
    pytest.param({"response.attestationObject": attested(authData=b"x" * 37)}, id="no new credential"),
    pytest.param({"response.attestationObject": attested(authData=b"x" * 36)}, id="authenticator data too short"),
    pytest.param({"response.attestationObject": with_key({})}, id="an empty key"),
    pytest.param({"response.attestationObject": with_key({1: 2, 3: "-7"})}, id="an algorithm in letters"),
    pytest.param(
        {"response.attestationObject": with_key({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32})},
        id="a point that is not on the curve",
    ),
    pytest.param(
        {"response.attestationObject": with_key({1: 2, 3: -7, -1: 2, -2: b"x" * 32, -3: b"y" * 32})},
        id="ES256 on another curve",
    ),
    pytest.param(
        {"response.attestationObject": with_key({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: True})},
        id="a compressed point",
    ),
    pytest.param({"response.attestationObject": with_key({1: 1, 3: -8, -1: 6, -2: b"x" * 31})}, id="a short EdDSA key"),
    pytest.param(
        {"response.attestationObject": with_key({1: 3, 3: -257, -1: b"\xff" * 128, -2: b"\1\0\1"})},
        id="an RSA key of 1,024 bits",
    ),
    pytest.param(
        {"response.attestationObject": with_key({1: 3, 3: -257, -1: b"\xff" * 2048, -2: b"\1\0\1"})},
        id="an RSA key of 16,384 bits",
    ),
    pytest.param({"response.transports": "usb"}, id="transports that are no list"),
    pytest.param({"response.transports": [7]}, id="transports in numbers"),
    pytest.param({"response.transports": ["<b>"]}, id="transports that are no words"),
    pytest.param({"response.transports": ["usb"] * 99}, id="transports without end"),
]
MALFORMED_ASSERTIONS = [
    *MALFORMED,
    pytest.param({"response.authenticatorData": None}, id="no authenticator data"),
    pytest.param({"response.authenticatorData": text_of(b"x" * 36)}, id="authenticator data too short"),
    pytest.param({"response.authenticatorData": text_of(bytes(38))}, id="authenticator data with a rest"),
    pytest.param({"response.signature": None}, id="no signature"),
    pytest.param({"response.userHandle": 7}, id="a number for a user handle"),
]


@pytest.mark.parametrize("changes", MALFORMED_REGISTRATIONS)
def test_a_registration_that_is_not_in_the_form_is_not_read(changes: dict[str, Any]) -> None:
    text = altered(GOOD["registration"], changes)
    with pytest.raises(Malformed) as malformed:
        read_registration(text)
    assert malformed.value.field == "security key answer"
    assert str(malformed.value)


@pytest.mark.parametrize("changes", MALFORMED_ASSERTIONS)
def test_an_assertion_that_is_not_in_the_form_is_not_read(changes: dict[str, Any]) -> None:
    text = altered(GOOD["assertion"], changes)
    with pytest.raises(Malformed):
        read_assertion(text)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("null", id="null"),
        pytest.param("[" * 60_000, id="lists without end"),
        pytest.param("9" * 5000, id="a long number"),
        pytest.param("{" + " " * LONGEST_ANSWER + "}", id="too long"),
        pytest.param('{"id":"eA","id":"eA"}', id="a member twice"),
    ],
)
def test_what_is_no_answer_is_not_read(kind: str, text: str) -> None:
    with pytest.raises(Malformed):
        READERS[kind](text)


def test_client_data_may_begin_with_a_byte_order_mark() -> None:
    marked = text_of(b"\xef\xbb\xbf" + bytes_of(json.loads(GOOD["registration"])["response"]["clientDataJSON"]))
    assert read_registration(altered(GOOD["registration"], {"response.clientDataJSON": marked})).origin == ORIGIN


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize("kind", READERS)
@given(data=st.data())
def test_whatever_stands_in_a_member_it_is_read_or_malformed(kind: str, data: st.DataObject) -> None:
    whole = json.loads(GOOD[kind])
    places = [(whole, name) for name in whole] + [(whole["response"], name) for name in whole["response"]]
    for _ in range(data.draw(st.integers(1, 3))):
        inner, name = data.draw(st.sampled_from(places))
        inner[name] = data.draw(json_values | st.binary(max_size=300).map(text_of))
    read_or_malformed(kind, json.dumps(whole))


@pytest.mark.parametrize(
    ("kind", "member"),
    [
        ("registration", "attestationObject"),
        ("registration", "clientDataJSON"),
        ("assertion", "authenticatorData"),
        ("assertion", "clientDataJSON"),
    ],
)
@settings(max_examples=300)
@given(data=st.data())
def test_whatever_byte_is_changed_it_is_read_or_malformed(kind: str, member: str, data: st.DataObject) -> None:
    whole = bytearray(bytes_of(json.loads(GOOD[kind])["response"][member]))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
        if not whole:
            break
    read_or_malformed(kind, altered(GOOD[kind], {f"response.{member}": text_of(bytes(whole))}))


@pytest.mark.parametrize("kind", READERS)
@given(st.text())
def test_whatever_text_is_sent_it_is_malformed(kind: str, text: str) -> None:
    with pytest.raises(Malformed):
        READERS[kind](text)


def read_or_malformed(kind: str, text: str) -> None:
    with contextlib.suppress(Malformed):
        if kind == "registration":
            judge_key_attestation(read_registration(text), anchors=Anchors())  # whatever is read can be judged
        else:
            answer = read_assertion(text)
            with pytest.raises(Refused):
                verify_assertion(answer, PUBLIC_KEYS[0])
