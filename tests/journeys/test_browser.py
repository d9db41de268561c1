"""A person in a real browser: the link that makes the first staff account, and the pages around it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.journeys.browsing import PASSWORD, complaints_of, open_page
from tests.journeys.conftest import NewIndex
from tests.journeys.server import Index

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("browser")]

PAGES = ("/", "/help/", "/help/file-exists/", "/help/malformed/", "/nothing-here/")


@pytest.fixture
def empty_index(new_index: NewIndex) -> Index:
    index = new_index()
    index.start()
    return index


def link_in(text: str) -> str:
    match = re.search(r"http://\S+/setup/\S+/", text)
    assert match is not None, text
    return match[0]


def test_whoever_follows_the_printed_link_makes_the_first_staff_account_and_nobody_after(
    browser: Browser, empty_index: Index
) -> None:
    link = link_in(empty_index.last_words())
    page = open_page(browser)
    complaints = complaints_of(page)

    page.goto(link)
    page.get_by_label("Account name").fill("dee")
    page.get_by_label("E-mail address").fill("dee@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("heading", name="The account is made").wait_for()
    assert complaints == []
    assert empty_index.command("accounts", "list") == "dee\tdee@example.org\tstaff"

    answer = page.goto(link)
    assert answer is not None
    assert answer.status == 410
    assert "has been used" in page.inner_text("main")


def test_a_short_password_is_said_beside_the_form_which_keeps_the_rest(browser: Browser, empty_index: Index) -> None:
    page = open_page(browser)
    page.goto(link_in(empty_index.last_words()))
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.get_by_label("Account name").fill("dee")
    page.get_by_label("E-mail address").fill("dee@example.org")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Make the account").click()

    assert "15 characters" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Account name").input_value() == "dee"
    assert page.get_by_label("Password").input_value() == ""
    assert empty_index.command("accounts", "list") == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_is_wider_than_the_window_or_has_anything_blocked(
    browser: Browser, index: Index, width: int, scheme: str
) -> None:
    page = open_page(browser, width=width, scheme=scheme)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    for path in PAGES:
        answer = page.goto(index.url + path)
        assert answer is not None
        assert answer.status == (404 if path == "/nothing-here/" else 200)
        widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert widths[0] <= widths[1], f"{path} at {width} pixels"
        assert page.evaluate("getComputedStyle(document.body).margin") == "0px", f"{path} has lost its style"
    assert {url.split("/")[2] for url in fetched} == {index.url.split("/")[2]}


def test_a_french_browser_is_answered_in_french(browser: Browser, index: Index) -> None:
    page = open_page(browser, language="fr-FR")
    page.goto(index.url)
    assert page.get_attribute("html", "lang") == "fr"
    assert page.get_by_role("heading", name="Publier").is_visible()
