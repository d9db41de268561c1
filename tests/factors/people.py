"""People with browsers, phones and keys, who sign in and enrol through the pages alone."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyotp
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from strongroom.accounts.actions.adding import add_account
from strongroom.accounts.actions.passwords import NewPassword
from strongroom.accounts.models import Account
from strongroom.projects.models import Collaboration, Project
from strongroom.projects.rules.roles import Role
from tests.accounts.mailbox import last_code
from tests.authenticator import Browser, SoftKey
from tests.cast import OPERATOR

PASSWORD = "correct horse battery staple"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
SHOWN_CODE = re.compile(r"<li>((?:[0-9A-Z]{4}-){5}[0-9A-Z]{4})</li>")


@dataclass
class Clock:
    """The time that the pages see: it goes on only when a test says so."""

    at: datetime = field(default_factory=timezone.now)

    def now(self) -> datetime:
        return self.at

    def go_on(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class Visitor:
    """Somebody at a browser, who fills in forms with the token that the pages hold."""

    name: str
    clock: Clock
    client: Client = field(
        default_factory=lambda: Client(
            enforce_csrf_checks=True, HTTP_ACCEPT="text/html", HTTP_USER_AGENT="Firefox/1 Linux"
        )
    )

    def get(self, address: str) -> HttpResponse:
        return self.client.get(address)  # type: ignore[return-value]  # the test client adds to it

    def post(self, address: str, **entry: str) -> HttpResponse:
        return self.client.post(address, {**entry, "csrfmiddlewaretoken": self.token()})  # type: ignore[return-value]

    def begin(self, purpose: str, **asked: object) -> HttpResponse:
        return self.client.post(  # type: ignore[return-value]
            "/account/key/",
            json.dumps({"for": purpose, **asked}),
            content_type="application/json",
            headers={"X-CSRFToken": self.token(), "Accept": "application/json"},
        )

    def token(self) -> str:
        """Any page has a form with the token of this browser; asking for it changes nothing."""
        signed_in = "strongroom-session" in self.client.cookies and self.client.cookies["strongroom-session"].value
        found = CSRF.search(text_of(self.get("/account/language/" if signed_in else "/account/sign-in/?anew=1")))
        assert found
        return found[1]

    # What people do

    def type_password(self, **more: str) -> HttpResponse:
        return self.post("/account/sign-in/", name=self.name, password=PASSWORD, anew="1", **more)

    def sign_in(self) -> None:
        """With the password alone, for an account without a factor."""
        answer = self.type_password()
        assert (answer.status_code, answer["Location"]) == (302, "/account/security/")

    def prove(self, deed: str, *, target: str = "", **entry: str) -> HttpResponse:
        return self.post(f"/account/prove/{deed}/", target=target, next="/account/security/", **entry)

    def enrol_app(self, label: str = "phone", **proof: str) -> Phone:
        """Enrol an app as a first or further factor; the codes of a first one are typed back."""
        self.prove("enrol-factor", **(proof or {"password": PASSWORD}))
        page = self.post("/account/security/apps/add/", label=label)
        assert page.status_code == 302, text_of(page)
        address = page["Location"]
        phone = Phone(secret_on(text_of(self.get(address))), self.clock)
        answer = self.post(address, code=phone.code())
        phone.codes = SHOWN_CODE.findall(text_of(answer))
        if phone.codes:
            assert self.post("/account/security/recovery-codes/", code=phone.codes[-1])["Location"] == DONE
        else:
            assert answer["Location"] == DONE
        return phone

    def enrol_key(self, key: SoftKey, label: str = "key", *, passkey: bool = False, **proof: str) -> list[str]:
        """Enrol a security key; the recovery codes when it is the first factor."""
        self.prove("enrol-factor", **(proof or {"password": PASSWORD}))
        answer = self.post("/account/security/keys/add/", label=label, answer=self.make(key, passkey=passkey))
        codes = SHOWN_CODE.findall(text_of(answer))
        if codes:
            answer = self.post("/account/security/recovery-codes/", code=codes[-1])
        assert answer["Location"] == DONE, text_of(answer)
        return codes

    def make(self, key: SoftKey, **asked: object) -> str:
        """What the browser answers when it is asked to enrol this key."""
        return browser_with(key).create(told(self.begin("enrol", **asked)))

    def touch(self, key: SoftKey, purpose: str = "sign-in", **asked: object) -> str:
        """What the browser answers when it is asked for this key."""
        return browser_with(key).get(told(self.begin(purpose, **asked)))

    def elsewhere(self) -> Visitor:
        """The same person at another browser."""
        return Visitor(self.name, self.clock)

    def is_signed_in(self) -> bool:
        return self.get("/account/security/").status_code == 200

    def read_mail(self) -> str:
        return last_code(f"{self.name}@example.org")


DONE = "/account/security/?said=factor-enrolled"


@dataclass
class Phone:
    """An authenticator app with one account in it, and the recovery codes that were shown along with it."""

    secret: str
    clock: Clock
    codes: list[str] = field(default_factory=list)

    def code(self, **ago: float) -> str:
        return pyotp.TOTP(self.secret).at(self.clock.at - timedelta(**ago))

    def next_code(self) -> str:
        """A code that was not used yet: half a minute later."""
        self.clock.go_on(seconds=30)
        return self.code()


def add_visitor(name: str, clock: Clock) -> Visitor:
    add_account(
        by=OPERATOR,
        now=clock.at,
        name=name,
        address=f"{name}@example.org",
        is_verified=True,
        password=NewPassword(PASSWORD),
    )
    return Visitor(name, clock)


def own_alone(visitor: Visitor, project: str) -> None:
    """Make somebody the only Owner of a project."""
    row = Project.objects.create(
        normalized_name=project, display_name=project, lookalike_key=project, created_at=visitor.clock.at
    )
    account = Account.objects.get(folded_name=visitor.name)
    Collaboration.objects.create(project=row, account=account, role=Role.OWNER.value, since=visitor.clock.at)


def browser_with(key: SoftKey) -> Browser:
    return Browser(settings.STRONGROOM.address, key)


def told(answer: HttpResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = json.loads(answer.content)
    return found


def text_of(answer: HttpResponse) -> str:
    return answer.content.decode()


def secret_on(page: str) -> str:
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page)
    assert found, page
    return found[1].replace(" ", "")


def reason_of(answer: HttpResponse) -> str:
    return str(answer.get("X-Strongroom-Reason", ""))
