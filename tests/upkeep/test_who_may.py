"""Every deed on a project, tried by everybody who may not do it: the same refusal at each, and no trace."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from strongroom.accounts.models import Account, EmailAddress
from strongroom.terms.actors import AccountId, Actor, TokenId, visitor
from strongroom.terms.refusals import Reason
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from tests.cast import NOW
from tests.factors.cast import resident
from tests.upkeep.keepers import Team, ask, deeds_on_ham, holding_token, publish, refused_without_a_trace, team

pytestmark = pytest.mark.django_db

MAINTAINERS = {"yank", "unyank", "leave"}
PEOPLES = {"leave", "delete file", "delete release", "delete project", "restore file", "restore release"}
PEOPLES |= {"restore project"}
TOKENS = {
    Permission.YANK: {"yank", "unyank"},
    Permission.STATUS: {"status"},
    Permission.COLLABORATORS: {"invite", "withdraw", "promote", "remove"},
    Permission.PUBLISH: set(),
    Permission.READ: set(),
}


def _suspended(people: Team) -> Actor:
    Account.objects.filter(pk=people.ada.account).update(suspended_at=NOW)
    return people.ada.actor


def _closed(people: Team) -> Actor:
    Account.objects.filter(pk=people.ada.account).update(closed_at=NOW)
    return people.ada.actor


def _unverified(people: Team) -> Actor:
    EmailAddress.objects.filter(account_id=people.ada.account).update(verified_at=None)
    return people.ada.actor


def _revoked(people: Team) -> Actor:
    by = holding_token(people.ada, *Permission)
    Token.objects.filter(pk=by.token).update(revoked_at=NOW)
    return by


def _unknown(people: Team) -> Actor:
    return dataclasses.replace(people.ada.actor, token=TokenId("never made"))


def _of_nobody(people: Team) -> Actor:
    return dataclasses.replace(people.ada.actor, account=AccountId(987_654_321))


NOBODY: dict[str, tuple[Callable[[Team], Actor], Reason]] = {
    "a visitor": (lambda _: visitor(address="192.0.2.7", client="curl/8"), Reason.ACCOUNT_INACTIVE),
    "an account that is not there": (_of_nobody, Reason.ACCOUNT_INACTIVE),
    "a suspended Owner": (_suspended, Reason.ACCOUNT_INACTIVE),
    "an Owner whose account is closed": (_closed, Reason.ACCOUNT_INACTIVE),
    "an Owner without a verified address": (_unverified, Reason.EMAIL_NOT_VERIFIED),
    "a stranger": (lambda people: people.cyd.actor, Reason.NOT_A_COLLABORATOR),
    "staff without their office": (lambda _: resident("dee", is_staff=True).actor, Reason.NOT_A_COLLABORATOR),
    "a token that was revoked": (_revoked, Reason.TOKEN_REVOKED),
    "a token that was never made": (_unknown, Reason.TOKEN_UNKNOWN),
}


@pytest.fixture
def people() -> Team:
    made = team()
    publish()
    return made


@pytest.mark.parametrize("who", NOBODY)
def test_nobody_may_do_anything(who: str, people: Team) -> None:
    make, reason = NOBODY[who]
    by = make(people)
    # A visitor has nothing to be refused by: the invitation asks for an account first.
    first = {Reason.ACCOUNT_INACTIVE: {"invite": Reason.SIGN_IN_NEEDED}} if by.account is None else {}

    for name, deed in deeds_on_ham(by).items():
        expected = first.get(reason, {}).get(name, reason)
        assert refused_without_a_trace(deed).reason is expected, name


def test_a_maintainer_does_no_owners_deed(people: Team) -> None:
    for name, deed in deeds_on_ham(people.ben.actor).items():
        if name not in MAINTAINERS:
            assert refused_without_a_trace(deed).reason is Reason.ROLE_TOO_LOW, name


@pytest.mark.parametrize("permission", list(Permission))
def test_an_owners_token_does_what_it_was_made_for_and_nothing_else(permission: Permission, people: Team) -> None:
    by = holding_token(people.ada, permission)

    for name, deed in deeds_on_ham(by).items():
        if name in TOKENS[permission]:
            continue
        expected = Reason.PERSON_NEEDED if name in PEOPLES else Reason.TOKEN_LACKS_PERMISSION
        assert refused_without_a_trace(deed).reason is expected, name


def test_a_token_with_every_permission_makes_no_owner_and_deletes_nothing(people: Team) -> None:
    by = holding_token(people.ada, *Permission)

    for name in (*sorted(PEOPLES), "promote"):
        assert refused_without_a_trace(deeds_on_ham(by)[name]).reason is Reason.PERSON_NEEDED, name


@pytest.mark.parametrize("name", ["yank", "status", "invite", "withdraw", "promote", "remove"])
def test_a_token_for_another_project_does_nothing_to_this_one(name: str, people: Team) -> None:
    by = holding_token(people.ada, *Permission, projects=["eggs"])

    refusal = refused_without_a_trace(deeds_on_ham(by, invitation=ask(people.ada, "cyd"))[name])

    assert refusal.reason is Reason.TOKEN_FOR_OTHER_PROJECTS


def test_a_maintainers_token_does_no_owners_deed(people: Team) -> None:
    by = holding_token(people.ben, *Permission)

    for name, deed in deeds_on_ham(by).items():
        if name in MAINTAINERS:
            continue
        expected = Reason.PERSON_NEEDED if name in PEOPLES else Reason.ROLE_TOO_LOW
        assert refused_without_a_trace(deed).reason is expected, name


GRAVE = ("invite", "promote", "remove", "leave", "delete file", "delete release", "delete project")


@pytest.mark.parametrize("name", GRAVE)
def test_an_owner_proves_that_it_is_them_for_each_grave_deed(name: str, people: Team) -> None:
    assert refused_without_a_trace(deeds_on_ham(people.ada.actor)[name]).reason is Reason.PROOF_NEEDED
