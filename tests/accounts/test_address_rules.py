"""Which address is asked when the account itself is at stake: table by table."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from strongroom.accounts.rules.addresses import SETTLED_AFTER, VerifiedAddress, settled_address
from tests.cast import NOW

MADE = NOW - timedelta(days=100)
HOUR = timedelta(hours=1)


def primary(since: datetime) -> VerifiedAddress:
    return VerifiedAddress("primary@example.org", is_primary=True, verified_at=since)


def other(since: datetime, name: str = "other") -> VerifiedAddress:
    return VerifiedAddress(f"{name}@example.org", is_primary=False, verified_at=since)


@pytest.mark.parametrize(
    ("addresses", "asked"),
    [
        pytest.param([], None, id="none"),
        pytest.param([primary(MADE)], "primary", id="the one that came with the account"),
        pytest.param([primary(MADE), other(MADE)], "primary", id="the primary one before others"),
        pytest.param([primary(NOW - SETTLED_AFTER)], "primary", id="three days to the moment"),
        pytest.param([primary(NOW - SETTLED_AFTER + HOUR)], None, id="an hour short of three days"),
        pytest.param([primary(NOW - HOUR), other(MADE)], "other", id="a new primary one gives way to the old one"),
        pytest.param(
            [primary(NOW - HOUR), other(NOW - timedelta(days=4), "later"), other(NOW - timedelta(days=9), "earlier")],
            "earlier",
            id="of several, the one that has been for longest",
        ),
    ],
)
def test_only_a_settled_address_is_asked(addresses: list[VerifiedAddress], asked: str | None) -> None:
    found = settled_address(addresses, made_at=MADE, as_of=NOW)

    assert (found and found.address.partition("@")[0]) == asked


def test_the_address_of_a_new_account_is_settled_at_once() -> None:
    assert settled_address([primary(NOW)], made_at=NOW, as_of=NOW) is not None
