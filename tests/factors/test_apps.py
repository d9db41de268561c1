"""Codes of authenticator apps: each time step is good once, and the newest one used is remembered for good."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from strongroom.accounts.models import Factor
from strongroom.factors.actions.apps import verify_app_code
from strongroom.factors.models import TotpSecret
from strongroom.factors.rules.totp import step_at
from strongroom.terms.refusals import Reason
from tests.accounts.entering import VISITOR, refused
from tests.cast import NOW
from tests.factors.cast import STEP, App, Resident, effects_of, enrol_app, means, resident, with_app, with_key

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - timedelta(days=1)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def verify(person: Resident, text: str, now: datetime = NOW) -> int:
    return verify_app_code(by=VISITOR, now=now, account=person.account, text=text, means=means())


def reason_of(person: Resident, text: str, now: datetime = NOW) -> Reason:
    return refused(lambda: verify(person, text, now)).reason


def last_step(app: App) -> int | None:
    return TotpSecret.objects.get(pk=app.factor).last_step


def test_a_code_is_accepted_and_its_step_is_burned() -> None:
    ada = with_app(now=LONG_AGO)

    seen = effects_of(lambda: verify(ada, ada.apps[0].code(NOW)))

    row = Factor.objects.get(pk=ada.apps[0].factor)
    assert last_step(ada.apps[0]) == step_at(NOW)
    assert (row.last_used_at, row.failures_in_a_row) == (NOW, 0)
    assert (seen.deeds, seen.letters) == ([], [])


def test_the_code_that_enrolled_the_app_signs_nobody_in() -> None:
    ada = with_app()

    assert reason_of(ada, ada.apps[0].code(NOW)) is Reason.CODE_USED
    assert reason_of(ada, ada.apps[0].code(NOW), at(29)) is Reason.CODE_USED
    assert reason_of(ada, ada.apps[0].code(NOW - STEP), at(2)) is Reason.CODE_USED


@pytest.mark.parametrize("first", [0, 29, 31, 59])
def test_a_code_is_good_once_in_all_the_time_in_which_it_would_be_accepted(first: float) -> None:
    ada = with_app(now=LONG_AGO)
    code = ada.apps[0].code(NOW)
    verify(ada, code, at(first))

    later = [one for one in (2, 33, 59.9) if one >= first]
    assert [reason_of(ada, code, at(one)) for one in later] == [Reason.CODE_USED] * len(later)


def test_a_code_used_before_its_time_is_neither_good_then_nor_in_its_time_nor_after() -> None:
    ada = with_app(now=LONG_AGO)
    code = ada.apps[0].code(NOW)

    told = [reason_of(ada, code, at(seconds)) for seconds in (-29, 2, 33)]

    assert told == [Reason.CODE_CLOCK_AHEAD, Reason.CODE_USED, Reason.CODE_USED]


def test_a_code_refused_because_a_clock_is_ahead_is_never_good_later() -> None:
    ada = with_app(now=LONG_AGO)
    code = ada.apps[0].code(at(300))

    ahead = refused(lambda: verify(ada, code))

    assert (ahead.reason, ahead.facts["minutes"]) == (Reason.CODE_CLOCK_AHEAD, 6)
    assert reason_of(ada, code, at(301)) is Reason.CODE_USED
    verify(ada, ada.apps[0].code(at(330)), at(330))


def test_an_older_step_is_refused_after_a_newer_one() -> None:
    ada = with_app(now=LONG_AGO)
    older, newer = ada.apps[0].code(NOW), ada.apps[0].code(NOW + STEP)
    verify(ada, newer, NOW + STEP)

    assert reason_of(ada, older, NOW + STEP) is Reason.CODE_USED


def test_a_code_of_some_minutes_ago_says_that_a_clock_is_behind() -> None:
    ada = with_app(now=LONG_AGO)

    told = refused(lambda: verify(ada, ada.apps[0].code(at(-240))))

    assert (told.reason, told.facts["minutes"]) == (Reason.CODE_CLOCK_BEHIND, 4)
    assert last_step(ada.apps[0]) == step_at(LONG_AGO)


@pytest.mark.parametrize("form", ["{0}{1} ", "{0} {1}", "{0}\N{EN DASH}{1}\n"])
def test_what_is_typed_around_the_digits_makes_no_other_code_of_it(form: str) -> None:
    ada = with_app(now=LONG_AGO)
    code = ada.apps[0].code(NOW)
    verify(ada, f"{code[:3]}-{code[3:]}")

    assert reason_of(ada, form.format(code[:3], code[3:])) is Reason.CODE_USED


def test_digits_of_other_scripts_are_no_code_and_cost_no_attempt() -> None:
    ada = with_app(now=LONG_AGO)
    code = ada.apps[0].code(NOW)
    wide = "".join(chr(ord(one) - ord("0") + 0xFF10) for one in code)

    assert [reason_of(ada, wide) for _ in range(20)] == [Reason.CODE_MALFORMED] * 20
    verify(ada, code)


def test_each_of_several_apps_is_good_and_burns_its_own_steps_alone() -> None:
    ada = with_app(now=LONG_AGO)
    second = enrol_app(ada, label="tablet", now=LONG_AGO + STEP)
    first = ada.apps[0]

    assert verify(ada, second.code(NOW)) == second.factor
    assert last_step(first) == step_at(LONG_AGO + STEP)  # the proof that enrolled the second
    assert verify(ada, first.code(NOW)) == first.factor
    assert reason_of(ada, second.code(NOW)) is Reason.CODE_USED


def test_of_several_apps_the_most_telling_refusal_is_given() -> None:
    ada = with_app(now=LONG_AGO)
    second = enrol_app(ada, label="tablet", now=LONG_AGO + STEP)

    assert reason_of(ada, second.code(at(-300))) is Reason.CODE_CLOCK_BEHIND


def test_a_wrong_code_is_recorded_and_counted_before_it_is_refused() -> None:
    ada = with_app(now=LONG_AGO)
    wrong = ada.apps[0].wrong_code(NOW)

    seen = effects_of(lambda: reason_of(ada, wrong))

    assert seen.deeds == ["proof-refused"]
    assert (seen.events[0].proof, seen.events[0].details) == ("totp", {"kind": "totp", "reason": "code-wrong"})
    assert seen.events[0].address == VISITOR.address
    assert Factor.objects.get(pk=ada.apps[0].factor).failures_in_a_row == 1
    assert seen.letters == []


def test_a_code_of_another_account_is_wrong() -> None:
    ada, ben = with_app(now=LONG_AGO), with_app("ben", now=LONG_AGO)

    assert reason_of(ben, ada.apps[0].code(NOW)) is Reason.CODE_WRONG


def test_a_removed_app_shows_nothing_and_an_account_without_one_has_none() -> None:
    ada, ben = with_key(), resident("ben")
    app = enrol_app(ada)
    Factor.objects.filter(pk=app.factor).update(ended_at=NOW)

    assert reason_of(ada, app.code(at(60)), at(60)) is Reason.FACTOR_UNKNOWN
    assert reason_of(ben, "123456") is Reason.FACTOR_UNKNOWN
