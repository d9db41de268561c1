"""Account settings: addresses, password, language."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import cast

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from strongroom.accounts.models import Account, EmailAddress, MailCode, Proof, Session
from strongroom.accounts.rules.proving import Dangerous
from strongroom.record.models import Event
from tests.accounts.browsers import (
    OTHER_PASSWORD,
    PASSWORD,
    SESSION_COOKIE,
    add_with_password,
    enrol_app,
    new_browser,
    prove,
    prove_by_app,
    sign_in,
    signed_in,
    submit,
    token_on,
    visit_in,
)
from tests.accounts.mailbox import count_codes, last_code

pytestmark = pytest.mark.django_db

NEW = "ada@example.net"


@pytest.fixture
def ada() -> Client:
    add_with_password("ada")
    return signed_in("ada")


def add(browser: Client, address: str = NEW) -> HttpResponse:
    prove(browser, Dangerous.CHANGE_ADDRESSES)
    return submit(browser, reverse("add-address"), address=address)


def row(address: str = NEW) -> EmailAddress:
    return EmailAddress.objects.get(address=address)


def added(browser: Client, address: str = NEW, *, is_verified: bool = True) -> int:
    add(browser, address)
    if is_verified:
        page = reverse("verify-address", args=[row(address).pk])
        assert submit(browser, page, code=last_code(address)).status_code == 302
    return row(address).pk


def post(browser: Client, path: str, **entry: str) -> HttpResponse:
    token = token_on(browser.get(reverse("account")).content.decode())
    return cast("HttpResponse", browser.post(path, {**entry, "csrfmiddlewaretoken": token}))


def test_the_settings_show_name_addresses_and_their_state(ada: Client) -> None:
    added(ada, is_verified=False)

    shown = ada.get(reverse("account")).content.decode()

    assert shown.count("<h1>") == 1
    assert "ada@example.org" in shown
    assert re.search(r"Primary</span> <span[^>]*>Verified", shown)
    assert "Not verified" in shown
    for page in ("change-password", "add-address", "close-account"):
        assert f'href="{reverse(page)}"' in shown


DANGEROUS = ["change-password", "add-address", "primary-address", "remove-address"]


def path_of(page: str) -> str:
    is_about_one = page in {"primary-address", "remove-address"}
    return reverse(page, args=[EmailAddress.objects.latest("pk").pk] if is_about_one else [])


@pytest.mark.parametrize("page", DANGEROUS)
def test_a_dangerous_page_asks_for_a_proof_first_and_leads_back(ada: Client, page: str) -> None:
    added(ada)
    Proof.objects.all().delete()

    answer = ada.get(path_of(page))

    deed = "change-password" if page == "change-password" else "change-addresses"
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('prove', args=[deed])}?target=&next={path_of(page)}"


@pytest.mark.parametrize("page", DANGEROUS)
def test_a_dangerous_deed_without_a_proof_changes_nothing_and_leads_to_it(ada: Client, page: str) -> None:
    added(ada)
    Proof.objects.all().delete()
    before = [list(model.objects.order_by("pk").values()) for model in (EmailAddress, Account)]

    answer = post(ada, path_of(page), address="x@example.org", present=PASSWORD, password=OTHER_PASSWORD)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/prove/")
    assert [list(model.objects.order_by("pk").values()) for model in (EmailAddress, Account)] == before


@pytest.mark.parametrize("page", [*DANGEROUS, "account", "verify-address"])
def test_no_page_of_an_account_is_shown_to_visitors_or_kept(ada: Client, page: str) -> None:
    added(ada, is_verified=False)
    path = reverse(page, args=[row().pk]) if page == "verify-address" else path_of(page)

    led = new_browser().get(path)

    assert led["Location"].startswith(reverse("sign-in"))
    assert "no-store" in led["Cache-Control"]
    assert "no-store" in ada.get(path)["Cache-Control"]


def test_the_proof_for_one_deed_is_no_good_for_another(ada: Client) -> None:
    prove(ada, Dangerous.CHANGE_PASSWORD)

    assert ada.get(reverse("add-address"))["Location"].startswith("/account/prove/")


def test_a_proof_is_spent_by_one_deed_and_dies_after_ten_minutes(ada: Client) -> None:
    add(ada)
    assert ada.get(reverse("add-address")).status_code == 302

    prove(ada, Dangerous.CHANGE_ADDRESSES)
    assert ada.get(reverse("add-address")).status_code == 200
    Proof.objects.update(expires_at=timezone.now())
    assert ada.get(reverse("add-address")).status_code == 302
    assert post(ada, reverse("add-address"), address="x@example.org").status_code == 302
    assert not EmailAddress.objects.filter(address="x@example.org").exists()


def test_a_proof_of_one_session_is_no_good_in_another(ada: Client) -> None:
    other = signed_in("ada")
    prove(ada, Dangerous.CHANGE_ADDRESSES)

    assert other.get(reverse("add-address"))["Location"].startswith("/account/prove/")


def test_a_password_proves_nothing_once_there_is_a_factor(ada: Client) -> None:
    prove(ada, Dangerous.CHANGE_ADDRESSES)
    visit = visit_in(ada)
    assert visit is not None
    enrol_app(visit.account)

    answer = post(ada, reverse("add-address"), address=NEW)

    assert answer.get("X-Strongroom-Reason") == "proof-kind" or answer["Location"].startswith("/account/prove/")
    assert ada.get(reverse("add-address"))["Location"].startswith("/account/prove/")
    assert not EmailAddress.objects.filter(address=NEW).exists()


def test_an_address_is_added_and_counts_once_its_code_was_typed(ada: Client) -> None:
    answer = add(ada)
    page = reverse("verify-address", args=[row().pk])

    assert answer["Location"] == page
    assert row().verified_at is None
    assert submit(ada, page, code="AAAA-AAAA")["X-Strongroom-Reason"] == "mail-code-wrong"
    done = submit(ada, page, code=last_code(NEW).lower())
    assert done["Location"] == f"{reverse('account')}?said=address-verified"
    assert row().verified_at is not None
    assert not row().is_primary
    assert ada.get(page)["Location"] == reverse("account")
    assert {event.deed for event in Event.objects.all()} >= {"address-added", "address-verified"}


def test_a_new_code_for_an_address_can_be_had(ada: Client) -> None:
    added(ada, is_verified=False)
    page = reverse("verify-address", args=[row().pk])

    answer = submit(ada, page, again="1")

    assert answer["Location"] == f"{page}?said=again"
    assert count_codes(NEW) == 2


def test_the_code_of_an_address_is_good_only_in_its_session_and_for_ten_minutes(ada: Client) -> None:
    added(ada, is_verified=False)
    page = reverse("verify-address", args=[row().pk])

    assert submit(signed_in("ada"), page, code=last_code(NEW))["X-Strongroom-Reason"] == "mail-code-gone"
    MailCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert submit(ada, page, code=last_code(NEW))["X-Strongroom-Reason"] == "mail-code-gone"
    assert row().verified_at is None


def test_the_code_of_one_address_verifies_no_other(ada: Client) -> None:
    added(ada, is_verified=False)
    added(ada, "boss@example.com", is_verified=False)
    page = reverse("verify-address", args=[row("boss@example.com").pk])
    EmailAddress.objects.filter(address=NEW).update(verified_at=None)
    submit(ada, reverse("verify-address", args=[row().pk]), again="1")

    answer = submit(ada, page, code=last_code(NEW))

    assert answer.status_code == 403
    assert row("boss@example.com").verified_at is None


def test_an_address_of_another_account_is_added_without_a_word_and_taken_from_nobody(ada: Client) -> None:
    add_with_password("ben")

    answer = add(ada, "ben@example.org")

    mine = EmailAddress.objects.get(address="ben@example.org", verified_at=None)
    assert answer["Location"] == reverse("verify-address", args=[mine.pk])
    taken = submit(ada, answer["Location"], code=last_code("ben@example.org"))
    assert taken["X-Strongroom-Reason"] == "account-exists"
    assert EmailAddress.objects.get(address="ben@example.org", verified_at__isnull=False).account.name == "ben"


@pytest.mark.parametrize(
    ("address", "reason"), [("nowhere", "email-invalid"), ("ADA@example.org", "address-held"), ("", "email-invalid")]
)
def test_a_wrong_address_is_said_above_the_form_and_spends_no_proof(ada: Client, address: str, reason: str) -> None:
    answer = add(ada, address)

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (400, reason)
    assert b'role="alert"' in answer.content
    assert submit(ada, reverse("add-address"), address=NEW).status_code == 302


def test_a_verified_address_becomes_the_primary_one(ada: Client) -> None:
    page = reverse("primary-address", args=[added(ada)])
    prove(ada, Dangerous.CHANGE_ADDRESSES)

    assert NEW in ada.get(page).content.decode()
    assert not row().is_primary
    assert submit(ada, page)["Location"] == f"{reverse('account')}?said=address-primary"
    assert row().is_primary
    assert not row("ada@example.org").is_primary


def test_an_address_that_is_not_verified_never_becomes_the_primary_one(ada: Client) -> None:
    page = reverse("primary-address", args=[added(ada, is_verified=False)])
    prove(ada, Dangerous.CHANGE_ADDRESSES)

    assert submit(ada, page)["X-Strongroom-Reason"] == "address-not-verified"
    assert not row().is_primary


def test_an_address_is_removed_and_the_primary_one_stays(ada: Client) -> None:
    page = reverse("remove-address", args=[added(ada)])
    prove(ada, Dangerous.CHANGE_ADDRESSES)
    assert ada.get(page).status_code == 200
    assert row()

    assert submit(ada, page)["Location"] == f"{reverse('account')}?said=address-removed"
    assert not EmailAddress.objects.filter(address=NEW).exists()

    prove(ada, Dangerous.CHANGE_ADDRESSES)
    stays = submit(ada, reverse("remove-address", args=[row("ada@example.org").pk]))
    assert stays["X-Strongroom-Reason"] == "address-primary"
    assert row("ada@example.org").is_primary


@pytest.mark.parametrize("page", ["verify-address", "primary-address", "remove-address"])
@pytest.mark.parametrize("which", ["another's", "none"])
def test_addresses_of_others_are_out_of_reach_and_look_as_if_they_were_not_there(
    ada: Client, page: str, which: str
) -> None:
    add_with_password("ben")
    before = list(EmailAddress.objects.order_by("pk").values())
    number = EmailAddress.objects.get(account__name="ben").pk if which == "another's" else 2**62
    path = reverse(page, args=[number])
    prove(ada, Dangerous.CHANGE_ADDRESSES)

    shown, done = ada.get(path), post(ada, path, code="AAAA-AAAA")

    for answer in (shown, done):
        assert (answer.status_code, answer["X-Strongroom-Reason"]) == (404, "address-unknown")
        # As a word: a form's token is made of random letters.
        assert not re.search(r"\bben\b", answer.content.decode())
    assert list(EmailAddress.objects.order_by("pk").values()) == before


def change(browser: Client, *, present: str = PASSWORD, password: str = OTHER_PASSWORD) -> HttpResponse:
    return submit(browser, reverse("change-password"), present=present, password=password)


def test_a_changed_password_ends_every_other_session_and_gives_this_one_a_new_key(ada: Client) -> None:
    other = signed_in("ada")
    prove(ada, Dangerous.CHANGE_PASSWORD)
    kept = ada.cookies[SESSION_COOKIE].value

    answer = change(ada)

    assert answer["Location"] == f"{reverse('account')}?said=password-changed"
    assert ada.get(answer["Location"]).status_code == 200
    assert other.get(reverse("account")).status_code == 302
    thief = new_browser()
    thief.cookies[SESSION_COOKIE] = kept
    assert thief.get(reverse("account")).status_code == 302
    assert sign_in(new_browser(), "ada")["X-Strongroom-Reason"] == "sign-in-failed"
    assert sign_in(new_browser(), "ada", password=OTHER_PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"present": OTHER_PASSWORD}, "password-wrong"),
        ({"password": "short"}, "password-too-short"),
        ({"password": "ada@example.org ada@example.org"}, "password-personal"),
        ({"password": "aaaaaaaaaaaaaaaaaaaaaaaa"}, "password-guessable"),
    ],
)
def test_a_wrong_entry_is_said_above_the_form_and_keeps_proof_session_and_password(
    ada: Client, entry: dict[str, str], reason: str
) -> None:
    prove(ada, Dangerous.CHANGE_PASSWORD)

    answer = change(ada, **entry)

    assert answer["X-Strongroom-Reason"] == reason
    shown = answer.content.decode()
    assert 'role="alert"' in shown
    assert PASSWORD not in shown
    assert OTHER_PASSWORD not in shown
    assert Session.objects.filter(ended_at=None).count() == 1
    assert change(ada).status_code == 302


def test_beside_a_factor_the_page_asks_for_less(ada: Client) -> None:
    prove(ada, Dangerous.CHANGE_PASSWORD)
    assert 'minlength="15"' in ada.get(reverse("change-password")).content.decode()
    visit = visit_in(ada)
    assert visit is not None
    prove_by_app(ada, Dangerous.CHANGE_PASSWORD, enrol_app(visit.account))

    assert 'minlength="8"' in ada.get(reverse("change-password")).content.decode()


def test_a_chosen_language_is_kept_for_pages_and_mails(ada: Client) -> None:
    page = f"{reverse('account-language')}?next={reverse('account')}"

    answer = submit(ada, page, language="fr")

    assert answer["Location"] == reverse("account")
    assert '<html lang="fr">' in ada.get(reverse("account")).content.decode()
    assert Account.objects.get(name="ada").language == "fr"
    assert Event.objects.filter(deed="language-changed", subject_name="ada").count() == 1
    submit(ada, page, language="fr")
    assert Event.objects.filter(deed="language-changed").count() == 1


def test_signing_in_anywhere_brings_the_chosen_language_along(ada: Client) -> None:
    submit(ada, reverse("account-language"), language="fr")
    elsewhere = new_browser()

    sign_in(elsewhere, "ada")

    assert 'lang="fr"' in elsewhere.get(reverse("account")).content.decode()


def test_visitors_choose_a_language_too(ada: Client) -> None:
    browser = new_browser()

    assert submit(browser, f"{reverse('account-language')}?next=/help/", language="fr")["Location"] == "/help/"
    assert '<html lang="fr">' in browser.get("/").content.decode()
    assert not Event.objects.filter(deed="language-changed").exists()
    assert browser.cookies["django_language"]["httponly"] is True


@pytest.mark.parametrize("language", ["", "xx", "fr-evil", "<b>"])
def test_a_language_that_there_is_not_changes_nothing(ada: Client, language: str) -> None:
    answer = submit(ada, reverse("account-language"), language=language)

    assert answer.status_code == 400
    assert "django_language" not in ada.cookies
    assert Account.objects.get(name="ada").language == ""


def test_no_address_elsewhere_is_led_to_after_choosing_a_language() -> None:
    answer = submit(new_browser(), f"{reverse('account-language')}?next=//evil.example/", language="fr")

    assert answer["Location"] == "/"


@pytest.mark.parametrize("page", ["add-address", "change-password", "account-language"])
def test_a_form_from_elsewhere_is_refused(ada: Client, page: str) -> None:
    prove(ada, Dangerous.CHANGE_ADDRESSES)
    prove(ada, Dangerous.CHANGE_PASSWORD)

    answer = ada.post(
        reverse(page), {"address": NEW, "present": PASSWORD, "password": OTHER_PASSWORD, "language": "fr"}
    )

    assert answer.status_code == 403
    assert not EmailAddress.objects.filter(address=NEW).exists()
    assert Proof.objects.filter(used_at=None).count() == 2
    assert Account.objects.get(name="ada").language == ""
