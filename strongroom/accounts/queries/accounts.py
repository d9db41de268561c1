"""Accounts, loaded."""

from __future__ import annotations

from datetime import datetime

from strongroom.accounts.models import Account, EmailAddress
from strongroom.accounts.rules.addresses import VerifiedAddress, settled_address
from strongroom.accounts.rules.names import fold_name
from strongroom.terms.actors import AccountId
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.texts import is_storable


def load_account_id(name: str) -> AccountId:
    """The account of that name, in whatever case. Raises Refused(ACCOUNT_UNKNOWN)."""
    rows = Account.objects.filter(folded_name=fold_name(name)).values_list("id", flat=True)
    found = rows.first() if is_storable(name) else None
    if found is None:
        raise Refused(Reason.ACCOUNT_UNKNOWN, name=name)
    return AccountId(found)


def load_account_name(account: AccountId) -> str:
    """The account's name as its person writes it."""
    return Account.objects.values_list("name", flat=True).get(pk=account)


def is_account_active(account: AccountId) -> bool:
    """Whether the account is there, and neither suspended nor closed."""
    return Account.objects.filter(pk=account, suspended_at=None, closed_at=None).exists()


def is_staff(account: AccountId) -> bool:
    """Whether the account's person runs the index."""
    return Account.objects.filter(pk=account, is_staff=True).exists()


def list_addresses(account: AccountId) -> list[EmailAddress]:
    """The account's addresses, the primary one first."""
    return list(EmailAddress.objects.filter(account_id=account).order_by("-is_primary", "pk"))


def load_address(account: AccountId, address: int) -> EmailAddress:
    """One address of the account. Raises Refused(ADDRESS_UNKNOWN), whoever else may have it."""
    row = EmailAddress.objects.filter(pk=address, account_id=account).first()
    if row is None:
        raise Refused(Reason.ADDRESS_UNKNOWN)
    return row


def has_verified_address(account: AccountId) -> bool:
    """Whether somebody is known to read the account's primary address."""
    return EmailAddress.objects.filter(account_id=account, is_primary=True, verified_at__isnull=False).exists()


def find_settled_address(account: AccountId, *, now: datetime) -> str:
    """The address that is asked when the account itself is at stake; empty when there is none."""
    return _settled(Account.objects.filter(pk=account).first(), _verified(account), now=now)


def find_reset_address(account: AccountId | None) -> str:
    """Where the code for a reset goes: the primary address, and for a suspended account one that is settled.

    What came in the three days before a suspension never counts: it may be what the account was suspended for.
    Without an account as much is asked of the database as with one.
    """
    row = Account.objects.filter(pk=account or 0).first()
    verified = _verified(account)
    if row is not None and row.suspended_at is not None:
        return _settled(row, verified, now=row.suspended_at)
    return next((one.address for one in verified if one.is_primary), "")


def _verified(account: AccountId | None) -> list[VerifiedAddress]:
    rows = EmailAddress.objects.filter(account_id=account or 0, verified_at__isnull=False)
    return [
        VerifiedAddress(one.address, is_primary=one.is_primary, verified_at=one.verified_at)
        for one in rows
        if one.verified_at is not None
    ]


def _settled(row: Account | None, addresses: list[VerifiedAddress], *, now: datetime) -> str:
    found = None if row is None else settled_address(addresses, made_at=row.created_at, as_of=now)
    return "" if found is None else found.address


def has_staff() -> bool:
    """Whether anybody runs this index yet."""
    return Account.objects.filter(is_staff=True).exists()


def list_accounts() -> list[tuple[str, str, bool, bool]]:
    """Every account: its name, its primary address, whether it is staff, whether it is active."""
    rows = Account.objects.order_by("folded_name").prefetch_related("addresses")
    return [
        (
            account.name,
            next((address.address for address in account.addresses.all() if address.is_primary), ""),
            account.is_staff,
            account.is_active,
        )
        for account in rows
    ]
