"""What is known of a password without asking anybody: how easily it is guessed, and whether thieves have it.

The estimate is zxcvbn's. Breached passwords are looked up in the list that Django ships, and in an operator's folder of
range files in the form in which they are given away: a file for each first five hexadecimal digits of the
SHA-1, holding the other thirty-five, a colon and a count on each line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from functools import cache
from pathlib import Path

from django.contrib.auth.password_validation import CommonPasswordValidator
from zxcvbn import zxcvbn

ESTIMATED_CHARACTERS = 72
"""The estimate looks at no more; what is that long is not guessed."""

_PREFIX = 5


def estimate_strength(password: str, details: Collection[str]) -> int:
    """From 0, guessed at once, to 4, not guessed; the person's own details count as known words."""
    if not password:
        return 0  # the estimate has no word for nothing
    return int(zxcvbn(password[:ESTIMATED_CHARACTERS], user_inputs=list(details))["score"])


def is_breached(password: str, folder: Path | None) -> bool:
    """Whether the password is on the shipped list, or in a range file of the operator's folder.

    Raises OSError when a range file is there and cannot be read: a check that was asked for is not skipped.
    """
    if password.casefold() in _common():
        return True
    if folder is None:
        return False
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    for path in (folder / digest[:_PREFIX], folder / f"{digest[:_PREFIX]}.txt"):
        if path.is_file():
            return any(line.upper().startswith(digest[_PREFIX:]) for line in path.read_text("ascii").splitlines())
    return False


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)
