"""What a security key may be asked for, and what a name that is nobody's is answered with."""

from __future__ import annotations

import enum

_DECOY_BYTES = 32
_ENROLLED_OVER = ("usb", "nfc")


class KeyPurpose(enum.Enum):
    """What a challenge is for; an answer to one is none to another."""

    ENROL = "enrol"
    SIGN_IN = "sign-in"
    PROVE = "prove"


def decoy_credential(keyed_hash: str) -> tuple[bytes, tuple[str, ...]]:
    """A credential id that no key has, always the same for a name, as long as many keys' are.

    Without it, an empty list would tell which names have an account with a key.
    """
    return bytes.fromhex(keyed_hash)[:_DECOY_BYTES], _ENROLLED_OVER
