"""What a browser is asked: dictionaries for ``PublicKeyCredential.parse…OptionsFromJSON``."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from strongroom.terms.security_keys import (
    CHALLENGE_MINUTES,
    OFFERED_ALGORITHMS,
    RelyingParty,
    UserEntity,
    UserVerification,
)

_PUBLIC_KEY = "public-key"
Known = tuple[bytes, Iterable[str]]
"""An enrolled credential: its id, and how its key was reached when it was enrolled."""

_TIMEOUT = CHALLENGE_MINUTES * 60 * 1000


def registration_options(
    *,
    rp: RelyingParty,
    challenge: bytes,
    user: UserEntity,
    exclude: Iterable[Known],
    attest: bool,
    passkey: bool,
    user_verification: UserVerification = UserVerification.PREFERRED,
) -> dict[str, object]:
    """To enrol a key (section 5.4). ``attest`` asks for its make; ``passkey`` wants one that signs in alone."""
    return {
        "rp": {"id": rp.id, "name": rp.name},
        "user": {"id": _text(user.id), "name": user.name, "displayName": user.display_name},
        "challenge": _text(challenge),
        "pubKeyCredParams": [{"type": _PUBLIC_KEY, "alg": algorithm} for algorithm in OFFERED_ALGORITHMS],
        "timeout": _TIMEOUT,
        "excludeCredentials": _descriptors(exclude),
        "authenticatorSelection": {
            # A key has few places for passkeys: as a second factor, none is taken.
            "residentKey": "required" if passkey else "discouraged",
            "requireResidentKey": passkey,  # for browsers of Level 1
            "userVerification": user_verification.value,
        },
        "attestation": "direct" if attest else "none",
        "extensions": {},
    }


def assertion_options(
    *,
    rp: RelyingParty,
    challenge: bytes,
    allow: Iterable[Known],
    user_verification: UserVerification = UserVerification.PREFERRED,
) -> dict[str, object]:
    """To sign in (section 5.5). With nothing in ``allow``, any passkey for this index may answer."""
    return {
        "challenge": _text(challenge),
        "rpId": rp.id,
        "timeout": _TIMEOUT,
        "allowCredentials": _descriptors(allow),
        "userVerification": user_verification.value,
        "extensions": {},
    }


def _descriptors(credentials: Iterable[Known]) -> list[dict[str, object]]:
    return [
        {"type": _PUBLIC_KEY, "id": _text(one), **({"transports": list(transports)} if transports else {})}
        for one, transports in credentials
    ]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
