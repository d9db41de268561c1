"""What factors are verified with, made from the index's settings, and never from what a request says."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.factors.actions.means import Means
from strongroom.factors.rules.totp import TotpWindow
from strongroom.gear.settings import Settings
from strongroom.gear.webauthn import Anchors, load_anchors
from strongroom.terms.security_keys import RelyingParty

NAME = "Strongroom"
_USUAL_PORTS = {"http": 80, "https": 443}


def means() -> Means:
    """What this index verifies factors with."""
    chosen: Settings = settings.STRONGROOM
    return Means(
        sealer=sealer_of_index(),
        window=TotpWindow(behind=chosen.totp_steps_behind, ahead=chosen.totp_steps_ahead),
        rp=relying_party(chosen.address),
        anchors=_anchors(chosen.key_makers),
    )


def relying_party(address: str) -> RelyingParty:
    """Who the index is to a security key: its host name, and exactly the origin that browsers give to its address."""
    parts = urlsplit(address)
    host = (parts.hostname or "").encode("idna").decode()
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _USUAL_PORTS.get(parts.scheme)} else f":{parts.port}"
    return RelyingParty(id=host, name=NAME, origins=frozenset({f"{parts.scheme}://{shown}{port}"}))


@cache
def _anchors(folder: str) -> Anchors:
    return load_anchors(Path(folder) if folder else None)
