"""Signing in and out, page by page."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import timezone

from strongroom.accounts.actions.arriving import begin_arrival, show_factor
from strongroom.accounts.actions.ending import close_account_row, suspend_account
from strongroom.accounts.models import Arrival, Device, Factor, Letter, Session
from strongroom.accounts.queries.entry import load_arrival
from strongroom.accounts.rules.arriving import Purpose
from strongroom.gear.settings import Settings
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId, FactorId
from strongroom.terms.proofs import ProofKind
from tests.accounts.browsers import (
    ARRIVAL_COOKIE,
    DEVICE_COOKIE,
    OTHER_PASSWORD,
    PASSWORD,
    SESSION_COOKIE,
    add_with_password,
    enrol_app,
    new_browser,
    sign_in,
    signed_in,
    submit,
    visit_in,
)
from tests.cast import OPERATOR

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "javascript:alert(1)",
    "http:evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "evil.example",
]


def test_name_and_password_sign_in_somebody_without_a_factor() -> None:
    add_with_password("ada")
    browser = new_browser()

    answer = sign_in(browser, "Ada")

    assert (answer.status_code, answer["Location"]) == (302, reverse("security"))
    visit = visit_in(browser)
    assert visit is not None
    assert (visit.name, visit.signed_in_by) == ("ada", ProofKind.PASSWORD)
    assert browser.cookies[ARRIVAL_COOKIE].value == ""
    event = Event.objects.get(deed="signed-in")
    assert (event.actor_name, event.address) == ("ada", "127.0.0.1")
    assert Letter.objects.filter(kind="notice", facts__deed="signed-in").count() == 1


def test_a_verified_address_will_do_for_the_name() -> None:
    add_with_password("ada")

    assert sign_in(new_browser(), " ADA@example.org ")["Location"] == reverse("security")


def test_the_cookies_are_out_of_reach_for_scripts_and_other_sites() -> None:
    add_with_password("ada")
    browser = signed_in("ada")

    for name in (SESSION_COOKIE, DEVICE_COOKIE):
        cookie = browser.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    assert browser.cookies[SESSION_COOKIE]["max-age"] == ""


def test_over_https_the_cookies_can_be_set_by_no_other_host(
    index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = dataclasses.replace(index_settings, public_url="https://index.example.org")
    monkeypatch.setattr(django_settings, "STRONGROOM", chosen)
    add_with_password("ada")
    browser = new_browser()

    sign_in(browser, "ada")

    for name in (SESSION_COOKIE, DEVICE_COOKIE):
        assert browser.cookies[f"__Host-{name}"]["secure"] is True


def refusals() -> list[tuple[str, str]]:
    add_with_password("ada")
    closed = add_with_password("cyd")
    close_account_row(by=OPERATOR, now=timezone.now(), account=closed)
    return [
        ("nobody", PASSWORD),
        ("ada", OTHER_PASSWORD),
        ("ada", ""),
        ("cyd", PASSWORD),
        ("", PASSWORD),
        ("a\0b", PASSWORD),
    ]


def test_unknown_wrong_and_closed_are_refused_in_the_same_words() -> None:
    said = set()
    for name, password in refusals():
        browser = new_browser()
        answer = sign_in(browser, name, password=password)
        shown = answer.content.decode()
        said.add((answer.status_code, answer["X-Strongroom-Reason"], shown.count('role="alert"') > 0))
        assert "The account name and the password do not belong together" in shown
        assert password == "" or password not in shown
        assert SESSION_COOKIE not in browser.cookies
        assert ARRIVAL_COOKIE not in browser.cookies

    assert said == {(403, "sign-in-failed", True)}
    assert not Session.objects.exists()
    assert Event.objects.filter(deed="sign-in-refused").count() == 6


def test_a_suspended_account_is_told_so_only_to_whoever_knows_its_password() -> None:
    suspend_account(by=OPERATOR, now=timezone.now(), account=add_with_password("ada"), why="not-me")

    wrong, right = (sign_in(new_browser(), "ada", password=text) for text in (OTHER_PASSWORD, PASSWORD))

    assert wrong["X-Strongroom-Reason"] == "sign-in-failed"
    assert right["X-Strongroom-Reason"] == "account-suspended"
    assert not Session.objects.exists()


def test_somebody_with_a_factor_is_led_to_it_and_is_not_signed_in() -> None:
    enrol_app(add_with_password("ada"))
    browser = new_browser()

    answer = sign_in(browser, "ada", following="/help/")

    assert answer["Location"] == f"{reverse('sign-in-factor')}?next=/help/"
    assert SESSION_COOKIE not in browser.cookies
    assert browser.cookies[ARRIVAL_COOKIE].value
    assert not Session.objects.exists()
    assert browser.get(reverse("account"))["Location"].startswith(reverse("sign-in"))


def test_the_key_of_a_way_in_opens_no_page_as_a_session() -> None:
    enrol_app(add_with_password("ada"))
    browser = new_browser()
    sign_in(browser, "ada")
    browser.cookies[SESSION_COOKIE] = browser.cookies[ARRIVAL_COOKIE].value

    assert browser.get(reverse("account")).status_code == 302


def test_a_half_finished_sign_in_does_not_keep_another_account_out() -> None:
    enrol_app(add_with_password("ada"))
    add_with_password("ben")
    browser = new_browser()
    sign_in(browser, "ada")

    assert sign_in(browser, "ben")["Location"] == reverse("security")
    visit = visit_in(browser)
    assert visit is not None
    assert visit.name == "ben"


def key_first(account: AccountId) -> str:
    """The browser's key of somebody who has shown an unverified security key, and owes the password."""
    now = timezone.now()
    row = Factor.objects.create(
        account_id=account, kind="security-key", label="k", folded_label="k", begun_at=now, enrolled_at=now
    )
    key, _ = begin_arrival(now=now, purpose=Purpose.SIGN_IN)
    arrival = load_arrival(key, now=now, device=None)
    show_factor(now=now, arrival=arrival, kind=ProofKind.SECURITY_KEY, account=account, factor=FactorId(row.pk))
    return key


def test_whoever_has_shown_a_security_key_first_is_asked_for_the_password_alone() -> None:
    browser = new_browser()
    browser.cookies[ARRIVAL_COOKIE] = key_first(add_with_password("ada"))
    page = reverse("sign-in")

    shown = browser.get(page).content.decode()
    answer = submit(browser, page, password=PASSWORD)

    assert "Your security key has been accepted" in shown
    assert 'value="ada"' in shown
    assert answer["Location"] == reverse("security")
    assert Session.objects.get().signed_in_by == "security-key"


def test_after_a_security_key_the_password_of_another_account_is_refused_and_one_can_begin_anew() -> None:
    add_with_password("ben")
    browser = new_browser()
    browser.cookies[ARRIVAL_COOKIE] = key_first(add_with_password("ada"))

    wrong = submit(browser, reverse("sign-in"), name="ben", password=OTHER_PASSWORD)

    assert wrong["X-Strongroom-Reason"] == "sign-in-failed"
    assert not Session.objects.exists()
    assert 'value="ada"' not in browser.get(f"{reverse('sign-in')}?anew=1").content.decode()
    assert sign_in(browser, "ben")["Location"] == reverse("security")
    assert Session.objects.get().signed_in_by == "password"


def test_whoever_is_signed_in_is_led_on() -> None:
    add_with_password("ada")
    browser = signed_in("ada")

    assert browser.get(reverse("sign-in"))["Location"] == reverse("security")
    assert browser.get(f"{reverse('sign-in')}?next=/help/")["Location"] == "/help/"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_address_elsewhere_is_led_to_after_signing_in(target: str) -> None:
    add_with_password("ada")
    browser = new_browser()

    answer = browser.get(reverse("sign-in"), {"next": target})
    posted = submit(browser, reverse("sign-in"), name="ada", password=PASSWORD, next=target)

    assert "evil" not in answer.content.decode()
    assert posted["Location"] == reverse("security")
    assert browser.get(reverse("sign-in"), {"next": target})["Location"] == reverse("security")


def test_an_address_of_the_index_is_led_to_after_signing_in() -> None:
    add_with_password("ada")

    assert sign_in(new_browser(), "ada", following="/help/%3Fx=1")["Location"] == "/help/?x=1"


def test_a_page_of_an_account_leads_through_signing_in_and_back() -> None:
    add_with_password("ada")
    browser = new_browser()

    led = browser.get(f"{reverse('account')}?said=address-verified")
    answer = submit(browser, led["Location"], name="ada", password=PASSWORD, anew="1")

    assert led["Location"] == f"{reverse('sign-in')}?next=/account/%3Fsaid%3Daddress-verified"
    assert answer["Location"] == f"{reverse('account')}?said=address-verified"


def test_a_deed_without_a_session_is_refused_and_not_led_on() -> None:
    browser = new_browser()
    token = browser.get(reverse("sign-in")).cookies["csrftoken"].value

    answer = browser.post(reverse("change-password"), {"csrfmiddlewaretoken": token})

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (401, "sign-in-needed")
    assert "Basic" not in answer["WWW-Authenticate"]
    assert reverse("sign-in") in answer.content.decode()


def test_whoever_asks_for_json_is_refused_and_not_led_on() -> None:
    answer = new_browser().get(reverse("account"), HTTP_ACCEPT="application/json")

    assert (answer.status_code, answer.json()["reason"]) == (401, "sign-in-needed")


def test_a_session_cookie_planted_before_signing_in_is_not_the_session_afterwards() -> None:
    add_with_password("ada")
    browser = new_browser()
    for name in (SESSION_COOKIE, ARRIVAL_COOKIE, DEVICE_COOKIE):
        browser.cookies[name] = "planted"
    before = browser.get(reverse("sign-in")).cookies["csrftoken"].value

    sign_in(browser, "ada")

    assert "planted" not in {browser.cookies[name].value for name in (SESSION_COOKIE, DEVICE_COOKIE)}
    assert browser.cookies["csrftoken"].value != before
    thief = new_browser()
    thief.cookies[SESSION_COOKIE] = "planted"
    assert thief.get(reverse("account")).status_code == 302


def test_each_sign_in_has_a_key_of_its_own_and_only_its_hash_is_kept() -> None:
    add_with_password("ada")
    keys = [signed_in("ada").cookies[SESSION_COOKIE].value for _ in range(2)]

    assert len(set(keys)) == 2
    assert min(map(len, keys)) >= 43
    assert not Session.objects.filter(key_sha256__in=keys).exists()


def test_a_known_device_is_not_told_of_again() -> None:
    add_with_password("ada")
    browser = signed_in("ada")
    submit(browser, reverse("sign-out"), form=reverse("account"))

    sign_in(browser, "ada")

    assert Device.objects.count() == 1
    assert Letter.objects.filter(facts__deed="signed-in").count() == 1


def test_guesses_from_elsewhere_do_not_lock_a_known_device_out() -> None:
    add_with_password("ada")
    browser = signed_in("ada")
    submit(browser, reverse("sign-out"), form=reverse("account"))
    stranger = new_browser(REMOTE_ADDR="198.51.100.7")
    answers = [sign_in(stranger, "ada", password=f"guess number {number}") for number in range(11)]

    assert [answer.status_code for answer in answers] == [403] * 10 + [429]
    assert sign_in(new_browser(REMOTE_ADDR="198.51.100.8"), "ada").status_code == 429
    assert sign_in(browser, "ada")["Location"] == reverse("security")


def test_guesses_at_an_unknown_name_are_limited_as_those_at_a_known_one() -> None:
    browser = new_browser()

    answers = [sign_in(browser, "nobody", password=f"guess number {number}") for number in range(11)]

    assert [answer.status_code for answer in answers] == [403] * 10 + [429]


def test_a_sign_in_without_the_token_of_a_form_is_refused() -> None:
    add_with_password("ada")
    browser = new_browser()

    answer = browser.post(reverse("sign-in"), {"name": "ada", "password": PASSWORD})

    assert answer.status_code == 403
    assert SESSION_COOKIE not in browser.cookies
    assert not Arrival.objects.exists()


def test_signing_out_ends_the_session_for_good() -> None:
    add_with_password("ada")
    browser = signed_in("ada")
    kept = browser.cookies[SESSION_COOKIE].value

    answer = submit(browser, reverse("sign-out"), form=reverse("account"))

    assert answer["Location"] == f"{reverse('sign-in')}?said=signed-out"
    assert browser.cookies[SESSION_COOKIE].value == ""
    assert "You are signed out." in browser.get(answer["Location"]).content.decode()
    browser.cookies[SESSION_COOKIE] = kept
    assert browser.get(reverse("account")).status_code == 302
    assert Event.objects.filter(deed="signed-out").count() == 1


def test_signing_out_takes_a_form_of_ours_and_is_no_link() -> None:
    add_with_password("ada")
    browser = signed_in("ada")

    assert browser.get(reverse("sign-out")).status_code == 405
    assert browser.post(reverse("sign-out")).status_code == 403
    assert visit_in(browser) is not None


def test_signing_out_without_a_session_changes_nothing() -> None:
    browser = new_browser()

    answer = submit(browser, reverse("sign-out"), form=reverse("sign-in"))

    assert answer.status_code == 302
    assert not Event.objects.filter(deed="signed-out").exists()


@pytest.mark.parametrize(
    ("is_staff", "idle"), [(False, timedelta(hours=1)), (True, timedelta(minutes=15))], ids=["a person", "staff"]
)
def test_a_session_ends_by_itself_after_idling(is_staff: bool, idle: timedelta) -> None:
    add_with_password("ada", is_staff=is_staff)
    browser = signed_in("ada")
    Session.objects.update(last_seen_at=timezone.now() - idle + timedelta(seconds=30))
    assert browser.get(reverse("account")).status_code == 200

    Session.objects.update(last_seen_at=timezone.now() - idle)
    assert browser.get(reverse("account")).status_code == 302


def test_a_session_ends_by_itself_however_busy_it_is() -> None:
    add_with_password("ada")
    browser = signed_in("ada")
    Session.objects.update(ends_at=timezone.now())

    assert browser.get(reverse("account")).status_code == 302


def test_the_page_offers_a_security_key_to_browsers_with_scripts_and_says_so_to_others() -> None:
    shown = new_browser().get(reverse("sign-in")).content.decode()

    assert 'data-key="sign-in" hidden' in shown
    assert "<noscript>" in shown
    assert f'action="{reverse("key-sign-in")}"' in shown
    assert f'data-begin="{reverse("key-begin")}"' in shown
    assert 'autocomplete="current-password"' in shown
    assert shown.count("<h1>") == 1
