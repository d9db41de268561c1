"""What factors are verified with, beside their rows."""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.factors.rules.totp import TotpWindow
from strongroom.gear.sealing import Sealer
from strongroom.gear.webauthn import Anchors
from strongroom.terms.security_keys import RelyingParty


@dataclass(frozen=True)
class Means:
    """The keys that lie outside the database, how far clocks may be apart, and who the index is to a security key."""

    sealer: Sealer
    window: TotpWindow
    rp: RelyingParty
    anchors: Anchors
