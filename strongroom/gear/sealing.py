"""Secrets that the database keeps for us and cannot read: sealed, or hashed with a key, by keys kept outside it.

Sealed with AES-256-GCM. What a secret is about goes into the seal, so that it opens in its own row and in no other.
The file of keys holds one key on each line: the first seals, all of them open. So a key is replaced by writing a new
line above it, sealing anew what ``needs_resealing`` names, and only then removing the old line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from strongroom.gear.secrets import load_secret

KEYS_FILE = "sealing-keys"
PEPPER_FILE = "pepper"
LEAST_KEY_CHARACTERS = 43
"""256 bits in base64; what the index makes itself is longer."""

_FORM = "v1"
_NONCE_BYTES = 12
_NUMBER_CHARACTERS = 8


class CannotUnseal(Exception):
    """Sealed with a key that is not in the file, altered since, or taken from somewhere else."""


@dataclass(frozen=True, repr=False)
class _Key:
    number: str
    cipher: AESGCM


class Sealer:
    """Seals and opens secrets, and hashes what is only ever compared, with the keys in one folder.

    Raises ValueError when a line of the files is too short to be a key.
    """

    def __init__(self, folder: Path) -> None:
        self._keys = [_key(line) for line in _lines(folder, KEYS_FILE)]
        self._pepper = _lines(folder, PEPPER_FILE)[0].encode()

    def seal(self, plain: bytes, *, about: str) -> str:
        """Seal a secret, as text for a row. ``about`` names the row and column: only with the same does it open."""
        key, nonce = self._keys[0], os.urandom(_NONCE_BYTES)
        box = nonce + key.cipher.encrypt(nonce, plain, _bound(key, about))
        return f"{_FORM}.{key.number}.{base64.urlsafe_b64encode(box).decode()}"

    def unseal(self, sealed: str, *, about: str) -> bytes:
        """Open what was sealed about the same. Raises CannotUnseal."""
        number, box = _read(sealed)
        key = next((key for key in self._keys if key.number == number), None)
        if key is None:
            raise CannotUnseal(f"no key with the number {number} is in {KEYS_FILE}")
        try:
            return key.cipher.decrypt(box[:_NONCE_BYTES], box[_NONCE_BYTES:], _bound(key, about))
        except InvalidTag:
            raise CannotUnseal(f"what is kept about {about} was altered, or taken from somewhere else") from None

    def needs_resealing(self, sealed: str) -> bool:
        """Whether it was sealed with another key than the one that seals now. Raises CannotUnseal when unreadable."""
        return _read(sealed)[0] != self._keys[0].number

    def keyed_hash(self, text: str, *, about: str) -> str:
        """The hash of something that cannot be guessed, worth nothing without the key. ``about`` keeps uses apart."""
        # Two steps rather than one text put together: no other pair of texts comes to the same.
        key = hmac.digest(self._pepper, about.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()


def _lines(folder: Path, name: str) -> list[str]:
    lines = [line.strip() for line in load_secret(folder, name).splitlines() if line.strip()]
    if not lines or min(map(len, lines)) < LEAST_KEY_CHARACTERS:
        raise ValueError(f"every line of {folder / name} must have at least {LEAST_KEY_CHARACTERS} random characters")
    return lines


def _key(line: str) -> _Key:
    # The number follows from the key, not from its line: lines move when a key is added above them.
    number = hashlib.sha256(b"strongroom sealing key number:" + line.encode()).hexdigest()[:_NUMBER_CHARACTERS]
    return _Key(number, AESGCM(hashlib.sha256(b"strongroom sealing key:" + line.encode()).digest()))


def _bound(key: _Key, about: str) -> bytes:
    return f"strongroom {_FORM} {key.number} {about}".encode()


def _read(sealed: str) -> tuple[str, bytes]:
    form, _, rest = sealed.partition(".")
    number, _, text = rest.partition(".")
    try:
        box = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        box = b""
    if form != _FORM or len(box) <= _NONCE_BYTES:
        raise CannotUnseal("what is kept has not the form of a sealed secret")
    return number, box
