"""Guessing at codes: limited by account and by address, and ended after a hundred wrong ones in a row."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest

from strongroom.accounts.models import AttemptCount, Factor, Letter
from strongroom.accounts.queries.entry import held_kinds
from strongroom.accounts.rules.arriving import Stage, next_stage
from strongroom.accounts.rules.limits import WRONG_IN_A_ROW
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.factors.actions.apps import verify_app_code
from strongroom.factors.actions.codes import verify_recovery_code
from strongroom.factors.actions.showing import show_key
from strongroom.factors.rules.recovery import render_code
from strongroom.record.models import Event
from strongroom.terms.actors import Actor, visitor
from strongroom.terms.proofs import ProofKind
from strongroom.terms.refusals import Reason
from tests.accounts.entering import refused
from tests.cast import NOW
from tests.factors.cast import (
    STEP,
    Resident,
    at_factor,
    browser,
    effects_of,
    enrol_app,
    key_question,
    means,
    resident,
    show_soft_key,
    with_app,
    with_key,
)

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - timedelta(days=1)


def from_address(number: int) -> Actor:
    return visitor(address=f"203.0.113.{number}", client="browser/1.0")


def guess(person: Resident, *, now: datetime = NOW, by: Actor | None = None) -> Reason:
    text = person.apps[0].wrong_code(now)
    return refused(
        lambda: verify_app_code(by=by or from_address(1), now=now, account=person.account, text=text, means=means())
    ).reason


def guess_on_paper(person: Resident, number: int = 0, *, now: datetime = NOW, by: Actor | None = None) -> Reason:
    text = render_code(number.to_bytes(15, "big"))
    return refused(
        lambda: verify_recovery_code(
            by=by or from_address(1), now=now, account=person.account, text=text, sealer=sealer_of_index()
        )
    ).reason


def show_right(person: Resident, *, now: datetime, by: Actor | None = None) -> None:
    text = person.apps[0].code(now)
    verify_app_code(by=by or from_address(1), now=now, account=person.account, text=text, means=means())


def failures(person: Resident) -> int:
    return Factor.objects.get(pk=person.apps[0].factor).failures_in_a_row


def switch_off(person: Resident, *, since: datetime = NOW) -> datetime:
    """A hundred wrong codes, over as many addresses and half-days; when the last was."""
    now = since
    for number in range(WRONG_IN_A_ROW):
        now += timedelta(hours=12)
        assert guess(person, now=now, by=from_address(number)) is Reason.CODE_WRONG
    return now


def test_a_sixth_guess_within_five_minutes_is_not_looked_at_whatever_address_it_comes_from() -> None:
    ada = with_app(now=LONG_AGO)

    told = [guess(ada, by=from_address(number)) for number in range(6)]
    right = refused(lambda: show_right(ada, now=NOW, by=from_address(9)))

    assert told == [Reason.CODE_WRONG] * 5 + [Reason.TOO_MANY_ATTEMPTS]
    assert (right.reason, right.facts["minutes"]) == (Reason.TOO_MANY_ATTEMPTS, 5)
    assert failures(ada) == 5
    show_right(ada, now=NOW + timedelta(minutes=5))


def test_one_address_guesses_at_ten_codes_of_many_accounts_within_five_minutes() -> None:
    people = [with_app(f"person{number}", now=LONG_AGO) for number in range(6)]

    told = [guess(person) for person in people for _ in range(2)]

    assert told == [Reason.CODE_WRONG] * 10 + [Reason.TOO_MANY_ATTEMPTS] * 2
    show_right(people[5], now=NOW, by=from_address(2))


def test_another_accounts_success_clears_nothing() -> None:
    ada, eve = with_app(now=LONG_AGO), with_app("eve", now=LONG_AGO)
    for _ in range(5):
        guess(ada)
    show_right(eve, now=NOW)
    show_right(eve, now=NOW + STEP)

    assert guess(ada, by=from_address(2)) is Reason.TOO_MANY_ATTEMPTS
    assert failures(ada) == 5
    assert [guess(eve) for _ in range(6)] == [Reason.CODE_WRONG] * 5 + [Reason.TOO_MANY_ATTEMPTS]


def test_ones_own_success_gives_back_its_own_attempt_and_ends_the_row_of_failures() -> None:
    ada = with_app(now=LONG_AGO)
    for _ in range(4):
        guess(ada)

    show_right(ada, now=NOW)

    assert failures(ada) == 0
    counts = AttemptCount.objects.filter(bucket=f"totp of {ada.account}", slot__gte=int(NOW.timestamp()) // 300)
    assert list(counts.filter(window_seconds=300).values_list("count", flat=True)) == [4]
    assert [guess(ada), guess(ada)] == [Reason.CODE_WRONG, Reason.TOO_MANY_ATTEMPTS]


def test_the_counters_of_a_window_and_of_a_row_are_apart() -> None:
    ada = with_app(now=LONG_AGO)
    for number in range(3):
        guess(ada, now=NOW + timedelta(hours=6 * number))

    newest = NOW + timedelta(hours=12)
    window = AttemptCount.objects.filter(bucket=f"totp of {ada.account}", window_seconds=300).order_by("-slot").first()

    assert failures(ada) == 3
    assert window is not None
    assert (window.slot, window.count) == (int(newest.timestamp()) // 300, 1)
    AttemptCount.objects.all().delete()  # a window that is over says nothing of the row
    assert failures(ada) == 3


def test_apps_and_recovery_codes_are_counted_apart() -> None:
    ada = with_app(now=LONG_AGO)
    for _ in range(5):
        guess(ada)

    assert guess_on_paper(ada) is Reason.RECOVERY_CODE_WRONG
    verify_recovery_code(by=from_address(1), now=NOW, account=ada.account, text=ada.codes[0], sealer=sealer_of_index())
    assert failures(ada) == 5


def test_fifty_guesses_a_day_are_the_most() -> None:
    ada = with_app(now=LONG_AGO)
    midnight = datetime.fromisoformat("2026-11-24T00:00:00+00:00")
    told = [guess(ada, now=midnight + timedelta(minutes=20 * number), by=from_address(number)) for number in range(60)]

    assert told == [Reason.CODE_WRONG] * 50 + [Reason.TOO_MANY_ATTEMPTS] * 10


def test_a_hundred_wrong_codes_in_a_row_over_days_and_addresses_switch_the_app_off() -> None:
    ada = with_app(now=LONG_AGO)
    event = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0

    now = switch_off(ada)

    row = Factor.objects.get(pk=ada.apps[0].factor)
    new = list(Event.objects.filter(pk__gt=event).order_by("id").values_list("deed", flat=True))
    assert (row.disabled_at, row.failures_in_a_row) == (now, WRONG_IN_A_ROW)
    assert new == ["proof-refused"] * WRONG_IN_A_ROW + ["factor-disabled"]
    assert Letter.objects.order_by("-id").first().facts["deed"] == "factor-disabled"  # type: ignore[union-attr]
    later = now + timedelta(days=2)
    told = refused(lambda: show_right(ada, now=later))
    assert (told.reason, told.facts["failures"]) == (Reason.FACTOR_DISABLED, WRONG_IN_A_ROW)


def test_a_right_code_after_ninety_nine_wrong_ones_begins_the_row_anew() -> None:
    ada = with_app(now=LONG_AGO)
    Factor.objects.filter(pk=ada.apps[0].factor).update(failures_in_a_row=WRONG_IN_A_ROW - 1)
    show_right(ada, now=NOW)
    guess(ada, now=NOW + timedelta(hours=1))

    row = Factor.objects.get(pk=ada.apps[0].factor)
    assert (row.failures_in_a_row, row.disabled_at) == (1, None)


def test_every_app_that_a_wrong_code_may_have_been_of_is_switched_off_and_no_key() -> None:
    ada = with_key()
    enrol_app(ada, label="phone", now=LONG_AGO)
    enrol_app(ada, label="tablet", now=LONG_AGO)
    Factor.objects.filter(kind="totp").update(failures_in_a_row=WRONG_IN_A_ROW - 1)

    seen = effects_of(lambda: guess(ada))

    assert seen.deeds == ["proof-refused", "factor-disabled", "factor-disabled"]
    assert [event.details["label"] for event in seen.events[1:]] == ["phone", "tablet"]
    assert seen.letters == [("factor-disabled", "ada")] * 2
    assert Factor.objects.filter(disabled_at__isnull=False, kind="totp").count() == 2
    show_soft_key(at_factor(ada), ada.account, ada.keys[0].soft)


def test_whose_app_was_switched_off_still_does_not_get_in_with_the_password_alone() -> None:
    ada = with_app(now=LONG_AGO)
    Factor.objects.filter(kind="totp").update(disabled_at=NOW)

    assert held_kinds(ada.account) == {ProofKind.TOTP, ProofKind.RECOVERY_CODE}
    assert next_stage(at_factor(ada).facts) is Stage.FACTOR


def test_recovery_codes_are_switched_off_as_well_and_a_new_set_is_not() -> None:
    ada = with_key()
    Factor.objects.filter(kind="recovery-code").update(failures_in_a_row=WRONG_IN_A_ROW - 1)

    seen = effects_of(lambda: guess_on_paper(ada))

    assert seen.deeds == ["proof-refused", "factor-disabled"]
    told = refused(
        lambda: verify_recovery_code(
            by=from_address(1), now=NOW, account=ada.account, text=ada.codes[0], sealer=sealer_of_index()
        )
    )
    assert told.reason is Reason.FACTOR_DISABLED


def test_a_key_is_never_limited_nor_switched_off() -> None:
    ada = with_key()
    soft = ada.keys[0].soft
    guesses = [guess_on_paper(ada, number) for number in range(6)]
    arrival = at_factor(ada)
    for _ in range(30):
        answer = browser(soft, "https://index.example.evil.test").get(key_question(arrival, ada.account))
        tried = refused(partial(show_key, by=from_address(1), now=NOW, arrival=arrival, answer=answer, means=means()))
        assert tried.reason is Reason.KEY_WRONG_ADDRESS

    assert guesses[-1] is Reason.TOO_MANY_ATTEMPTS
    show_soft_key(arrival, ada.account, soft)
    assert Factor.objects.get(pk=ada.keys[0].factor).disabled_at is None


def test_what_is_guessed_about_an_account_without_a_factor_is_recorded() -> None:
    ada = resident()

    seen = effects_of(lambda: guess_on_paper(ada))

    assert seen.deeds == ["proof-refused"]
