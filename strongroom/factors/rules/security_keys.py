"""What must hold of a security key's answer before it is believed.

The steps are those of Web Authentication Level 3 (W3C), sections 7.1 (registering a credential) and 7.2 (verifying an
assertion). Left to the action, for they need rows or time: that the challenge is fresh and used once, the signature
(7.2 step 21), that the credential id is new to the whole index (7.1 step 26), and storing the counter in the same
conditional UPDATE that compares it (7.2 steps 22 and 24).

Not checked: extensions (7.1 step 28, 7.2 step 23), for none is asked for and whatever is answered unasked is ignored.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.security_keys import OFFERED_ALGORITHMS, Answer, Assertion, Registration, RelyingParty

LONGEST_CREDENTIAL_ID = 1023
"""Bytes (7.1 step 25)."""

_PUBLIC_KEY, _CREATE, _GET = "public-key", "webauthn.create", "webauthn.get"


@dataclass(frozen=True)
class Expected:
    """What was asked. ``user_handle`` is that of the account that was named first; nothing when nobody was."""

    rp: RelyingParty
    challenge: bytes
    user_handle: bytes | None
    must_verify_user: bool = False

    @property
    def is_passwordless(self) -> bool:
        """Whether the key alone says who it is."""
        return self.user_handle is None


@dataclass(frozen=True)
class EnrolledKey:
    """A credential as it was enrolled, and the user handle of the account that it belongs to."""

    credential_id: bytes
    user_handle: bytes
    backup_eligible: bool


def require_registration(answer: Registration, expected: Expected) -> None:
    """A key is enrolled only by an answer that was asked for here and now, at this address, and with a touch."""
    _require_asked_for(answer, expected, client_type=_CREATE)
    _require_sound_key(answer, expected)
    if answer.algorithm not in OFFERED_ALGORITHMS:  # step 20
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="its signature algorithm was not offered")
    if not answer.credential_id:
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it names no credential")
    if len(answer.credential_id) > LONGEST_CREDENTIAL_ID:  # step 25
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="its credential id is longer than 1,023 bytes")
    if answer.raw_id != answer.credential_id:
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it names two different credentials")


def require_assertion(answer: Assertion, expected: Expected, key: EnrolledKey | None) -> None:
    """A key signs in only to the account that enrolled it, by an answer that was asked for here and now."""
    if key is None:  # steps 5 and 6
        raise Refused(Reason.KEY_UNKNOWN)
    if answer.raw_id != key.credential_id:
        raise Refused(Reason.KEY_UNKNOWN)
    if expected.user_handle is not None and expected.user_handle != key.user_handle:
        raise Refused(Reason.KEY_UNKNOWN)
    _require_user_handle(answer, expected, key)
    _require_asked_for(answer, expected, client_type=_GET)
    _require_sound_key(answer, expected)
    if answer.backup_eligible != key.backup_eligible:  # step 19
        raise Refused(
            Reason.KEY_ANSWER_REFUSED, why="whether it can be copied to other devices has changed since it was enrolled"
        )


def is_copied(*, stored: int, answered: int) -> bool:
    """Whether a key counts as a copy of it would: not upwards. A key that never counts says nothing (7.2 step 22)."""
    if stored == 0 and answered == 0:
        return False
    return answered <= stored


def _require_user_handle(answer: Assertion, expected: Expected, key: EnrolledKey) -> None:
    """Step 6: the key names no other account; and it must name one when nobody else did."""
    if expected.is_passwordless and answer.user_handle is None:
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it does not say whose account it belongs to")
    if answer.user_handle is not None and answer.user_handle != key.user_handle:
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it belongs to another account")


def _require_asked_for(answer: Answer, expected: Expected, *, client_type: str) -> None:
    """What the browser says: which question it put to the key, and for which page."""
    if answer.type != _PUBLIC_KEY:
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it is not the answer of a security key")
    if answer.id != answer.raw_id:
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it names two different credentials")
    if answer.client_type != client_type:  # 7.1 step 7, 7.2 step 10
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it answers another kind of question")
    if not expected.challenge:  # empty means no
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it answers another question than the one that was asked")
    if not hmac.compare_digest(answer.challenge, expected.challenge):  # 7.1 step 8, 7.2 step 11
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it answers another question than the one that was asked")
    if answer.origin not in expected.rp.origins:  # 7.1 step 9, 7.2 step 12: the exact scheme, name and port
        raise Refused(Reason.KEY_WRONG_ADDRESS, origin=answer.origin)
    if answer.cross_origin:  # 7.1 step 10, 7.2 step 13
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it was asked for by a page inside another page")
    if answer.top_origin_present:  # 7.1 step 11, 7.2 step 14
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it was asked for by a page inside another page")


def _require_sound_key(answer: Answer, expected: Expected) -> None:
    """What the key says: for which index it answers, who was there, and whether it can be copied."""
    if answer.rp_id_hash != hashlib.sha256(expected.rp.id.encode()).digest():  # 7.1 step 14, 7.2 step 15
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it was made for another site")
    if not answer.user_present:  # 7.1 step 15, 7.2 step 16
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="nobody touched the key")
    if expected.is_passwordless and not answer.user_verified:  # 7.2 step 17
        raise Refused(Reason.KEY_NOT_VERIFIED)
    if expected.must_verify_user and not answer.user_verified:  # 7.1 step 16, 7.2 step 17
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="the key did not ask for its PIN or fingerprint")
    if answer.backed_up and not answer.backup_eligible:  # 7.1 step 17, 7.2 step 18
        raise Refused(Reason.KEY_ANSWER_REFUSED, why="it says that it was copied, and that it cannot be")
