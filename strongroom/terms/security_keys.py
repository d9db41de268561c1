"""Security keys in the field's words: what the index asks of one, what it answers, and what is known of its make.

Essential reading: Web Authentication Level 3 (W3C), sections 5.8.1 (client data), 6.1 (authenticator data) and 7
(the two ceremonies).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

ES256, EDDSA, RS256 = -7, -8, -257
"""Signature algorithms by their COSE numbers (RFC 8152, RFC 8812)."""

OFFERED_ALGORITHMS = (ES256, EDDSA, RS256)
"""In the order of preference. ES256 comes first, for U2F keys know no other."""

CHALLENGE_BYTES = 32
CHALLENGE_MINUTES = 5
"""How long a person has to touch the key: as long as the challenge lives."""


class UserVerification(enum.Enum):
    """Whether a key is asked to check who holds it, by PIN or by fingerprint."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    DISCOURAGED = "discouraged"


class KeyAttestationVerdict(enum.Enum):
    """What a key's own word about its make is worth, from nothing to proven."""

    NONE = "none"
    SELF = "self"
    UNTRUSTED = "untrusted"
    PINNED = "pinned"


@dataclass(frozen=True)
class RelyingParty:
    """The index, as keys and browsers know it. ``origins`` are exact: scheme, name and port."""

    id: str
    name: str
    origins: frozenset[str]


@dataclass(frozen=True)
class UserEntity:
    """The account, as the key keeps it. ``id`` is the user handle: random bytes that say nothing about the person."""

    id: bytes
    name: str
    display_name: str


@dataclass(frozen=True)
class Answer:
    """What a browser and a key answered, as far as both ceremonies share it. Nothing in it has been judged yet."""

    type: str
    id: bytes
    raw_id: bytes

    # Of the client data, which the browser wrote (section 5.8.1)
    client_type: str
    challenge: bytes
    origin: str
    cross_origin: bool
    top_origin_present: bool

    # Of the authenticator data, which the key wrote (section 6.1)
    rp_id_hash: bytes
    user_present: bool
    user_verified: bool
    backup_eligible: bool
    backed_up: bool
    sign_count: int


@dataclass(frozen=True)
class Registration(Answer):
    """A new credential, with all that is kept of it. ``public_key`` is a COSE key; ``aaguid`` names the model."""

    credential_id: bytes
    public_key: bytes
    algorithm: int
    aaguid: str
    fmt: str
    transports: tuple[str, ...]
    attestation_object: bytes
    client_data_hash: bytes


@dataclass(frozen=True)
class Assertion(Answer):
    """The proof at sign-in: ``signature`` over ``signed``. ``user_handle`` is there when the key keeps it."""

    user_handle: bytes | None
    signed: bytes
    signature: bytes

    @property
    def credential_id(self) -> bytes:
        """By which the enrolled credential is looked up."""
        return self.raw_id
