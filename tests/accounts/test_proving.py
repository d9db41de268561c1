"""Prove it is you again: for one deed, on one target, in one session, once."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from strongroom.accounts.actions.proving import Aim, make_proof, prove_by_password, spend_proof
from strongroom.accounts.actions.sessions import sign_out
from strongroom.accounts.models import Factor, Proof
from strongroom.accounts.queries.entry import has_proof, load_visit
from strongroom.accounts.rules.proving import PROOF_LIFE, Dangerous
from strongroom.record.models import Event
from strongroom.terms.actors import Actor, ActorKind, TokenId, operator, system, visitor
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason
from tests.accounts.entering import (
    HERE,
    actor_with,
    add_ada,
    deeds,
    give_factor,
    prove,
    prove_with,
    refused,
    sign_in,
)
from tests.cast import NOW, add_person

pytestmark = pytest.mark.django_db

REMOVE = Dangerous.REMOVE_FACTOR
AIM = Aim(REMOVE, "7")


@pytest.fixture
def ada() -> Actor:
    add_ada()
    return actor_with(sign_in())


def spending(by: Actor, aim: Aim = AIM, after: timedelta = timedelta(0)) -> Reason | None:
    from strongroom.terms.refusals import refusal_of

    return refusal_of(lambda: _spend(by, aim, after))


def _spend(by: Actor, aim: Aim, after: timedelta) -> None:
    spend_proof(by=by, now=NOW + after, aim=aim)


def test_a_proof_is_recorded_renews_the_key_and_is_spent_once(ada: Actor) -> None:
    key = prove(ada, REMOVE, target="7")

    visit = load_visit(key, now=NOW)
    assert visit is not None
    assert visit.session == ada.session
    event = Event.objects.latest("id")
    assert (event.deed, event.proof, event.address, event.details) == (
        "proved-again",
        "password",
        HERE,
        {"aim": "remove-factor"},
    )
    proved = spend_proof(by=ada, now=NOW, aim=AIM)
    assert (proved.proof, proved.session) == (ProofKind.PASSWORD, ada.session)
    assert Proof.objects.get().used_at == NOW
    assert spending(ada) is Reason.PROOF_NEEDED


def test_a_proof_by_a_factor_says_which(ada: Actor) -> None:
    assert ada.account is not None
    factor = give_factor(ada.account)

    prove_with(ada, REMOVE, factor, ProofKind.TOTP, target="7")

    proved = spend_proof(by=ada, now=NOW, aim=AIM)
    assert (proved.proof, proved.factor) == (ProofKind.TOTP, factor)


@pytest.mark.parametrize(
    "aim",
    [
        pytest.param(Aim(REMOVE, "8"), id="another target"),
        pytest.param(Aim(REMOVE), id="no target"),
        pytest.param(Aim(Dangerous.RENAME_FACTOR, "7"), id="another deed"),
    ],
)
def test_a_proof_is_good_for_its_deed_on_its_target_only(ada: Actor, aim: Aim) -> None:
    prove(ada, REMOVE, target="7")

    assert spending(ada, aim) is Reason.PROOF_NEEDED
    assert spending(ada) is None


def test_every_deed_takes_a_proof_of_its_own(ada: Actor) -> None:
    for deed in Dangerous:
        assert spending(ada, Aim(deed)) is Reason.PROOF_NEEDED
        prove(ada, deed)
        assert {other for other in Dangerous if has_proof(ada.session, other, now=NOW)} == {deed}  # type: ignore[arg-type]
        assert spending(ada, Aim(deed)) is None


def test_a_proof_is_good_for_ten_minutes(ada: Actor) -> None:
    prove(ada, REMOVE, target="7")

    assert spending(ada, after=PROOF_LIFE) is Reason.PROOF_NEEDED
    assert spending(ada, after=PROOF_LIFE - timedelta(seconds=1)) is None


def test_a_proof_is_good_in_its_own_session_only(ada: Actor) -> None:
    prove(ada, REMOVE, target="7")
    other = actor_with(sign_in())
    add_ada("ben")
    ben = actor_with(sign_in("ben"))

    assert spending(other) is Reason.PROOF_NEEDED
    assert spending(ben) is Reason.PROOF_NEEDED
    assert spending(dataclasses.replace(ben, session=ada.session)) is Reason.PROOF_NEEDED
    assert spending(ada) is None


def test_a_proof_ends_with_its_session(ada: Actor) -> None:
    assert ada.session is not None
    assert ada.account is not None
    prove(ada, REMOVE, target="7")

    sign_out(by=ada, now=NOW, session=ada.session, account=ada.account)

    assert spending(ada) is Reason.PROOF_NEEDED
    assert not has_proof(ada.session, REMOVE, target="7", now=NOW)


def test_neither_a_token_nor_a_stranger_nor_the_index_itself_can_spend_a_proof(ada: Actor) -> None:
    prove(ada, REMOVE, target="7")
    of_token = Actor(ActorKind.ACCOUNT, "ada", account=ada.account, token=TokenId("t"))
    with_both = dataclasses.replace(ada, token=TokenId("t"))
    for by in (of_token, with_both, visitor(address=HERE, client=""), system(), add_person("cyd").actor):
        assert spending(by) is Reason.PROOF_NEEDED, by
    for by in (of_token, with_both, visitor(address=HERE, client=""), system(), operator("olga")):
        told = refused(
            lambda by=by: make_proof(by=by, now=NOW, aim=AIM, kind=ProofKind.PASSWORD, factor=None)  # type: ignore[misc]
        )
        assert told.reason is Reason.SIGN_IN_NEEDED, by
    assert Proof.objects.get().used_at is None


def test_an_operator_at_the_machine_proves_nothing() -> None:
    assert spend_proof(by=operator("olga"), now=NOW, aim=AIM) == operator("olga")


def test_a_proof_by_password_is_worth_nothing_once_a_factor_was_enrolled(ada: Actor) -> None:
    assert ada.account is not None
    prove(ada, REMOVE, target="7")

    factor = give_factor(ada.account)

    assert not has_proof(ada.session, REMOVE, target="7", now=NOW)  # type: ignore[arg-type]
    assert spending(ada) is Reason.PROOF_NEEDED
    prove_with(ada, REMOVE, factor, ProofKind.TOTP, target="7")
    assert spending(ada) is None


def test_a_proof_by_an_apps_code_takes_no_security_key_away_that_was_enrolled_since(ada: Actor) -> None:
    assert ada.account is not None
    prove_with(ada, REMOVE, give_factor(ada.account), ProofKind.TOTP, target="7")

    give_factor(ada.account, ProofKind.SECURITY_KEY)

    assert spending(ada) is Reason.PROOF_NEEDED


def test_an_older_proof_that_is_enough_is_found_behind_a_newer_one_that_is_not(ada: Actor) -> None:
    assert ada.account is not None
    key = give_factor(ada.account, ProofKind.SECURITY_KEY)
    prove_with(ada, REMOVE, key, ProofKind.SECURITY_KEY, target="7")
    Proof.objects.create(
        session_id=ada.session or 0,
        deed="remove-factor",
        target="7",
        kind="totp",
        made_at=NOW,
        expires_at=NOW + PROOF_LIFE,
    )

    assert spend_proof(by=ada, now=NOW, aim=AIM).factor == key


def test_a_proof_dies_with_its_factor(ada: Actor) -> None:
    assert ada.account is not None
    lost, other = give_factor(ada.account), give_factor(ada.account, label="other")
    prove_with(ada, REMOVE, lost, ProofKind.TOTP, target="7")

    Factor.objects.filter(pk=lost).update(ended_at=NOW)

    assert spending(ada) is Reason.PROOF_NEEDED
    prove_with(ada, REMOVE, other, ProofKind.TOTP, target="7")
    assert spending(ada) is None


def test_whoever_holds_a_factor_never_proves_anything_by_the_password(ada: Actor) -> None:
    assert ada.account is not None
    give_factor(ada.account)

    for deed in Dangerous:
        for password in ("wrong", "correct horse battery staple"):
            told = refused(lambda deed=deed, password=password: prove(ada, deed, password=password))  # type: ignore[misc]
            assert told.reason is Reason.PROOF_KIND
    assert not Proof.objects.exists()


def test_a_wrong_password_proves_nothing_is_recorded_and_limited_for_its_session_alone(ada: Actor) -> None:
    for _ in range(10):
        assert refused(lambda: prove(ada, REMOVE, password="wrong")).reason is Reason.PASSWORD_WRONG

    assert refused(lambda: prove(ada, REMOVE)).reason is Reason.TOO_MANY_ATTEMPTS
    assert deeds().count("proof-refused") == 10
    assert not Proof.objects.exists()
    other = actor_with(sign_in())
    assert prove_by_password(by=other, now=NOW, aim=AIM, password="correct horse battery staple")


def test_a_deed_that_is_refused_leaves_the_proof_for_the_next_try(ada: Actor) -> None:
    from django.db import transaction

    prove(ada, REMOVE, target="7")

    with transaction.atomic():
        spend_proof(by=ada, now=NOW, aim=AIM)
        transaction.set_rollback(True)

    assert spending(ada) is None
