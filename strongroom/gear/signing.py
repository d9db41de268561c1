"""Numbers of rows in links that leave the index, signed so that nobody can make one up."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer

_LONGEST = 19
"""Digits of the greatest number of a row."""


def sign_number(number: int, *, about: str) -> str:
    """The number with its signature, for an address. ``about`` keeps links of one use from another."""
    return _signer(about).sign(str(number))


def read_number(signed: str, *, about: str) -> int | None:
    """The number that was signed for the same use, or nothing when it was not."""
    try:
        text = _signer(about).unsign(signed)
    except BadSignature:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None


def _signer(about: str) -> Signer:
    return Signer(salt=f"strongroom.{about}", sep=".")
