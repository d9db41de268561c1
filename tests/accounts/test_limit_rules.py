"""How often things may be tried, and who counts as one somebody."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.accounts.rules import limits
from strongroom.accounts.rules.limits import DAY, Limit, minutes_left, network_of, slot_of

MINUTES = Limit(10, 300)
ALL = {name: value for name, value in vars(limits).items() if isinstance(value, tuple) and isinstance(value[0], Limit)}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        pytest.param(None, "unknown", id="nobody knows"),
        pytest.param("", "unknown", id="nothing"),
        pytest.param("192.0.2.7", "192.0.2.7", id="IPv4"),
        pytest.param("::ffff:192.0.2.7", "192.0.2.7", id="IPv4 written as IPv6"),
        pytest.param("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", id="IPv6"),
        pytest.param("2001:db8:1:2::ffff", "2001:db8:1:2::/64", id="its neighbour"),
        pytest.param("2001:db8:1:3::ffff", "2001:db8:1:3::/64", id="another customer"),
    ],
)
def test_one_customer_counts_as_one(address: str | None, network: str) -> None:
    assert network_of(address) == network


@given(st.ip_addresses())
def test_every_address_belongs_to_somebody_in_few_letters(address: object) -> None:
    assert 0 < len(network_of(str(address))) < 50


@given(st.floats(0, 4e9), st.sampled_from([60, 300, 3600, 86400]))
def test_a_window_ends_when_the_next_begins(at: float, seconds: int) -> None:
    limit = Limit(1, seconds)

    waited = int(at) - int(at) % 60 + minutes_left(limit, at=at) * 60

    assert 1 <= minutes_left(limit, at=at) <= seconds // 60
    assert slot_of(limit, at=waited) == slot_of(limit, at=at) + 1


def test_the_wait_is_said_in_whole_minutes_rounded_up() -> None:
    assert [minutes_left(MINUTES, at=second) for second in (0, 1, 239, 240, 241, 299, 300)] == [5, 5, 2, 1, 1, 1, 5]


def test_wider_windows_let_more_through_but_at_a_lower_rate() -> None:
    assert len(ALL) >= 7
    for name, windows in ALL.items():
        for narrow, wide in pairwise(windows):
            assert narrow.seconds < wide.seconds, name
            assert narrow.most < wide.most, name
            assert narrow.most / narrow.seconds > wide.most / wide.seconds, name
        assert all(limit.most > 0 and limit.seconds <= DAY for limit in windows), name


def test_a_day_of_guessing_an_apps_code_succeeds_once_in_ten_thousand_at_the_most() -> None:
    a_day = next(limit.most for limit in limits.CODES_FOR_ONE_ACCOUNT if limit.seconds == DAY)

    assert a_day * 2 / 10**6 <= 1e-4
    assert limits.WRONG_IN_A_ROW <= 100  # NIST SP 800-63B-4, 3.2.2
