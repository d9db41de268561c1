"""The page behind "this was not me": opening it changes nothing, its button suspends the account, once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from strongroom.accounts.actions.letters import tell
from strongroom.accounts.models import Account, Letter
from strongroom.accounts.rules.letters import NOT_ME_LIFE, NOT_ME_LINK
from strongroom.gear.signing import read_number, sign_number
from strongroom.record.models import Event
from strongroom.record.rules import Deed
from tests.cast import Person, add_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    return add_person("ada")


@pytest.fixture
def letter(ada: Person) -> Letter:
    tell(by=ada.actor, now=timezone.now(), account=ada.account, deed=Deed.PASSWORD_CHANGED)
    return Letter.objects.get()


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True, HTTP_ACCEPT="text/html", HTTP_USER_AGENT="browser/1.0")


def link(number: int) -> str:
    return f"/not-me/{sign_number(number, about=NOT_ME_LINK)}/"


def press(browser: Client, address: str) -> tuple[int, str]:
    """Open the page and press its button, as a person does."""
    shown = browser.get(address).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown)
    assert found
    answer = browser.post(address, {"csrfmiddlewaretoken": found[1]})
    return answer.status_code, answer.content.decode()


def is_suspended(person: Person) -> bool:
    return not Account.objects.get(pk=person.account).is_active


def test_opening_the_link_changes_nothing_and_says_what_the_button_does(
    ada: Person, letter: Letter, browser: Client
) -> None:
    for method in (browser.get, browser.head, browser.get):
        answer = method(link(letter.pk))
        assert answer.status_code == 200

    shown = answer.content.decode()
    assert "Nothing has happened yet" in shown
    assert "suspend the account ada" in shown
    assert shown.count("<h1>") == 1
    assert "no-store" in answer["Cache-Control"]
    assert not is_suspended(ada)
    letter.refresh_from_db()
    assert letter.answered_at is None


def test_the_button_suspends_the_account_and_says_what_to_do_next(ada: Person, letter: Letter, browser: Client) -> None:
    status, shown = press(browser, link(letter.pk))

    assert status == 200
    assert "Nobody can use the account ada now" in shown
    assert "Reset the password" in shown
    assert is_suspended(ada)
    event = Event.objects.get(deed="account-suspended")
    assert (event.subject_name, event.actor_kind, event.address) == ("ada", "visitor", "127.0.0.1")
    told = Letter.objects.latest("id")
    assert (told.account_id, told.facts["deed"]) == (ada.account, "account-suspended")


def test_the_link_works_once(ada: Person, letter: Letter, browser: Client) -> None:
    press(browser, link(letter.pk))
    Account.objects.update(suspended_at=None)

    assert browser.get(link(letter.pk)).status_code == 403
    cookie = browser.cookies["csrftoken"].value
    again = browser.post(link(letter.pk), {"csrfmiddlewaretoken": cookie})

    assert (again.status_code, again["X-Strongroom-Reason"]) == (403, "not-me-link-invalid")
    assert not is_suspended(ada)


def test_a_link_that_is_too_old_does_nothing(ada: Person, letter: Letter, browser: Client) -> None:
    Letter.objects.update(made_at=timezone.now() - NOT_ME_LIFE)
    assert browser.get(link(letter.pk)).status_code == 403

    Letter.objects.update(made_at=timezone.now() - NOT_ME_LIFE + timedelta(minutes=1))
    assert press(browser, link(letter.pk))[0] == 200
    assert is_suspended(ada)


@pytest.mark.parametrize("kind", ["another letter", "no signature", "another use", "another key", "a text", "upside"])
def test_a_forged_link_is_refused(kind: str, ada: Person, letter: Letter) -> None:
    good = sign_number(letter.pk, about=NOT_ME_LINK)
    number, _, signature = good.partition(".")
    with override_settings(SECRET_KEY="somebody else's" * 4):
        foreign = sign_number(letter.pk, about=NOT_ME_LINK)
    forged = {
        "another letter": f"{int(number) + 1}.{signature}",
        "no signature": number,
        "another use": sign_number(letter.pk, about="something else"),
        "another key": foreign,
        "a text": "a.b.c",
        "upside": f"{signature}.{number}",
    }[kind]

    for method in ("get", "post"):
        answer = getattr(Client(HTTP_ACCEPT="text/html"), method)(f"/not-me/{forged}/")
        assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, "not-me-link-invalid")
    assert not is_suspended(ada)


def test_a_link_to_a_letter_that_is_no_more_is_refused(browser: Client) -> None:
    assert browser.get(link(2**63 - 1)).status_code == 403
    assert browser.get(link(10**18)).status_code == 403


def test_a_letter_to_nobody_suspends_nobody(browser: Client) -> None:
    nobodys = Letter.objects.create(kind="code", made_at=timezone.now())

    assert browser.get(link(nobodys.pk)).status_code == 403


def test_another_site_cannot_press_the_button(ada: Person, letter: Letter, browser: Client) -> None:
    assert browser.post(link(letter.pk)).status_code == 403

    assert not is_suspended(ada)


def test_a_number_is_read_only_with_the_signature_of_its_use() -> None:
    assert read_number(sign_number(7, about="x"), about="x") == 7
    assert read_number(sign_number(7, about="x"), about="y") is None
    assert read_number("7", about="x") is None
    assert read_number("", about="x") is None
