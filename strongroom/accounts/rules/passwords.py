"""What a password must be, alone and beside a factor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from strongroom.terms.refusals import Reason, Refused

LEAST_PASSWORD = 15
"""Characters of a password that stands alone (NIST SP 800-63B-4, 3.1.1.2)."""

LEAST_BESIDE_FACTOR = 8
"""Characters of a password that a factor stands beside (the same)."""

LEAST_STRENGTH = 3
"""Of 0 to 4: safe against ten thousand guesses a second for weeks, and so against offline guessing of Argon2."""

LEAST_STRENGTH_BESIDE_FACTOR = 2
"""Safe against guessing at our door, which is limited. Eight characters, were they random, are never rated higher."""

LEAST_OF_ITS_OWN = 8
"""Characters that must be left when all that others know of the person and the index is taken away."""

LONGEST_NORMALIZED = 4096
"""Characters that are brought into one form; more would cost hours, because the time grows with the square."""

LEAST_DETAIL = 3
"""Characters of a detail that counts: shorter ones are in any sentence."""

WORDS_OF_THE_INDEX = ("strongroom", "password", "pypi", "python", "package")
"""What comes to mind first when choosing a password here (OWASP ASVS 5.0, 6.1.2)."""


@dataclass(frozen=True)
class ChosenPassword:
    """A password as somebody chose it, normalised, and what is known of it.

    ``details`` are the person's own: account name, address. ``strength`` is an estimate from 0 to 4.
    """

    text: str
    details: Collection[str]
    strength: int
    is_breached: bool
    has_factor: bool = False


def require_password(chosen: ChosenPassword) -> None:
    """A password that stands alone is long, has little to do with the person, is not stolen and not easily guessed.

    There is no most, and no rule on which characters it holds: Argon2 takes in a long text in no time, and a request
    is limited anyway.
    """
    least = least_length(has_factor=chosen.has_factor)
    if len(chosen.text) < least:
        raise Refused(Reason.PASSWORD_TOO_SHORT, least=least)
    if len(_without_details(chosen)) < LEAST_OF_ITS_OWN:
        raise Refused(Reason.PASSWORD_PERSONAL)
    if chosen.is_breached:
        raise Refused(Reason.PASSWORD_BREACHED)
    if chosen.strength < (LEAST_STRENGTH_BESIDE_FACTOR if chosen.has_factor else LEAST_STRENGTH):
        raise Refused(Reason.PASSWORD_GUESSABLE)


def least_length(*, has_factor: bool) -> int:
    """How many characters a password has at the least."""
    return LEAST_BESIDE_FACTOR if has_factor else LEAST_PASSWORD


def is_alone_enough(text: str) -> bool:
    """Whether a password that was let through is good without a factor beside it too."""
    return len(text) >= LEAST_PASSWORD


def normalize_password(text: str) -> str:
    """The form that is judged and hashed: the same on every keyboard (NFC; NIST SP 800-63B-4, 3.1.1.2).

    A longer text is taken as it came: nobody types that on two keyboards.
    """
    if len(text) > LONGEST_NORMALIZED:
        return text
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
