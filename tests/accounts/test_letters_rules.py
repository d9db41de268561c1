"""When a mail that cannot be handed over is tried again."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from strongroom.accounts.rules.letters import MOST_TRIES, is_given_up, pause_before

MINUTE = timedelta(minutes=1)


def test_the_first_pause_is_a_minute_and_each_next_one_twice_as_long() -> None:
    pauses = [pause_before(tries) for tries in range(1, MOST_TRIES)]

    assert pauses[:4] == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert all(after == 2 * before for before, after in pairwise(pauses))


def test_a_mail_is_tried_for_a_day_and_more_before_it_is_given_up() -> None:
    assert (
        timedelta(days=1)
        < sum((pause_before(tries) for tries in range(1, MOST_TRIES)), timedelta())
        < timedelta(days=2)
    )
    assert [tries for tries in range(20) if not is_given_up(tries)] == list(range(MOST_TRIES))


@given(st.integers(0, 10_000))
def test_no_number_of_tries_makes_a_pause_without_end(tries: int) -> None:
    assert MINUTE <= pause_before(tries) <= timedelta(days=4)
