"""A person in a real browser makes an account, enrols factors, signs in with each of them, and loses one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.gear.qr_reader import read_qr
from tests.gear.test_drawing import modules_of, without_quiet_zone
from tests.journeys.browsing import (
    PASSWORD,
    Keys,
    Mailbox,
    Phone,
    complaints_of,
    enrol_first_app,
    enrol_key,
    is_too_wide,
    keep_codes,
    open_page,
    prove_by_app,
    serious,
    show_password,
    sign_out,
    sign_up,
)
from tests.journeys.conftest import NewIndex
from tests.journeys.server import Index

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("browser")]


@pytest.fixture
def own_index(new_index: NewIndex) -> Index:
    """An index of this journey's own: what it counts and mails is nobody else's."""
    index = new_index()
    index.start()
    return index


def at_security(page: Page) -> None:
    """Fails when the person is not in."""
    page.get_by_role("heading", name="Security", exact=True).wait_for()
    assert page.url.split("?")[0].endswith("/account/security/")


def sign_in_by_app(page: Page, index: Index, name: str, phone: Phone, mailbox: Mailbox | None = None) -> None:
    show_password(page, index, name)
    page.get_by_label("Code of your authenticator app").fill(phone.code())
    page.get_by_role("button", name="Go on", exact=True).click()
    if mailbox is not None:
        page.get_by_label("Code from the mail").fill(mailbox.next_code())
        page.get_by_role("button", name="Go on").click()
    at_security(page)


def press_key(page: Page) -> None:
    page.get_by_role("button", name="Use a security key or passkey").click()


def test_a_person_signs_up_enrols_an_app_and_signs_in_with_it_from_here_and_from_elsewhere(
    browser: Browser, own_index: Index
) -> None:
    page = open_page(browser)
    complaints = complaints_of(page)
    mailbox = sign_up(page, own_index, "ada")
    show_password(page, own_index, "ada")
    at_security(page)
    phone, codes = enrol_first_app(page, own_index)
    assert "10 of 10 are left" in page.inner_text("main")
    assert "one factor only" in page.inner_text("main")
    page.reload()
    assert not any(code in page.content() for code in codes)
    assert "was enrolled" in mailbox.wait_for(r"authenticator app.*was enrolled|was enrolled")

    sign_out(page)
    sign_in_by_app(page, own_index, "ada", phone)

    elsewhere = open_page(browser)
    sign_in_by_app(elsewhere, own_index, "ada", phone, mailbox)
    assert complaints == []


def test_a_lost_phone_is_replaced_with_a_recovery_code_which_works_once(browser: Browser, own_index: Index) -> None:
    page = open_page(browser)
    sign_up(page, own_index, "ada")
    show_password(page, own_index, "ada")
    _, codes = enrol_first_app(page, own_index)
    sign_out(page)

    show_password(page, own_index, "ada")
    page.get_by_text("I have lost my factor").click()
    page.get_by_label("Recovery code").fill(codes[0])
    page.get_by_role("button", name="Go on with a recovery code").click()
    shown = page.inner_text("main")
    assert len(re.findall(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}\b", shown)) == 1
    page.goto(f"{own_index.url}/account/security/")
    assert "10 of 10 are left" in page.inner_text("main")

    page.get_by_role("link", name="Remove phone").click()
    page.get_by_text("I have lost my factor").click()
    page.get_by_label("Recovery code").fill(codes[0])
    page.get_by_role("button", name="Go on with a recovery code").click()
    assert "not an unused recovery code" in page.get_by_role("alert").inner_text()
    page.get_by_text("I have lost my factor").click()
    page.get_by_label("Recovery code").fill(codes[1])
    page.get_by_role("button", name="Go on with a recovery code").click()
    page.get_by_role("link", name="I have kept them: go on").click()
    page.get_by_label("It is lost or stolen").check()
    page.get_by_role("button", name="Remove it").click()
    at_security(page)
    assert "phone" not in page.locator("section[aria-labelledby=factors]").inner_text()


class TestKeys:
    """Security keys, by Chromium's virtual authenticator."""

    @pytest.fixture
    def page(self, browser: Browser, own_index: Index) -> Page:
        page = open_page(browser)
        sign_up(page, own_index, "ada")
        show_password(page, own_index, "ada")
        at_security(page)
        return page

    def prove_by_password(self, page: Page, index: Index) -> None:
        page.goto(f"{index.url}/account/security/keys/add/")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("heading", name="Enrol a security key or a passkey").wait_for()

    def first_key(
        self, page: Page, index: Index, *, protocol: str = "ctap2", passkey: bool = False
    ) -> tuple[Keys, str]:
        keys = Keys(page)
        key = keys.plug_in(protocol=protocol, passkey=passkey)
        self.prove_by_password(page, index)
        enrol_key(page, index, "the blue one", passkey=passkey)
        keep_codes(page)
        return keys, key

    @pytest.mark.parametrize("protocol", ["ctap2", "u2f"])
    def test_a_key_of_either_kind_is_enrolled_and_signs_in_without_any_mail(
        self, page: Page, own_index: Index, protocol: str
    ) -> None:
        complaints = complaints_of(page)
        self.first_key(page, own_index, protocol=protocol)
        sign_out(page)
        page.context.clear_cookies()

        show_password(page, own_index, "ada")
        press_key(page)

        at_security(page)
        assert "the blue one" in page.inner_text("main")
        assert complaints == []

    def test_a_second_key_is_enrolled_by_the_first_and_the_same_key_is_not_enrolled_twice(
        self, page: Page, own_index: Index
    ) -> None:
        keys, first = self.first_key(page, own_index)
        page.goto(f"{own_index.url}/account/security/keys/add/")
        press_key(page)
        page.get_by_role("heading", name="Enrol a security key or a passkey").wait_for()
        enrol_key(page, own_index, "again")
        page.get_by_text("already enrolled in your account").wait_for()

        keys.pull_out(first)
        keys.plug_in()
        enrol_key(page, own_index, "the red one")

        page.get_by_text("The factor is enrolled").wait_for()
        assert "one factor only" not in page.inner_text("main")

    def test_a_passkey_signs_in_alone(self, page: Page, own_index: Index) -> None:
        self.first_key(page, own_index, passkey=True)
        sign_out(page)
        page.context.clear_cookies()

        page.goto(f"{own_index.url}/account/sign-in/")
        page.get_by_role("button", name="Use a passkey or a security key").click()

        at_security(page)

    def test_a_passkey_that_did_not_check_who_holds_it_signs_nobody_in_alone(
        self, page: Page, own_index: Index
    ) -> None:
        keys, key = self.first_key(page, own_index, passkey=True)
        sign_out(page)
        page.context.clear_cookies()
        keys.lie(key, isBadUV=True)

        page.goto(f"{own_index.url}/account/sign-in/")
        page.get_by_role("button", name="Use a passkey or a security key").click()

        assert "PIN or fingerprint" in page.get_by_role("alert").inner_text()
        page.goto(f"{own_index.url}/account/security/")
        page.get_by_role("heading", name="Sign in", exact=True).wait_for()

    def test_a_key_that_verifies_nobody_comes_first_and_the_password_second(self, page: Page, own_index: Index) -> None:
        self.first_key(page, own_index)
        sign_out(page)
        page.context.clear_cookies()

        page.goto(f"{own_index.url}/account/sign-in/")
        page.get_by_label("Account name (only for a security key)").fill("ada")
        page.get_by_role("button", name="Use a passkey or a security key").click()
        page.get_by_text("Your security key has been accepted").wait_for()
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()

        at_security(page)

    def test_a_copy_of_a_key_is_refused_marked_and_told(self, page: Page, own_index: Index) -> None:
        mailbox = Mailbox(own_index, "ada@example.org")
        keys, key = self.first_key(page, own_index)
        copied = keys.copy(key)
        for _ in range(2):
            sign_out(page)
            show_password(page, own_index, "ada")
            press_key(page)
            at_security(page)
        sign_out(page)
        keys.pull_out(key)
        keys.fill(keys.plug_in(), copied, rp_id="localhost")

        show_password(page, own_index, "ada")
        press_key(page)

        assert "counts backwards" in page.get_by_role("alert").inner_text()
        assert "copy" in mailbox.wait_for(r"the blue one[\s\S]*copy|copy[\s\S]*the blue one")

    @pytest.mark.parametrize("lie", ["isBogusSignature", "isBadUP"])
    def test_a_key_that_answers_wrongly_is_refused_and_works_again_afterwards(
        self, page: Page, own_index: Index, lie: str
    ) -> None:
        keys, key = self.first_key(page, own_index)
        sign_out(page)
        show_password(page, own_index, "ada")
        keys.lie(key, **{lie: True})
        press_key(page)
        assert "cannot be accepted" in page.get_by_role("alert").inner_text()

        keys.lie(key, **{lie: False})
        press_key(page)

        at_security(page)

    def test_a_ceremony_that_is_cancelled_says_so_and_can_be_begun_again(self, page: Page, own_index: Index) -> None:
        keys, key = self.first_key(page, own_index)
        sign_out(page)
        keys.pull_out(key)
        other = keys.plug_in()
        show_password(page, own_index, "ada")
        press_key(page)

        page.get_by_text("was cancelled or took too long").wait_for()
        assert page.get_by_role("button", name="Use a security key or passkey").is_enabled()
        keys.pull_out(other)

    def test_at_another_address_of_the_same_machine_the_page_says_where_keys_work(
        self, browser: Browser, own_index: Index
    ) -> None:
        page = open_page(browser)
        Keys(page).plug_in(passkey=True)
        page.goto(f"http://127.0.0.1:{own_index.port}/account/sign-in/")

        page.get_by_role("button", name="Use a passkey or a security key").click()

        page.get_by_text(f"work at {own_index.url} only").wait_for()


def test_the_qr_code_on_the_page_holds_what_stands_beside_it(browser: Browser, own_index: Index) -> None:

    page = open_page(browser, width=360)
    sign_up(page, own_index, "ada")
    show_password(page, own_index, "ada")
    page.goto(f"{own_index.url}/account/security/apps/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Label").fill("phone")
    page.get_by_role("button", name="Go on").click()

    read = read_qr(without_quiet_zone(modules_of(page.locator(".qr svg").evaluate("one => one.outerHTML"))))

    assert read == page.get_by_role("link", name="open it in the app").get_attribute("href")
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    assert read == f"otpauth://totp/Strongroom:ada?secret={secret}&issuer=Strongroom"
    box = page.locator(".qr svg").bounding_box()
    assert box is not None
    assert 160 <= box["width"] <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_an_account_fits_the_window_and_can_be_used_by_everybody(
    browser: Browser, own_index: Index, width: int, scheme: str
) -> None:
    page = open_page(browser, width=width, scheme=scheme)
    complaints = complaints_of(page)
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found[name] = [*serious(page), *(["too wide"] if is_too_wide(page) else [])]

    page.goto(f"{own_index.url}/account/sign-up/")
    look("sign-up")
    page.goto(f"{own_index.url}/account/reset/")
    look("reset")
    sign_up(page, own_index, "ada")
    look("sign-in")
    show_password(page, own_index, "ada")
    look("security without a factor")
    phone, _ = enrol_first_app(page, own_index)
    for path in ("", "inbox/", "security/", "tokens/"):
        page.goto(f"{own_index.url}/account/{path}")
        look(f"/account/{path}")
    page.get_by_role("link", name=re.compile("Make a token|New token|Make")).first.click()
    look("prove")
    prove_by_app(page, phone)
    look("make a token")
    page.goto(f"{own_index.url}/account/inbox/")
    page.locator("main ul a").first.click()
    look("a mail")
    sign_out(page)
    show_password(page, own_index, "ada")
    look("factor")

    assert {name: faults for name, faults in found.items() if faults} == {}
    assert complaints == []
