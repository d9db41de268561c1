"""A person in a real browser: their pages, their mails, their phone, and the security keys of Chromium's own making."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pyotp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, CDPSession, Page

from tests.journeys.server import Index

PASSWORD = "correct horse battery staple"
MAIL_WITHIN_SECONDS = 20.0
_CODE = re.compile(r"^ {4}([0-9A-Z]{4}-[0-9A-Z]{4})$", re.MULTILINE)


def open_page(browser: Browser, *, width: int = 1280, language: str = "en-GB", scheme: str = "light") -> Page:
    """A page in a browser of its own, without anybody's cookies."""
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        locale=language,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    return context.new_page()


def complaints_of(page: Page) -> list[str]:
    """What the page complains of from now on: scripts that fail, things that are blocked."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def serious(page: Page) -> list[str]:
    """What axe finds on the page that would keep somebody from using it."""
    # A click may have led on: what is looked at must have arrived.
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}" for one in found if one["impact"] in {"serious", "critical"}]


def is_too_wide(page: Page) -> bool:
    """Whether the page must be scrolled sideways."""
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return bool(widths[0] > widths[1])


class Mailbox:
    """The mails that an index writes as files, of one address."""

    def __init__(self, index: Index, address: str) -> None:
        self._folder, self._address = index.data / "mail", address
        self._seen: set[Path] = set()

    def mails(self) -> list[str]:
        """Every mail so far, oldest first."""
        paths = sorted(self._folder.glob("*")) if self._folder.is_dir() else []
        texts = [path.read_text(encoding="utf-8") for path in paths if path.is_file()]
        return [text for text in texts if self._address in text.partition("\n\n")[0]]

    def next_code(self) -> str:
        """The code of the next mail that holds one."""
        return _CODE.search(self.wait_for(_CODE.pattern))[1]  # type: ignore[index]

    def wait_for(self, pattern: str) -> str:
        """The next mail that matches, which was not asked for before."""
        until = time.monotonic() + MAIL_WITHIN_SECONDS
        while time.monotonic() < until:
            for path in sorted(self._folder.glob("*")) if self._folder.is_dir() else []:
                text = path.read_text(encoding="utf-8") if path not in self._seen and path.is_file() else ""
                if self._address in text.partition("\n\n")[0] and re.search(pattern, text, re.MULTILINE):
                    self._seen.add(path)
                    return text
            time.sleep(0.1)
        raise AssertionError(f"no mail to {self._address} matches {pattern!r}; there are: {self.mails()}")


class Phone:
    """An authenticator app, by other people than us. It waits for a new code rather than showing one twice."""

    def __init__(self, secret: str) -> None:
        self._app = pyotp.TOTP(secret.replace(" ", ""))
        self._shown = ""

    def code(self) -> str:
        """A code that was not shown before."""
        while (code := self._app.now()) == self._shown:
            time.sleep(0.5)
        self._shown = code
        return code


class Keys:
    """The security keys that are plugged into one page, made by Chromium's own virtual authenticator."""

    def __init__(self, page: Page) -> None:
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable", {"enableUI": False})

    def plug_in(self, *, protocol: str = "ctap2", passkey: bool = False, touched: bool = True) -> str:
        """A new key: its id, by which it is pulled out again."""
        options: dict[str, Any] = {
            "protocol": protocol,
            "transport": "internal" if passkey else "usb",
            "hasResidentKey": passkey,
            "hasUserVerification": passkey,
            "isUserVerified": passkey,
            "automaticPresenceSimulation": touched,
        }
        return str(self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])

    def pull_out(self, key: str) -> None:
        self._cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})

    def copy(self, key: str) -> list[dict[str, Any]]:
        """What is in a key, as a thief with an hour alone with it would have it."""
        found: list[dict[str, Any]] = self._cdp.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
        return found

    def fill(self, key: str, credentials: list[dict[str, Any]], *, rp_id: str) -> None:
        """Make a key a copy."""
        for credential in credentials:
            self._cdp.send(
                "WebAuthn.addCredential", {"authenticatorId": key, "credential": {**credential, "rpId": rp_id}}
            )

    def lie(self, key: str, **bits: bool) -> None:
        """Have the key answer with a bad signature, or without verification or presence."""
        self._cdp.send("WebAuthn.setResponseOverrideBits", {"authenticatorId": key, **bits})


def sign_up(page: Page, index: Index, name: str) -> Mailbox:
    """Make an account through the pages, with the code from the mail."""
    mailbox = Mailbox(index, f"{name}@example.org")
    page.goto(f"{index.url}/account/sign-up/")
    page.get_by_label("E-mail address").fill(f"{name}@example.org")
    page.get_by_role("button", name="Mail me a code").click()
    page.get_by_label("Code from the mail").fill(mailbox.next_code())
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Account name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_text("Your account is made").wait_for()
    return mailbox


def show_password(page: Page, index: Index, name: str) -> None:
    """The first step of signing in."""
    page.goto(f"{index.url}/account/sign-in/?anew=1")
    page.get_by_label("Account name or e-mail address").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").first.click()
    page.get_by_text("You are signed out").wait_for()


def enrol_first_app(page: Page, index: Index, label: str = "phone") -> tuple[Phone, list[str]]:
    """Enrol an authenticator app as the first factor, by its text secret; the phone, and the recovery codes."""
    page.goto(f"{index.url}/account/security/apps/add/")
    if page.get_by_role("heading", name="Prove that it is you").is_visible():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    page.get_by_label("Label").fill(label)
    page.get_by_role("button", name="Go on").click()
    phone = Phone(page.locator("code.secret").inner_text())
    page.get_by_label("Code of your authenticator app").fill(phone.code())
    page.get_by_role("button", name="Enrol the app").click()
    return phone, keep_codes(page)


def keep_codes(page: Page) -> list[str]:
    """Read the recovery codes that are shown, and type the third one back."""
    page.get_by_role("heading", name="Keep your recovery codes").wait_for()
    codes = re.findall(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}\b", page.locator("main").inner_text())
    assert len(codes) == 10
    page.get_by_label("One of the codes").fill(codes[2].lower())
    page.get_by_role("button", name="Finish").click()
    page.get_by_text("The factor is enrolled").wait_for()
    return codes


def enrol_key(page: Page, index: Index, label: str, *, passkey: bool = False) -> None:
    """Enrol the key that is plugged in; the proof is shown by whatever the page takes."""
    page.goto(f"{index.url}/account/security/keys/add/")
    page.get_by_label("Label").fill(label)
    if passkey:
        page.get_by_label("Passkey, which signs in alone").check()
    page.get_by_role("button", name="Enrol it now").click()


def prove_by_app(page: Page, phone: Phone) -> None:
    page.get_by_role("heading", name="Prove that it is you").wait_for()
    page.get_by_label("Code of your authenticator app").fill(phone.code())
    page.get_by_role("button", name="Go on", exact=True).click()
