"""How often a thing may be tried. Every limiter of the index that guards an account stands here (ASVS 6.1.1).

A stranger must never lock a person out: guesses from elsewhere do not count against a browser that the person has
signed in from before, nor against somebody who has already answered with the account's security key, and a security
key itself is never limited.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Limit:
    """At most so many attempts in each window of so many seconds."""

    most: int
    seconds: int


PASSWORDS_FOR_ONE_ACCOUNT = (Limit(10, 5 * MINUTE), Limit(30, HOUR), Limit(100, DAY))
"""A hundred guesses a day find no password that the rules let through."""

PASSWORDS_FROM_ONE_ADDRESS = (Limit(30, 5 * MINUTE), Limit(200, HOUR))
"""Wide enough for an office behind one address; attempts that succeed are given back."""

CODES_FOR_ONE_ACCOUNT = (Limit(5, 5 * MINUTE), Limit(20, HOUR), Limit(50, DAY))
"""Fifty guesses a day at a code with two good values of a million: one in ten thousand, per day of attack."""

CODES_FROM_ONE_ADDRESS = (Limit(10, 5 * MINUTE), Limit(50, HOUR))

CODES_MAILED_TO_ONE_ACCOUNT = (Limit(6, HOUR), Limit(20, DAY))
"""Nobody's mailbox is flooded, and nobody gets many chances to guess."""

CODES_MAILED_FROM_ONE_ADDRESS = (Limit(10, HOUR), Limit(50, DAY))

SIGN_UPS_FROM_ONE_ADDRESS = (Limit(20, HOUR), Limit(100, DAY))

INVITATIONS_BY_ONE_ACCOUNT = (Limit(10, HOUR), Limit(30, DAY))
"""Each is a mail to somebody who did not ask for it."""

KEY_QUESTIONS_FROM_ONE_ADDRESS = (Limit(60, 5 * MINUTE),)
"""Of those who have not signed in: each question is a row. What is limited are rows, and nobody's key."""

WRONG_IN_A_ROW = 100
"""Then the factor is switched off and must be enrolled anew (NIST SP 800-63B-4, 3.2.2)."""

TRIES_OF_A_MAILED_CODE = 5

_IPV6_NETWORK = 64
"""Bits of an IPv6 address that one customer has; the rest is theirs to vary."""


def network_of(address: str | None) -> str:
    """What stands for one customer's line: an IPv4 address, or the first half of an IPv6 one."""
    if not address:
        return "unknown"
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
    return str(parsed)


def slot_of(limit: Limit, *, at: float) -> int:
    """The number of the window that a moment (seconds since 1970) falls into."""
    return int(at) // limit.seconds


def minutes_left(limit: Limit, *, at: float) -> int:
    """How many minutes until the window ends, rounded up."""
    return -(-(limit.seconds - int(at) % limit.seconds) // MINUTE)
