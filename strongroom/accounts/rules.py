"""What an account's name, address and password must be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from strongroom.terms.refusals import Reason, Refused

LEAST_PASSWORD = 15
"""Characters of a password that stands alone (NIST SP 800-63B-4, 3.1.1.2)."""

LEAST_STRENGTH = 3
"""Of 0 to 4: safe against ten thousand guesses a second for weeks, and so against offline guessing of Argon2."""

LEAST_OF_ITS_OWN = 8
"""Characters that must be left when all that others know of the person and the index is taken away."""

LEAST_DETAIL = 3
"""Characters of a detail that counts: shorter ones are in any sentence."""

WORDS_OF_THE_INDEX = ("strongroom", "password", "pypi", "python", "package")
"""What comes to mind first when choosing a password here (OWASP ASVS 5.0, 6.1.2)."""

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


@dataclass(frozen=True)
class ChosenPassword:
    """A password as somebody chose it, normalised, and what is known of it.

    ``details`` are the person's own: account name, address. ``strength`` is an estimate from 0 to 4.
    """

    text: str
    details: Collection[str]
    strength: int
    is_breached: bool


def require_password(chosen: ChosenPassword) -> None:
    """A password that stands alone is long, has little to do with the person, is not stolen and not easily guessed.

    There is no most, and no rule on which characters it holds: Argon2 takes in a long text in no time, and a request
    is limited anyway.
    """
    if len(chosen.text) < LEAST_PASSWORD:
        raise Refused(Reason.PASSWORD_TOO_SHORT, least=LEAST_PASSWORD)
    if len(_without_details(chosen)) < LEAST_OF_ITS_OWN:
        raise Refused(Reason.PASSWORD_PERSONAL)
    if chosen.is_breached:
        raise Refused(Reason.PASSWORD_BREACHED)
    if chosen.strength < LEAST_STRENGTH:
        raise Refused(Reason.PASSWORD_GUESSABLE)


def normalize_password(text: str) -> str:
    """The form that is judged and hashed: the same on every keyboard (NFC; NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFC", text)


def details_of(name: str, address: str) -> tuple[str, ...]:
    """What others know of a person: the account's name, and the parts of the address."""
    mailbox, _, domain = address.partition("@")
    return (name, mailbox, *re.split(r"[.]", domain))


def _without_details(chosen: ChosenPassword) -> str:
    left = chosen.text.casefold()
    for detail in sorted((*chosen.details, *WORDS_OF_THE_INDEX), key=len, reverse=True):
        if len(detail) >= LEAST_DETAIL:
            left = left.replace(detail.casefold(), "")
    return left


def fold_name(name: str) -> str:
    """The form under which an account's name is unique: Ada and ada are one."""
    return name.lower()
