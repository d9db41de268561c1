"""Recovery codes as text: random, readable, and read back however they were copied.

120 random bits each. NIST SP 800-63B-4, 3.1.2, and OWASP ASVS 5.0, 6.5.2, ask for a slow hash below 112 bits; above, a
keyed hash is enough, and it lets a code be looked up by index, so that no time taken tells how near a guess was.
"""

from __future__ import annotations

from typing import NewType

from strongroom.factors.rules.typed import without_filling
from strongroom.terms.refusals import Reason, Refused

RecoveryCode = NewType("RecoveryCode", str)
"""A recovery code in the one form in which it is shown and hashed."""

CODES = 10
"""In a set: enough for years, and they fit on half a page."""

CODE_BYTES = 15
"""120 bits: 24 characters of 5 bits each, with none left over."""

LONGEST_TYPED = 128
"""Characters of a code with everything that was pasted along with it."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter looks like another sign, and without U few words come about by chance."""

_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CHARACTERS = CODE_BYTES * 8 // 5
_GROUP = 4


def render_code(random_bytes: bytes) -> RecoveryCode:
    """The text of a recovery code for 15 random bytes, in groups of four."""
    if len(random_bytes) != CODE_BYTES:
        raise ValueError(f"a recovery code is made of {CODE_BYTES} random bytes, not {len(random_bytes)}")
    number = int.from_bytes(random_bytes, "big")
    return _grouped("".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(_CHARACTERS))))


def parse_recovery_code(text: str) -> RecoveryCode:
    """Read a typed recovery code, in either case, with or without its dashes, O for 0 and I or L for 1.

    Raises Refused(RECOVERY_CODE_WRONG) for what cannot be one: the same answer as for one that is not known.
    """
    bare = without_filling(text) if len(text) <= LONGEST_TYPED else ""
    # ASCII is asked for before upper case: there are letters elsewhere whose upper case is an I or an S.
    plain = bare.upper().translate(_LOOK_ALIKES) if bare.isascii() else ""
    if len(plain) != _CHARACTERS or not set(plain) <= set(ALPHABET):
        raise Refused(Reason.RECOVERY_CODE_WRONG)
    return _grouped(plain)


def _grouped(characters: str) -> RecoveryCode:
    return RecoveryCode("-".join(characters[start : start + _GROUP] for start in range(0, _CHARACTERS, _GROUP)))
