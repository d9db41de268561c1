"""Being signed in: begun once every step is done, ended for good, on every worker."""

from __future__ import annotations

from datetime import timedelta

import pytest

from strongroom.accounts.actions.ending import suspend_account
from strongroom.accounts.actions.sessions import (
    complete_sign_in,
    end_other_sessions,
    end_session,
    forget_device,
    note_visit,
    renew_session_key,
    sign_out,
)
from strongroom.accounts.models import Account, Arrival, Device, Session
from strongroom.accounts.queries.entry import (
    find_device,
    hash_key,
    idle_end,
    list_devices,
    list_sessions,
    load_arrival,
    load_visit,
)
from strongroom.accounts.rules.arriving import Purpose
from strongroom.accounts.rules.sessions import DEVICE_LIFE, MOST_SESSIONS
from strongroom.record.models import Event
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason
from tests.accounts.entering import (
    ELSEWHERE,
    HERE,
    STRANGER,
    VISITOR,
    actor_with,
    add_ada,
    deeds,
    give_factor,
    letters,
    password_shown,
    refused,
    sign_in,
)
from tests.cast import NOW, OPERATOR

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TO_ADA = ["ada@example.org"]


def test_signing_in_begins_a_session_ends_the_arrival_and_is_told() -> None:
    account = add_ada()

    signed_in = sign_in()

    row = Session.objects.get()
    assert (row.account_id, row.signed_in_by, row.begun_at, row.ends_at) == (account, "password", NOW, NOW + 24 * HOUR)
    assert (row.address, row.client, row.ended_at) == (HERE, "browser/1.0", None)
    assert Arrival.objects.get().ended_at == NOW
    assert (signed_in.account, signed_in.by) == (account, ProofKind.PASSWORD)
    assert deeds() == ["account-added", "signed-in"]
    event = Event.objects.latest("id")
    assert (event.actor_name, event.actor_account, event.proof, event.address) == ("ada", account, "password", HERE)
    assert letters() == [("notice signed-in", TO_ADA)]


def test_a_session_remembers_the_factor_that_it_was_begun_with() -> None:
    key = give_factor(add_ada(), ProofKind.SECURITY_KEY)

    sign_in(key=key)

    assert (Session.objects.get().signed_in_by, Session.objects.get().factor_id) == ("security-key", key)
    event = Event.objects.latest("id")
    assert (event.deed, event.proof, event.factor) == ("signed-in", "security-key", key)


def test_of_the_keys_that_browsers_keep_only_hashes_are_kept_and_no_two_are_alike() -> None:
    add_ada()

    first, second = sign_in(), sign_in()

    assert len({first.key, second.key, first.device, second.device}) == 4
    assert min(map(len, (first.key, first.device))) >= 43
    kept = str([*Session.objects.values(), *Device.objects.values(), *Event.objects.values()])
    assert not [secret for secret in (first.key, second.key, first.device) if secret in kept]
    assert Session.objects.filter(key_sha256=hash_key(first.key)).exists()


def test_a_known_device_is_recorded_and_not_told_again() -> None:
    account = add_ada()
    first = sign_in()

    second = sign_in(device=first.device, now=NOW + HOUR)

    assert second.device == first.device
    assert Device.objects.get().last_used_at == NOW + HOUR
    assert len(letters()) == 1
    assert deeds()[-1] == "signed-in"
    assert [device.pk for device in list_devices(account, now=NOW)] == [Device.objects.get().pk]


def test_a_device_that_somebody_planted_is_not_taken_on() -> None:
    account = add_ada()

    signed_in = sign_in(device="planted by somebody else")

    assert signed_in.device != "planted by somebody else"
    assert find_device(account, "planted by somebody else", now=NOW) is None
    assert find_device(account, signed_in.device, now=NOW) is not None


def test_a_device_is_known_to_one_account_and_for_a_year_without_use() -> None:
    ada, ben = add_ada(), add_ada("ben")
    device = sign_in().device

    assert find_device(ben, device, now=NOW) is None
    assert find_device(ada, device, now=NOW + DEVICE_LIFE - MINUTE) is not None
    assert find_device(ada, device, now=NOW + DEVICE_LIFE) is None


def test_a_sign_in_is_completed_once() -> None:
    add_ada()
    arrival = password_shown()
    complete_sign_in(by=VISITOR, now=NOW, arrival=arrival, device=None)

    told = refused(lambda: complete_sign_in(by=VISITOR, now=NOW, arrival=arrival, device=None))

    assert told.reason is Reason.ARRIVAL_GONE
    assert Session.objects.count() == 1


@pytest.mark.parametrize("purpose", [Purpose.RESET, Purpose.SIGN_UP])
def test_neither_a_reset_nor_a_sign_up_becomes_a_session(purpose: Purpose) -> None:
    from strongroom.accounts.actions.arriving import begin_arrival

    key, row = begin_arrival(now=NOW, purpose=purpose, account=add_ada())
    Arrival.objects.filter(pk=row).update(password_at=NOW, mailbox_at=NOW)
    arrival = load_arrival(key, now=NOW, device=None)

    told = refused(lambda: complete_sign_in(by=VISITOR, now=NOW, arrival=arrival, device=None))

    assert told.reason is Reason.STAGE_OUT_OF_ORDER
    assert not Session.objects.exists()


def test_the_last_step_called_first_is_refused_whoever_holds_a_factor() -> None:
    give_factor(add_ada())
    arrival = password_shown()

    told = refused(lambda: complete_sign_in(by=VISITOR, now=NOW, arrival=arrival, device=None))

    assert told.reason is Reason.STAGE_OUT_OF_ORDER
    assert (Session.objects.exists(), Arrival.objects.get().ended_at) == (False, None)


def test_a_factor_that_was_switched_off_still_holds_its_owner_to_one() -> None:
    from strongroom.accounts.models import Factor

    factor = give_factor(add_ada())
    Factor.objects.filter(pk=factor).update(disabled_at=NOW)

    told = refused(sign_in)

    assert told.reason is Reason.STAGE_OUT_OF_ORDER


def test_a_suspended_account_is_told_so_only_when_everything_was_right_and_that_is_remembered() -> None:
    account = add_ada()
    suspend_account(by=OPERATOR, now=NOW, account=account, why="not-me")

    assert refused(lambda: password_shown(password="wrong")).reason is Reason.SIGN_IN_FAILED
    assert refused(sign_in).reason is Reason.ACCOUNT_SUSPENDED

    event = Event.objects.latest("id")
    assert (event.deed, event.subject_name, event.details) == ("sign-in-refused", "ada", {"why": "account-suspended"})
    assert not Session.objects.exists()


def test_an_account_suspended_meanwhile_ends_who_is_on_the_way_in() -> None:
    account = add_ada()
    arrival = password_shown()
    suspend_account(by=OPERATOR, now=NOW, account=account, why="not-me")
    Account.objects.update(suspended_at=None)

    told = refused(lambda: complete_sign_in(by=VISITOR, now=NOW, arrival=arrival, device=None))

    assert told.reason is Reason.ARRIVAL_GONE


def test_one_session_more_than_allowed_ends_the_one_used_longest_ago_and_tells() -> None:
    account = add_ada()
    keys = [sign_in(now=NOW + number * timedelta(seconds=1)).key for number in range(MOST_SESSIONS)]
    now = NOW + MINUTE
    note_visit(now=now, session=Session.objects.get(key_sha256=hash_key(keys[0])).pk)  # type: ignore[arg-type]

    newest = sign_in(now=now).key

    assert len(list_sessions(account, now=now)) == MOST_SESSIONS
    assert load_visit(keys[1], now=now) is None
    assert load_visit(keys[0], now=now) is not None
    assert load_visit(newest, now=now) is not None
    assert Session.objects.get(ended_why="too-many").key_sha256 == hash_key(keys[1])
    assert letters()[-1] == ("notice session-ended", TO_ADA)


def test_of_sessions_begun_in_the_same_moment_the_newest_stays() -> None:
    add_ada()

    keys = [sign_in().key for _ in range(MOST_SESSIONS + 1)]

    assert [key for key in keys if load_visit(key, now=NOW) is None] == keys[:1]


def test_a_session_goes_on_while_it_is_used_and_ends_after_an_hour_without() -> None:
    add_ada()
    key = sign_in().key
    row = Session.objects.get()

    note_visit(now=NOW + 30 * timedelta(seconds=1), session=row.pk)  # type: ignore[arg-type]
    assert Session.objects.get().last_seen_at == NOW
    note_visit(now=NOW + 59 * MINUTE, session=row.pk)  # type: ignore[arg-type]
    assert load_visit(key, now=NOW + 118 * MINUTE) is not None
    assert idle_end(Session.objects.select_related("account").get()) == NOW + 119 * MINUTE
    assert load_visit(key, now=NOW + 119 * MINUTE) is None


def test_a_session_ends_after_a_day_however_busy_and_one_of_staff_after_half() -> None:
    add_ada()
    add_ada("dee", is_staff=True)
    ada, dee = sign_in().key, sign_in("dee").key
    Session.objects.update(last_seen_at=NOW + 12 * HOUR)

    assert load_visit(dee, now=NOW + 12 * HOUR) is None
    assert load_visit(ada, now=NOW + 12 * HOUR) is not None
    Session.objects.update(last_seen_at=NOW + 24 * HOUR)
    assert load_visit(ada, now=NOW + 24 * HOUR) is None


def test_a_renewed_key_ends_the_one_before() -> None:
    add_ada()
    signed_in = sign_in()
    session = actor_with(signed_in).session
    assert session is not None

    new = renew_session_key(session=session, now=NOW)

    assert load_visit(signed_in.key, now=NOW) is None
    assert load_visit(new, now=NOW) is not None
    sign_out(by=VISITOR, now=NOW, session=session, account=signed_in.account)
    assert refused(lambda: renew_session_key(session=session, now=NOW)).reason is Reason.SESSION_UNKNOWN


def test_signing_out_ends_the_session_for_good_and_twice_changes_nothing() -> None:
    account = add_ada()
    signed_in = sign_in()
    actor = actor_with(signed_in)
    assert actor.session is not None

    for _ in range(2):
        sign_out(by=actor, now=NOW, session=actor.session, account=account)

    assert load_visit(signed_in.key, now=NOW) is None
    assert Session.objects.get().ended_why == "signed-out"
    assert deeds().count("signed-out") == 1


def test_nobody_ends_the_session_or_forgets_the_device_of_another() -> None:
    ada = add_ada()
    add_ada("ben")
    mine, his = actor_with(sign_in()), actor_with(sign_in("ben"))
    assert his.session is not None
    device = Session.objects.get(pk=his.session).device_id
    assert device is not None

    sign_out(by=mine, now=NOW, session=his.session, account=ada)
    for deed, reason in [
        (lambda: end_session(by=mine, now=NOW, account=ada, session=his.session), Reason.SESSION_UNKNOWN),  # type: ignore[arg-type]
        (lambda: forget_device(by=mine, now=NOW, account=ada, device=device), Reason.DEVICE_UNKNOWN),
    ]:
        assert refused(deed).reason is reason

    assert not Session.objects.filter(ended_at__isnull=False).exists()
    assert not Device.objects.filter(forgotten_at__isnull=False).exists()


def test_one_session_of_the_list_or_all_others_are_ended_and_recorded() -> None:
    account = add_ada()
    mine, second, third = (actor_with(sign_in(by=STRANGER)) for _ in range(3))
    assert second.session is not None

    end_session(by=mine, now=NOW, account=account, session=second.session)
    assert refused(lambda: end_session(by=mine, now=NOW, account=account, session=second.session)).reason is (  # type: ignore[arg-type]
        Reason.SESSION_UNKNOWN
    )
    assert end_other_sessions(by=mine, now=NOW, account=account) == 1
    assert end_other_sessions(by=mine, now=NOW, account=account) == 0

    assert [row.pk for row in list_sessions(account, now=NOW)] == [mine.session]
    assert deeds()[-2:] == ["session-ended", "other-sessions-ended"]
    assert Session.objects.get(pk=third.session or 0).ended_why == "others-ended"
    assert {row.address for row in Session.objects.all()} == {ELSEWHERE}


def test_a_forgotten_device_is_signed_out_and_unknown() -> None:
    account = add_ada()
    lost = sign_in(by=STRANGER)
    mine = actor_with(sign_in())
    device = Session.objects.get(key_sha256=hash_key(lost.key)).device_id
    assert device is not None

    forget_device(by=mine, now=NOW, account=account, device=device)

    assert load_visit(lost.key, now=NOW) is None
    assert find_device(account, lost.device, now=NOW) is None
    assert [row.pk for row in list_sessions(account, now=NOW)] == [mine.session]
    assert deeds()[-1] == "device-forgotten"
    assert refused(lambda: forget_device(by=mine, now=NOW, account=account, device=device)).reason is (
        Reason.DEVICE_UNKNOWN
    )
