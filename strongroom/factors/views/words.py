"""What pages of factors say in words: deeds to be proved for, kinds of factor, how a key is reached, its make."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from strongroom.accounts.rules.proving import Dangerous
from strongroom.terms.proofs import ProofKind

AIMS = {
    Dangerous.ENROL_FACTOR: later("You are about to enrol a factor."),
    Dangerous.RENAME_FACTOR: later("You are about to rename a factor."),
    Dangerous.REMOVE_FACTOR: later("You are about to remove a factor."),
    Dangerous.MAKE_RECOVERY_CODES: later("You are about to make new recovery codes."),
    Dangerous.MAKE_TOKEN: later("You are about to make an API token."),
    Dangerous.CHANGE_ADDRESSES: later("You are about to change your e-mail addresses."),
    Dangerous.CHANGE_PASSWORD: later("You are about to change your password."),
    Dangerous.CLOSE_ACCOUNT: later("You are about to close your account."),
    Dangerous.CHANGE_COLLABORATORS: later("You are about to change who looks after a project."),
    Dangerous.DELETE: later("You are about to delete a file, a release or a project."),
    Dangerous.STAFF_DEED: later("You are about to change something for somebody else."),
}
"""Each deed that takes a proof, as its page says it."""

_KINDS = {
    ProofKind.TOTP: later("Authenticator app"),
    ProofKind.SECURITY_KEY: later("Security key"),
}

_TRANSPORTS = {
    "usb": later("USB"),
    "nfc": later("NFC"),
    "ble": later("Bluetooth"),
    "smart-card": later("smart card"),
    "hybrid": later("another device nearby"),
    "internal": later("built into the device"),
}
"""Web Authentication Level 3, 5.8.4. Words that are not there are not shown: the browser chose them."""


def kind_words(kind: ProofKind, *, is_synced: bool = False) -> str:
    """The kind of a factor, as lists name it."""
    return _("Passkey") if is_synced else str(_KINDS[kind])


def transport_words(transports: Iterable[str]) -> str:
    """How a security key is reached."""
    return ", ".join(str(_TRANSPORTS[one]) for one in transports if one in _TRANSPORTS)
