"""Rows of accounts: people, their addresses and letters, how they come in, and what they proved."""

from strongroom.accounts.models.account import Account, EmailAddress, SetupLink
from strongroom.accounts.models.entry import Arrival, Device, MailCode, Proof, Session
from strongroom.accounts.models.factor import Factor
from strongroom.accounts.models.letter import Delivery, Letter
from strongroom.accounts.models.limit import AttemptCount

__all__ = [
    "Account",
    "Arrival",
    "AttemptCount",
    "Delivery",
    "Device",
    "EmailAddress",
    "Factor",
    "Letter",
    "MailCode",
    "Proof",
    "Session",
    "SetupLink",
]
