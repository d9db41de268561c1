"""Rows of accounts, their e-mail addresses, and the link that makes the first staff account."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by name, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """The account of that name; raises Account.DoesNotExist."""
        return self.get(folded_name=(username or "").lower())


class Account(AbstractBaseUser):
    """The record of a person. Its name is unique in whatever case it is written."""

    name = models.CharField(max_length=40)
    folded_name = models.CharField(max_length=40, unique=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    language = models.CharField(max_length=10, blank=True)
    password_changed_at = models.DateTimeField(null=True)
    # False for a shorter one, which is good only beside a factor.
    password_stands_alone = models.BooleanField(default=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_why = models.CharField(max_length=20, blank=True)
    closed_at = models.DateTimeField(null=True)
    # Random, made with the first security key: what keys keep of the account says nothing about the person.
    key_handle = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique, and not every account has one
    # Set while a mandate or an office holds the person to a factor; who sets it is the mandate's matter.
    must_hold_factor_since = models.DateTimeField(null=True)

    class Meta:
        """Listed by name: those who run the index, those that are suspended, those that are closed."""

        indexes = [  # noqa: RUF012 - Django's form
            models.Index(fields=["folded_name"], condition=models.Q(is_staff=True), name="account_staff"),
            models.Index(
                fields=["folded_name"], condition=models.Q(suspended_at__isnull=False), name="account_suspended"
            ),
            models.Index(fields=["folded_name"], condition=models.Q(closed_at__isnull=False), name="account_closed"),
        ]

    USERNAME_FIELD = "folded_name"
    objects: ClassVar[AccountManager] = AccountManager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Whether the account can do anything: it was neither suspended nor closed."""
        return self.suspended_at is None and self.closed_at is None


class EmailAddress(models.Model):
    """An address of an account; verified once a mail to it was answered, or an operator vouched for it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="addresses")
    address = models.CharField(max_length=320)
    is_primary = models.BooleanField(default=False)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        """A verified address belongs to one account; an account lists it once, and has one primary address."""

        constraints = [  # noqa: RUF012 - Django's form
            models.UniqueConstraint(
                Lower("address"), condition=models.Q(verified_at__isnull=False), name="verified_address_once"
            ),
            models.UniqueConstraint(Lower("address"), "account", name="address_once_an_account"),
            models.UniqueConstraint(
                fields=["account"], condition=models.Q(is_primary=True), name="one_primary_address"
            ),
        ]

    def __str__(self) -> str:
        return self.address


class SetupLink(models.Model):
    """A one-time link that makes the first staff account; only the hash of its secret is kept."""

    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"set-up link of {self.created_at:%Y-%m-%d %H:%M}"
