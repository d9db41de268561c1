"""Factors renamed, removed and reported lost, and accounts closed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from strongroom.accounts.actions.ending import access_changed
from strongroom.accounts.models import Account, EmailAddress, Factor, Session
from strongroom.accounts.queries.entry import has_proof, held_kinds
from strongroom.accounts.rules.proving import Dangerous
from strongroom.factors.actions.keeping import close_account, remove_factor, rename_factor
from strongroom.factors.queries import count_codes_left, list_factors
from strongroom.projects.rules.roles import Role
from strongroom.terms.actors import FactorId
from strongroom.terms.refusals import Reason
from tests.accounts.entering import refused
from tests.authenticator import SoftKey
from tests.cast import NOW
from tests.factors.cast import (
    Resident,
    add_project_of,
    at_factor,
    effects_of,
    enrol_app,
    enrol_key,
    prove,
    prove_on_paper,
    reloaded,
    resident,
    same_in_another_browser,
    show_soft_key,
    with_key,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def changes() -> Iterator[list[dict[str, Any]]]:
    """What rooms above are told of."""
    heard: list[dict[str, Any]] = []

    def hear(**told: Any) -> None:  # noqa: ANN401 - Django's signals
        heard.append(told)

    access_changed.connect(hear)
    yield heard
    access_changed.disconnect(hear)


def remove(person: Resident, factor: FactorId, *, is_lost: bool = False) -> None:
    prove(person, Dangerous.REMOVE_FACTOR, target=factor)
    remove_factor(by=person.actor, now=NOW, factor=factor, is_lost=is_lost)


def hold(person: Resident) -> None:
    """A mandate holds the person to a factor."""
    Account.objects.filter(pk=person.account).update(must_hold_factor_since=NOW)


def test_a_factor_is_renamed_and_every_address_is_told() -> None:
    ada = with_key()
    key = ada.keys[0].factor
    without = refused(lambda: rename_factor(by=ada.actor, now=NOW, factor=key, label="drawer"))
    prove(ada, Dangerous.RENAME_FACTOR, target=key)

    seen = effects_of(lambda: rename_factor(by=ada.actor, now=NOW, factor=key, label=" drawer "))

    assert without.reason is Reason.PROOF_NEEDED
    assert [one.label for one in list_factors(ada.account)] == ["drawer"]
    assert (seen.deeds, seen.letters) == (["factor-renamed"], [("factor-renamed", "ada")])
    assert (seen.events[0].details, seen.events[0].factor) == ({"former": "key", "label": "drawer"}, key)


def test_a_label_that_is_none_or_is_taken_is_refused_and_leaves_the_proof() -> None:
    ada = with_key()
    app = enrol_app(ada)
    prove(ada, Dangerous.RENAME_FACTOR, target=app.factor)

    for label, reason in (("KEY", Reason.LABEL_TAKEN), (" ", Reason.LABEL_INVALID)):
        tried = refused(partial(rename_factor, by=ada.actor, now=NOW, factor=app.factor, label=label))
        assert tried.reason is reason
    rename_factor(by=ada.actor, now=NOW, factor=app.factor, label="PHONE")


def test_nobody_touches_another_accounts_factor() -> None:
    ada, ben = with_key(), with_key("ben")
    theirs = ada.keys[0].factor

    for deed in (
        lambda: rename_factor(by=ben.actor, now=NOW, factor=theirs, label="mine"),
        lambda: remove_factor(by=ben.actor, now=NOW, factor=theirs, is_lost=False),
    ):
        assert refused(deed).reason is Reason.FACTOR_UNKNOWN
    assert len(list_factors(ada.account)) == 1


def test_a_removed_factor_is_good_for_nothing_and_stays_in_the_history(changes: list[dict[str, Any]]) -> None:
    ada = with_key()
    app = enrol_app(ada)

    prove(ada, Dangerous.REMOVE_FACTOR, target=app.factor)
    seen = effects_of(lambda: remove_factor(by=ada.actor, now=NOW, factor=app.factor, is_lost=False))

    row = Factor.objects.get(pk=app.factor)
    assert (row.ended_at, row.ended_why) == (NOW, "removed")
    assert [one.kind for one in list_factors(ada.account)] == ["security-key"]
    assert (seen.deeds, seen.letters) == (["factor-removed"], [("factor-removed", "ada")])
    assert (seen.events[0].proof, seen.events[0].factor) == ("security-key", ada.keys[0].factor)
    assert changes == []
    assert count_codes_left(ada.account) == 10


def test_a_proof_for_one_factor_removes_no_other() -> None:
    ada = with_key()
    app = enrol_app(ada)
    prove(ada, Dangerous.REMOVE_FACTOR, target=ada.keys[0].factor)

    tried = refused(lambda: remove_factor(by=ada.actor, now=NOW, factor=app.factor, is_lost=False))

    assert tried.reason is Reason.PROOF_NEEDED


def test_an_app_removes_no_key_while_there_is_one() -> None:
    ada = with_key()
    enrol_app(ada)
    ada.keys, key = [], ada.keys[0]

    assert refused(lambda: remove(ada, key.factor)).reason is Reason.PROOF_KIND
    prove_on_paper(ada, Dangerous.REMOVE_FACTOR, target=key.factor)
    remove_factor(by=ada.actor, now=NOW, factor=key.factor, is_lost=True)


def test_a_lost_factor_ends_the_sessions_that_it_began_and_what_it_was_proof_of(changes: list[dict[str, Any]]) -> None:
    ada = resident()
    elsewhere = same_in_another_browser(ada)
    lost, spare = enrol_key(ada, label="lost"), enrol_key(ada, SoftKey(), label="spare")
    Session.objects.filter(pk=elsewhere.session).update(factor_id=lost.factor, signed_in_by="security-key")
    arrival = at_factor(ada)
    show_soft_key(arrival, ada.account, lost.soft)
    elsewhere.keys = [lost]
    prove(elsewhere, Dangerous.MAKE_RECOVERY_CODES)
    prove(ada, Dangerous.MAKE_RECOVERY_CODES)  # by the key that is lost
    ada.keys = [spare]
    prove(ada, Dangerous.REMOVE_FACTOR, target=lost.factor)

    seen = effects_of(lambda: remove_factor(by=ada.actor, now=NOW, factor=lost.factor, is_lost=True))

    ended = Session.objects.get(pk=elsewhere.session)
    assert (ended.ended_at, ended.ended_why) == (NOW, "factor-lost")
    assert Session.objects.get(pk=ada.session).ended_at is None
    assert (seen.deeds, seen.letters) == (["factor-lost"], [("factor-lost", "ada")])
    assert [(one["account"], one["factor"], one["now"]) for one in changes] == [(ada.account, lost.factor, NOW)]
    assert not has_proof(ada.session, Dangerous.MAKE_RECOVERY_CODES, now=NOW)
    assert refused(lambda: reloaded(arrival)).reason is Reason.ARRIVAL_GONE


def test_the_last_factor_takes_the_recovery_codes_along() -> None:
    ada = with_key()

    remove(ada, ada.keys[0].factor)

    assert held_kinds(ada.account) == frozenset()
    assert count_codes_left(ada.account) == 0


@pytest.mark.parametrize("is_lost", [False, True])
def test_whoever_is_held_to_a_factor_keeps_the_last_one_and_its_proof(*, is_lost: bool) -> None:
    ada = with_key()
    hold(ada)
    key = ada.keys[0].factor

    tried = refused(lambda: remove(ada, key, is_lost=is_lost))

    assert tried.reason is Reason.LAST_FACTOR
    enrol_key(ada, SoftKey(), label="spare")
    remove_factor(by=ada.actor, now=NOW, factor=key, is_lost=is_lost)


@pytest.mark.parametrize("column", ["disabled_at", "key__suspected_at"])
def test_whoever_is_held_to_a_factor_is_not_left_with_one_that_answers_no_more(column: str) -> None:
    ada = with_key()
    app = enrol_app(ada)
    hold(ada)
    if column == "disabled_at":
        Factor.objects.filter(pk=app.factor).update(disabled_at=NOW)
        key = ada.keys[0].factor
    else:
        ada.keys[0].soft.counter, ada.keys[0].soft.counts_by = 0, 0
        refused(lambda: show_soft_key(at_factor(ada), ada.account, ada.keys[0].soft))
        key = app.factor
    prove_on_paper(ada, Dangerous.REMOVE_FACTOR, target=key)

    tried = refused(lambda: remove_factor(by=ada.actor, now=NOW, factor=key, is_lost=False))

    assert tried.reason is Reason.LAST_FACTOR


def test_staff_keep_their_last_factor() -> None:
    dee = resident("dee", is_staff=True)
    enrol_key(dee)

    assert refused(lambda: remove(dee, dee.keys[0].factor)).reason is Reason.LAST_FACTOR


def test_a_password_that_is_good_only_beside_a_factor_keeps_it() -> None:
    ada = with_key()
    Account.objects.filter(pk=ada.account).update(password_stands_alone=False)

    tried = refused(lambda: remove(ada, ada.keys[0].factor))

    assert (tried.reason, tried.facts["least"]) == (Reason.PASSWORD_NEEDS_FACTOR, 15)


def test_a_closed_account_keeps_nothing_that_could_be_used(changes: list[dict[str, Any]]) -> None:
    ada = with_key()
    elsewhere = resident("ben")
    without = refused(lambda: close_account(by=ada.actor, now=NOW))
    prove(ada, Dangerous.CLOSE_ACCOUNT)

    seen = effects_of(lambda: close_account(by=ada.actor, now=NOW))

    assert without.reason is Reason.PROOF_NEEDED
    row = Account.objects.get(pk=ada.account)
    assert (row.closed_at, row.has_usable_password()) == (NOW, False)
    assert not Factor.objects.filter(account_id=ada.account, ended_at=None).exists()
    assert not Session.objects.filter(account_id=ada.account, ended_at=None).exists()
    assert not EmailAddress.objects.filter(account_id=ada.account).exists()
    assert (seen.deeds, seen.letters) == (["account-closed"], [("account-closed", "ada")])
    assert [one["account"] for one in changes] == [ada.account]
    assert refused(lambda: at_factor(ada)).reason is Reason.SIGN_IN_FAILED
    assert Session.objects.get(pk=elsewhere.session).ended_at is None


def test_the_only_owner_of_a_project_does_not_close_the_account_and_keeps_the_proof() -> None:
    ada, ben = resident(), resident("ben")
    add_project_of(ada, "orchard", ben, role=Role.MAINTAINER)
    add_project_of(ada, "meadow", ben, role=Role.OWNER)
    prove(ada, Dangerous.CLOSE_ACCOUNT)

    tried = refused(lambda: close_account(by=ada.actor, now=NOW))

    assert (tried.reason, tried.facts["names"]) == (Reason.SOLE_OWNER, "orchard")
    assert Account.objects.get(pk=ada.account).closed_at is None
