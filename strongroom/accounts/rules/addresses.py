"""Which of an account's addresses a code may go to when the account itself is at stake."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

SETTLED_AFTER = timedelta(hours=72)
"""Every other address was warned when this one came, and its reader had three days to say that it was not them."""


@dataclass(frozen=True)
class VerifiedAddress:
    """An address that somebody is known to read, and since when."""

    address: str
    is_primary: bool
    verified_at: datetime


def settled_address(
    addresses: Collection[VerifiedAddress], *, made_at: datetime, as_of: datetime
) -> VerifiedAddress | None:
    """The primary address if it has been the person's for long enough, else the one that has been for longest.

    An address is settled when it came with the account, or three days ago. Somebody with a stolen password could
    otherwise add an address of theirs, make it primary, and be asked there whether it is them. Nothing when none is.
    """
    settled = [one for one in addresses if one.verified_at <= made_at or one.verified_at + SETTLED_AFTER <= as_of]
    return min(settled, key=lambda one: (not one.is_primary, one.verified_at), default=None)
