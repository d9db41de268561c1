"""What the record keeps in a word, in words that a person knows."""

from __future__ import annotations

from typing import assert_never

from django.utils.translation import gettext as _

from strongroom.accounts.rules.clients import parse_client
from strongroom.terms.proofs import ProofKind


def client_words(text: str) -> str:
    """A User-Agent header as a person would say it: Firefox on Linux."""
    client = parse_client(text)
    if client.browser and client.system:
        return _("%(browser)s on %(system)s") % {"browser": client.browser, "system": client.system}
    if client.system:
        return _("An unknown browser on %(system)s") % {"system": client.system}
    return client.browser or _("An unknown browser")


def proof_words(kind: ProofKind) -> str:
    """By what somebody showed who they are."""
    match kind:
        case ProofKind.PASSWORD:
            return _("password alone")
        case ProofKind.TOTP:
            return _("authenticator app")
        case ProofKind.SECURITY_KEY:
            return _("security key")
        case ProofKind.RECOVERY_CODE:
            return _("recovery code")
        case ProofKind.MAILBOX:
            return _("mailed code")
    assert_never(kind)
