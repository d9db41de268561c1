"""The door where somebody proves that it is them again."""

from __future__ import annotations

import json

import pytest

from strongroom.accounts.models import Proof, Session
from strongroom.record.models import Event
from tests.authenticator import SoftKey
from tests.factors.people import PASSWORD, SHOWN_CODE, Clock, Phone, Visitor, reason_of, text_of

pytestmark = pytest.mark.django_db

FIELDS = {"password": 'name="password"', "app": 'id="code"', "key": 'data-key="prove"', "codes": 'name="recovery"'}


@pytest.fixture
def phone(ada: Visitor) -> Phone:
    ada.sign_in()
    return ada.enrol_app()


def offered(visitor: Visitor, deed: str) -> set[str]:
    page = text_of(visitor.get(f"/account/prove/{deed}/?next=/account/security/"))
    return {way for way, sign in FIELDS.items() if sign in page}


def ready(deed: str) -> int:
    return Proof.objects.filter(deed=deed, used_at=None).count()


def test_exactly_the_ways_that_the_deed_takes_are_offered(ada: Visitor) -> None:
    ada.sign_in()
    assert offered(ada, "make-token") == offered(ada, "remove-factor") == {"password"}

    phone = ada.enrol_app()
    assert offered(ada, "make-token") == {"app"}
    assert offered(ada, "enrol-factor") == {"app", "codes"}

    ada.enrol_key(SoftKey(), code=phone.next_code())
    assert offered(ada, "make-token") == {"app", "key"}
    assert offered(ada, "remove-factor") == {"key", "codes"}


def test_the_password_proves_it_while_there_is_no_factor(ada: Visitor) -> None:
    ada.sign_in()
    before = Session.objects.get().key_sha256

    answer = ada.post("/account/prove/make-token/", password=PASSWORD, next="/account/tokens/")

    assert (answer.status_code, answer["Location"]) == (302, "/account/tokens/")
    assert ready("make-token") == 1
    assert Session.objects.get().key_sha256 != before
    assert ada.is_signed_in()


def test_the_old_key_of_the_session_is_worth_nothing_after_a_proof(ada: Visitor) -> None:
    ada.sign_in()
    thief = ada.elsewhere()
    thief.client.cookies["strongroom-session"] = ada.client.cookies["strongroom-session"].value
    assert thief.is_signed_in()

    ada.prove("make-token", password=PASSWORD)

    assert not thief.is_signed_in()


def test_a_wrong_password_is_said_and_not_shown_again(ada: Visitor) -> None:
    ada.sign_in()

    answer = ada.post("/account/prove/make-token/", password="not it at all", target="7", next="/account/tokens/")

    assert (answer.status_code, reason_of(answer)) == (403, "password-wrong")
    page = text_of(answer)
    assert "not it at all" not in page
    assert 'name="target" value="7"' in page
    assert 'name="next" value="/account/tokens/"' in page
    assert ready("make-token") == 0


@pytest.mark.parametrize("deed", ["make-token", "remove-factor", "change-password", "enrol-factor", "close-account"])
def test_the_password_proves_nothing_once_there_is_a_factor(ada: Visitor, phone: Phone, deed: str) -> None:
    answer = ada.prove(deed, password=PASSWORD)

    assert (answer.status_code, reason_of(answer)) == (403, "proof-kind")
    assert ready(deed) == 0


def test_a_code_proves_it_once(ada: Visitor, phone: Phone) -> None:
    code = phone.next_code()

    assert ada.prove("make-token", code=code).status_code == 302
    assert reason_of(ada.prove("change-addresses", code=code)) == "code-used"

    assert (ready("make-token"), ready("change-addresses")) == (1, 0)
    event = Event.objects.filter(deed="proved-again").latest("id")
    assert (event.proof, event.details["aim"]) == ("totp", "make-token")


def test_a_key_proves_it_once_and_in_its_session_alone(ada: Visitor, phone: Phone) -> None:
    key = SoftKey()
    ada.enrol_key(key, code=phone.next_code())
    away = ada.elsewhere()
    away.type_password()
    away.post("/account/sign-in/key/", answer=away.touch(key))
    answer = ada.touch(key, "prove")

    assert reason_of(away.prove("make-token", answer=answer)) == "challenge-gone"
    assert ada.prove("make-token", answer=answer).status_code == 302
    assert reason_of(ada.prove("make-token", answer=answer)) == "challenge-gone"
    assert ready("make-token") == 1


def test_an_answer_to_sign_in_proves_nothing(ada: Visitor) -> None:
    ada.sign_in()
    key = SoftKey(verifies=True)
    ada.enrol_key(key, passkey=True)

    assert reason_of(ada.prove("make-token", answer=ada.touch(key))) == "challenge-gone"


def test_a_key_of_another_account_proves_nothing(ada: Visitor, cyd: Visitor, phone: Phone) -> None:
    cyd.sign_in()
    theirs = SoftKey()
    cyd.enrol_key(theirs)

    assert reason_of(ada.prove("make-token", answer=cyd.touch(theirs, "prove"))) == "proof-kind"
    ada.enrol_key(SoftKey(), code=phone.next_code())
    assert reason_of(ada.prove("make-token", answer=cyd.touch(theirs, "prove"))) == "challenge-gone"


def test_a_recovery_code_proves_a_way_back_and_its_successor_is_shown_first(ada: Visitor, phone: Phone) -> None:
    page = "/account/security/apps/add/"

    answer = ada.post("/account/prove/enrol-factor/", recovery=phone.codes[0], next=page)

    assert answer.status_code == 200
    (fresh,) = SHOWN_CODE.findall(text_of(answer))
    assert f'href="{page}"' in text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    assert fresh not in json.dumps(list(Event.objects.values()), default=str)
    assert ada.get(page).status_code == 200
    assert reason_of(ada.prove("enrol-factor", recovery=phone.codes[0])) == "recovery-code-wrong"


def test_a_recovery_code_is_not_spent_on_a_deed_that_does_not_take_it(ada: Visitor, phone: Phone) -> None:
    assert reason_of(ada.prove("make-token", recovery=phone.codes[0])) == "proof-kind"

    assert ada.prove("enrol-factor", recovery=phone.codes[0]).status_code == 200


def test_a_proof_is_for_one_deed_and_target_and_for_ten_minutes(ada: Visitor, phone: Phone, clock: Clock) -> None:
    ada.prove("close-account", code=phone.next_code())

    assert ada.get("/account/security/apps/add/").status_code == 302
    assert ada.get("/account/close/").status_code == 200
    clock.go_on(minutes=10)
    assert ada.get("/account/close/").status_code == 302


def test_somebody_elses_session_has_no_proof_of_mine(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.type_password()
    away.post("/account/sign-in/factor/", code=phone.next_code())
    away.post("/account/sign-in/mail/", code=away.read_mail())
    ada.prove("close-account", code=phone.next_code())

    assert away.get("/account/close/").status_code == 302


@pytest.mark.parametrize(
    "address", ["nothing", "first-factor", f"make-token/?target={'a' * 201}", "make-token/?target=%00"]
)
def test_a_deed_or_target_that_there_is_not_is_not_found(ada: Visitor, address: str) -> None:
    ada.sign_in()

    assert ada.get(f"/account/prove/{address}{'' if '?' in address else '/'}").status_code == 404


def test_a_target_that_cannot_be_is_not_taken_by_post_either(ada: Visitor) -> None:
    ada.sign_in()

    assert ada.prove("make-token", target="a" * 201, password=PASSWORD).status_code in {404, 405}
    assert ready("make-token") == 0


def test_a_proof_leads_to_no_other_site(ada: Visitor) -> None:
    ada.sign_in()

    answer = ada.post("/account/prove/make-token/", password=PASSWORD, next="//evil.example/")

    assert answer["Location"] == "/account/security/"


def test_a_proof_from_another_site_or_by_get_is_none(ada: Visitor, phone: Phone) -> None:
    code = phone.next_code()

    assert ada.client.post("/account/prove/make-token/", {"code": code}).status_code == 403
    assert ada.get(f"/account/prove/make-token/?code={code}").status_code == 200
    assert ready("make-token") == 0
    assert ada.prove("make-token", code=code).status_code == 302


def test_an_empty_form_is_refused_in_words(ada: Visitor, phone: Phone) -> None:
    answer = ada.prove("make-token")

    assert (answer.status_code, reason_of(answer)) == (400, "code-malformed")
