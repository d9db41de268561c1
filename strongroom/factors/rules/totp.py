"""Codes of authenticator apps: made, read, and accepted once.

Essential reading: RFC 4226, 5.3 (the code); RFC 6238, 4 (time steps), 5.2 (used once) and 6 (drift);
the page "Key Uri Format" of Google Authenticator, and what its readers make of it (spec: two-factor 5).
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from strongroom.factors.rules.typed import without_filling
from strongroom.terms.refusals import Reason, Refused

SECRET_BYTES = 20
"""160 bits, as RFC 4226, 4 R6, recommends; every app reads its 32 characters, and none of them calls it weak."""

DIGITS = 6
STEP_SECONDS = 30

DRIFT_STEPS = 20
"""Ten minutes: a clock that is wrong by less is told so; one that is wrong by more was never set."""

LONGEST_TYPED = 64
"""Characters of a code with everything that was pasted along with it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(seconds=STEP_SECONDS)
_MINUTE = timedelta(minutes=1)
_CODE = re.compile(rf"[0-9]{{{DIGITS}}}\Z", re.ASCII)
_COUNTER_BYTES = 8
_GROUP = 4


@dataclass(frozen=True)
class TotpWindow:
    """How many time steps before and after the present one are accepted.

    One before: whoever begins to type when a code is about to change shall not be refused. None after: nobody needs
    a code that is not yet shown, unless a clock is wrong, and each further step makes guessing easier.
    """

    behind: int = 1
    ahead: int = 0


def parse_code(text: str) -> int:
    """Read a typed code: six ASCII digits, whatever spaces and dashes stand between. Raises Refused(CODE_MALFORMED)."""
    bare = without_filling(text) if len(text) <= LONGEST_TYPED else ""
    if not _CODE.match(bare):
        raise Refused(Reason.CODE_MALFORMED)
    return int(bare)


def code_at(secret: bytes, step: int) -> int:
    """The code that an app shows for a secret during a time step."""
    digest = hmac.digest(_whole(secret), step.to_bytes(_COUNTER_BYTES, "big"), "sha1")
    offset = digest[-1] & 0x0F  # RFC 4226, 5.3: dynamic truncation
    truncated = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return int(truncated % 10**DIGITS)


def step_at(now: datetime) -> int:
    """The time step of an instant (RFC 6238, 4.2, with T0 = 0)."""
    return (now - _EPOCH) // _STEP


def require_step(secret: bytes, code: int, *, now: datetime, window: TotpWindow, last_step: int | None) -> int:
    """A code is accepted while its time step is within the window, and only if no code of that step or of a later one
    was used before. Answers the step, which the caller burns.

    Raises Refused: CODE_USED; CODE_CLOCK_BEHIND or CODE_CLOCK_AHEAD for a code of up to ten minutes ago or to come;
    CODE_WRONG. The step of a code to come is burned too: see ``step_given_away``.
    """
    present = step_at(now)
    first, last = present - window.behind, present + window.ahead
    matching = _matching(secret, code, steps=range(max(0, first - DRIFT_STEPS), last + DRIFT_STEPS + 1))
    # Two steps may have one code: the later one is burned, so that the earlier is burned with it.
    step = max([step for step in matching if first <= step <= last] or matching, default=None)
    if step is None:
        raise Refused(Reason.CODE_WRONG)
    if last_step is not None and step <= last_step:
        raise Refused(Reason.CODE_USED)
    begins = _EPOCH + step * _STEP
    if step < first:
        raise Refused(Reason.CODE_CLOCK_BEHIND, minutes=max(1, round((now - begins - _STEP / 2) / _MINUTE)))
    if step > last:
        # Rounded up: after that many minutes, every step that was burned is over.
        raise Refused(Reason.CODE_CLOCK_AHEAD, minutes=-((now - begins - _STEP) // _MINUTE), step=step)
    return step


def step_given_away(refused: Refused) -> int | None:
    """The time step to burn although its code was refused; nothing when there is none.

    Telling somebody that a clock is ahead tells a guesser that the code will be right in a few minutes. It will not be,
    if its step is burned as if it had been accepted: so a guess still has one chance for each step of the window.
    """
    step = refused.facts.get("step")
    return step if refused.reason is Reason.CODE_CLOCK_AHEAD and isinstance(step, int) else None


def otpauth_uri(secret: bytes, *, issuer: str, account: str) -> str:
    """The address that an authenticator app reads from the QR code, in the one form that all of them understand.

    Algorithm, digits and period are left out: some apps ignore them and others refuse them, and the values that
    all of them take for granted are ours.
    """
    who, whom = quote(_label_part(issuer), safe=""), quote(_label_part(account), safe="")
    return f"otpauth://totp/{who}:{whom}?secret={_base32(secret)}&issuer={who}"


def grouped_secret(secret: bytes) -> str:
    """The secret as somebody types it who cannot scan: base32 in groups of four."""
    text = _base32(secret)
    return " ".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _matching(secret: bytes, code: int, *, steps: range) -> list[int]:
    # Every step is computed and compared, whichever matches: how long that takes says nothing.
    typed = code.to_bytes(_COUNTER_BYTES, "big")
    same = [hmac.compare_digest(code_at(secret, step).to_bytes(_COUNTER_BYTES, "big"), typed) for step in steps]
    return [step for step, matches in zip(steps, same, strict=True) if matches]


def _label_part(text: str) -> str:
    # The colon parts the issuer from the account, and some apps take the first they meet, written as %3A or not.
    part = " ".join(text.replace(":", " ").split())
    if not part:
        raise ValueError("an authenticator app needs a name for the index and for the account")
    return part


def _base32(secret: bytes) -> str:
    return base64.b32encode(_whole(secret)).decode()  # 20 bytes fill 32 characters: there is no padding


def _whole(secret: bytes) -> bytes:
    if len(secret) != SECRET_BYTES:
        raise ValueError(f"the secret of an authenticator app has {SECRET_BYTES} bytes, not {len(secret)}")
    return secret
