"""What a key's word about its make is worth: proven only by a certificate that the operator pinned."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import webauthn
from fido2 import cbor
from hypothesis import given
from hypothesis import strategies as st
from webauthn.helpers.structs import AttestationFormat

from strongroom.gear.webauthn import (
    Anchors,
    judge_key_attestation,
    load_anchors,
    read_registration,
    registration_options,
)
from strongroom.terms.security_keys import KeyAttestationVerdict, Registration, RelyingParty, UserEntity
from tests.authenticator import TITAN, Browser, Certified, Lies, SoftKey, certify

ORIGIN = "https://index.example"
RP = RelyingParty("index.example", "Index", frozenset({ORIGIN}))
NONE, SELF = KeyAttestationVerdict.NONE, KeyAttestationVerdict.SELF
UNTRUSTED, PINNED = KeyAttestationVerdict.UNTRUSTED, KeyAttestationVerdict.PINNED

MAKER = certify("Maker", is_maker=True)
MIDDLE = certify("Middle", by=MAKER, is_maker=True)
TITAN_BATCH = certify("Titan", aaguid=TITAN, by=MAKER)
OWN_ROOT = certify("Titan, its own root", aaguid=TITAN)
ATTACKER = certify("Attacker", aaguid=TITAN)
OTHER_MODEL = certify("Other model", aaguid=b"o" * 16, by=MAKER)
NO_MODEL = certify("Any model", by=MAKER)


def answer_of(key: SoftKey, *, attest: bool = True, shows_make: bool = True) -> str:
    options = registration_options(
        rp=RP,
        challenge=b"c" * 32,
        user=UserEntity(b"a" * 32, "ada", "Ada"),
        exclude=[],
        attest=attest,
        passkey=False,
    )
    return Browser(ORIGIN, key, shows_make=shows_make).create(options)


def made_by(key: SoftKey, **how: bool) -> Registration:
    return read_registration(answer_of(key, **how))


def pinned(*ones: Certified) -> Anchors:
    return Anchors(frozenset(one.certificate for one in ones))


def titan(batch: Certified | None = TITAN_BATCH, *, chain: tuple[bytes, ...] = (), lies: Lies | None = None) -> SoftKey:
    return SoftKey(aaguid=TITAN, batch=batch, chain=chain, lies=lies or Lies())


@pytest.mark.parametrize(
    ("key", "anchors", "verdict"),
    [
        pytest.param(titan(), pinned(MAKER), PINNED, id="signed by a maker that is pinned"),
        pytest.param(titan(), pinned(TITAN_BATCH), PINNED, id="a batch that is pinned"),
        pytest.param(titan(OWN_ROOT), pinned(OWN_ROOT), PINNED, id="a batch that is its own root"),
        pytest.param(
            titan(certify(aaguid=TITAN, by=MIDDLE), chain=(MIDDLE.der,)), pinned(MAKER), PINNED, id="a chain of makers"
        ),
        pytest.param(
            titan(certify(aaguid=TITAN, by=MIDDLE), chain=(MIDDLE.der, MAKER.der)),
            pinned(MAKER),
            PINNED,
            id="a chain with the root in it",
        ),
        pytest.param(titan(NO_MODEL), pinned(MAKER), PINNED, id="a certificate for any model of a pinned maker"),
        pytest.param(SoftKey(u2f=True, batch=NO_MODEL), pinned(NO_MODEL), PINNED, id="an old key of a pinned batch"),
        pytest.param(
            SoftKey(u2f=True, batch=TITAN_BATCH), pinned(MAKER), PINNED, id="an old key whose certificate names a model"
        ),
        # The three forgeries of the specification
        pytest.param(titan(None), pinned(MAKER, OWN_ROOT), SELF, id="forged: Titan's AAGUID, signed by the key itself"),
        pytest.param(titan(ATTACKER), pinned(MAKER, OWN_ROOT), UNTRUSTED, id="forged: Titan's AAGUID, own certificate"),
        pytest.param(titan(OTHER_MODEL), pinned(MAKER), UNTRUSTED, id="forged: Titan's AAGUID, another model's batch"),
        # And more of them
        pytest.param(
            titan(NO_MODEL, lies=Lies(fmt="fido-u2f")),
            pinned(MAKER),
            UNTRUSTED,
            id="forged: Titan's AAGUID in the form of an old key, which does not sign it",
        ),
        pytest.param(
            titan(None, lies=Lies(x5c=(OWN_ROOT.der,))), pinned(OWN_ROOT), UNTRUSTED, id="forged: a stolen certificate"
        ),
        pytest.param(titan(None, lies=Lies(x5c=())), pinned(OWN_ROOT), SELF, id="forged: an empty chain"),
        pytest.param(
            titan(certify(aaguid=TITAN, by=OWN_ROOT), chain=(OWN_ROOT.der,)),
            pinned(OWN_ROOT),
            UNTRUSTED,
            id="forged: a batch that vouches for another",
        ),
        pytest.param(
            titan(ATTACKER, chain=(MIDDLE.der, MAKER.der)),
            pinned(MAKER),
            UNTRUSTED,
            id="forged: a real maker behind another's certificate",
        ),
        pytest.param(
            titan(certify(aaguid=TITAN, by=TITAN_BATCH), chain=(TITAN_BATCH.der,)),
            pinned(MAKER),
            UNTRUSTED,
            id="forged: signed by a batch as if it were a maker",
        ),
        pytest.param(
            SoftKey(u2f=True, batch=NO_MODEL, lies=Lies(bad_signature=True)),
            pinned(NO_MODEL),
            UNTRUSTED,
            id="an old key with a wrong signature",
        ),
        pytest.param(
            SoftKey(batch=NO_MODEL, chain=(MAKER.der,), lies=Lies(fmt="fido-u2f")),
            pinned(MAKER),
            UNTRUSTED,
            id="an old key with two certificates",
        ),
        pytest.param(titan(lies=Lies(bad_signature=True)), pinned(MAKER), UNTRUSTED, id="a wrong signature"),
        pytest.param(titan(None, lies=Lies(bad_signature=True)), pinned(), UNTRUSTED, id="a wrong one of its own"),
        pytest.param(titan(), pinned(), UNTRUSTED, id="nothing is pinned"),
        pytest.param(titan(lies=Lies(fmt="tpm")), pinned(MAKER), UNTRUSTED, id="the form of a computer's chip"),
        pytest.param(titan(lies=Lies(fmt="unheard-of")), pinned(MAKER), UNTRUSTED, id="a form that nobody knows"),
        pytest.param(titan(lies=Lies(x5c=(b"no certificate",))), pinned(MAKER), UNTRUSTED, id="garbage for a chain"),
    ],
)
def test_the_make_of_a_key_is_believed_only_of_a_pinned_certificate(
    key: SoftKey, anchors: Anchors, verdict: KeyAttestationVerdict
) -> None:
    assert judge_key_attestation(made_by(key), anchors=anchors) is verdict


def test_nothing_is_known_of_a_key_that_was_not_asked_or_not_shown() -> None:
    for made in (made_by(titan(), attest=False), made_by(titan(), shows_make=False)):
        assert made.aaguid == "00000000-0000-0000-0000-000000000000"
        assert judge_key_attestation(made, anchors=pinned(MAKER)) is NONE


@pytest.mark.parametrize("key", [titan(), titan(None), SoftKey(u2f=True, batch=NO_MODEL)])
def test_an_independent_checker_agrees_with_what_is_believed(key: SoftKey) -> None:
    text = answer_of(key)
    roots = [MAKER.pem]
    agreed = webauthn.verify_registration_response(
        credential=text,
        expected_challenge=b"c" * 32,
        expected_rp_id=RP.id,
        expected_origin=ORIGIN,
        pem_root_certs_bytes_by_fmt={AttestationFormat.PACKED: roots, AttestationFormat.FIDO_U2F: roots},
    )
    assert agreed.fmt == read_registration(text).fmt


STATEMENTS = st.recursive(
    st.integers(-9999, 9999) | st.booleans() | st.binary(max_size=40) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["packed", "fido-u2f", "tpm", "apple"]),
    st.fixed_dictionaries({}, optional=dict.fromkeys(["alg", "sig", "x5c", "ver"], STATEMENTS)),
)
def test_whatever_a_key_says_of_its_make_enrolment_goes_on(fmt: str, statement: dict[str, Any]) -> None:
    raw: Any = cbor.decode(HONEST.attestation_object)
    said = cbor.encode({**raw, "fmt": fmt, "attStmt": statement})
    verdict = judge_key_attestation(
        dataclasses.replace(HONEST, fmt=fmt, attestation_object=said), anchors=pinned(MAKER, TITAN_BATCH)
    )
    assert verdict is UNTRUSTED


HONEST = made_by(titan())


@given(st.binary(min_size=1, max_size=3), st.data())
def test_a_certificate_with_other_bytes_proves_nothing(noise: bytes, data: st.DataObject) -> None:
    der = TITAN_BATCH.der
    at = data.draw(st.integers(0, len(der) - len(noise)))
    changed = der[:at] + noise + der[at + len(noise) :]
    if changed != der:
        raw: Any = cbor.decode(HONEST.attestation_object)
        said = cbor.encode({**raw, "attStmt": {**raw["attStmt"], "x5c": [changed]}})
        made = dataclasses.replace(HONEST, attestation_object=said)
        assert judge_key_attestation(made, anchors=pinned(MAKER, TITAN_BATCH)) is UNTRUSTED


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    path.chmod(0o644)
    return path


def test_the_operators_certificates_are_read_from_a_folder(tmp_path: Path) -> None:
    written(tmp_path, "makers.pem", MAKER.pem + OWN_ROOT.pem)
    written(tmp_path, "readme.txt", b"where they came from")
    assert load_anchors(tmp_path) == pinned(MAKER, OWN_ROOT)
    assert load_anchors(None) == Anchors()


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"]
)
def test_a_certificate_that_cannot_be_read_is_a_fault_and_not_skipped(tmp_path: Path, content: bytes) -> None:
    written(tmp_path, "maker.pem", content)
    with pytest.raises(ValueError, match=r"maker\.pem"):
        load_anchors(tmp_path)


def test_a_folder_of_certificates_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_anchors(tmp_path / "missing")


@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_a_certificate_that_others_can_write_is_not_trusted(tmp_path: Path, mode: int) -> None:
    written(tmp_path, "maker.pem", MAKER.pem).chmod(mode)
    with pytest.raises(PermissionError, match="chmod go-w"):
        load_anchors(tmp_path)


def test_a_folder_of_certificates_that_others_can_write_is_not_trusted(tmp_path: Path) -> None:
    written(tmp_path, "maker.pem", MAKER.pem)
    tmp_path.chmod(0o777)
    with pytest.raises(PermissionError, match="chmod go-w"):
        load_anchors(tmp_path)
