"""The doors through which factors are enrolled, and the recovery codes that come with the first one."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.http import HttpResponse

from strongroom.accounts.models import Factor, Letter, Proof
from strongroom.factors.models import RecoveryCode, SecurityKey, TotpSecret
from strongroom.record.models import Event
from tests.accounts.mailbox import count_codes
from tests.authenticator import Browser, SoftKey
from tests.factors.people import (
    DONE,
    PASSWORD,
    SHOWN_CODE,
    Clock,
    Phone,
    Visitor,
    browser_with,
    own_alone,
    reason_of,
    secret_on,
    text_of,
    told,
)

pytestmark = pytest.mark.django_db

ADD_APP, ADD_KEY = "/account/security/apps/add/", "/account/security/keys/add/"
CODES, MAILBOX = "/account/security/recovery-codes/", "/account/security/mailbox/"
PROVE = "/account/prove/enrol-factor/?target=&next="


def led_to(answer: HttpResponse, address: str) -> bool:
    return answer.status_code == 302 and answer["Location"] == address


def begin_app(visitor: Visitor, label: str = "phone") -> tuple[str, Phone]:
    """An app whose enrolment was begun, and its page."""
    visitor.prove("enrol-factor", password=PASSWORD)
    page = visitor.post(ADD_APP, label=label)["Location"]
    return page, Phone(secret_on(text_of(visitor.get(page))), visitor.clock)


@pytest.fixture
def publisher(ada: Visitor) -> Visitor:
    """Ada, who looks after a project, signed in."""
    own_alone(ada, "arnica")
    ada.sign_in()
    return ada


# An authenticator app


def test_nothing_is_enrolled_without_a_proof(ada: Visitor) -> None:
    ada.sign_in()

    assert led_to(ada.get(ADD_APP), f"{PROVE}{ADD_APP}")
    assert led_to(ada.post(ADD_APP, label="phone"), f"{PROVE}{ADD_APP}")
    assert led_to(ada.post(ADD_KEY, label="key", answer=ada.make(SoftKey())), f"{PROVE}{ADD_KEY}")
    assert not Factor.objects.exists()


@pytest.mark.parametrize(
    "address",
    [ADD_APP, ADD_KEY, CODES, MAILBOX, "/account/security/apps/1/", "/account/security/", "/account/close/",
     "/account/security/factors/1/rename/", "/account/security/factors/1/remove/", "/account/prove/enrol-factor/"],
)  # fmt: skip
def test_no_page_of_factors_is_shown_to_a_stranger(ada: Visitor, address: str) -> None:
    assert led_to(ada.get(address), f"/account/sign-in/?next={address}")
    assert reason_of(ada.post(address, code="000000")) in {"sign-in-needed", ""}
    assert not Factor.objects.exists()


def test_an_app_is_set_up_by_picture_text_or_link_and_the_page_can_be_loaded_again(ada: Visitor) -> None:
    ada.sign_in()
    page, phone = begin_app(ada)

    shown = text_of(ada.get(page))

    assert secret_on(shown) == phone.secret
    assert "<svg viewBox=" in shown
    assert f'href="otpauth://totp/Strongroom:ada?secret={phone.secret}&amp;issuer=Strongroom"' in shown
    assert re.search(r'class="secret">[A-Z2-7]{4} [A-Z2-7]{4} ', shown)
    assert "no-store" in ada.get(page)["Cache-Control"]
    assert " style=" not in shown


def test_the_first_app_counts_once_a_recovery_code_was_typed_back(ada: Visitor) -> None:
    ada.sign_in()
    page, phone = begin_app(ada)

    answer = ada.post(page, code=phone.code())
    codes = SHOWN_CODE.findall(text_of(answer))
    assert (answer.status_code, len(codes)) == (200, 10)
    assert "no-store" in answer["Cache-Control"]
    assert Factor.objects.get(kind="totp").enrolled_at is None
    assert "does not count yet" in text_of(ada.get("/account/security/"))
    assert led_to(ada.post(CODES, code=codes[3].lower().replace("-", " ")), DONE)

    assert Factor.objects.get(kind="totp").enrolled_at is not None
    assert RecoveryCode.objects.filter(used_at=None).count() == 10
    assert "The factor is enrolled" in text_of(ada.get(DONE))
    assert Letter.objects.filter(facts__deed="factor-enrolled").exists()


def test_codes_and_secrets_stand_nowhere_afterwards(ada: Visitor) -> None:
    ada.sign_in()
    phone = ada.enrol_app()

    pages = [text_of(ada.get(address)) for address in ("/account/security/", CODES, "/account/", "/account/inbox/")]
    rows = json.dumps(
        [
            *Event.objects.values(),
            *Letter.objects.values(),
            *RecoveryCode.objects.values(),
            *TotpSecret.objects.values(),
        ],
        default=str,
    )

    for secret in (*phone.codes, phone.secret):
        assert secret not in rows
        assert not any(secret in page for page in pages)


def test_a_wrong_code_shows_the_same_secret_again_with_the_reason(ada: Visitor) -> None:
    ada.sign_in()
    page, phone = begin_app(ada)

    answer = ada.post(page, code="12345")

    assert (answer.status_code, reason_of(answer)) == (400, "code-malformed")
    assert 'role="alert"' in text_of(answer)
    assert secret_on(text_of(answer)) == phone.secret
    assert ada.post(page, code=phone.code()).status_code == 200


def test_the_code_of_the_enrolment_is_burned(ada: Visitor) -> None:
    ada.sign_in()
    phone = ada.enrol_app()
    away = ada.elsewhere()
    away.type_password()

    assert reason_of(away.post("/account/sign-in/factor/", code=phone.code())) == "code-used"


def test_a_code_that_is_not_one_of_the_new_ones_finishes_nothing(ada: Visitor) -> None:
    ada.sign_in()
    page, phone = begin_app(ada)
    ada.post(page, code=phone.code())

    answer = ada.post(CODES, code="0000-0000-0000-0000-0000-0000")

    assert reason_of(answer) == "recovery-code-wrong"
    assert "Show new codes" in text_of(answer)
    assert not SHOWN_CODE.findall(text_of(answer))
    assert Factor.objects.get(kind="totp").enrolled_at is None


def test_whoever_closed_the_page_too_early_is_shown_new_codes(ada: Visitor) -> None:
    ada.sign_in()
    page, phone = begin_app(ada)
    first = SHOWN_CODE.findall(text_of(ada.post(page, code=phone.code())))

    assert led_to(ada.get(page), CODES)
    assert led_to(ada.post(page, code=phone.next_code()), CODES)
    assert not SHOWN_CODE.findall(text_of(ada.get(CODES)))
    second = SHOWN_CODE.findall(text_of(ada.post(CODES, anew="1")))

    assert len(second) == 10
    assert not set(first) & set(second)
    assert reason_of(ada.post(CODES, code=first[0])) == "recovery-code-wrong"
    assert led_to(ada.post(CODES, code=second[0]), DONE)


def test_nobody_else_sees_or_finishes_an_enrolment(ada: Visitor, cyd: Visitor) -> None:
    ada.sign_in()
    page, phone = begin_app(ada)
    cyd.sign_in()
    other_session = ada.elsewhere()
    other_session.sign_in()

    for stranger in (cyd, other_session):
        assert (stranger.get(page).status_code, reason_of(stranger.get(page))) == (404, "factor-unknown")
        assert reason_of(stranger.post(page, code=phone.code())) == "factor-unknown"
        assert phone.secret not in text_of(stranger.get(page))
    codes = SHOWN_CODE.findall(text_of(ada.post(page, code=phone.code())))
    for stranger in (cyd, other_session):
        assert reason_of(stranger.post(CODES, code=codes[0])) == "factor-unknown"
        assert stranger.post(CODES, anew="1")["Location"] == "/account/security/"
    assert Factor.objects.get(kind="totp").enrolled_at is None


def test_an_enrolment_is_finished_within_the_hour(ada: Visitor, clock: Clock) -> None:
    ada.sign_in()
    page, phone = begin_app(ada)
    clock.go_on(minutes=59)
    assert ada.get(page).status_code == 200
    clock.go_on(minutes=1)

    assert reason_of(ada.post(page, code=phone.code())) == "factor-unknown"


@pytest.mark.parametrize("number", ["999999", "99999999999999999999999999"])
def test_a_factor_that_there_is_not_is_said_so(ada: Visitor, number: str) -> None:
    ada.sign_in()

    for page in (f"apps/{number}", f"factors/{number}/rename", f"factors/{number}/remove"):
        assert ada.get(f"/account/security/{page}/").status_code == 404


def test_a_label_that_is_taken_is_said_above_the_form_and_kept_in_it(ada: Visitor) -> None:
    ada.sign_in()
    phone = ada.enrol_app("phone")
    ada.prove("enrol-factor", code=phone.next_code())

    answer = ada.post(ADD_APP, label="PHONE")

    assert (answer.status_code, reason_of(answer)) == (400, "label-taken")
    assert 'value="PHONE"' in text_of(answer)
    assert ada.post(ADD_APP, label="tablet").status_code == 302


def test_a_second_factor_counts_at_once_and_shows_no_codes(ada: Visitor) -> None:
    ada.sign_in()
    phone = ada.enrol_app()

    assert ada.enrol_key(SoftKey(), code=phone.next_code()) == []

    assert Factor.objects.filter(enrolled_at__isnull=False).count() == 3


def test_the_password_alone_enrols_no_further_factor(ada: Visitor) -> None:
    ada.sign_in()
    ada.enrol_app()

    answer = ada.prove("enrol-factor", password=PASSWORD)

    assert reason_of(answer) == "proof-kind"
    assert ada.post(ADD_APP, label="thief")["Location"].startswith("/account/prove/")


def test_one_proof_begins_one_enrolment(ada: Visitor) -> None:
    ada.sign_in()
    ada.prove("enrol-factor", password=PASSWORD)

    assert ada.post(ADD_APP, label="one").status_code == 302
    assert led_to(ada.post(ADD_APP, label="two"), f"{PROVE}{ADD_APP}")
    assert list(Factor.objects.values_list("label", flat=True)) == ["one"]


# A security key


def test_a_first_key_is_enrolled_and_leads_to_its_recovery_codes(ada: Visitor) -> None:
    ada.sign_in()
    page = None
    ada.prove("enrol-factor", password=PASSWORD)
    page = text_of(ada.get(ADD_KEY))
    assert 'data-key="enrol"' in page
    assert 'data-begin="/account/key/"' in page

    codes = ada.enrol_key(SoftKey(transports=("usb", "nfc")))

    assert len(codes) == 10
    assert SecurityKey.objects.get().transports == ["usb", "nfc"]
    assert Factor.objects.get(kind="security-key").enrolled_at is not None


def test_the_question_to_a_new_key_names_those_that_are_there_and_asks_what_the_person_chose(ada: Visitor) -> None:
    ada.sign_in()
    ada.enrol_key(SoftKey())

    plain = told(ada.begin("enrol"))
    chosen = told(ada.begin("enrol", attest=True, passkey=True))

    assert (plain["attestation"], plain["authenticatorSelection"]["residentKey"]) == ("none", "discouraged")
    assert (chosen["attestation"], chosen["authenticatorSelection"]["residentKey"]) == ("direct", "required")
    (known,) = plain["excludeCredentials"]
    assert known["id"] == SecurityKey.objects.get().credential_id
    assert plain["rp"] == {"id": "localhost", "name": "Strongroom"}


def test_a_key_of_another_account_is_not_enrolled_a_second_time(ada: Visitor, cyd: Visitor) -> None:
    ada.sign_in()
    cyd.sign_in()
    key = SoftKey()
    ada.enrol_key(key)
    cyd.prove("enrol-factor", password=PASSWORD)
    key.lies = type(key.lies)(credential_id=key.newest.id)

    answer = cyd.post(ADD_KEY, label="mine", answer=cyd.make(key))

    assert (answer.status_code, reason_of(answer)) == (400, "key-already-enrolled")
    assert 'value="mine"' in text_of(answer)
    assert SecurityKey.objects.count() == 1


@pytest.mark.parametrize("answer", ["", "{}", "nonsense"])
def test_a_key_answer_that_cannot_be_read_keeps_the_form(ada: Visitor, answer: str) -> None:
    ada.sign_in()
    ada.prove("enrol-factor", password=PASSWORD)

    refused = ada.post(ADD_KEY, label="blue one", kind="passkey", attest="1", answer=answer)

    assert (refused.status_code, reason_of(refused)) == (403, "key-answer-refused")
    page = text_of(refused)
    assert 'value="blue one"' in page
    assert 'value="passkey" checked' in page
    assert not Factor.objects.exists()


def test_an_enrolment_answer_is_good_once_and_in_its_session_alone(ada: Visitor) -> None:
    ada.sign_in()
    answer = ada.make(SoftKey())
    thief = ada.elsewhere()
    thief.sign_in()
    thief.prove("enrol-factor", password=PASSWORD)
    assert reason_of(thief.post(ADD_KEY, label="thief", answer=answer)) == "challenge-gone"

    ada.prove("enrol-factor", password=PASSWORD)
    assert ada.post(ADD_KEY, label="key", answer=answer).status_code == 200
    ada.prove("enrol-factor", password=PASSWORD)
    assert reason_of(ada.post(ADD_KEY, label="again", answer=answer)) == "challenge-gone"


def test_an_answer_to_prove_enrols_nothing_and_one_to_enrol_proves_nothing(ada: Visitor) -> None:
    ada.sign_in()
    key = SoftKey()
    ada.enrol_key(key)
    ada.prove("enrol-factor", answer=ada.touch(key, "prove"))

    assert reason_of(ada.post(ADD_KEY, label="two", answer=ada.touch(key, "prove"))) == "key-answer-refused"
    assert reason_of(ada.prove("enrol-factor", answer=ada.make(SoftKey()))) == "key-answer-refused"


def test_a_key_that_answered_on_another_page_is_refused(ada: Visitor) -> None:
    ada.sign_in()
    ada.prove("enrol-factor", password=PASSWORD)
    forged = Browser("http://localhost:9000", SoftKey())

    answer = ada.post(ADD_KEY, label="key", answer=forged.create(told(ada.begin("enrol"))))

    assert reason_of(answer) == "key-wrong-address"
    assert not Factor.objects.exists()


def test_a_spoofed_host_changes_neither_the_question_nor_what_is_accepted(ada: Visitor) -> None:
    ada.sign_in()
    ada.prove("enrol-factor", password=PASSWORD)
    ada.client.defaults["HTTP_HOST"] = "evil.example"
    options = told(ada.begin("enrol"))
    assert options["rp"]["id"] == "localhost"
    forged = Browser("http://evil.example", SoftKey(), is_honest=False)

    assert reason_of(ada.post(ADD_KEY, label="key", answer=forged.create(options))) == "key-wrong-address"
    honest = browser_with(SoftKey()).create(told(ada.begin("enrol")))
    assert ada.post(ADD_KEY, label="key", answer=honest).status_code == 200
    assert settings.STRONGROOM.address == "http://localhost:8000"


def test_a_proof_that_is_too_old_at_the_very_last_moment_leads_back_to_prove(ada: Visitor, clock: Clock) -> None:
    ada.sign_in()
    ada.prove("enrol-factor", password=PASSWORD)
    clock.go_on(minutes=10)

    answer = ada.post(ADD_KEY, label="key", answer=ada.make(SoftKey()))

    assert led_to(answer, f"{PROVE}{ADD_KEY}")
    assert not Factor.objects.exists()


# Whoever can publish


def test_whoever_can_publish_shows_the_mailbox_before_the_first_factor(publisher: Visitor) -> None:
    publisher.prove("enrol-factor", password=PASSWORD)

    assert led_to(publisher.get(ADD_APP), f"{MAILBOX}?next={ADD_APP}")
    assert led_to(publisher.post(ADD_APP, label="phone"), f"{MAILBOX}?next={ADD_APP}")
    assert led_to(publisher.post(ADD_KEY, label="k", answer=publisher.make(SoftKey())), f"{MAILBOX}?next={ADD_KEY}")
    assert not Factor.objects.exists()
    assert publisher.get(f"{MAILBOX}?next={ADD_APP}").status_code == 200
    assert count_codes("ada@example.org") == 0

    assert "one-time-code" in text_of(publisher.post(MAILBOX, next=ADD_APP))
    assert count_codes("ada@example.org") == 1
    assert led_to(publisher.post(MAILBOX, next=ADD_APP, code=publisher.read_mail()), ADD_APP)
    assert publisher.get(ADD_APP).status_code == 200
    assert publisher.post(ADD_APP, label="phone").status_code == 302


def test_a_wrong_mailed_code_is_said_and_opens_nothing(publisher: Visitor) -> None:
    publisher.post(MAILBOX, next=ADD_APP)

    answer = publisher.post(MAILBOX, next=ADD_APP, code="ABCD-2345")

    assert (answer.status_code, reason_of(answer)) == (403, "mail-code-wrong")
    assert f'value="{ADD_APP}"' in text_of(answer)
    assert not Proof.objects.filter(kind="mailbox").exists()


def test_the_mailbox_shown_in_one_session_opens_no_other(publisher: Visitor) -> None:
    thief = publisher.elsewhere()
    thief.sign_in()
    publisher.post(MAILBOX, next=ADD_APP)
    code = publisher.read_mail()

    assert reason_of(thief.post(MAILBOX, next=ADD_APP, code=code)) == "mail-code-gone"
    publisher.post(MAILBOX, next=ADD_APP, code=code)
    assert led_to(thief.get(ADD_APP), f"{MAILBOX}?next={ADD_APP}")


def test_every_form_of_enrolment_asks_for_its_token(ada: Visitor) -> None:
    ada.sign_in()
    page, phone = begin_app(ada)
    ada.prove("enrol-factor", password=PASSWORD)
    before = Factor.objects.count()

    for address in (ADD_APP, ADD_KEY, page, CODES, MAILBOX):
        assert ada.client.post(address, {"label": "x", "code": phone.code(), "anew": "1"}).status_code == 403

    assert Factor.objects.count() == before
    assert Factor.objects.get().proved_at is None


def test_looking_at_pages_changes_nothing(ada: Visitor) -> None:
    ada.sign_in()
    page, phone = begin_app(ada)
    ada.prove("enrol-factor", password=PASSWORD)
    before = list(Factor.objects.values()), Event.objects.count(), Proof.objects.filter(used_at=None).count()

    for address in (ADD_APP, ADD_KEY, f"{page}?code={phone.code()}", CODES, MAILBOX, "/account/security/"):
        ada.get(address)

    after = list(Factor.objects.values()), Event.objects.count(), Proof.objects.filter(used_at=None).count()
    assert before == after
