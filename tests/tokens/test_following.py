"""Tokens follow what their account may do, and the factor that they were made with; the read plane follows them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest

from strongroom.accounts.actions.arriving import show_mailbox
from strongroom.accounts.actions.ending import (
    BY_OPERATOR,
    access_changed,
    answer_not_me,
    close_account_row,
    lift_suspension,
    suspend_account,
)
from strongroom.accounts.actions.letters import write_notice
from strongroom.accounts.actions.passwords import NewPassword, begin_reset, complete_reset
from strongroom.accounts.models import Account, Letter
from strongroom.accounts.queries.entry import load_arrival
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.factors.actions.keeping import remove_factor
from strongroom.gear.settings import Settings
from strongroom.reads.readers import Readers
from strongroom.record.models import Event
from strongroom.record.rules import Deed
from strongroom.site.keeper import RECOVERY_ROUNDS, _one_round
from strongroom.terms.actors import AccountId, FactorId, TokenId
from strongroom.terms.proofs import ProofKind
from strongroom.tokens.actions import publish_readers
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from tests.accounts.entering import OTHER, VISITOR, actor_with, add_ada, give_factor, prove_with, sign_in
from tests.accounts.mailbox import last_code
from tests.cast import NOW, OPERATOR, token_for
from tests.tokens.owning import (
    BOTH,
    content_of,
    identifier,
    index_readers,
    make,
    published,
    suspend_row,
    wanting,
    with_proof,
)
from tests.uploads.door import send, wheel_upload

pytestmark = pytest.mark.django_db

Committing = Callable[[], AbstractContextManager[Any]]
HAM = wheel_upload()


@pytest.fixture
def ada() -> AccountId:
    return add_ada()


@pytest.fixture
def committing(django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]]) -> Committing:
    """What is done in it is committed at its end, as it is without a test's own transaction around it."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture(autouse=True)
def kept_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keeper lets go of old connections; that of a test is inside its transaction."""
    monkeypatch.setattr("strongroom.site.keeper.close_old_connections", lambda: None)


def keys_of(ada: AccountId) -> tuple[FactorId, FactorId]:
    return tuple(give_factor(ada, ProofKind.SECURITY_KEY, label=label) for label in ("blue", "green"))  # type: ignore[return-value]


def remove(ada: AccountId, factor: FactorId, *, shown: FactorId, is_lost: bool) -> None:
    by = actor_with(sign_in(key=shown))
    prove_with(by, Dangerous.REMOVE_FACTOR, shown, ProofKind.SECURITY_KEY, target=str(factor))
    remove_factor(by=by, now=NOW, factor=factor, is_lost=is_lost)


def revoked() -> set[str]:
    return set(Token.objects.filter(revoked_at__isnull=False).values_list("pk", flat=True))


def reason_at_the_door(text: str) -> str:
    return str(send(HAM, f"Bearer {text}").get("X-Strongroom-Reason", ""))


def test_the_index_lets_tokens_follow() -> None:
    assert access_changed.has_listeners()


def test_a_token_dies_with_the_factor_that_it_was_made_with_when_that_is_reported_lost(
    ada: AccountId, committing: Committing
) -> None:
    blue, green = keys_of(ada)
    with_blue = make(with_proof(factor=blue), wanting(permissions=BOTH))
    with_green = make(with_proof(factor=green), wanting(permissions=BOTH))
    by_operator = token_for("ada", permissions=BOTH)

    with committing():
        remove(ada, blue, shown=green, is_lost=True)
        assert revoked() == {identifier(with_blue)}

    assert published() == {identifier(with_green), identifier(by_operator)}
    assert Token.objects.get(pk=identifier(with_blue)).revoked_at == NOW
    assert reason_at_the_door(with_blue) == "token-revoked"
    event = Event.objects.filter(deed="token-revoked").get()
    assert (event.subject_name, event.details) == (identifier(with_blue), {"why": "factor-lost"})
    assert (event.actor_account, event.proof, event.factor) == (ada, "security-key", green)


def test_a_factor_that_is_only_removed_leaves_its_tokens_alone(ada: AccountId, committing: Committing) -> None:
    blue, green = keys_of(ada)
    text = make(with_proof(factor=blue), wanting(permissions=BOTH))

    with committing():
        remove(ada, blue, shown=green, is_lost=False)

    assert revoked() == set()
    assert published() == {identifier(text)}


def test_a_token_revoked_before_is_not_revoked_again(ada: AccountId, committing: Committing) -> None:
    blue, green = keys_of(ada)
    make(with_proof(factor=blue), wanting())
    Token.objects.update(revoked_at=NOW - timedelta(days=1))

    with committing():
        remove(ada, blue, shown=green, is_lost=True)

    assert Token.objects.get().revoked_at == NOW - timedelta(days=1)
    assert not Event.objects.filter(deed="token-revoked").exists()


def test_a_suspended_account_neither_publishes_nor_reads_and_does_both_again_once_that_is_lifted(
    ada: AccountId, committing: Committing
) -> None:
    text = token_for("ada", permissions=BOTH)
    token = identifier(text)
    add_ada("ben")
    other = identifier(token_for("ben", permissions=BOTH))
    assert published() == {token, other}

    with committing():
        suspend_account(by=OPERATOR, now=NOW, account=ada, why=BY_OPERATOR)
    assert published() == {other}
    assert reason_at_the_door(text) == "account-inactive"

    with committing():
        assert lift_suspension(by=OPERATOR, now=NOW, account=ada)
    assert published() == {token, other}
    assert revoked() == set()
    assert send(HAM, f"Bearer {text}").status_code == 200


def test_this_was_not_me_stops_every_token_and_a_reset_brings_them_back(ada: AccountId, committing: Committing) -> None:
    text = token_for("ada", permissions=BOTH)
    write_notice(by=VISITOR, now=NOW, account=ada, deed=Deed.SIGNED_IN, facts={})

    with committing():
        answer_not_me(by=VISITOR, now=NOW, letter=Letter.objects.latest("id").pk)
    assert published() == set()
    assert reason_at_the_door(text) == "account-inactive"

    sealer = sealer_of_index()
    key = begin_reset(by=VISITOR, now=NOW, name="ada", sealer=sealer)
    arrival = load_arrival(key, now=NOW, device=None)
    show_mailbox(by=VISITOR, now=NOW, arrival=arrival, text=last_code("ada@example.org"), sealer=sealer)
    with committing():
        arrival = load_arrival(key, now=NOW, device=None)
        complete_reset(by=VISITOR, now=NOW, arrival=arrival, password=NewPassword(OTHER))
    assert published() == {identifier(text)}


def test_what_an_operator_suspended_no_reset_lifts_not_even_after_this_was_not_me(ada: AccountId) -> None:
    suspend_account(by=VISITOR, now=NOW, account=ada, why="not-me")
    suspend_account(by=OPERATOR, now=NOW, account=ada, why=BY_OPERATOR)
    suspend_account(by=VISITOR, now=NOW, account=ada, why="not-me")

    assert Account.objects.get().suspended_why == BY_OPERATOR


def test_lifting_what_is_not_suspended_changes_nothing(ada: AccountId) -> None:
    count = Event.objects.count()

    assert not lift_suspension(by=OPERATOR, now=NOW, account=ada)

    assert Event.objects.count() == count


def test_with_its_account_every_token_ends_for_good(ada: AccountId, committing: Committing) -> None:
    texts = [token_for("ada", permissions=BOTH), make(with_proof(), wanting(permissions=BOTH))]

    with committing():
        close_account_row(by=OPERATOR, now=NOW, account=ada)

    assert revoked() == {identifier(text) for text in texts}
    assert published() == set()
    assert {reason_at_the_door(text) for text in texts} == {"account-inactive"}
    events = Event.objects.filter(deed="token-revoked")
    assert [event.details for event in events] == [{"why": "account-closed"}] * 2


def test_when_the_change_is_rolled_back_nothing_follows(ada: AccountId, committing: Committing) -> None:
    from django.db import transaction

    token = identifier(token_for("ada", permissions=BOTH))

    with committing(), pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - the change and its end
        close_account_row(by=OPERATOR, now=NOW, account=ada)
        raise RuntimeError

    assert revoked() == set()
    assert published() == {token}


def test_a_disk_that_fails_does_not_undo_a_suspension_and_the_keeper_repairs_it(
    ada: AccountId, committing: Committing, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = identifier(token_for("ada", permissions=BOTH))
    with monkeypatch.context() as patched:
        patched.setattr(Readers, "revoke_reader", _no_disk)
        with committing():
            suspend_account(by=OPERATOR, now=NOW, account=ada, why=BY_OPERATOR)
    assert Account.objects.get().suspended_at is not None
    assert published() == {token}

    _one_round(index_settings, RECOVERY_ROUNDS - 1)

    assert published() == set()


def test_once_a_minute_the_keeper_compares_what_the_read_plane_knows(ada: AccountId, index_settings: Settings) -> None:
    kept = identifier(token_for("ada", permissions=BOTH))
    lost = identifier(token_for("ada", permissions=BOTH))
    altered = identifier(token_for("ada", permissions=BOTH, projects=["ham"]))
    right = content_of(altered)
    index_readers().path_of(lost).unlink()
    index_readers().path_of(altered).write_text("{")
    index_readers().path_of(TokenId("nobodys")).write_text("{}")
    unwritten = index_readers().path_of(kept).stat().st_mtime_ns

    _one_round(index_settings, 0)
    assert published() == {kept, altered, "nobodys"}
    _one_round(index_settings, RECOVERY_ROUNDS - 1)

    assert published() == {kept, lost, altered}
    assert content_of(altered) == right
    assert index_readers().path_of(kept).stat().st_mtime_ns == unwritten


def test_a_token_made_for_a_suspended_account_is_not_told_to_the_read_plane(ada: AccountId) -> None:
    suspend_row(ada)

    token_for("ada", permissions=BOTH)

    assert published() == set()


def test_a_token_that_is_revoked_while_readers_are_compared_does_not_come_back(
    ada: AccountId, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = identifier(token_for("ada", permissions=[Permission.READ]))
    index_readers().path_of(token).unlink()
    publish = Readers.publish_reader

    def revoked_just_before(readers: Readers, reader: Any) -> None:  # noqa: ANN401 - as the product passes it
        Token.objects.update(revoked_at=NOW)
        publish(readers, reader)

    monkeypatch.setattr(Readers, "publish_reader", revoked_just_before)

    publish_readers(now=NOW, readers=index_readers())

    assert published() == set()


def test_comparing_one_account_leaves_the_others_alone(ada: AccountId) -> None:
    ben = add_ada("ben")
    mine, theirs = (identifier(token_for(name, permissions=BOTH)) for name in ("ada", "ben"))
    suspend_row(ada)
    suspend_row(ben)

    publish_readers(now=NOW, readers=index_readers(), account=ada)

    assert mine not in published()
    assert published() == {theirs}


def _no_disk(*_: object, **__: object) -> None:
    raise OSError(5, "Input/output error")
