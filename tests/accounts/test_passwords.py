"""A password is changed by who knows it, or reset by who reads the mailbox and holds the factor."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection

from strongroom.accounts.actions.arriving import ask_mailbox, show_factor, show_mailbox
from strongroom.accounts.actions.ending import suspend_account
from strongroom.accounts.actions.passwords import NewPassword, begin_reset, change_password, complete_reset
from strongroom.accounts.actions.sessions import complete_sign_in
from strongroom.accounts.models import Account, Arrival, Device, Session
from strongroom.accounts.queries.entry import LoadedArrival, load_arrival, load_visit
from strongroom.accounts.rules.arriving import Stage, next_stage
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.gear.hashing import BoundedArgon2Hasher
from strongroom.record.models import Event
from strongroom.terms.actors import Actor
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason
from tests.accounts.entering import (
    OTHER,
    PASSWORD,
    STRANGER,
    VISITOR,
    actor_with,
    add_ada,
    deeds,
    give_factor,
    letters,
    password_shown,
    prove,
    prove_with,
    queries_of,
    refused,
    sign_in,
)
from tests.accounts.mailbox import count_codes, last_code
from tests.cast import NOW, OPERATOR

pytestmark = pytest.mark.django_db

ADA = "ada@example.org"


def change(by: Actor, *, present: str = PASSWORD, new: str = OTHER) -> str:
    return change_password(by=by, now=NOW, present=present, password=NewPassword(new))


def asked(name: str = "ada", *, by: Actor = VISITOR) -> Callable[[], LoadedArrival]:
    """A reset was begun; gives the arrival as it stands whenever asked."""
    key = begin_reset(by=by, now=NOW, name=name, sealer=sealer_of_index())
    return lambda: load_arrival(key, now=NOW, device=None)


def read_mailbox(arrival: LoadedArrival, text: str | None = None) -> None:
    show_mailbox(by=VISITOR, now=NOW, arrival=arrival, text=text or last_code(ADA), sealer=sealer_of_index())


def reset(arrival: LoadedArrival, new: str = OTHER) -> None:
    complete_reset(by=VISITOR, now=NOW, arrival=arrival, password=NewPassword(new))


def unchanged() -> bool:
    return check_password(PASSWORD, Account.objects.get(name="ada").password)


def test_a_changed_password_ends_the_other_sessions_renews_the_key_and_is_told() -> None:
    add_ada()
    others = sign_in()
    mine = sign_in()
    half = password_shown()
    actor = actor_with(mine)
    prove(actor, Dangerous.CHANGE_PASSWORD)

    key = change(actor)

    row = Account.objects.get()
    assert check_password(OTHER, row.password)
    assert (row.password_changed_at, row.password_stands_alone) == (NOW, True)
    assert [load_visit(one, now=NOW) is None for one in (others.key, mine.key, key)] == [True, True, False]
    assert Arrival.objects.get(pk=half.id).ended_at == NOW
    assert letters()[-1] == ("notice password-changed", [ADA])
    assert Event.objects.latest("id").proof == "password"


def test_a_password_is_changed_only_with_the_present_one_a_proof_and_a_good_new_one() -> None:
    add_ada()
    actor = actor_with(sign_in())
    assert refused(lambda: change(actor)).reason is Reason.PROOF_NEEDED
    prove(actor, Dangerous.CHANGE_PASSWORD)

    assert refused(lambda: change(actor, present="wrong")).reason is Reason.PASSWORD_WRONG
    assert deeds()[-1] == "proof-refused"
    assert refused(lambda: change(actor, new="short but fine")).reason is Reason.PASSWORD_TOO_SHORT
    assert refused(lambda: change(actor, new="ada ada@example.org")).reason is Reason.PASSWORD_PERSONAL
    assert unchanged()
    change(actor)


def test_beside_a_factor_a_shorter_password_is_let_through_and_remembered_as_such() -> None:
    account = add_ada()
    key = give_factor(account, ProofKind.SECURITY_KEY)
    actor = actor_with(sign_in(key=key))
    prove_with(actor, Dangerous.CHANGE_PASSWORD, key, ProofKind.SECURITY_KEY)

    change(actor, new="tq9#vL2x")

    assert Account.objects.get().password_stands_alone is False
    event = Event.objects.latest("id")
    assert (event.deed, event.proof, event.factor) == ("password-changed", "security-key", key)


def test_no_password_is_hashed_while_others_wait_for_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    add_ada()
    actor = actor_with(sign_in())
    prove(actor, Dangerous.CHANGE_PASSWORD)
    depth: list[int] = []
    encode = BoundedArgon2Hasher.encode

    def note_depth(hasher: BoundedArgon2Hasher, password: str, salt: str) -> str:
        depth.append(len(connection.savepoint_ids))
        return encode(hasher, password, salt)

    monkeypatch.setattr(BoundedArgon2Hasher, "encode", note_depth)

    change(actor)
    arrival = asked()
    read_mailbox(arrival())
    reset(arrival(), new="another lantern ermine quarry")

    assert set(depth) == {len(connection.savepoint_ids)}


def test_a_reset_sets_the_password_signs_nobody_in_and_ends_every_session_and_known_device() -> None:
    add_ada()
    signed_in, half = sign_in(), password_shown()
    arrival = asked()
    assert letters()[-1] == ("code reset", [ADA])
    read_mailbox(arrival())
    assert next_stage(arrival().facts) is Stage.NEW_PASSWORD

    last = arrival()
    reset(last)

    assert check_password(OTHER, Account.objects.get().password)
    assert load_visit(signed_in.key, now=NOW) is None
    assert not Session.objects.filter(ended_at=None).exists()
    assert not Device.objects.filter(forgotten_at=None).exists()
    assert not Arrival.objects.filter(ended_at=None).exists()
    assert half.id != last.id
    assert letters()[-1] == ("notice password-reset", [ADA])
    event = Event.objects.latest("id")
    assert (event.deed, event.actor_kind, event.proof) == ("password-reset", "visitor", "mailbox")
    assert refused(lambda: reset(last)).reason is Reason.ARRIVAL_GONE


def test_no_step_of_a_reset_called_directly_goes_round_the_mailbox() -> None:
    add_ada()
    arrival = asked()

    for step in (
        lambda: reset(arrival()),
        lambda: complete_sign_in(by=VISITOR, now=NOW, arrival=arrival(), device=None),
    ):
        assert refused(step).reason is Reason.STAGE_OUT_OF_ORDER
    assert unchanged()


def test_no_step_of_a_reset_called_directly_goes_round_a_factor() -> None:
    account = add_ada()
    key = give_factor(account, ProofKind.SECURITY_KEY)
    arrival = asked()
    show = {"now": NOW, "kind": ProofKind.SECURITY_KEY, "account": account, "factor": key}

    early = refused(lambda: show_factor(arrival=arrival(), **show))  # type: ignore[arg-type]
    assert early.reason is Reason.STAGE_OUT_OF_ORDER
    read_mailbox(arrival())
    assert next_stage(arrival().facts) is Stage.FACTOR
    for step in (
        lambda: reset(arrival()),
        lambda: complete_sign_in(by=VISITOR, now=NOW, arrival=arrival(), device=None),
        lambda: show_factor(arrival=arrival(), **{**show, "kind": ProofKind.MAILBOX}),  # type: ignore[arg-type]
        lambda: show_factor(arrival=arrival(), **{**show, "kind": ProofKind.PASSWORD}),  # type: ignore[arg-type]
    ):
        assert refused(step).reason is Reason.STAGE_OUT_OF_ORDER
    assert unchanged()

    show_factor(arrival=arrival(), **show)  # type: ignore[arg-type]
    reset(arrival())
    event = Event.objects.latest("id")
    assert (event.deed, event.proof, event.factor) == ("password-reset", "security-key", key)


def test_a_factor_enrolled_after_the_reset_was_begun_counts() -> None:
    account = add_ada()
    arrival = asked()
    read_mailbox(arrival())

    give_factor(account)

    assert refused(lambda: reset(arrival())).reason is Reason.STAGE_OUT_OF_ORDER
    assert unchanged()


def test_somebody_who_is_signing_in_cannot_reset_and_the_other_way_round() -> None:
    add_ada()

    assert refused(lambda: reset(password_shown())).reason is Reason.STAGE_OUT_OF_ORDER


def test_a_bad_new_password_is_said_and_the_person_chooses_again() -> None:
    add_ada()
    arrival = asked()
    read_mailbox(arrival())

    assert refused(lambda: reset(arrival(), new="short")).reason is Reason.PASSWORD_TOO_SHORT
    assert unchanged()
    reset(arrival())


def test_known_and_unknown_accounts_ask_the_database_the_same_and_are_answered_alike() -> None:
    add_ada()
    add_ada("ben", password=None)
    Account.objects.filter(pk=add_ada("cyd")).update(closed_at=NOW)
    names = ("ada", "ADA", "nobody", "ben", "cyd")
    addresses = ("ada@example.org", "nobody@example.org")

    by_name = [queries_of(lambda name=name: asked(name)) for name in names]  # type: ignore[misc]
    by_address = [queries_of(lambda name=name: asked(name)) for name in addresses]  # type: ignore[misc]

    assert len(set(map(str, by_name))) == 1
    assert len(set(map(str, by_address))) == 1
    assert len(by_name[0]) == len(by_address[0])
    assert {Arrival.objects.get(pk=asked(name)().id).purpose for name in names[1:3]} == {"reset"}


def test_asking_again_and_typing_codes_tells_no_more_of_an_unknown_account() -> None:
    add_ada()
    told = {}
    for name in ("ada", "nobody"):
        arrival = asked(name, by=STRANGER)()
        steps = {
            "ask": lambda arrival=arrival: ask_mailbox(by=VISITOR, now=NOW, arrival=arrival, sealer=sealer_of_index()),
            "type": lambda arrival=arrival: read_mailbox(arrival, "2222-2222"),
        }
        told[name] = [str(queries_of(steps["ask"])), str(queries_of(steps["type"])), refused(steps["type"]).reason]

    assert told["ada"] == told["nobody"]


def test_resets_are_limited_alike_for_known_and_unknown_accounts() -> None:
    add_ada()
    told = []
    for number, name in enumerate(("ada", "nobody", "ada@example.org")):
        by = Actor(VISITOR.kind, "", address=f"203.0.113.{number}")
        for _ in range(6):
            asked(name, by=by)
        told.append(refused(lambda name=name, by=by: asked(name, by=by)).reason)  # type: ignore[misc]
        asked(name, by=STRANGER)

    assert told == [Reason.TOO_MANY_ATTEMPTS] * 3


def test_nothing_is_mailed_for_an_account_that_is_not_there_and_its_arrival_leads_nowhere() -> None:
    arrival = asked("nobody")

    assert letters() == [("code reset", [])]
    assert refused(lambda: read_mailbox(arrival(), "2222-2222")).reason is Reason.MAIL_CODE_WRONG
    Arrival.objects.update(mailbox_at=NOW)
    assert refused(lambda: reset(arrival())).reason is Reason.ARRIVAL_GONE
    event = Event.objects.latest("id")
    assert (event.deed, event.subject_kind, event.subject_name) == ("password-reset-asked", "index", "")


def test_an_address_that_is_not_verified_is_sent_no_reset() -> None:
    from strongroom.accounts.models import EmailAddress

    add_ada()
    EmailAddress.objects.update(verified_at=None)

    asked()

    assert count_codes(ADA) == 0


def test_a_reset_lifts_what_the_persons_own_mailbox_suspended() -> None:
    account = add_ada()
    suspend_account(by=OPERATOR, now=NOW, account=account, why="not-me")
    arrival = asked()
    read_mailbox(arrival())

    reset(arrival())

    assert Account.objects.get().is_active
    assert deeds()[-2:] == ["password-reset", "suspension-lifted"]
    assert sign_in(password=OTHER)


def test_a_reset_does_not_lift_what_staff_suspended() -> None:
    account = add_ada()
    suspend_account(by=OPERATOR, now=NOW, account=account, why="staff")
    arrival = asked()
    read_mailbox(arrival())

    reset(arrival())

    assert not Account.objects.get().is_active
    assert refused(lambda: sign_in(password=OTHER)).reason is Reason.ACCOUNT_SUSPENDED
