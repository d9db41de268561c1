"""Accounts suspended by "this was not me", and closed for good."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from strongroom.accounts.actions.ending import (
    access_changed,
    answer_not_me,
    close_account_row,
    lift_own_suspension,
    suspend_account,
)
from strongroom.accounts.models import Account, Arrival, Device, EmailAddress, Factor, Letter, Session
from strongroom.accounts.queries.entry import load_visit
from strongroom.accounts.rules.letters import NOT_ME_LIFE
from strongroom.accounts.rules.proving import Dangerous
from strongroom.record.models import Event
from strongroom.terms.refusals import Reason
from tests.accounts.entering import (
    STRANGER,
    VISITOR,
    actor_with,
    add_ada,
    deeds,
    give_factor,
    letters,
    password_shown,
    prove,
    refused,
    sign_in,
)
from tests.cast import NOW, OPERATOR

pytestmark = pytest.mark.django_db

TO_ADA = ["ada@example.org"]


@pytest.fixture
def heard() -> Iterator[list[tuple[int, object]]]:
    """What rooms above hear of changed access."""
    found: list[tuple[int, object]] = []

    def listen(*, account: int, factor: object, **_: object) -> None:
        found.append((account, factor))

    access_changed.connect(listen)
    yield found
    access_changed.disconnect(listen)


def test_this_was_not_me_suspends_at_once_ends_everything_and_is_told(heard: list[tuple[int, object]]) -> None:
    account = add_ada()
    intruder = sign_in(by=STRANGER)
    password_shown(by=STRANGER)
    prove(actor_with(intruder), Dangerous.MAKE_TOKEN)
    letter = Letter.objects.get().pk

    assert answer_not_me(by=VISITOR, now=NOW, letter=letter) == account

    row = Account.objects.get()
    assert (row.suspended_at, row.suspended_why, row.is_active) == (NOW, "not-me", False)
    assert load_visit(intruder.key, now=NOW) is None
    assert set(Session.objects.values_list("ended_why", flat=True)) == {"suspended"}
    assert not Arrival.objects.filter(ended_at=None).exists()
    assert not Device.objects.filter(forgotten_at=None).exists()
    assert letters()[-1] == ("notice account-suspended", TO_ADA)
    assert Event.objects.latest("id").details == {"why": "not-me"}
    assert heard == [(account, None)]


def test_the_link_works_once_and_for_thirty_days() -> None:
    add_ada()
    sign_in()
    letter = Letter.objects.get().pk

    late = refused(lambda: answer_not_me(by=VISITOR, now=NOW + NOT_ME_LIFE, letter=letter))
    assert late.reason is Reason.NOT_ME_LINK_INVALID
    assert Account.objects.get().is_active
    answer_not_me(by=VISITOR, now=NOW + NOT_ME_LIFE - timedelta(seconds=1), letter=letter)
    again = refused(lambda: answer_not_me(by=VISITOR, now=NOW, letter=letter))
    assert again.reason is Reason.NOT_ME_LINK_INVALID
    assert refused(lambda: answer_not_me(by=VISITOR, now=NOW, letter=0)).reason is Reason.NOT_ME_LINK_INVALID
    assert deeds().count("account-suspended") == 1


def test_suspending_twice_changes_nothing_and_keeps_the_first_reason(heard: list[tuple[int, object]]) -> None:
    account = add_ada()

    suspend_account(by=OPERATOR, now=NOW, account=account, why="staff")
    suspend_account(by=OPERATOR, now=NOW, account=account, why="not-me")
    lift_own_suspension(by=VISITOR, now=NOW, account=account)

    assert Account.objects.get().suspended_why == "staff"
    assert deeds().count("account-suspended") == 1
    assert len(heard) == 1


def test_a_lifted_suspension_is_told_and_revives_no_session(heard: list[tuple[int, object]]) -> None:
    account = add_ada()
    key = sign_in().key
    suspend_account(by=OPERATOR, now=NOW, account=account, why="not-me")

    lift_own_suspension(by=VISITOR, now=NOW, account=account)

    assert Account.objects.get().is_active
    assert load_visit(key, now=NOW) is None
    assert letters()[-1] == ("notice suspension-lifted", TO_ADA)
    assert heard == [(account, None)] * 2


def test_a_closed_account_is_told_and_nothing_of_it_opens_anything(heard: list[tuple[int, object]]) -> None:
    account = add_ada()
    factor = give_factor(account)
    key = give_factor(account, label="second")
    EmailAddress.objects.create(account_id=account, address="old@example.org", verified_at=NOW)
    half = password_shown()

    for _ in range(2):
        close_account_row(by=OPERATOR, now=NOW, account=account)

    row = Account.objects.get()
    assert (row.closed_at, row.is_active, row.has_usable_password()) == (NOW, False, False)
    assert letters() == [("notice account-closed", ["ada@example.org", "old@example.org"])]
    assert deeds().count("account-closed") == 1
    assert Arrival.objects.get(pk=half.id).ended_at == NOW
    assert set(Factor.objects.values_list("pk", "ended_why")) == {(factor, "closed"), (key, "closed")}
    assert not EmailAddress.objects.exists()
    assert refused(password_shown).reason is Reason.SIGN_IN_FAILED
    assert heard == [(account, None)]


def test_the_name_of_a_closed_account_is_never_given_again_and_its_address_is_free() -> None:
    close_account_row(by=OPERATOR, now=NOW, account=add_ada())

    assert refused(add_ada).reason is Reason.ACCOUNT_EXISTS
    EmailAddress.objects.create(account_id=add_ada("ben"), address="ada@example.org", verified_at=NOW)


def test_a_closed_account_is_neither_suspended_nor_lifted() -> None:
    account = add_ada()
    sign_in()
    letter = Letter.objects.get().pk
    close_account_row(by=OPERATOR, now=NOW, account=account)

    answer_not_me(by=VISITOR, now=NOW, letter=letter)

    assert Account.objects.get().suspended_at is None
    assert deeds()[-1] == "account-closed"
