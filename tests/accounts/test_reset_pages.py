"""Resetting a password, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from strongroom.accounts.actions.arriving import show_factor
from strongroom.accounts.actions.ending import suspend_account
from strongroom.accounts.models import Account, Arrival, MailCode, Session
from strongroom.accounts.queries.entry import load_arrival
from strongroom.record.models import Event
from strongroom.terms.proofs import ProofKind
from tests.accounts.browsers import (
    ARRIVAL_COOKIE,
    OTHER_PASSWORD,
    PASSWORD,
    SESSION_COOKIE,
    add_with_password,
    enrol_app,
    new_browser,
    sign_in,
    signed_in,
    submit,
)
from tests.accounts.mailbox import count_codes, last_code
from tests.cast import OPERATOR

pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.org"


def ask(browser: Client, name: str = "ada") -> HttpResponse:
    return submit(browser, reverse("reset"), name=name)


def answer_code(browser: Client, code: str | None = None) -> HttpResponse:
    return submit(browser, reverse("reset-code"), code=code or last_code(ADDRESS))


def choose(browser: Client, password: str = OTHER_PASSWORD) -> HttpResponse:
    return submit(browser, reverse("reset-password"), password=password)


def post(browser: Client, page: str, **entry: str) -> HttpResponse:
    """Call a step directly, with a token but without its page."""
    browser.get(reverse("reset"))
    return cast(
        "HttpResponse",
        browser.post(reverse(page), {**entry, "csrfmiddlewaretoken": browser.cookies["csrftoken"].value}),
    )


def test_name_mailbox_and_a_new_password_let_one_sign_in_again_and_end_every_session() -> None:
    add_with_password("ada")
    other = signed_in("ada")
    browser = new_browser()

    assert ask(browser)["Location"] == reverse("reset-code")
    assert answer_code(browser)["Location"] == reverse("reset-password")
    done = choose(browser)

    assert done.status_code == 200
    assert "Now sign in with the new password" in done.content.decode()
    assert SESSION_COOKIE not in browser.cookies
    assert not Session.objects.filter(ended_at=None).exists()
    assert other.get(reverse("account")).status_code == 302
    assert sign_in(new_browser(), "ada")["X-Strongroom-Reason"] == "sign-in-failed"
    assert sign_in(browser, "ada", password=OTHER_PASSWORD)["Location"] == reverse("security")
    assert Event.objects.filter(deed="password-reset", subject_name="ada").count() == 1


@pytest.mark.parametrize("name", ["ada", "ADA", ADDRESS, " Ada@Example.org "])
def test_an_address_will_do_for_the_name(name: str) -> None:
    add_with_password("ada")

    ask(new_browser(), name)

    assert count_codes(ADDRESS) == 1


def shape_of(answer: HttpResponse) -> tuple[object, ...]:
    shown = "" if answer.status_code == 302 else answer.content.decode().partition("<main")[2]
    return answer.status_code, answer.get("Location"), answer.get("X-Strongroom-Reason"), 'role="alert"' in shown


def test_whether_there_is_such_an_account_shows_on_no_page_and_in_no_limit() -> None:
    add_with_password("ada")
    seen = []
    for number, name in enumerate(("ada", "nobody", "nobody@example.org")):
        browser = new_browser(REMOTE_ADDR=f"198.51.100.{number}")
        walk: list[object] = [shape_of(ask(browser, name))]
        walk.append(browser.get(reverse("reset-code")).content.decode().partition("<main")[2].partition("<form")[0])
        walk.append(shape_of(answer_code(browser, "AAAA-AAAA")))
        walk.append(shape_of(submit(browser, reverse("reset-code"), again="1")))
        walk += [shape_of(ask(browser, name)) for _ in range(12)]
        seen.append(walk)

    assert seen[0] == seen[1] == seen[2]
    assert seen[0][-1] == (429, None, "too-many-attempts", True)


def test_a_factor_comes_between_the_mailbox_and_the_new_password() -> None:
    account = add_with_password("ada")
    factor = enrol_app(account)
    browser = new_browser()
    ask(browser)

    assert answer_code(browser)["Location"] == reverse("reset-factor")
    refused = post(browser, "reset-password", password=OTHER_PASSWORD)
    assert (refused.status_code, refused["X-Strongroom-Reason"]) == (403, "stage-out-of-order")
    assert browser.get(reverse("reset-password"))["Location"] == reverse("reset-factor")

    arrival = load_arrival(browser.cookies[ARRIVAL_COOKIE].value, now=timezone.now(), device=None)
    show_factor(now=timezone.now(), arrival=arrival, kind=ProofKind.TOTP, account=account, factor=factor)
    assert choose(browser, "eleven odd jars").status_code == 200  # shorter: a factor stands beside it
    assert Event.objects.get(deed="password-reset").proof == "totp"


def test_a_reset_signs_nobody_in_at_any_step() -> None:
    add_with_password("ada")
    browser = new_browser()

    for step in (ask, answer_code, choose):
        step(browser)
        assert SESSION_COOKIE not in browser.cookies
        assert browser.get(reverse("account")).status_code == 302


@pytest.mark.parametrize("page", ["reset-code", "reset-password"])
def test_a_later_step_without_the_first_is_refused(page: str) -> None:
    add_with_password("ada")
    browser = new_browser()

    assert browser.get(reverse(page))["X-Strongroom-Reason"] == "arrival-gone"
    assert post(browser, page, code="AAAA-AAAA", password=OTHER_PASSWORD)["X-Strongroom-Reason"] == "arrival-gone"


def test_the_password_is_not_set_before_the_mailbox_was_read() -> None:
    account = add_with_password("ada")
    before = Account.objects.get(pk=account).password
    browser = new_browser()
    ask(browser)

    assert post(browser, "reset-password", password=OTHER_PASSWORD)["X-Strongroom-Reason"] == "stage-out-of-order"
    assert browser.get(reverse("reset-password"))["Location"] == reverse("reset-code")
    assert Account.objects.get(pk=account).password == before


def test_a_sign_in_that_waits_for_its_factor_is_no_way_into_a_reset() -> None:
    enrol_app(add_with_password("ada"))
    browser = new_browser()
    sign_in(browser, "ada")

    for page in ("reset-code", "reset-password"):
        assert browser.get(reverse(page))["X-Strongroom-Reason"] == "stage-out-of-order"
        assert post(browser, page, password=OTHER_PASSWORD)["X-Strongroom-Reason"] == "stage-out-of-order"


def test_a_finished_reset_is_no_way_to_a_second_one() -> None:
    add_with_password("ada")
    browser = new_browser()
    ask(browser)
    answer_code(browser)
    kept = browser.cookies[ARRIVAL_COOKIE].value
    choose(browser)
    browser.cookies[ARRIVAL_COOKIE] = kept

    assert post(browser, "reset-password", password=PASSWORD)["X-Strongroom-Reason"] == "arrival-gone"
    assert sign_in(new_browser(), "ada", password=OTHER_PASSWORD).status_code == 302


def test_the_code_of_one_browser_is_no_good_in_another() -> None:
    add_with_password("ada")
    mine, thief = new_browser(), new_browser()
    ask(thief)
    ask(mine)

    assert answer_code(thief)["X-Strongroom-Reason"] == "mail-code-wrong"
    assert answer_code(mine).status_code == 302


def test_an_old_code_and_an_old_way_in_are_refused() -> None:
    add_with_password("ada")
    browser = new_browser()
    ask(browser)
    MailCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert answer_code(browser)["X-Strongroom-Reason"] == "mail-code-gone"

    Arrival.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.get(reverse("reset-code"))["X-Strongroom-Reason"] == "arrival-gone"


@pytest.mark.parametrize("password", ["short", "password password password", ""])
def test_a_weak_password_is_said_above_the_form_and_another_one_can_be_chosen(password: str) -> None:
    add_with_password("ada")
    browser = new_browser()
    ask(browser)
    answer_code(browser)

    answer = choose(browser, password)

    assert 400 <= answer.status_code < 500
    assert answer["X-Strongroom-Reason"].startswith("password-")
    assert b'role="alert"' in answer.content
    assert choose(browser).status_code == 200


def test_a_reset_lifts_the_suspension_that_the_person_asked_for() -> None:
    account = add_with_password("ada")
    suspend_account(by=OPERATOR, now=timezone.now(), account=account, why="not-me")
    browser = new_browser()
    ask(browser)
    answer_code(browser)
    choose(browser)

    assert sign_in(new_browser(), "ada", password=OTHER_PASSWORD)["Location"] == reverse("security")


@pytest.mark.parametrize("page", ["reset", "reset-code", "reset-password"])
def test_a_form_from_elsewhere_is_refused(page: str) -> None:
    account = add_with_password("ada")
    before = Account.objects.get(pk=account).password
    browser = new_browser()
    ask(browser)
    answer_code(browser)

    answer = browser.post(reverse(page), {"name": "ada", "code": "AAAA-AAAA", "password": OTHER_PASSWORD})

    assert answer.status_code == 403
    assert Account.objects.get(pk=account).password == before
    assert Arrival.objects.count() == 1
