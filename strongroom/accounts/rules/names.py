"""What an account's name and address must be."""

from __future__ import annotations

import re

from strongroom.terms.refusals import Reason, Refused

MOST_ADDRESSES = 10
"""Each is written to at every change."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?\Z", re.IGNORECASE | re.ASCII)
# What checks an address is the mail that reaches it; this only keeps out what no mail could reach.
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f<>\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\Z")


def require_account_name(name: str) -> None:
    """An account's name is 1 to 40 letters, digits, ``.``, ``-`` and ``_``, with a letter or digit at each end."""
    if not _NAME.match(name):
        raise Refused(Reason.ACCOUNT_NAME_INVALID, name=name[:40])


def require_email_address(address: str) -> None:
    """An e-mail address has one @ with a mailbox before it and a domain behind it."""
    if not _EMAIL.match(address) or ".." in address:
        raise Refused(Reason.EMAIL_INVALID, address=address[:100])


def fold_name(name: str) -> str:
    """The form under which an account's name is unique: Ada and ada are one."""
    return name.lower()
