"""API tokens as text: a recognisable prefix, 256 random bits, and a checksum.

The prefix lets secret scanners recognise one; the checksum lets the index tell a mistyped
token from an unknown one without asking the database.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import dataclass

from strongroom.terms.actors import TokenId

PREFIX = "strongroom-"
SECRET_BYTES = 32
"""256 bits: no salt and no slow hash is needed for what cannot be guessed."""

_ID_CHARACTERS = 16
_TEXT = re.compile(r"strongroom-([A-Za-z0-9_-]{43})([0-9a-f]{8})\Z", re.ASCII)


LONGEST_CREDENTIALS = 1024
"""Characters after the scheme; a token with its user name takes about a hundred."""

TOKEN_USER = "__token__"  # noqa: S105 - a user name, not a secret
"""The user name that says: the password is a token."""


@dataclass(frozen=True)
class Credentials:
    """What a client sends to say who it is."""

    user: str
    secret: str


@dataclass(frozen=True)
class Presented:
    """A token as somebody presents it: its public identifier and the hash to compare."""

    token: TokenId
    sha256: str


def render_token(secret: bytes) -> str:
    """The text of a token for 32 random bytes: shown once, to one person."""
    body = base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
    return f"{PREFIX}{body}{_checksum(body)}"


def present(text: str) -> Presented | None:
    """Read a token's text; nothing when it is not the text of a token (prefix or checksum wrong)."""
    match = _TEXT.match(text)
    if match is None or _checksum(match[1]) != match[2]:
        return None
    digest = hashlib.sha256(text.encode()).hexdigest()
    # The identifier comes from a second hash: it may be shown and logged without helping to guess the first.
    identifier = hashlib.sha256(b"strongroom token id:" + text.encode()).hexdigest()[:_ID_CHARACTERS]
    return Presented(TokenId(identifier), digest)


def read_authorization(header: str) -> Credentials | None:
    """Read an ``Authorization`` header, Basic (RFC 7617) or Bearer (RFC 6750); nothing when it is neither."""
    scheme, _, rest = header.strip().partition(" ")
    rest = rest.strip()
    if len(rest) > LONGEST_CREDENTIALS:
        return None
    if scheme.lower() == "bearer" and rest:
        return Credentials(TOKEN_USER, rest)
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, secret = base64.b64decode(rest, validate=True).decode().partition(":")
    except ValueError:
        return None
    return Credentials(user, secret.strip()) if colon else None


def _checksum(body: str) -> str:
    return f"{zlib.crc32((PREFIX + body).encode()):08x}"
