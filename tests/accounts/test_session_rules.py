"""How long somebody stays signed in, to the second."""

from __future__ import annotations

import itertools
from datetime import timedelta
from functools import partial

import pytest

from strongroom.accounts.rules.sessions import SessionFacts, is_live, overall_of
from strongroom.accounts.rules.visits import Visit, actor_of, require_signed_in
from strongroom.terms.actors import AccountId, Actor, ActorKind, FactorId, SessionId, TokenId, operator, visitor
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason, refusal_of
from tests.cast import NOW

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("idle", "age", "is_staff", "is_active", "lives"),
    [
        pytest.param(HOUR - SECOND, HOUR, False, True, True, id="not idle for quite an hour"),
        pytest.param(HOUR, HOUR, False, True, False, id="idle for an hour"),
        pytest.param(timedelta(0), 24 * HOUR - SECOND, False, True, True, id="busy for nearly a day"),
        pytest.param(timedelta(0), 24 * HOUR, False, True, False, id="busy for a day"),
        pytest.param(QUARTER - SECOND, HOUR, True, True, True, id="staff, not idle for quite a quarter of an hour"),
        pytest.param(QUARTER, HOUR, True, True, False, id="staff, idle for a quarter of an hour"),
        pytest.param(timedelta(0), 12 * HOUR - SECOND, True, True, True, id="staff, busy for nearly half a day"),
        pytest.param(timedelta(0), 12 * HOUR, True, True, False, id="staff, busy for half a day"),
        pytest.param(timedelta(0), timedelta(0), False, False, False, id="an account suspended or closed"),
    ],
)
def test_a_session_ends_after_idling_and_after_its_day(
    idle: timedelta, age: timedelta, is_staff: bool, is_active: bool, lives: bool
) -> None:
    begun = NOW - age
    facts = SessionFacts(
        last_seen_at=NOW - idle,
        ends_at=begun + overall_of(is_staff=is_staff),
        is_staff=is_staff,
        is_account_active=is_active,
    )

    assert is_live(facts, now=NOW) is lives


def test_the_actor_of_a_visit_is_whoever_signed_in_by_what_they_showed() -> None:
    visit = Visit(SessionId(3), AccountId(1), "ada", False, "", ProofKind.TOTP, FactorId(9), NOW)

    actor = actor_of(visit, address="192.0.2.1", client="browser")

    assert actor == Actor(
        ActorKind.ACCOUNT, "ada", AccountId(1), None, "192.0.2.1", "browser", SessionId(3), ProofKind.TOTP, FactorId(9)
    )
    assert require_signed_in(actor) == (1, 3)


def test_neither_a_token_nor_a_visitor_nor_an_operator_counts_as_signed_in() -> None:
    for account, session, token in itertools.product([None, AccountId(1)], [None, SessionId(1)], [None, TokenId("t")]):
        actor = Actor(ActorKind.ACCOUNT, "ada", account=account, session=session, token=token)
        expected = None if account and session and not token else Reason.SIGN_IN_NEEDED
        assert refusal_of(partial(_ask, actor)) is expected
    for stranger in [visitor(address=None, client=""), operator("olga")]:
        assert refusal_of(partial(_ask, stranger)) is Reason.SIGN_IN_NEEDED


def _ask(actor: Actor) -> None:
    require_signed_in(actor)
