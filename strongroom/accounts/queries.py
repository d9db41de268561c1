"""Accounts, loaded."""

from __future__ import annotations

from strongroom.accounts.models import Account, EmailAddress
from strongroom.accounts.rules import fold_name
from strongroom.terms.actors import AccountId
from strongroom.terms.refusals import Reason, Refused


def load_account_id(name: str) -> AccountId:
    """The account of that name, in whatever case. Raises Refused(ACCOUNT_UNKNOWN)."""
    found = Account.objects.filter(folded_name=fold_name(name)).values_list("id", flat=True).first()
    if found is None:
        raise Refused(Reason.ACCOUNT_UNKNOWN, name=name)
    return AccountId(found)


def has_verified_address(account: AccountId) -> bool:
    """Whether somebody is known to read the account's primary address."""
    return EmailAddress.objects.filter(account_id=account, is_primary=True, verified_at__isnull=False).exists()


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
