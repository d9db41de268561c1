"""Short codes that are mailed and typed back in the same browser."""

from __future__ import annotations

import enum

from strongroom.terms.refusals import Reason, Refused

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals that no font confuses: neither 0 and O, nor 1, I and L, and no U."""

LETTERS = 8
"""39 bits; with five tries and ten minutes, guessing is hopeless."""

_LONGEST_INPUT = 40


class MailCodePurpose(enum.Enum):
    """What a mailed code shows: each is good for its own purpose only."""

    SIGN_IN = "sign-in"
    SIGN_UP = "sign-up"
    RESET = "reset"
    ADDRESS = "address"
    FIRST_FACTOR = "first-factor"


def render_mail_code(random_bytes: bytes) -> str:
    """A code for so many random bytes (16 or more), in two groups: ABCD-2345."""
    number = int.from_bytes(random_bytes)
    letters = "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(LETTERS))
    return f"{letters[:4]}-{letters[4:]}"


def parse_mail_code(text: str) -> str:
    """The code that was typed, in whatever case, with or without dash and spaces. Raises Refused(MAIL_CODE_WRONG)."""
    code = text[:_LONGEST_INPUT].upper().replace("-", "").replace(" ", "").strip()
    if len(code) != LETTERS or not set(code) <= set(ALPHABET):
        raise Refused(Reason.MAIL_CODE_WRONG)
    return f"{code[:4]}-{code[4:]}"
