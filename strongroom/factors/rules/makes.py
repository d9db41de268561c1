"""Which models of security key are known by name.

Only from what makers publish in the FIDO metadata: lists that are passed around hold invented identifiers.
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.terms.security_keys import KeyAttestationVerdict

MODELS = {
    "42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3": "Google Titan Security Key v2",
}
"""By AAGUID. A U2F key has none, and neither has one that was not asked for its make."""


@dataclass(frozen=True)
class Make:
    """The model that a key names. Any key can name any model: only a verified chain of certificates proves it."""

    model: str
    is_proven: bool


def make_of(aaguid: str, verdict: KeyAttestationVerdict) -> Make | None:
    """What is known of a key's make; nothing when it names none that is known."""
    model = MODELS.get(aaguid)
    return None if model is None else Make(model, is_proven=verdict is KeyAttestationVerdict.PINNED)
