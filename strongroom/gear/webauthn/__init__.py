"""WebAuthn without rows and without HTTP: what is asked of a browser, what it answers, what a key's word is worth.

The only place that knows python-fido2, which serves as primitives. It accepts much that the index must refuse: what is
read here is judged by the rules of ``strongroom.factors``.
"""

from __future__ import annotations

from strongroom.gear.webauthn.attestation import Anchors, judge_key_attestation, load_anchors
from strongroom.gear.webauthn.options import assertion_options, registration_options
from strongroom.gear.webauthn.reading import LONGEST_ANSWER, read_assertion, read_registration, verify_assertion

__all__ = [
    "LONGEST_ANSWER",
    "Anchors",
    "assertion_options",
    "judge_key_attestation",
    "load_anchors",
    "read_assertion",
    "read_registration",
    "registration_options",
    "verify_assertion",
]
