"""Those who run the index, at their browsers: signed in with an authenticator app, and how a deed is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import quote

from django.http import HttpResponse

from strongroom.accounts.actions.adding import add_account
from strongroom.accounts.actions.passwords import NewPassword
from strongroom.accounts.models import Account, Letter
from strongroom.record.models import Event
from tests.cast import OPERATOR
from tests.factors.people import PASSWORD, Clock, Phone, Visitor, text_of

WHY = "seen in a report of abuse"
HOSTILE = "<script>alert(1)</script>\u202e\u0007" + "x" * 200
"""What somebody may have chosen: markup, a mark that turns text around, a bell, and no space to break at."""


@dataclass
class Staff:
    """Somebody who runs the index, with the app that they signed in with."""

    at: Visitor
    phone: Phone
    offset: int = field(default=0)

    @property
    def account(self) -> Account:
        return Account.objects.get(folded_name=self.at.name)

    def get(self, address: str) -> HttpResponse:
        return self.at.get(address)

    def prove(self, target: str) -> None:
        """Prove that it is them again, for a deed on that target."""
        answer = self.at.prove("staff-deed", target=target, code=self.phone.next_code())
        assert answer.status_code == 302, text_of(answer)

    def do(self, address: str, target: str, **entry: str) -> HttpResponse:
        """Prove it, and send the form of a deed with a reason."""
        self.prove(target)
        return self.at.post(address, **{"office": WHY, **entry})


def add_person(name: str, clock: Clock, *, is_staff: bool = False) -> Visitor:
    add_account(
        by=OPERATOR,
        now=clock.at,
        name=name,
        address=f"{name}@example.org",
        is_verified=True,
        password=NewPassword(PASSWORD),
        is_staff=is_staff,
    )
    return Visitor(name, clock)


def sign_in_by_app(visitor: Visitor, phone: Phone) -> None:
    """Sign out, and in again with password and app."""
    visitor.post("/account/sign-out/")
    visitor.type_password()
    answer = visitor.post("/account/sign-in/factor/", code=phone.next_code())
    assert (answer.status_code, answer.get("Location")) == (302, "/account/security/"), text_of(answer)


def add_staff(name: str, clock: Clock) -> Staff:
    """Somebody who runs the index, with a session that was begun with a factor."""
    visitor = add_person(name, clock, is_staff=True)
    visitor.sign_in()
    phone = visitor.enrol_app()
    sign_in_by_app(visitor, phone)
    return Staff(visitor, phone)


def prove_page(target: str, following: str) -> str:
    """Where somebody without a proof is led to."""
    return f"/account/prove/staff-deed/?target={quote(target)}&next={quote(following)}"


def last_event() -> Event:
    return Event.objects.order_by("-id")[0]


def last_letter(name: str) -> Letter:
    return Letter.objects.filter(account__folded_name=name).order_by("-id")[0]


def mail_to(name: str) -> str:
    """The newest letter to somebody as it would leave: subject and body."""
    from strongroom.accounts.queries.letters import _facts_of
    from strongroom.accounts.tasks import _write

    subject, body = _write(_facts_of(last_letter(name)), index="https://index.example", code="", link="LINK")
    return f"{subject}\n{body}"


def shown(answer: HttpResponse) -> str:
    """The text of a page that was shown."""
    assert answer.status_code == 200, (answer.status_code, answer.get("Location"))
    return text_of(answer)


def is_recorded(event: Event, **expected: object) -> bool:
    details = cast("Mapping[str, object]", event.details)
    return all(details.get(name) == value for name, value in expected.items())
