"""The page behind the one-time link."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from strongroom.accounts.actions.adding import make_setup_link
from strongroom.accounts.models import Account
from strongroom.record.models import Event
from tests.cast import OPERATOR, add_person

pytestmark = pytest.mark.django_db

ENTRY = {"name": "dee", "address": "dee@example.org", "password": "correct horse battery staple"}


@pytest.fixture
def link() -> str:
    secret = make_setup_link(by=OPERATOR, now=timezone.now())
    return f"/setup/{secret}/"


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True, HTTP_ACCEPT="text/html", HTTP_USER_AGENT="browser/1.0")


def submit(browser: Client, link: str, **entry: str) -> tuple[int, str]:
    """Fill the form in as a person does, with the token that the page holds."""
    shown = browser.get(link).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', shown)
    assert found
    answer = browser.post(link, {**ENTRY, **entry, "csrfmiddlewaretoken": found[1]})
    return answer.status_code, answer.content.decode()


def test_the_link_shows_a_form_that_is_never_cached(browser: Client, link: str) -> None:
    answer = browser.get(link)

    assert answer.status_code == 200
    assert b'name="password"' in answer.content
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"


def test_the_form_makes_the_first_staff_account_and_ends_the_link(browser: Client, link: str) -> None:
    status, shown = submit(browser, link)

    assert status == 200
    assert "dee is the first of the staff" in shown
    assert Account.objects.get().is_staff
    event = Event.objects.get(deed="staff-added")
    assert (event.actor_kind, event.address, event.client) == ("visitor", "127.0.0.1", "browser/1.0")
    assert ENTRY["password"] not in str(list(Event.objects.values()))
    assert browser.get(link).status_code == 410


WRONG = {
    "name": ("-", "An account name has"),
    "address": ("nowhere", "nowhere is not an e-mail address."),
    "password": ("short", "at least 15 characters"),
}


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_entry_is_said_above_the_form_and_can_be_put_right(browser: Client, link: str, field: str) -> None:
    entered, said = WRONG[field]

    status, shown = submit(browser, link, **{field: entered})

    assert status == 400
    assert said in shown
    assert 'role="alert"' in shown
    assert ENTRY["password"] not in shown
    assert not Account.objects.exists()
    assert submit(browser, link)[0] == 200


def test_what_was_entered_is_shown_again_escaped(browser: Client, link: str) -> None:
    status, shown = submit(browser, link, name='"><script>alert(1)</script>', address="<b>@example.org")

    assert status == 400
    assert "<script>alert" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown


def test_a_post_from_another_site_makes_nothing(browser: Client, link: str) -> None:
    assert browser.post(link, ENTRY).status_code == 403

    assert not Account.objects.exists()
    assert submit(browser, link)[0] == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_link_is_refused(browser: Client, link: str, method: str) -> None:
    answer = getattr(Client(HTTP_ACCEPT="text/html"), method)("/setup/guessed/", ENTRY)

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (410, "setup-link-invalid")
    assert not Account.objects.exists()


def test_the_link_is_dead_once_there_is_staff(browser: Client, link: str) -> None:
    add_person("dee", is_staff=True)

    assert browser.get(link).status_code == 410


def test_a_link_that_was_opened_before_somebody_else_used_it_makes_nothing(browser: Client, link: str) -> None:
    browser.get(link)
    assert submit(Client(), link)[0] == 200

    cookie = browser.cookies["csrftoken"].value
    late = browser.post(link, {**ENTRY, "name": "mallory", "address": "m@example.org", "csrfmiddlewaretoken": cookie})

    assert late.status_code == 410
    assert Account.objects.count() == 1


def test_the_page_takes_no_other_methods(browser: Client, link: str) -> None:
    assert browser.delete(link).status_code in {403, 405}
    assert browser.head(link).status_code == 200


def test_a_form_that_did_not_come_from_the_page_is_refused_in_our_own_words(browser: Client, link: str) -> None:
    answer = browser.post(link, ENTRY)

    assert answer.status_code == 403
    assert "That form is too old" in answer.content.decode()
    assert not Account.objects.exists()
