"""Security keys: both ceremonies with real signatures, and every answer that is not the one that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from strongroom.accounts.models import Account, Factor
from strongroom.accounts.queries.entry import LoadedArrival
from strongroom.accounts.rules.arriving import Stage, next_stage
from strongroom.accounts.rules.proving import Dangerous
from strongroom.factors.actions.keys import Asker, ask_key, begin_key_enrolment, complete_key_enrolment, verify_key
from strongroom.factors.actions.showing import show_key
from strongroom.factors.models import Challenge, KeyAttestation, SecurityKey
from strongroom.factors.queries import list_factors
from strongroom.factors.rules.challenges import KeyPurpose
from strongroom.terms.refusals import Malformed, Reason
from tests.accounts.entering import VISITOR, password_shown, refused
from tests.authenticator import TITAN, Browser, Lies, SoftKey, altered, bytes_of, certify, text_of
from tests.cast import NOW
from tests.factors.cast import (
    ORIGIN,
    Resident,
    answer_as_new,
    at_factor,
    browser,
    effects_of,
    enrol_key,
    key_question,
    means,
    new_key_answer,
    nobody_yet,
    proof_answer,
    prove,
    reloaded,
    resident,
    same_in_another_browser,
    show_soft_key,
    with_app,
    with_key,
)

pytestmark = pytest.mark.django_db

IN_FIVE_MINUTES = NOW + timedelta(minutes=5)


def enrol_answer(person: Resident, answer: str, **changes: object) -> Callable[[], object]:
    told: dict[str, object] = {"by": person.actor, "now": NOW, "label": "key", **changes}
    return lambda: complete_key_enrolment(answer=answer, means=means(), **told)  # type: ignore[arg-type]


def shown(arrival: LoadedArrival, answer: str, **changes: object) -> Callable[[], object]:
    told: dict[str, object] = {"by": VISITOR, "now": NOW, **changes}
    return lambda: show_key(arrival=arrival, answer=answer, means=means(), **told)  # type: ignore[arg-type]


def row_of(person: Resident) -> SecurityKey:
    return SecurityKey.objects.get(pk=person.keys[0].factor)


# Enrolling


@pytest.mark.parametrize("soft", [SoftKey(), SoftKey(u2f=True), SoftKey(verifies=True, synced=True)], ids=repr)
def test_what_a_key_is_stands_in_its_row(soft: SoftKey) -> None:
    ada = with_key(soft=soft)

    row = row_of(ada)
    handle = Account.objects.get(pk=ada.account).key_handle
    assert bytes_of(row.credential_id) == soft.newest.id
    assert (row.algorithm, row.sign_count, row.suspected_at) == (-7, 0 if soft.u2f else soft.counter, None)
    assert (row.backup_eligible, row.backed_up) == (soft.synced, soft.synced)
    assert (row.person_verified, row.transports) == (soft.verifies, ["usb"])
    assert (row.aaguid, row.fmt, row.verdict) == ("00000000-0000-0000-0000-000000000000", "none", "none")
    assert handle is not None
    assert len(bytes.fromhex(handle)) == 32
    assert not KeyAttestation.objects.exists()


def test_the_make_of_a_key_is_kept_whole_only_when_its_person_lets_it_be_seen() -> None:
    ada = resident()
    prove(ada, Dangerous.ENROL_FACTOR)
    soft = SoftKey(aaguid=TITAN, batch=certify(aaguid=TITAN))
    options = begin_key_enrolment(by=ada.actor, now=NOW, attest=True, passkey=False, means=means())

    complete_key_enrolment(by=ada.actor, now=NOW, label="key", answer=browser(soft).create(options), means=means())

    kept = KeyAttestation.objects.get()
    assert (kept.verdict, kept.judged_at, kept.key.verdict) == ("untrusted", NOW, "untrusted")
    assert kept.key.aaguid.replace("-", "") == TITAN.hex()


@pytest.mark.parametrize("case", ["reuse", "other session", "other account", "expired", "other purpose"])
def test_a_question_is_answered_once_in_its_session_within_five_minutes(case: str) -> None:
    ada, ben = with_key(), with_key("ben")
    prove(ada, Dangerous.ENROL_FACTOR)
    elsewhere = ben
    if case == "other session":
        ada = resident("cyd")
        elsewhere = same_in_another_browser(ada)
        prove(ada, Dangerous.ENROL_FACTOR)
        prove(elsewhere, Dangerous.ENROL_FACTOR)
    soft = SoftKey()
    answer = new_key_answer(ada, soft)
    before = Factor.objects.count()
    match case:
        case "reuse":
            refused(enrol_answer(ada, altered(answer, {"type": "password"})))
            tried = refused(enrol_answer(ada, answer))
        case "other session" | "other account":
            tried = refused(enrol_answer(ada, answer, by=elsewhere.actor))
        case "expired":
            tried = refused(enrol_answer(ada, answer, now=IN_FIVE_MINUTES))
        case _:
            Challenge.objects.filter(used_at=None).update(purpose=KeyPurpose.PROVE.value)
            tried = refused(enrol_answer(ada, answer))

    assert tried.reason is Reason.CHALLENGE_GONE
    assert Factor.objects.count() == before


def test_a_question_is_used_up_although_its_answer_was_refused() -> None:
    ada = resident()
    prove(ada, Dangerous.ENROL_FACTOR)
    soft = SoftKey(lies=Lies(rp_id="evil.example"))
    answer = new_key_answer(ada, soft)

    assert refused(enrol_answer(ada, answer)).reason is Reason.KEY_ANSWER_REFUSED
    assert refused(enrol_answer(ada, answer)).reason is Reason.CHALLENGE_GONE
    assert SecurityKey.objects.count() == 0


def test_a_key_that_answered_a_page_elsewhere_is_not_enrolled() -> None:
    ada = resident()
    prove(ada, Dangerous.ENROL_FACTOR)

    answer = new_key_answer(ada, SoftKey(), origin="https://evil.index.example")

    assert refused(enrol_answer(ada, answer)).reason is Reason.KEY_WRONG_ADDRESS


@pytest.mark.parametrize("is_ended", [False, True])
def test_a_credential_id_is_new_to_the_whole_index_those_of_removed_keys_among_them(*, is_ended: bool) -> None:
    ada, ben = with_key(), resident("ben")
    if is_ended:
        Factor.objects.filter(account_id=ada.account).update(ended_at=NOW)
    thief = SoftKey(lies=Lies(credential_id=ada.keys[0].soft.newest.id))
    prove(ben, Dangerous.ENROL_FACTOR)

    tried = refused(lambda: answer_as_new(ben, thief))

    assert tried.reason is Reason.KEY_ALREADY_ENROLLED
    assert list_factors(ben.account) == []
    answer_as_new(ben, SoftKey())  # the proof was not spent


def test_a_key_that_is_enrolled_already_is_excluded() -> None:
    ada = with_key()

    options = begin_key_enrolment(by=ada.actor, now=NOW, attest=False, passkey=False, means=means())

    assert [one["id"] for one in options["excludeCredentials"]] == [text_of(ada.keys[0].soft.newest.id)]
    assert bytes_of(options["user"]["id"]).hex() == Account.objects.get(pk=ada.account).key_handle


def test_an_answer_that_cannot_be_read_is_malformed_and_leaves_the_question() -> None:
    ada = resident()
    prove(ada, Dangerous.ENROL_FACTOR)
    answer = new_key_answer(ada, SoftKey())

    with pytest.raises(Malformed):
        enrol_answer(ada, answer[:-5])()
    enrol_answer(ada, answer)()


# Signing in


@pytest.mark.parametrize("soft", [SoftKey(), SoftKey(u2f=True)], ids=["CTAP2", "U2F"])
def test_a_key_after_the_password_is_the_second_factor(soft: SoftKey) -> None:
    ada = with_key(soft=soft)
    arrival = at_factor(ada)

    seen = effects_of(lambda: show_soft_key(arrival, ada.account, soft))

    row = row_of(ada)
    assert next_stage(reloaded(arrival).facts) is None
    assert (row.sign_count, row.factor.last_used_at) == (soft.counter, NOW)
    assert (seen.deeds, seen.letters) == ([], [])


def test_a_key_shown_first_asks_for_the_password_of_its_own_account() -> None:
    ada, _ = with_key(), resident("ben")
    arrival = nobody_yet()
    show_soft_key(arrival, ada.account, ada.keys[0].soft)
    arrival = reloaded(arrival)

    assert next_stage(arrival.facts) is Stage.PASSWORD
    assert refused(lambda: password_shown("ben", arrival=arrival)).reason is Reason.SIGN_IN_FAILED
    assert next_stage(password_shown("ada", arrival=arrival).facts) is None


def test_a_passkey_whose_holder_was_verified_signs_in_alone_and_without_a_name() -> None:
    soft = SoftKey(verifies=True)
    ada = resident()
    enrol_key(ada, soft, passkey=True)
    arrival = nobody_yet()

    show_soft_key(arrival, None, soft)

    arrival = reloaded(arrival)
    assert (arrival.account, next_stage(arrival.facts)) == (ada.account, None)


def test_a_passkey_without_verification_never_signs_in_alone() -> None:
    soft = SoftKey(verifies=True)
    ada = resident()
    enrol_key(ada, soft, passkey=True)
    arrival = nobody_yet()
    options = key_question(arrival, None)
    assert options["userVerification"] == "required"

    answer = browser(soft).get({**options, "userVerification": "discouraged"})

    assert refused(shown(arrival, answer)).reason is Reason.KEY_NOT_VERIFIED
    assert reloaded(arrival).account is None


@pytest.mark.parametrize("case", ["reuse", "other arrival", "session", "expired", "proof"])
def test_an_answer_is_good_once_where_it_was_asked_for_within_five_minutes(case: str) -> None:
    ada = with_key()
    arrival, soft = at_factor(ada), ada.keys[0].soft
    answer = browser(soft).get(key_question(arrival, ada.account))
    match case:
        case "reuse":
            asker = Asker(KeyPurpose.SIGN_IN, arrival=arrival.id)
            verify_key(by=VISITOR, now=NOW, asker=asker, answer=answer, means=means())
            tried = refused(shown(arrival, answer))
        case "other arrival":
            tried = refused(shown(at_factor(ada), answer))
        case "session":
            asker = Asker(KeyPurpose.PROVE, session=ada.session)
            tried = refused(lambda: verify_key(by=ada.actor, now=NOW, asker=asker, answer=answer, means=means()))
        case "expired":
            tried = refused(shown(arrival, answer, now=IN_FIVE_MINUTES))
        case _:
            tried = refused(shown(arrival, proof_answer(ada)))

    assert tried.reason is Reason.CHALLENGE_GONE


def test_a_key_of_another_account_is_not_the_one_that_was_asked_for() -> None:
    ada, ben = with_key(), with_key("ben")
    arrival = at_factor(ada)
    options = key_question(arrival, ada.account)
    theirs = [{"type": "public-key", "id": text_of(ben.keys[0].soft.newest.id)}]

    seen = effects_of(
        lambda: refused(shown(arrival, browser(ben.keys[0].soft).get({**options, "allowCredentials": theirs})))
    )

    assert seen.deeds == ["proof-refused"]
    assert (seen.events[0].subject_name, seen.events[0].details["reason"]) == ("ada", "key-unknown")
    assert reloaded(arrival).facts.factor is None


def test_the_user_handle_of_another_account_is_refused() -> None:
    ada, ben = with_key(), with_key("ben")
    handle = bytes.fromhex(Account.objects.get(pk=ben.account).key_handle or "")
    soft = ada.keys[0].soft
    soft.lies = Lies(user_handle=handle)

    tried = refused(lambda: show_soft_key(at_factor(ada), ada.account, soft))

    assert tried.reason is Reason.KEY_ANSWER_REFUSED


def test_an_account_that_is_on_its_way_in_is_not_swapped_by_another_ones_passkey() -> None:
    ben, soft = resident("ben"), SoftKey(verifies=True)
    enrol_key(ben, soft, passkey=True)
    ada = with_app()
    arrival = at_factor(ada)

    tried = refused(shown(arrival, browser(soft).get(key_question(arrival, None))))

    assert tried.reason is Reason.KEY_UNKNOWN
    assert reloaded(arrival).account == ada.account


@pytest.mark.parametrize("origin", ["https://evil.index.example", "https://index.example:8443", "http://index.example"])
def test_an_answer_to_a_page_elsewhere_signs_nobody_in(origin: str) -> None:
    ada = with_key()
    arrival = at_factor(ada)
    asked = Browser(origin, ada.keys[0].soft, is_honest=False)

    tried = refused(shown(arrival, asked.get(key_question(arrival, ada.account))))

    assert tried.reason is Reason.KEY_WRONG_ADDRESS
    assert tried.facts["origin"] == origin


def test_a_page_inside_another_page_signs_nobody_in() -> None:
    ada = with_key()
    arrival = at_factor(ada)
    for said in ({"crossOrigin": True}, {"topOrigin": ORIGIN}):
        asked = Browser(ORIGIN, ada.keys[0].soft, client_data=said)
        tried = refused(shown(arrival, asked.get(key_question(arrival, ada.account))))
        assert tried.reason is Reason.KEY_ANSWER_REFUSED


def test_a_bad_signature_signs_nobody_in_and_moves_no_counter() -> None:
    ada = with_key()
    soft, before = ada.keys[0].soft, row_of(ada).sign_count
    soft.lies = Lies(bad_signature=True)

    tried = refused(lambda: show_soft_key(at_factor(ada), ada.account, soft))

    assert tried.reason is Reason.KEY_ANSWER_REFUSED
    assert row_of(ada).sign_count == before


def test_a_removed_key_is_unknown() -> None:
    ada = with_key()
    arrival = at_factor(ada)
    answer = browser(ada.keys[0].soft).get(key_question(arrival, ada.account))
    Factor.objects.filter(pk=ada.keys[0].factor).update(ended_at=NOW)

    assert refused(shown(arrival, answer)).reason is Reason.KEY_UNKNOWN


# Counters


def test_a_cloned_key_is_refused_marked_and_told_and_its_original_as_well_from_then_on() -> None:
    ada = with_key()
    soft = ada.keys[0].soft
    clone = soft.clone()
    show_soft_key(at_factor(ada), ada.account, soft)
    stored = row_of(ada).sign_count
    arrival = at_factor(ada)

    seen = effects_of(lambda: refused(lambda: show_soft_key(arrival, ada.account, clone)))

    assert row_of(ada).suspected_at == NOW
    assert (row_of(ada).sign_count, reloaded(arrival).facts.factor) == (stored, None)
    assert (seen.deeds, seen.letters) == (["key-suspected"], [("key-suspected", "ada")])
    assert seen.events[0].details == {"label": "key", "stored": stored, "answered": stored}
    assert (seen.events[0].proof, seen.events[0].factor) == ("security-key", ada.keys[0].factor)
    again_ = effects_of(lambda: refused(lambda: show_soft_key(at_factor(ada), ada.account, soft)))
    assert (again_.deeds, again_.letters) == (["proof-refused"], [])
    assert again_.events[0].details["reason"] == "key-copied"
    assert row_of(ada).factor.ended_at is None


def test_a_key_that_never_counts_is_taken_for_what_it_is() -> None:
    ada = with_key(soft=SoftKey(counter=0, counts_by=0))

    for _ in range(3):
        show_soft_key(at_factor(ada), ada.account, ada.keys[0].soft)

    assert (row_of(ada).sign_count, row_of(ada).suspected_at) == (0, None)


def test_a_counter_may_jump() -> None:
    ada = with_key()
    ada.keys[0].soft.counter = 4_000_000_000

    show_soft_key(at_factor(ada), ada.account, ada.keys[0].soft)

    assert row_of(ada).sign_count == 4_000_000_001


def test_a_counter_that_goes_back_to_nothing_is_a_copy() -> None:
    ada = with_key()
    ada.keys[0].soft.counter, ada.keys[0].soft.counts_by = 0, 0

    tried = refused(lambda: show_soft_key(at_factor(ada), ada.account, ada.keys[0].soft))

    assert tried.reason is Reason.KEY_COPIED


# Names that are nobody's


def test_a_name_that_is_nobodys_is_answered_with_a_key_that_is_always_the_same() -> None:
    ada = with_key()
    known = key_question(nobody_yet(), ada.account, name="ada")
    unknown = [key_question(nobody_yet(), None, name=name) for name in ("eve", " EVE ", "mallory")]

    ids = [options["allowCredentials"][0]["id"] for options in unknown]
    assert ids[0] == ids[1] != ids[2]
    assert {len(bytes_of(one)) for one in ids} == {len(ada.keys[0].soft.newest.id)}
    for options in unknown:
        assert options.keys() == known.keys()
        assert [one.keys() for one in options["allowCredentials"]] == [one.keys() for one in known["allowCredentials"]]
        assert options["userVerification"] == known["userVerification"] == "preferred"


def test_an_account_without_a_key_looks_like_a_name_that_is_nobodys() -> None:
    ben = resident("ben")

    as_known = key_question(nobody_yet(), ben.account, name="ben")
    as_unknown = key_question(nobody_yet(), None, name="ben")

    assert as_known["allowCredentials"] == as_unknown["allowCredentials"]


def test_no_key_answers_for_a_name_that_is_nobodys() -> None:
    soft = SoftKey(verifies=True)
    ada = resident()
    enrol_key(ada, soft, passkey=True)
    arrival = nobody_yet()
    options = {**key_question(arrival, None, name="eve"), "allowCredentials": [], "userVerification": "required"}

    assert refused(shown(arrival, browser(soft).get(options))).reason is Reason.KEY_UNKNOWN


def test_every_question_is_another() -> None:
    arrival = nobody_yet()
    asked = {
        ask_key(now=NOW, asker=Asker(KeyPurpose.SIGN_IN, arrival=arrival.id), account=None, means=means())["challenge"]
        for _ in range(50)
    }

    assert len(asked) == 50
    assert {len(bytes_of(str(one))) for one in asked} == {32}
