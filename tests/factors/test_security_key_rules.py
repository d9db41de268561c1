"""What must hold of a security key's answer. Each answer is made for real, by a key and a browser that say the one
thing of the row otherwise and sign it: so the signature is good, and only the rule can refuse.

The rows are those of what python-fido2 accepts and should not, and the steps of sections 7.1 and 7.2 of Web
Authentication Level 3.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import webauthn
from hypothesis import given
from hypothesis import strategies as st

from strongroom.factors.rules.security_keys import (
    LONGEST_CREDENTIAL_ID,
    EnrolledKey,
    Expected,
    is_copied,
    require_assertion,
    require_registration,
)
from strongroom.gear.webauthn import (
    assertion_options,
    read_assertion,
    read_registration,
    registration_options,
    verify_assertion,
)
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.security_keys import Registration, RelyingParty, UserEntity
from tests.authenticator import BE, BS, ES384, UP, UV, Browser, Lies, SoftKey, altered, text_of

ORIGIN = "https://index.example"
RP = RelyingParty("index.example", "Index", frozenset({ORIGIN, "https://www.index.example"}))
ADA = UserEntity(b"a" * 32, "ada", "Ada")
BEN = UserEntity(b"b" * 32, "ben", "Ben")
CHALLENGE, OTHER_CHALLENGE = b"c" * 32, b"d" * 32
ANSWER = Reason.KEY_ANSWER_REFUSED


@dataclass(frozen=True)
class Case:
    """What is otherwise than it should be."""

    lies: Lies = field(default_factory=Lies)
    origin: str = ORIGIN
    client_data: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    challenge: bytes = CHALLENGE
    must_verify_user: bool = False
    is_passwordless: bool = False
    owner: UserEntity = ADA
    key: SoftKey = field(default_factory=SoftKey)


def expected(case: Case) -> Expected:
    handle = None if case.is_passwordless else ADA.id
    return Expected(RP, CHALLENGE, handle, must_verify_user=case.must_verify_user)


def enrolled(key: SoftKey, user: UserEntity = ADA) -> Registration:
    """A key that is enrolled without fault."""
    passkey = not key.u2f
    options = registration_options(rp=RP, challenge=CHALLENGE, user=user, exclude=[], attest=False, passkey=passkey)
    return read_registration(Browser(ORIGIN, key).create(options))


def registered(case: Case) -> str:
    key = dataclasses.replace(case.key, lies=case.lies, credentials={})
    options = registration_options(
        rp=RP, challenge=case.challenge, user=ADA, exclude=[], attest=False, passkey=not key.u2f
    )
    text = Browser(case.origin, key, client_data=dict(case.client_data)).create(options)
    return altered(text, case.changes)


def asserted(case: Case) -> tuple[str, Registration]:
    key = dataclasses.replace(case.key, credentials={})
    made = enrolled(key, case.owner)
    key.lies = case.lies
    allow = [] if case.is_passwordless else [(made.credential_id, made.transports)]
    text = Browser(case.origin, key, client_data=dict(case.client_data)).get(
        assertion_options(rp=RP, challenge=case.challenge, allow=allow)
    )
    return altered(text, case.changes), made


def facts_of(made: Registration, owner: UserEntity = ADA) -> EnrolledKey:
    return EnrolledKey(made.credential_id, owner.id, made.backup_eligible)


BOTH = [
    pytest.param(Case(client_data={"type": "payment.get"}), ANSWER, id="another kind of ceremony"),
    pytest.param(Case(challenge=OTHER_CHALLENGE), ANSWER, id="another challenge"),
    pytest.param(Case(client_data={"challenge": ""}), ANSWER, id="an empty challenge"),
    pytest.param(Case(client_data={"challenge": text_of(CHALLENGE[:-1])}), ANSWER, id="the beginning of the challenge"),
    pytest.param(Case(origin=f"{ORIGIN}:8443"), Reason.KEY_WRONG_ADDRESS, id="another port"),
    pytest.param(Case(origin="https://evil.index.example"), Reason.KEY_WRONG_ADDRESS, id="a name below ours"),
    pytest.param(Case(client_data={"origin": "http://index.example"}), Reason.KEY_WRONG_ADDRESS, id="no encryption"),
    pytest.param(Case(client_data={"origin": f"{ORIGIN}/"}), Reason.KEY_WRONG_ADDRESS, id="an address, not an origin"),
    pytest.param(Case(client_data={"origin": "null"}), Reason.KEY_WRONG_ADDRESS, id="a page without an origin"),
    pytest.param(Case(client_data={"crossOrigin": True}), ANSWER, id="inside another page"),
    pytest.param(Case(client_data={"topOrigin": ORIGIN}), ANSWER, id="inside another page, by its top origin"),
    pytest.param(Case(client_data={"topOrigin": None}), ANSWER, id="with a top origin of null"),
    pytest.param(Case(lies=Lies(rp_id="evil.example")), ANSWER, id="for another site"),
    pytest.param(Case(lies=Lies(flags_clear=UP)), ANSWER, id="without a touch"),
    pytest.param(Case(lies=Lies(flags_clear=UP, flags_set=UV)), ANSWER, id="verified but without a touch"),
    pytest.param(Case(must_verify_user=True), ANSWER, id="not verified where it must be"),
    pytest.param(Case(lies=Lies(flags_set=BS)), ANSWER, id="backed up but not eligible"),
    pytest.param(Case(changes={"type": "password"}), ANSWER, id="not a public key"),
    pytest.param(Case(changes={"id": text_of(b"x" * 32)}), ANSWER, id="an id that is not its raw id"),
]

REGISTRATIONS = [
    *BOTH,
    pytest.param(Case(client_data={"type": "webauthn.get"}), ANSWER, id="the answer to signing in"),
    pytest.param(Case(lies=Lies(algorithm=ES384)), ANSWER, id="an algorithm that was not offered"),
    pytest.param(
        Case(lies=Lies(credential_id=b"x" * (LONGEST_CREDENTIAL_ID + 1))), ANSWER, id="a credential id of 1,024 bytes"
    ),
    pytest.param(Case(lies=Lies(credential_id=b"x" * 1500)), ANSWER, id="a credential id of 1,500 bytes"),
    pytest.param(
        Case(changes={"id": text_of(b"x" * 32), "rawId": text_of(b"x" * 32)}), ANSWER, id="the id of another credential"
    ),
]

ASSERTIONS = [
    *BOTH,
    pytest.param(Case(client_data={"type": "webauthn.create"}), ANSWER, id="the answer to enrolling"),
    pytest.param(Case(lies=Lies(flags_set=BE)), ANSWER, id="can be copied, and could not when enrolled"),
    pytest.param(
        Case(lies=Lies(flags_clear=BE | BS), key=SoftKey(synced=True)),
        ANSWER,
        id="cannot be copied, and could when enrolled",
    ),
    pytest.param(Case(lies=Lies(user_handle=BEN.id)), ANSWER, id="says that it is another account's"),
    pytest.param(Case(owner=BEN), Reason.KEY_UNKNOWN, id="another account's key"),
    pytest.param(
        Case(changes={"id": text_of(b"x" * 32), "rawId": text_of(b"x" * 32)}), Reason.KEY_UNKNOWN, id="another key's id"
    ),
    pytest.param(Case(is_passwordless=True), Reason.KEY_NOT_VERIFIED, id="a passkey alone, not verified"),
    pytest.param(
        Case(is_passwordless=True, key=SoftKey(verifies=True), changes={"response.userHandle": None}),
        ANSWER,
        id="a passkey alone, for nobody",
    ),
    pytest.param(
        Case(is_passwordless=True, key=SoftKey(verifies=True), lies=Lies(user_handle=BEN.id)),
        ANSWER,
        id="a passkey alone, for another account",
    ),
]

GOOD = [
    pytest.param(Case(), id="as it should be"),
    pytest.param(Case(origin="https://www.index.example"), id="at our other address"),
    pytest.param(Case(client_data={"crossOrigin": False}), id="saying that it is not inside another page"),
    pytest.param(Case(key=SoftKey(verifies=True), must_verify_user=True), id="verified where it must be"),
    pytest.param(Case(key=SoftKey(u2f=True)), id="an old key"),
    pytest.param(Case(key=SoftKey(synced=True)), id="a passkey that is backed up"),
    pytest.param(Case(key=SoftKey(algorithms=(-8,))), id="EdDSA"),
    pytest.param(Case(key=SoftKey(algorithms=(-257,))), id="RSA"),
    pytest.param(Case(key=SoftKey(counts_by=0)), id="a key that does not count"),
]
WELL_KNOWN = [*GOOD, pytest.param(Case(key=SoftKey(verifies=True), is_passwordless=True), id="a passkey alone")]


@pytest.mark.parametrize(("case", "reason"), REGISTRATIONS)
def test_a_key_is_not_enrolled_when_one_thing_is_wrong(case: Case, reason: Reason) -> None:
    answer = read_registration(registered(case))

    with pytest.raises(Refused) as refused:
        require_registration(answer, expected(case))

    assert refused.value.reason is reason


@pytest.mark.parametrize(("case", "reason"), ASSERTIONS)
def test_a_key_does_not_sign_in_when_one_thing_is_wrong(case: Case, reason: Reason) -> None:
    text, made = asserted(case)
    answer = read_assertion(text)
    verify_assertion(answer, made.public_key)  # signed for real: it cannot be refused for another reason

    with pytest.raises(Refused) as refused:
        require_assertion(answer, expected(case), dataclasses.replace(facts_of(made), user_handle=case.owner.id))

    assert refused.value.reason is reason


@pytest.mark.parametrize("case", [*GOOD, pytest.param(Case(lies=Lies(credential_id=b"x" * 1023)), id="a long id")])
def test_a_key_is_enrolled_when_all_is_well_and_an_independent_checker_agrees(case: Case) -> None:
    text = registered(case)

    answer = read_registration(text)
    require_registration(answer, expected(case))

    agreed = webauthn.verify_registration_response(
        credential=text,
        expected_challenge=CHALLENGE,
        expected_rp_id=RP.id,
        expected_origin=sorted(RP.origins),
        require_user_verification=case.must_verify_user,
    )
    assert agreed.credential_id == answer.credential_id
    assert agreed.credential_public_key == answer.public_key
    assert agreed.sign_count == answer.sign_count
    assert agreed.aaguid == answer.aaguid
    assert agreed.credential_backed_up == answer.backed_up
    assert agreed.user_verified == answer.user_verified


@pytest.mark.parametrize("case", WELL_KNOWN)
def test_a_key_signs_in_when_all_is_well_and_an_independent_checker_agrees(case: Case) -> None:
    text, made = asserted(case)

    answer = read_assertion(text)
    verify_assertion(answer, made.public_key)
    require_assertion(answer, expected(case), facts_of(made))

    agreed = webauthn.verify_authentication_response(
        credential=text,
        expected_challenge=CHALLENGE,
        expected_rp_id=RP.id,
        expected_origin=sorted(RP.origins),
        credential_public_key=made.public_key,
        credential_current_sign_count=made.sign_count,
        require_user_verification=case.must_verify_user,
    )
    assert agreed.credential_id == answer.credential_id
    assert agreed.new_sign_count == answer.sign_count
    assert not is_copied(stored=made.sign_count, answered=answer.sign_count)


def test_a_key_that_is_not_enrolled_is_told_so() -> None:
    text, _ = asserted(Case())
    with pytest.raises(Refused) as refused:
        require_assertion(read_assertion(text), expected(Case()), None)
    assert refused.value.reason is Reason.KEY_UNKNOWN


def test_the_address_that_a_key_answered_for_is_named() -> None:
    answer = read_registration(registered(Case(origin="https://evil.index.example")))
    with pytest.raises(Refused) as refused:
        require_registration(answer, expected(Case()))
    assert refused.value.facts == {"origin": "https://evil.index.example"}


def test_no_challenge_fits_when_none_was_asked() -> None:
    answer = dataclasses.replace(read_registration(registered(Case())), challenge=b"")
    nothing = dataclasses.replace(expected(Case()), challenge=b"")
    with pytest.raises(Refused):
        require_registration(answer, nothing)


def test_no_origin_fits_when_none_is_ours() -> None:
    answer = read_registration(registered(Case()))
    nowhere = dataclasses.replace(expected(Case()), rp=dataclasses.replace(RP, origins=frozenset()))
    with pytest.raises(Refused):
        require_registration(answer, nowhere)


def test_a_credential_without_an_id_is_not_enrolled() -> None:
    nameless = dataclasses.replace(read_registration(registered(Case())), id=b"", raw_id=b"", credential_id=b"")
    with pytest.raises(Refused):
        require_registration(nameless, expected(Case()))


@pytest.mark.parametrize(
    ("stored", "answered", "copied"),
    [
        pytest.param(0, 0, False, id="a key that never counts"),
        pytest.param(0, 1, False, id="the first use"),
        pytest.param(4, 5, False, id="the next use"),
        pytest.param(4, 9, False, id="uses elsewhere between"),
        pytest.param(5, 5, True, id="standing still"),
        pytest.param(5, 4, True, id="going back"),
        pytest.param(5, 0, True, id="no longer counting"),
        pytest.param(1, 1, True, id="standing still at one"),
        pytest.param(2**32 - 1, 0, True, id="starting again after the last number"),
    ],
)
def test_a_key_that_does_not_count_upwards_is_taken_for_a_copy(stored: int, answered: int, copied: bool) -> None:
    assert is_copied(stored=stored, answered=answered) is copied


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_of_two_copies_that_are_used_in_turn_one_is_found_out(first: int, second: int) -> None:
    found = [is_copied(stored=first, answered=second), is_copied(stored=second, answered=first)]
    assert any(found) == ((first, second) != (0, 0))


def test_a_copied_key_is_found_out_by_its_count() -> None:
    key = SoftKey()
    made = enrolled(key)
    thief = key.clone()

    def use(which: SoftKey) -> int:
        options = assertion_options(rp=RP, challenge=CHALLENGE, allow=[(made.credential_id, made.transports)])
        answer = read_assertion(Browser(ORIGIN, which).get(options))
        verify_assertion(answer, made.public_key)
        return answer.sign_count

    stored = max(use(key), use(key))
    assert is_copied(stored=stored, answered=use(thief))
