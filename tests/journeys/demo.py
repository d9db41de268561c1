"""The demo in a process of its own, and whom it says one can be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.journeys.browsing import Mailbox, Phone
from tests.journeys.server import Index

FILLS_WITHIN_SECONDS = 240.0
_PERSON = re.compile(r"account name +(\S+)\n +password +(.+)\n +authenticator app +([A-Z2-7 ]+)\n")
_FOLDER = re.compile(r"Everything lies in (\S+) and goes")


@dataclass(frozen=True)
class Known:
    """Somebody whom the demo says one can sign in as."""

    name: str
    password: str
    phone: Phone
    mailbox: Mailbox


class Demo(Index):
    """``strongroom demo``, which brings its own data folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.starts_within_seconds = FILLS_WITHIN_SECONDS

    def start(self, *options: str) -> None:
        """Start the demo, and read what it says."""
        assert not options
        self.launch("demo")
        said = self.log.read_text(encoding="utf-8")
        folder = _FOLDER.search(said)
        assert folder, said
        self.data = Path(folder[1])
        self.people = {
            name: Known(name, password, Phone(secret), Mailbox(self, f"{name}@example.org"))
            for name, password, secret in _PERSON.findall(said)
        }

    def sign_in(self, page: Page, name: str) -> Known:
        """Sign in from a browser that is not known yet: password, app, mailed code."""
        known = self.people[name]
        page.goto(f"{self.url}/account/sign-in/?anew=1")
        form = page.locator("main form").first
        form.locator("[name=name]").fill(name)
        form.locator("[name=password]").fill(known.password)
        form.locator("[type=submit]").click()
        page.locator("[name=code]").first.fill(known.phone.code())
        page.locator("main form:has([name=code]) [type=submit]").first.click()
        page.wait_for_url("**/account/sign-in/mail/**")
        page.locator("[name=code]").first.fill(known.mailbox.next_code())
        page.locator("main form:has([name=code]) [type=submit]").first.click()
        page.wait_for_url("**/account/security/")
        return known
