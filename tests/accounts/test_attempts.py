"""Attempts are counted exactly, each somebody's own, and never taken back by what fails afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from strongroom.accounts.actions.attempts import count_attempt, forget_old_attempts, give_attempt_back
from strongroom.accounts.models import AttemptCount
from strongroom.accounts.rules.limits import DAY, HOUR, Limit
from strongroom.terms.refusals import Reason, Refused, refusal_of
from tests.cast import NOW

pytestmark = pytest.mark.django_db

LIMITS = (Limit(3, 300), Limit(5, HOUR))
WINDOW = timedelta(minutes=5)


def trying(count: int = 1, *, bucket: str = "ada", after: timedelta = timedelta(0)) -> list[Reason | None]:
    return [refusal_of(lambda: count_attempt(now=NOW + after, bucket=bucket, limits=LIMITS)) for _ in range(count)]


def test_as_many_attempts_as_allowed_pass_and_not_one_more() -> None:
    assert trying(5) == [None, None, None, Reason.TOO_MANY_ATTEMPTS, Reason.TOO_MANY_ATTEMPTS]
    assert trying(bucket="ben") == [None]


def test_every_window_counts_by_itself() -> None:
    assert trying(3) == [None] * 3

    assert trying(3, after=WINDOW) == [None, None, Reason.TOO_MANY_ATTEMPTS]
    assert trying(after=timedelta(hours=1)) == [None]


def test_the_time_to_wait_is_that_of_the_window_that_is_full() -> None:
    trying(3)
    trying(2, after=WINDOW)

    with pytest.raises(Refused) as refused:
        count_attempt(now=NOW + WINDOW, bucket="ada", limits=LIMITS)

    assert refused.value.facts == {"minutes": 55}


def test_one_attempt_given_back_is_one_and_never_less_than_none() -> None:
    trying(3)

    give_attempt_back(now=NOW, bucket="ada", limits=LIMITS)
    assert trying(2) == [None, Reason.TOO_MANY_ATTEMPTS]
    for _ in range(9):
        give_attempt_back(now=NOW, bucket="ada", limits=LIMITS)
    assert trying(4)[-1] is Reason.TOO_MANY_ATTEMPTS
    give_attempt_back(now=NOW, bucket="nobody", limits=LIMITS)
    assert not AttemptCount.objects.filter(bucket="nobody").exists()


def test_an_attempt_that_what_follows_could_take_back_is_a_fault() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        count_attempt(now=NOW, bucket="ada", limits=LIMITS)


def test_counts_of_windows_long_over_are_dropped_and_no_others() -> None:
    trying()
    two_days = timedelta(seconds=2 * DAY)

    forget_old_attempts(now=NOW + two_days)
    assert AttemptCount.objects.count() == 2
    forget_old_attempts(now=NOW + two_days + WINDOW)
    assert list(AttemptCount.objects.values_list("window_seconds", flat=True)) == [HOUR]
