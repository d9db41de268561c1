"""The security page, and what is done to factors from it."""

from __future__ import annotations

import pytest

from strongroom.accounts.models import Account, Factor, Session
from strongroom.factors.models import SecurityKey
from strongroom.factors.rules.makes import Make, make_of
from strongroom.record.models import Event
from strongroom.record.queries import list_events
from strongroom.record.rules import Subject, SubjectKind
from strongroom.terms.security_keys import KeyAttestationVerdict
from tests.authenticator import TITAN, SoftKey
from tests.factors.people import PASSWORD, SHOWN_CODE, Phone, Visitor, own_alone, reason_of, text_of

pytestmark = pytest.mark.django_db

SECURITY, CODES, CLOSE = "/account/security/", "/account/security/recovery-codes/", "/account/close/"


@pytest.fixture
def phone(ada: Visitor) -> Phone:
    ada.sign_in()
    return ada.enrol_app()


def number_of(label: str) -> int:
    return int(Factor.objects.get(label=label).pk)


def page_about(label: str, deed: str) -> str:
    return f"/account/security/factors/{number_of(label)}/{deed}/"


def test_somebody_without_a_factor_is_told_why_two_are_wise(ada: Visitor) -> None:
    ada.sign_in()

    page = text_of(ada.get(SECURITY))

    assert "whoever loses the only one must recover the account" in page
    assert "Recovery codes</h2>" not in page


def test_somebody_with_one_factor_is_nudged_and_somebody_with_two_is_not(ada: Visitor, phone: Phone) -> None:
    assert "You have one factor only" in text_of(ada.get(SECURITY))

    ada.enrol_key(SoftKey(), code=phone.next_code())

    page = text_of(ada.get(SECURITY))
    assert "You have one factor only" not in page
    assert "10 of 10 are left" in page


def test_a_key_is_listed_with_what_is_known_of_it(ada: Visitor) -> None:
    ada.sign_in()
    key = SoftKey(aaguid=TITAN, transports=("usb", "nfc", "made-up"), synced=True)
    ada.prove("enrol-factor", password=PASSWORD)
    made = ada.make(key, attest=True)
    codes = SHOWN_CODE.findall(text_of(ada.post("/account/security/keys/add/", label="blue", answer=made)))
    ada.post(CODES, code=codes[0])

    page = text_of(ada.get(SECURITY))

    assert "Passkey" in page
    assert "(USB, NFC)" in page
    assert "made-up" not in page
    assert "reports itself as Google Titan Security Key v2" in page
    assert "(verified)" not in page
    assert "Synced: your other devices have it too" in page


@pytest.mark.parametrize("verdict", KeyAttestationVerdict)
def test_a_model_is_believed_only_when_its_chain_was_verified(verdict: KeyAttestationVerdict) -> None:
    titan = "42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3"

    assert make_of(titan, verdict) == Make(
        "Google Titan Security Key v2", is_proven=verdict is KeyAttestationVerdict.PINNED
    )
    assert make_of("00000000-0000-0000-0000-000000000000", verdict) is None


def test_a_model_that_was_verified_is_said_to_be(ada: Visitor) -> None:
    ada.sign_in()
    ada.enrol_key(SoftKey())
    SecurityKey.objects.update(aaguid="42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3", verdict="pinned")

    assert "Google Titan Security Key v2 (verified)" in text_of(ada.get(SECURITY))


def test_labels_are_shown_escaped(ada: Visitor) -> None:
    ada.sign_in()
    ada.enrol_app("<script>alert(1)</script>")

    page = text_of(ada.get(SECURITY))

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_sessions_and_devices_are_listed(ada: Visitor, phone: Phone) -> None:
    page = text_of(ada.get(SECURITY))

    assert "Where you are signed in" in page
    assert "This one" in page
    assert "Known devices" in page
    assert "Firefox on Linux" in page


def test_the_history_says_what_was_done_from_where_and_by_which_factor(ada: Visitor, phone: Phone) -> None:
    ada.prove("enrol-factor", code=phone.next_code())
    away = ada.elsewhere()
    away.type_password()
    away.post("/account/sign-in/factor/", code="000000")

    page = text_of(ada.get(SECURITY))

    assert "The authenticator app “phone” was enrolled." in page
    assert "authenticator app (phone)" in page
    assert "127.0.0.1" in page
    assert "the code of the authenticator app was wrong" in page
    assert "By whoever runs this index" in page
    assert "no words for" not in page


def test_the_history_holds_the_newest_hundred_events_of_this_account_alone(ada: Visitor, cyd: Visitor) -> None:
    cyd.sign_in()
    ada.sign_in()
    subject = Subject(SubjectKind.ACCOUNT, "ada")
    sample = Event.objects.filter(subject_name="ada").first()
    assert sample is not None
    for _ in range(120):
        sample.pk = None
        sample.save(force_insert=True)

    events = list_events(subject)

    assert len(events) == 100
    assert {event.actor_name for event in list_events(Subject(SubjectKind.ACCOUNT, "cyd"))} <= {"cyd", "olga"}


# Renaming


def test_a_factor_is_renamed_after_a_proof_for_this_one(ada: Visitor, phone: Phone) -> None:
    page = page_about("phone", "rename")
    assert ada.get(page)["Location"].startswith("/account/prove/rename-factor/?target=")
    ada.prove("rename-factor", target=str(number_of("phone")), code=phone.next_code())
    assert 'value="phone"' in text_of(ada.get(page))

    answer = ada.post(page, label="old phone")

    assert answer["Location"] == f"{SECURITY}?said=factor-renamed"
    assert "The factor “phone” was renamed to “old phone”." in text_of(ada.get(SECURITY))


def test_a_label_that_cannot_be_is_said_above_the_form(ada: Visitor, phone: Phone) -> None:
    page = page_about("phone", "rename")
    ada.prove("rename-factor", target=str(number_of("phone")), code=phone.next_code())

    answer = ada.post(page, label="   ")

    assert (answer.status_code, reason_of(answer)) == (400, "label-invalid")
    assert Factor.objects.filter(label="phone").exists()


def test_a_proof_for_one_factor_is_none_for_another(ada: Visitor, phone: Phone) -> None:
    ada.enrol_key(SoftKey(), code=phone.next_code())
    ada.prove("rename-factor", target=str(number_of("key")), code=phone.next_code())

    assert ada.post(page_about("phone", "rename"), label="x")["Location"].startswith("/account/prove/")
    assert Factor.objects.filter(label="phone").exists()


# Removing


def test_a_factor_is_removed_and_its_consequences_are_said_first(ada: Visitor, phone: Phone) -> None:
    key = SoftKey()
    ada.enrol_key(key, code=phone.next_code())
    away = ada.elsewhere()
    away.type_password()
    away.post("/account/sign-in/key/", answer=away.touch(key))
    page = page_about("key", "remove")
    assert ada.prove("remove-factor", target=str(number_of("key")), code=phone.next_code()).status_code == 403
    ada.prove("remove-factor", target=str(number_of("key")), answer=ada.touch(key, "prove"))

    shown = text_of(ada.get(page))
    assert "every other session that it began ends" in shown
    assert "last factor" not in shown
    answer = ada.post(page, why="lost")

    assert answer["Location"] == f"{SECURITY}?said=factor-lost"
    assert (Factor.objects.get(label="key").ended_why, away.is_signed_in()) == ("lost", False)
    assert Event.objects.filter(deed="factor-lost").exists()
    assert ada.is_signed_in()


def test_nothing_is_removed_until_the_person_says_whether_it_is_lost(ada: Visitor, phone: Phone) -> None:
    page = page_about("phone", "remove")
    ada.prove("remove-factor", target=str(number_of("phone")), code=phone.next_code())

    assert "Say first" in text_of(ada.post(page))
    assert "Say first" in text_of(ada.post(page, why="whim"))
    assert Factor.objects.get(label="phone").ended_at is None
    assert "your last factor" in text_of(ada.get(page))
    assert ada.post(page, why="removed").status_code == 302
    assert Factor.objects.get(label="phone").ended_why == "removed"


def test_whoever_must_hold_a_factor_keeps_the_last_one(ada: Visitor, phone: Phone) -> None:
    Account.objects.filter(folded_name="ada").update(must_hold_factor_since=ada.clock.at)
    ada.prove("remove-factor", target=str(number_of("phone")), code=phone.next_code())

    answer = ada.post(page_about("phone", "remove"), why="removed")

    assert (answer.status_code, reason_of(answer)) == (403, "last-factor")
    assert 'role="alert"' in text_of(answer)
    assert Factor.objects.get(label="phone").ended_at is None


@pytest.mark.parametrize("deed", ["rename", "remove"])
def test_a_factor_of_another_account_is_unknown(ada: Visitor, cyd: Visitor, phone: Phone, deed: str) -> None:
    cyd.sign_in()
    page = page_about("phone", deed)
    cyd.prove(f"{deed}-factor", target=str(number_of("phone")), password=PASSWORD)

    for answer in (cyd.get(page), cyd.post(page, label="mine", why="lost")):
        assert (answer.status_code, reason_of(answer)) == (404, "factor-unknown")
    assert Factor.objects.filter(label="phone", ended_at=None).exists()


# Recovery codes made anew


def test_new_recovery_codes_are_shown_once_after_a_proof(ada: Visitor, phone: Phone) -> None:
    assert ada.post(CODES)["Location"].startswith("/account/prove/make-recovery-codes/")
    ada.prove("make-recovery-codes", code=phone.next_code())
    assert "10 of 10" in text_of(ada.get(CODES))

    answer = ada.post(CODES)
    codes = SHOWN_CODE.findall(text_of(answer))

    assert (answer.status_code, len(codes)) == (200, 10)
    assert not set(codes) & set(phone.codes)
    assert ada.post(CODES)["Location"].startswith("/account/prove/")
    assert not SHOWN_CODE.findall(text_of(ada.get(SECURITY)))
    away = ada.elsewhere()
    away.type_password()
    assert reason_of(away.post("/account/sign-in/factor/", recovery=phone.codes[0])) == "recovery-code-wrong"
    assert away.post("/account/sign-in/factor/", recovery=codes[0]).status_code == 302


def test_without_a_factor_there_are_no_recovery_codes_to_make_and_the_page_of_factors_is_shown(ada: Visitor) -> None:
    ada.sign_in()
    ada.prove("make-recovery-codes", password=PASSWORD)

    assert ada.get(CODES)["Location"] == SECURITY
    assert ada.post(CODES)["Location"] == SECURITY
    assert not Factor.objects.exists()


# Closing


def test_an_account_is_closed_after_a_proof_and_its_person_signed_out(ada: Visitor, phone: Phone) -> None:
    assert ada.get(CLOSE)["Location"].startswith("/account/prove/close-account/")
    assert ada.post(CLOSE)["Location"].startswith("/account/prove/close-account/")
    ada.prove("close-account", code=phone.next_code())
    assert "cannot be undone" in text_of(ada.get(CLOSE))

    answer = ada.post(CLOSE)

    assert "is closed for good" in text_of(answer)
    assert not ada.client.cookies["strongroom-session"].value
    assert Account.objects.get(folded_name="ada").closed_at is not None
    assert not Session.objects.filter(ended_at=None).exists()
    assert not ada.is_signed_in()


def test_the_only_owner_of_a_project_is_told_so_and_nothing_is_closed(ada: Visitor, phone: Phone) -> None:
    own_alone(ada, "arnica")
    ada.prove("close-account", code=phone.next_code())

    assert "arnica" in text_of(ada.get(CLOSE))
    answer = ada.post(CLOSE)

    assert (answer.status_code, reason_of(answer)) == (403, "sole-owner")
    assert Account.objects.get(folded_name="ada").closed_at is None


def test_every_deed_on_a_factor_asks_for_its_token(ada: Visitor, phone: Phone) -> None:
    number = str(number_of("phone"))
    for deed in ("rename-factor", "remove-factor"):
        ada.prove(deed, target=number, code=phone.next_code())
    ada.prove("close-account", code=phone.next_code())
    ada.prove("make-recovery-codes", code=phone.next_code())

    for address in (page_about("phone", "rename"), page_about("phone", "remove"), CLOSE, CODES):
        assert ada.client.post(address, {"label": "x", "why": "lost"}).status_code == 403

    assert Factor.objects.filter(label="phone", ended_at=None).exists()
    assert Account.objects.get(folded_name="ada").closed_at is None
