"""Every address of the control plane, walked by everybody: one table says what each of them finds (routes.py).

An address that is not in the table fails the test, so nothing new goes unasked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from strongroom.accounts.models import Account
from strongroom.console.models import Announcement
from strongroom.downloads.models import Spike
from strongroom.projects.models import Collaboration, DeletionHold, Invitation, Project
from strongroom.projects.rules.invitations import INVITATION_LIFE
from strongroom.projects.rules.roles import Role
from strongroom.tokens.rules import Permission
from strongroom.upkeep.api.table import OPERATIONS
from tests.cast import basic, token_for
from tests.factors.people import Clock, Visitor, add_visitor
from tests.security.routes import BODIES, OPERATIONS_FOR, PLACES, TOKENS, WHO
from tests.security.walking import Found, every_address, every_row, what_is_found
from tests.uploads.door import send, wheel_upload

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
WITHOUT_FORMS = {name for name in PLACES if name.startswith(("api-", "^api", "legacy", "^legacy"))} | {"upload"}
"""Doors for programs: they look at no cookie, so nobody's browser can be made to use them."""

NOT_A_PAGE = {"api-description", *WITHOUT_FORMS}


@dataclass(frozen=True)
class Walk:
    """Everybody, and the numbers of what they come by."""

    people: dict[str, Visitor | None]
    numbers: dict[str, object]

    def path(self, name: str) -> str:
        return PLACES[name].path.format(**self.numbers)

    def browser(self, who: str, **more: str) -> Client:
        """A browser with that person's cookies."""
        browser = Client(HTTP_ACCEPT="text/html", HTTP_USER_AGENT="Firefox/1 Linux", **more)  # type: ignore[arg-type]
        person = self.people[who]
        if person is not None:
            browser.cookies.load(person.client.cookies.output(header="", sep=";"))
        return browser

    def ask(self, name: str, method: str, who: str, **more: str) -> HttpResponse:
        """What that person is answered, who brings nothing but their cookies."""
        return self.browser(who, **more).generic(method, self.path(name), content_type=FORM)  # type: ignore[return-value]

    def found(self, name: str, method: str, who: str, **more: str) -> str:
        with undone():
            return what_is_found(self.ask(name, method, who, **more)).value


@contextmanager
def undone() -> Iterator[None]:
    """What is done within leaves no row."""
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # so that what must be durable can begin in it
    with around:
        yield
        transaction.set_rollback(True)


@pytest.fixture
def walk(clock: Clock) -> Walk:
    """Ada owns ham, Ben maintains it, Cyd is a stranger, Dee runs the index; and somebody who is not signed in."""
    ada, ben, cyd, dee = (add_visitor(name, clock) for name in ("ada", "ben", "cyd", "dee"))
    Account.objects.filter(name="dee").update(is_staff=True)
    assert send(wheel_upload("ham"), basic(token_for("ada", now=clock.at))).status_code == 200
    project, since = Project.objects.get(), clock.at
    Collaboration.objects.create(
        project=project, account=Account.objects.get(name="ben"), role=Role.MAINTAINER.value, since=since
    )
    invitation = Invitation.objects.create(
        project=project,
        account=Account.objects.get(name="cyd"),
        role=Role.MAINTAINER.value,
        made_at=since,
        expires_at=since + INVITATION_LIFE,
    )
    announcement = Announcement.objects.create(
        english="Hello", french="Bonjour", level="info", begins_at=since, ends_at=since + INVITATION_LIFE, made_at=since
    )
    for one in (ada, ben, cyd):
        one.sign_in()
    enter_with_factor(dee)
    people = {"visitor": None, "stranger": cyd, "maintainer": ben, "owner": ada, "staff": dee}
    hold = DeletionHold.objects.create(project=project, version="1.0", asked_at=since, due_at=since + INVITATION_LIFE)
    spike = Spike.objects.create(
        day=since.date(), project="ham", kind="client", name="pip", counted=1000, usual=1, found_at=since
    )
    return Walk(
        people, {"invitation": invitation.pk, "announcement": announcement.pk, "hold": hold.pk, "spike": spike.pk}
    )


def enter_with_factor(person: Visitor) -> None:
    """Sign in, enrol an app, and sign in again with it, as those do who run the index."""
    person.sign_in()
    phone = person.enrol_app()
    person.post("/account/sign-out/")
    person.type_password()
    person.post("/account/sign-in/factor/", code=phone.next_code())
    assert person.is_signed_in()


def test_every_address_is_in_the_table_and_every_line_of_it_is_an_address() -> None:
    assert {one.name for one in every_address()} == set(PLACES)


def test_each_line_is_the_address_that_it_is_named_after(walk: Walk) -> None:
    for name in PLACES:
        found = resolve(walk.path(name))
        assert name in {found.url_name, found.route, found.route.partition("^")[2]}, (name, found)


def test_what_everybody_finds_stands_in_the_table(walk: Walk) -> None:
    found = {
        name: (
            "".join(walk.found(name, "GET", who) for who in WHO),
            "".join(walk.found(name, "POST", who) for who in WHO),
        )
        for name in PLACES
    }

    assert found == {name: (place.get, place.post) for name, place in PLACES.items()}


def test_getting_a_page_changes_nothing_for_anybody(walk: Walk) -> None:
    before = every_row()

    for name in PLACES:
        for who in WHO:
            walk.ask(name, "GET", who)
            walk.ask(name, "HEAD", who)

            assert every_row() == before, (name, who)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_no_page_answers_to_any_other_method_than_its_form_has(method: str, walk: Walk) -> None:
    before = every_row()

    answers = {name: walk.ask(name, method, "owner").status_code for name in PLACES if name not in NOT_A_PAGE}

    assert {name: status for name, status in answers.items() if status not in {403, 404, 405}} == {}
    assert every_row() == before


def test_no_form_is_taken_without_the_token_of_its_page(walk: Walk) -> None:
    before = every_row()

    for name in sorted(set(PLACES) - WITHOUT_FORMS):
        browser = walk.browser("owner")
        browser.handler.enforce_csrf_checks = True
        answer = browser.post(walk.path(name))

        is_too_old = answer.status_code == 403 and "site/form_too_old.html" in [one.name for one in answer.templates]
        assert is_too_old or answer.status_code == 405, name
        assert every_row() == before, name


def test_a_token_of_whatever_kind_opens_no_page(walk: Walk, tokens: list[str]) -> None:
    mighty = tokens[TOKENS.index("all")]
    ways = {f"Bearer {mighty}", *(basic(token) for token in tokens)}

    for name in sorted(set(PLACES) - NOT_A_PAGE):
        for way in ways:
            assert walk.found(name, "GET", "visitor", HTTP_AUTHORIZATION=way) == PLACES[name].get[0], name
        done = walk.found(name, "POST", "visitor", HTTP_AUTHORIZATION=basic(mighty))
        assert done == PLACES[name].post[0], name


def test_the_table_knows_every_letter() -> None:
    letters = {one.value for one in Found}

    assert {letter for place in PLACES.values() for letter in place.get + place.post} <= letters


@pytest.fixture
def tokens(walk: Walk, clock: Clock) -> list[str]:
    """Tokens of every kind, in the order of the table."""
    every = list(Permission)
    return [
        *(token_for("ada", permissions=[one], now=clock.at) for one in every),
        token_for("ada", permissions=every, now=clock.at),
        token_for("ada", permissions=every, projects=["spam"], now=clock.at),
        token_for("ben", permissions=every, now=clock.at),
        token_for("cyd", permissions=every, now=clock.at),
    ]


def test_the_table_of_the_api_has_every_operation_and_every_kind_of_token() -> None:
    assert {(one.method, one.path) for one in OPERATIONS} == set(OPERATIONS_FOR)
    assert tuple(one.value for one in Permission) == TOKENS[: len(Permission)]


def test_what_a_token_of_each_kind_may_do_stands_in_the_table(walk: Walk, tokens: list[str]) -> None:
    def found(method: str, path: str, authorization: str) -> str:
        address = "/api/v1/" + path.format(name="ham", version="1.0", account="ben", **walk.numbers)
        body = BODIES.get(path.rpartition("/")[-1], "") if method in {"PUT", "POST"} else ""
        browser = walk.browser("owner", HTTP_AUTHORIZATION=authorization)
        with undone():
            answer = browser.generic(method, address, body, content_type="application/json")
            return "P" if answer.status_code in {200, 201, 204} else what_is_found(answer).value  # type: ignore[arg-type]

    for one in OPERATIONS_FOR:
        assert "".join(found(*one, f"Bearer {token}") for token in tokens) == OPERATIONS_FOR[one], one
        assert found(*one, "") == Found.REFUSED.value, "a session opens nothing here"
        assert found(*one, basic(tokens[0], "ada")) == Found.REFUSED.value, "a token is nobody's password"
