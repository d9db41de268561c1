"""Signing up, page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from strongroom.accounts.models import Account, Arrival, Delivery, EmailAddress, MailCode
from strongroom.accounts.rules.letters import LetterKind
from strongroom.record.models import Event
from tests.accounts.browsers import (
    ARRIVAL_COOKIE,
    PASSWORD,
    SESSION_COOKIE,
    add_with_password,
    new_browser,
    signed_in,
    submit,
)
from tests.accounts.mailbox import count_codes, last_code

pytestmark = pytest.mark.django_db

ADDRESS = "eve@example.org"


def ask(browser: Client, address: str = ADDRESS) -> HttpResponse:
    return submit(browser, reverse("sign-up"), address=address)


def answer_code(browser: Client, code: str | None = None) -> HttpResponse:
    return submit(browser, reverse("sign-up-code"), code=code or last_code(ADDRESS))


def finish(browser: Client, name: str = "eve", password: str = PASSWORD) -> HttpResponse:
    return submit(browser, reverse("sign-up-finish"), name=name, password=password)


def test_an_address_a_code_a_name_and_a_password_make_an_account_that_is_not_signed_in_yet() -> None:
    browser = new_browser()

    assert ask(browser)["Location"] == reverse("sign-up-code")
    assert answer_code(browser)["Location"] == reverse("sign-up-finish")
    done = finish(browser)

    assert done["Location"] == f"{reverse('sign-in')}?said=signed-up"
    account = Account.objects.get(name="eve")
    address = EmailAddress.objects.get(account=account)
    assert (address.address, address.is_primary, address.verified_at is not None) == (ADDRESS, True, True)
    assert Event.objects.filter(deed="signed-up", subject_name="eve").count() == 1
    assert SESSION_COOKIE not in browser.cookies
    assert browser.cookies[ARRIVAL_COOKIE].value == ""
    assert "Your account is made" in browser.get(done["Location"]).content.decode()


def test_an_address_that_an_account_has_gets_the_same_page_and_a_mail_that_says_so() -> None:
    add_with_password("ada")
    held, free = new_browser(), new_browser()

    answers = [(ask(browser, address)) for browser, address in ((held, "Ada@example.org"), (free, "bob@example.org"))]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, reverse("sign-up-code"))}
    pages = [browser.get(reverse("sign-up-code")).content.decode() for browser in (held, free)]
    assert "Ada@example.org" in pages[0]
    assert "bob@example.org" in pages[1]
    assert count_codes("ada@example.org") == 0
    assert Delivery.objects.get(address__iexact="ada@example.org").letter.kind == LetterKind.ADDRESS_HELD.value


@pytest.mark.parametrize("address", ["", "nowhere", "a@b@c", "a b@example.org"])
def test_what_is_no_address_is_said_above_the_form(address: str) -> None:
    answer = ask(new_browser(), address)

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (400, "email-invalid")
    assert b'role="alert"' in answer.content
    assert not Arrival.objects.exists()


def test_a_wrong_code_is_said_above_the_form_and_the_right_one_is_still_good() -> None:
    browser = new_browser()
    ask(browser)

    wrong = answer_code(browser, "AAAA-AAAA")

    assert (wrong.status_code, wrong["X-Strongroom-Reason"]) == (403, "mail-code-wrong")
    assert b'role="alert"' in wrong.content
    assert answer_code(browser)["Location"] == reverse("sign-up-finish")


def test_a_code_that_was_mistyped_five_times_is_good_for_nothing() -> None:
    browser = new_browser()
    ask(browser)
    for _ in range(5):
        answer_code(browser, "AAAA-AAAA")

    assert answer_code(browser).status_code in {403, 429}
    assert answer_code(browser)["X-Strongroom-Reason"] in {"mail-code-gone", "too-many-attempts"}


def test_a_new_code_can_be_had_and_the_earlier_one_works_no_more() -> None:
    browser = new_browser()
    ask(browser)
    earlier = last_code(ADDRESS)

    again = submit(browser, reverse("sign-up-code"), again="1")

    assert again["Location"] == f"{reverse('sign-up-code')}?said=again"
    assert "A new code is on its way" in browser.get(again["Location"]).content.decode()
    assert answer_code(browser, earlier)["X-Strongroom-Reason"] == "mail-code-wrong"
    assert answer_code(browser)["Location"] == reverse("sign-up-finish")


def test_a_code_works_only_in_the_browser_that_asked_for_it() -> None:
    mine, stranger = new_browser(), new_browser()
    ask(mine)
    code = last_code(ADDRESS)
    ask(stranger, "mallory@example.org")

    assert answer_code(stranger, code)["X-Strongroom-Reason"] == "mail-code-wrong"
    assert answer_code(mine, code).status_code == 302


def test_a_code_that_is_over_ten_minutes_old_is_refused() -> None:
    browser = new_browser()
    ask(browser)
    MailCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert answer_code(browser)["X-Strongroom-Reason"] == "mail-code-gone"


@pytest.mark.parametrize("page", ["sign-up-code", "sign-up-finish"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_later_step_without_the_first_is_refused(page: str, method: str) -> None:
    browser = new_browser()
    token = browser.get(reverse("sign-up")).cookies["csrftoken"].value
    entry = {"code": "AAAA-AAAA", "name": "eve", "password": PASSWORD, "csrfmiddlewaretoken": token}

    answer = getattr(browser, method)(reverse(page), entry)

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, "arrival-gone")
    assert not Account.objects.exists()


def test_the_last_step_before_the_mailbox_was_read_is_refused_and_its_page_leads_back() -> None:
    browser = new_browser()
    ask(browser)
    token = browser.cookies["csrftoken"].value

    answer = browser.post(
        reverse("sign-up-finish"), {"name": "eve", "password": PASSWORD, "csrfmiddlewaretoken": token}
    )

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, "stage-out-of-order")
    assert browser.get(reverse("sign-up-finish"))["Location"] == reverse("sign-up-code")
    assert not Account.objects.exists()


def test_the_last_step_twice_makes_one_account() -> None:
    browser = new_browser()
    ask(browser)
    answer_code(browser)
    arrival = browser.cookies[ARRIVAL_COOKIE].value
    finish(browser)
    browser.cookies[ARRIVAL_COOKIE] = arrival

    again = browser.post(
        reverse("sign-up-finish"),
        {"name": "eve2", "password": PASSWORD, "csrfmiddlewaretoken": browser.cookies["csrftoken"].value},
    )

    assert again["X-Strongroom-Reason"] == "arrival-gone"
    assert Account.objects.count() == 1


def test_a_way_in_that_took_too_long_is_over() -> None:
    browser = new_browser()
    ask(browser)
    Arrival.objects.update(expires_at=timezone.now())

    answer = browser.get(reverse("sign-up-code"))

    assert answer["X-Strongroom-Reason"] == "arrival-gone"
    assert "Begin again" in answer.content.decode()


WRONG = {
    "name": ({"name": "-"}, "account-name-invalid"),
    "taken": ({"name": "ADA"}, "account-exists"),
    "short": ({"password": "short"}, "password-too-short"),
    "own address": ({"password": f"{ADDRESS}-{ADDRESS}"}, "password-personal"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_entry_is_said_above_the_form_keeps_the_name_and_never_the_password(case: str) -> None:
    add_with_password("ada")
    browser = new_browser()
    ask(browser)
    answer_code(browser)
    entry = {"name": "eve", "password": PASSWORD, **WRONG[case][0]}

    answer = finish(browser, **entry)

    shown = answer.content.decode()
    assert answer["X-Strongroom-Reason"] == WRONG[case][1]
    assert 400 <= answer.status_code < 500
    assert 'role="alert"' in shown
    assert f'value="{entry["name"]}"' in shown
    assert entry["password"] not in shown.replace(ADDRESS, "") or case == "own address"
    assert 'type="password" value' not in shown
    assert finish(browser).status_code == 302


@pytest.mark.parametrize("page", ["sign-up", "sign-up-code", "sign-up-finish"])
def test_a_form_from_elsewhere_is_refused(page: str) -> None:
    browser = new_browser()
    ask(browser)

    answer = browser.post(reverse(page), {"address": "x@example.org", "code": last_code(ADDRESS), "name": "eve"})

    assert answer.status_code == 403
    assert "That form is too old" in answer.content.decode()
    assert Arrival.objects.count() == 1
    assert MailCode.objects.get().tries == 0


def test_too_many_sign_ups_from_one_place_are_refused_whatever_the_address() -> None:
    answers = [ask(new_browser(), f"person{number}@example.org") for number in range(30)]

    assert [answers[0].status_code, answers[-1].status_code] == [302, 429]
    assert answers[-1]["X-Strongroom-Reason"] == "too-many-attempts"
    assert "Wait" in answers[-1].content.decode()
    elsewhere = new_browser(REMOTE_ADDR="198.51.100.7")
    assert ask(elsewhere).status_code == 302


def test_whoever_is_signed_in_is_led_to_their_account() -> None:
    add_with_password("ada")

    assert signed_in("ada").get(reverse("sign-up"))["Location"] == reverse("account")


@pytest.mark.parametrize("page", ["sign-up", "sign-up-code"])
def test_pages_of_signing_up_are_kept_by_nobody(page: str) -> None:
    browser = new_browser()
    ask(browser)

    assert "no-store" in browser.get(reverse(page))["Cache-Control"]
