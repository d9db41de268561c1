"""The doors on the way in: factor, mailed code, security key first, and the factor before a new password."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse
from django.utils.http import urlencode

from strongroom.accounts.models import Account, Arrival, AttemptCount, Device, Session
from strongroom.accounts.rules.limits import KEY_QUESTIONS_FROM_ONE_ADDRESS
from strongroom.factors.models import Challenge, RecoveryCode, SecurityKey
from strongroom.factors.views.meaning import relying_party
from strongroom.record.models import Event
from tests.accounts.mailbox import count_codes
from tests.authenticator import Browser, SoftKey, altered
from tests.factors.people import (
    PASSWORD,
    SHOWN_CODE,
    Clock,
    Phone,
    Visitor,
    browser_with,
    reason_of,
    text_of,
    told,
)

pytestmark = pytest.mark.django_db

FACTOR, MAIL, KEY = "/account/sign-in/factor/", "/account/sign-in/mail/", "/account/sign-in/key/"
SECURITY = "/account/security/"
NEW_PASSWORD = "quite another horse battery staple"


@pytest.fixture
def phone(ada: Visitor) -> Phone:
    """Ada's app; she is signed in at the browser that she enrolled it with, which is known from now on."""
    ada.sign_in()
    return ada.enrol_app()


@pytest.fixture
def key(ada: Visitor) -> SoftKey:
    ada.sign_in()
    key = SoftKey()
    ada.enrol_key(key)
    return key


@pytest.fixture
def passkey(ada: Visitor) -> SoftKey:
    ada.sign_in()
    passkey = SoftKey(verifies=True)
    ada.enrol_key(passkey, passkey=True)
    return passkey


def sign_out(visitor: Visitor) -> None:
    assert visitor.post("/account/sign-out/").status_code == 302
    assert not visitor.is_signed_in()


def led_to(answer: HttpResponse, address: str) -> bool:
    return answer.status_code == 302 and answer["Location"] == address


# A code of an app


def test_a_known_device_signs_in_with_password_and_code_and_no_mail(ada: Visitor, phone: Phone) -> None:
    sign_out(ada)

    assert led_to(ada.type_password(), FACTOR)
    assert not ada.is_signed_in()
    assert led_to(ada.post(FACTOR, code=phone.next_code()), SECURITY)

    assert ada.is_signed_in()
    assert count_codes("ada@example.org") == 0
    session = Session.objects.get(ended_at=None)
    assert (session.signed_in_by, session.factor_id) == ("totp", session.account.factors.get(kind="totp").pk)
    event = Event.objects.filter(deed="signed-in").latest("id")
    assert (event.proof, event.factor) == ("totp", session.factor_id)


def test_an_unknown_device_with_a_code_asks_the_mailbox_too(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.type_password()

    assert led_to(away.post(FACTOR, code=phone.next_code()), MAIL)
    assert not away.is_signed_in()
    assert count_codes("ada@example.org") == 1
    assert led_to(away.post(MAIL, code=away.read_mail()), SECURITY)

    assert away.is_signed_in()
    assert Device.objects.filter(forgotten_at=None).count() == 2


def test_looking_at_the_mail_page_mails_nothing_and_signs_nobody_in(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.type_password()
    away.post(FACTOR, code=phone.next_code())

    for _ in range(3):
        assert away.get(MAIL).status_code == 200

    assert count_codes("ada@example.org") == 1
    assert not away.is_signed_in()


def test_another_code_is_mailed_when_asked_for_and_the_earlier_one_is_dead(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.type_password()
    away.post(FACTOR, code=phone.next_code())
    first = away.read_mail()

    again = away.post(MAIL, again="1", code="")
    assert "A new code is on its way" in text_of(again)
    assert count_codes("ada@example.org") == 2
    assert reason_of(away.post(MAIL, code=first)) == "mail-code-wrong"
    assert led_to(away.post(MAIL, code=away.read_mail()), SECURITY)


def test_the_mailed_code_works_in_no_other_browser(ada: Visitor, phone: Phone) -> None:
    away, thief = ada.elsewhere(), ada.elsewhere()
    away.type_password()
    away.post(FACTOR, code=phone.next_code())
    mailed = away.read_mail()
    thief.type_password()
    thief.post(FACTOR, code=phone.next_code())

    assert reason_of(thief.post(MAIL, code=mailed)) == "mail-code-wrong"
    assert not thief.is_signed_in()


def test_a_wrong_code_shows_the_form_again_with_the_reason_and_signs_nobody_in(ada: Visitor, phone: Phone) -> None:
    sign_out(ada)
    ada.type_password(next="/account/inbox/")

    answer = ada.post(FACTOR, code="000000", next="/account/inbox/")

    assert (answer.status_code, reason_of(answer)) == (403, "code-wrong")
    page = text_of(answer)
    assert 'role="alert"' in page
    assert 'value="/account/inbox/"' in page
    assert "000000" not in page
    assert not ada.is_signed_in()
    assert led_to(ada.post(FACTOR, code=phone.next_code(), next="/account/inbox/"), "/account/inbox/")


def test_the_way_on_stays_through_every_step(ada: Visitor, phone: Phone) -> None:
    away, onward = ada.elsewhere(), urlencode({"next": "/account/inbox/"})

    assert led_to(away.type_password(next="/account/inbox/"), f"{FACTOR}?next=/account/inbox/")
    assert led_to(away.post(f"{FACTOR}?{onward}", code=phone.next_code()), f"{MAIL}?next=/account/inbox/")
    assert led_to(away.post(f"{MAIL}?{onward}", code=away.read_mail()), "/account/inbox/")


def test_the_way_on_never_leads_to_another_site(ada: Visitor, phone: Phone) -> None:
    sign_out(ada)
    ada.type_password()

    answer = ada.post(f"{FACTOR}?next=//evil.example/", code=phone.next_code(), next="https://evil.example/")

    assert led_to(answer, SECURITY)


def test_a_code_that_was_used_signs_nobody_in_a_second_time(ada: Visitor, phone: Phone) -> None:
    sign_out(ada)
    code = phone.next_code()
    ada.type_password()
    ada.post(FACTOR, code=code)
    again = ada.elsewhere()
    again.type_password()

    assert reason_of(again.post(FACTOR, code=code)) == "code-used"
    assert reason_of(again.post(FACTOR, code=f"{code[:3]} {code[3:]}")) == "code-used"
    assert not again.is_signed_in()


@pytest.mark.parametrize("address", [FACTOR, MAIL, KEY, "/account/reset/factor/"])
def test_no_step_can_be_called_without_an_arrival(ada: Visitor, phone: Phone, address: str) -> None:
    away = ada.elsewhere()

    answer = away.post(address, code=phone.next_code(), answer="{}")

    assert (answer.status_code, reason_of(answer)) == (403, "arrival-gone")
    assert not away.is_signed_in()


def test_the_mail_step_cannot_be_taken_before_the_factor(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.type_password()

    assert reason_of(away.post(MAIL, code="ABCD-2345")) == "stage-out-of-order"
    assert reason_of(away.post(MAIL, again="1")) == "stage-out-of-order"
    assert led_to(away.get(MAIL), FACTOR)
    assert count_codes("ada@example.org") == 0


def test_the_factor_step_cannot_be_taken_twice(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.type_password()
    away.post(FACTOR, code=phone.next_code())

    assert reason_of(away.post(FACTOR, code=phone.next_code())) == "stage-out-of-order"
    assert led_to(away.get(FACTOR), MAIL)


def test_an_arrival_is_over_once_it_has_led_in(ada: Visitor, phone: Phone) -> None:
    sign_out(ada)
    ada.type_password()
    arrival = ada.client.cookies["strongroom-arrival"].value
    ada.post(FACTOR, code=phone.next_code())
    thief = ada.elsewhere()
    thief.client.cookies["strongroom-arrival"] = arrival

    assert reason_of(thief.post(FACTOR, code=phone.next_code())) == "arrival-gone"
    assert not thief.is_signed_in()


def test_an_arrival_opens_no_page_of_the_account(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.type_password()
    away.client.cookies["strongroom-session"] = away.client.cookies["strongroom-arrival"].value

    assert not away.is_signed_in()


def test_guesses_are_limited_and_a_security_key_is_not(ada: Visitor, phone: Phone) -> None:
    key = SoftKey()
    ada.enrol_key(key, code=phone.next_code())
    away = ada.elsewhere()
    away.type_password()

    answers = [away.post(FACTOR, code="000000") for _ in range(6)]

    assert (answers[-1].status_code, reason_of(answers[-1])) == (429, "too-many-attempts")
    assert led_to(away.post(KEY, answer=away.touch(key)), SECURITY)


def test_a_form_from_another_site_shows_no_factor(ada: Visitor, phone: Phone) -> None:
    sign_out(ada)
    ada.type_password()

    answers = [ada.client.post(address, {"code": phone.next_code()}) for address in (FACTOR, MAIL, KEY)]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert not ada.is_signed_in()


# Recovery codes


def test_a_recovery_code_signs_in_and_its_successor_is_shown_once(ada: Visitor, phone: Phone) -> None:
    sign_out(ada)
    ada.type_password()

    answer = ada.post(FACTOR, recovery=phone.codes[0].lower(), next="/account/inbox/")

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    (fresh,) = SHOWN_CODE.findall(text_of(answer))
    assert fresh not in phone.codes
    assert 'href="/account/inbox/"' in text_of(answer)
    assert ada.is_signed_in()
    assert RecoveryCode.objects.filter(used_at=None).count() == 10
    for address in (SECURITY, "/account/inbox/", "/account/"):
        assert fresh not in text_of(ada.get(address))
    assert fresh not in json.dumps(list(Event.objects.values()), default=str)


def test_the_page_with_the_new_code_has_forms_that_work(ada: Visitor, phone: Phone) -> None:
    sign_out(ada)
    ada.type_password()
    page = text_of(ada.post(FACTOR, recovery=phone.codes[0]))
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]

    assert ada.client.post("/account/sign-out/", {"csrfmiddlewaretoken": token}).status_code == 302


def test_a_recovery_code_works_once(ada: Visitor, phone: Phone) -> None:
    for expected in ("", "recovery-code-wrong"):
        sign_out(ada)
        ada.type_password()
        assert reason_of(ada.post(FACTOR, recovery=phone.codes[0])) == expected
        if not expected:
            assert ada.is_signed_in()
    assert not ada.is_signed_in()


def test_a_recovery_code_from_an_unknown_device_asks_the_mailbox_and_then_shows_the_successor(
    ada: Visitor, phone: Phone
) -> None:
    away = ada.elsewhere()
    away.type_password()

    first = away.post(FACTOR, recovery=phone.codes[0])
    assert led_to(first, MAIL)
    answer = away.post(MAIL, code=away.read_mail())

    assert len(SHOWN_CODE.findall(text_of(answer))) == 1
    assert away.is_signed_in()


def test_somebody_elses_recovery_code_is_wrong(ada: Visitor, cyd: Visitor, phone: Phone) -> None:
    cyd.sign_in()
    cyd.enrol_app()
    sign_out(cyd)
    cyd.type_password()

    assert reason_of(cyd.post(FACTOR, recovery=phone.codes[0])) == "recovery-code-wrong"
    assert not cyd.is_signed_in()


# Security keys


def test_after_the_password_a_key_signs_in_from_an_unknown_device_without_a_mail(ada: Visitor, key: SoftKey) -> None:
    away = ada.elsewhere()
    away.type_password()
    page = text_of(away.get(FACTOR))
    assert 'data-key="sign-in"' in page
    assert 'action="/account/sign-in/key/"' in page

    assert led_to(away.post(KEY, answer=away.touch(key)), SECURITY)

    assert away.is_signed_in()
    assert count_codes("ada@example.org") == 0


def test_a_passkey_alone_signs_in_when_it_checked_who_holds_it(ada: Visitor, passkey: SoftKey) -> None:
    away = ada.elsewhere()
    options = told(away.begin("sign-in"))
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"

    answer = away.post(KEY, answer=browser_with(passkey).get(options), next="/account/inbox/")

    assert led_to(answer, "/account/inbox/")
    assert Session.objects.latest("id").signed_in_by == "security-key"


def test_looking_at_a_page_signs_nobody_in_even_when_every_step_was_done(ada: Visitor, passkey: SoftKey) -> None:
    Account.objects.filter(folded_name="ada").update(suspended_at=ada.clock.at, suspended_why="not-me")
    away = ada.elsewhere()
    assert reason_of(away.post(KEY, answer=away.touch(passkey))) == "account-suspended"
    Account.objects.filter(folded_name="ada").update(suspended_at=None, suspended_why="")

    for page in (FACTOR, MAIL):
        assert reason_of(away.get(page)) == "stage-out-of-order"
    assert not away.is_signed_in()


def test_a_key_that_was_shown_first_leads_to_the_password(ada: Visitor, key: SoftKey) -> None:
    away = ada.elsewhere()

    assert led_to(away.post(KEY, answer=away.touch(key, name="ada")), "/account/sign-in/")
    assert not away.is_signed_in()
    answer = away.post("/account/sign-in/", password=PASSWORD)

    assert led_to(answer, SECURITY)
    assert away.is_signed_in()


def test_a_name_that_is_nobodys_is_answered_like_one_that_is_somebodys(ada: Visitor, key: SoftKey) -> None:
    known, unknown = (
        told(ada.elsewhere().begin("sign-in", name="ada")),
        told(ada.elsewhere().begin("sign-in", name="eve")),
    )

    assert known.keys() == unknown.keys()
    assert known["userVerification"] == unknown["userVerification"]
    (mine,), (nobodys,) = known["allowCredentials"], unknown["allowCredentials"]
    assert mine.keys() == nobodys.keys()
    assert len(mine["id"]) == len(nobodys["id"])
    again = told(ada.elsewhere().begin("sign-in", name="EVE "))
    assert again["allowCredentials"] == unknown["allowCredentials"]


def test_a_reset_that_anybody_can_begin_shows_no_keys_of_the_account(ada: Visitor, key: SoftKey) -> None:
    away = ada.elsewhere()
    away.post("/account/reset/", name="ada")

    options = told(away.begin("sign-in"))

    assert options["allowCredentials"] == []
    assert Arrival.objects.latest("id").purpose == "sign-in"


def test_an_answer_is_good_once(ada: Visitor, passkey: SoftKey) -> None:
    away = ada.elsewhere()
    answer = away.touch(passkey)
    away.post(KEY, answer=answer)
    thief = ada.elsewhere()
    thief.begin("sign-in")

    refused = thief.post(KEY, answer=answer)

    assert (refused.status_code, reason_of(refused)) == (403, "challenge-gone")
    assert not thief.is_signed_in()


def test_an_answer_works_in_the_browser_that_asked_alone(ada: Visitor, passkey: SoftKey) -> None:
    away, thief = ada.elsewhere(), ada.elsewhere()
    answer = away.touch(passkey)
    thief.begin("sign-in")

    assert reason_of(thief.post(KEY, answer=answer)) == "challenge-gone"
    assert led_to(away.post(KEY, answer=answer), SECURITY)


def test_an_answer_that_comes_after_five_minutes_is_refused(ada: Visitor, passkey: SoftKey, clock: Clock) -> None:
    away = ada.elsewhere()
    answer = away.touch(passkey)
    clock.go_on(minutes=5)

    assert reason_of(away.post(KEY, answer=answer)) == "challenge-gone"


def test_another_accounts_key_does_not_open_an_account(ada: Visitor, cyd: Visitor, key: SoftKey) -> None:
    cyd.sign_in()
    other = SoftKey()
    cyd.enrol_key(other)
    thief = ada.elsewhere()
    thief.type_password()
    options = told(thief.begin("sign-in"))
    options["allowCredentials"] = told(cyd.begin("prove"))["allowCredentials"]

    refused = thief.post(KEY, answer=browser_with(other).get(options))

    assert reason_of(refused) == "key-unknown"
    assert "Use a security key" in text_of(refused)
    assert not thief.is_signed_in()


@pytest.mark.parametrize("answer", ["", "{}", "nonsense", '{"id": "AA"}', "[" * 2000])
def test_an_answer_that_cannot_be_read_is_refused_on_a_page_to_try_again(
    ada: Visitor, key: SoftKey, answer: str
) -> None:
    away = ada.elsewhere()
    away.begin("sign-in", name="ada")

    refused = away.post(KEY, answer=answer, name="ada", next="/account/inbox/")

    assert (refused.status_code, reason_of(refused)) == (403, "key-answer-refused")
    page = text_of(refused)
    assert 'role="alert"' in page
    assert 'name="name" value="ada"' in page
    assert "/account/sign-in/?anew=1&amp;next=%2Faccount%2Finbox%2F" in page


def test_an_altered_answer_is_refused_and_recorded(ada: Visitor, passkey: SoftKey) -> None:
    away = ada.elsewhere()
    answer = altered(away.touch(passkey), {"response.signature": "AAAA"})

    assert reason_of(away.post(KEY, answer=answer)) == "key-answer-refused"
    event = Event.objects.filter(deed="proof-refused").latest("id")
    assert (event.subject_name, event.details["kind"]) == ("ada", "security-key")


def test_a_copied_key_is_refused_and_shown_as_suspect(ada: Visitor, passkey: SoftKey) -> None:
    passkey.counter, passkey.counts_by = 0, 0
    away = ada.elsewhere()

    assert reason_of(away.post(KEY, answer=away.touch(passkey))) == "key-copied"
    assert not away.is_signed_in()
    assert SecurityKey.objects.get().suspected_at is not None
    page = text_of(ada.get(SECURITY))
    assert "Suspect" in page
    assert "Report it lost" in page


def test_an_answer_for_another_address_is_refused(ada: Visitor, passkey: SoftKey) -> None:
    away = ada.elsewhere()
    forged = Browser("http://localhost:8001", passkey)

    refused = away.post(KEY, answer=forged.get(told(away.begin("sign-in"))))

    assert reason_of(refused) == "key-wrong-address"
    assert "http://localhost:8001" in text_of(refused)


def test_the_host_header_does_not_say_who_the_index_is(ada: Visitor, passkey: SoftKey) -> None:
    away = ada.elsewhere()
    away.client.defaults["HTTP_HOST"] = "evil.example"

    options = told(away.begin("sign-in"))

    assert options["rpId"] == "localhost"
    forged = Browser("http://evil.example", passkey, is_honest=False)
    assert reason_of(away.post(KEY, answer=forged.get(options))) == "key-wrong-address"
    assert not away.is_signed_in()


@pytest.mark.parametrize(
    ("address", "host", "origin"),
    [
        ("https://index.example", "index.example", "https://index.example"),
        ("https://Index.Example:443/under/", "index.example", "https://index.example"),
        ("https://index.example:8443", "index.example", "https://index.example:8443"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("https://paquets.bücher.example", "paquets.xn--bcher-kva.example", "https://paquets.xn--bcher-kva.example"),
    ],
)
def test_the_relying_party_is_the_address_of_the_index(address: str, host: str, origin: str) -> None:
    found = relying_party(address)

    assert (found.id, found.origins) == (host, frozenset({origin}))


# The door that asks


def test_the_question_is_asked_in_json_with_a_token_and_by_post_alone(ada: Visitor) -> None:
    token, asked = ada.token(), json.dumps({"for": "sign-in"})
    client = ada.client

    without = client.post("/account/key/", asked, content_type="application/json")
    form = client.post("/account/key/", {"for": "sign-in", "csrfmiddlewaretoken": token})
    plain = client.post("/account/key/", asked, content_type="text/plain", headers={"X-CSRFToken": token})

    assert (without.status_code, form.status_code, plain.status_code) == (403, 400, 400)
    assert client.get("/account/key/").status_code == 405
    assert not Challenge.objects.exists()
    assert not Arrival.objects.exists()


@pytest.mark.parametrize(
    "asked",
    [
        {"for": "anything"},
        {"for": ["sign-in"]},
        {},
        {"for": "sign-in", "name": 7},
        {"for": "sign-in", "name": "a" * 321},
        {"for": "enrol", "attest": "yes"},
    ],
    ids=str,
)
def test_a_question_that_cannot_be_read_is_not_asked(ada: Visitor, asked: dict[str, object]) -> None:
    ada.sign_in()

    answer = ada.client.post(
        "/account/key/", json.dumps(asked), content_type="application/json", headers={"X-CSRFToken": ada.token()}
    )
    assert answer.status_code == 400
    assert not Challenge.objects.exists()


@pytest.mark.parametrize("purpose", ["enrol", "prove"])
def test_whoever_is_not_signed_in_is_asked_to_enrol_and_prove_nothing(ada: Visitor, purpose: str) -> None:
    answer = ada.begin(purpose)

    assert (answer.status_code, json.loads(answer.content)["reason"]) == (401, "sign-in-needed")
    assert not Challenge.objects.exists()


def test_questions_of_strangers_are_limited_and_those_after_the_password_are_not(ada: Visitor, key: SoftKey) -> None:
    (limit,) = KEY_QUESTIONS_FROM_ONE_ADDRESS
    stranger, away = ada.elsewhere(), ada.elsewhere()
    away.type_password()
    told(stranger.begin("sign-in"))
    AttemptCount.objects.filter(bucket__startswith="key questions from").update(count=limit.most)

    refused = stranger.begin("sign-in")

    assert refused.status_code == 429
    assert "Wait" in json.loads(refused.content)["message"]
    assert led_to(away.post(KEY, answer=away.touch(key)), SECURITY)


# The factor before a new password


def test_a_reset_asks_for_the_factor_before_the_new_password(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.post("/account/reset/", name="ada")

    assert led_to(away.post("/account/reset/code/", code=away.read_mail()), "/account/reset/factor/")
    skipped = away.post("/account/reset/password/", password=NEW_PASSWORD)
    assert reason_of(skipped) == "stage-out-of-order"
    assert "before the new password" in text_of(away.get("/account/reset/factor/"))
    assert reason_of(away.post("/account/reset/factor/", code="000000")) == "code-wrong"
    assert led_to(away.post("/account/reset/factor/", code=phone.next_code()), "/account/reset/password/")

    assert away.post("/account/reset/password/", password=NEW_PASSWORD).status_code == 200
    assert not away.is_signed_in()


@pytest.mark.parametrize("shown", ["recovery", "answer"])
def test_a_reset_takes_a_recovery_code_or_a_key_as_well(ada: Visitor, phone: Phone, shown: str) -> None:
    key = SoftKey()
    ada.enrol_key(key, code=phone.next_code())
    away = ada.elsewhere()
    away.post("/account/reset/", name="ada")
    away.post("/account/reset/code/", code=away.read_mail())

    if shown == "recovery":
        answer = away.post("/account/reset/factor/", recovery=phone.codes[0])
    else:
        answer = away.post(KEY, answer=away.touch(key))

    assert led_to(answer, "/account/reset/password/")
    assert not away.is_signed_in()


def test_a_reset_cannot_show_its_factor_before_the_mailbox(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.post("/account/reset/", name="ada")

    assert reason_of(away.post("/account/reset/factor/", code=phone.next_code())) == "stage-out-of-order"
    assert led_to(away.get("/account/reset/factor/"), "/account/reset/code/")


def test_a_reset_is_no_way_to_sign_in(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.post("/account/reset/", name="ada")
    away.post("/account/reset/code/", code=away.read_mail())

    assert reason_of(away.post(FACTOR, code=phone.next_code())) == "stage-out-of-order"
    assert reason_of(away.post(MAIL, code="ABCD-2345")) == "stage-out-of-order"
    assert not away.is_signed_in()


def test_no_page_of_the_way_in_is_kept_by_anybody(ada: Visitor, phone: Phone) -> None:
    away = ada.elsewhere()
    away.type_password()
    pages = [away.get(FACTOR), away.post(FACTOR, code="000000")]
    away.post(FACTOR, code=phone.next_code())
    pages.append(away.get(MAIL))

    for page in pages:
        assert "no-store" in page["Cache-Control"]
        assert "<script" not in text_of(page).replace('<script type="module" src=', "")
        assert " style=" not in text_of(page)
