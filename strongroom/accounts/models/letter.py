"""Mails to people: kept in the inbox of their account, and delivered until they have left."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower


class Letter(models.Model):
    """One mail, for all the addresses that it goes to. Written in the transaction that it tells of.

    Its text is made when it leaves, in the language of its reader, and kept from then on. What only the mail may
    show (a code) is sealed, and erased once it has left.
    """

    account = models.ForeignKey("accounts.Account", null=True, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    sealed = models.TextField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    made_at = models.DateTimeField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        """Read by account, newest first; looked for while it has no text yet, and while its code is not erased."""

        indexes = [  # noqa: RUF012 - Django's form
            models.Index(fields=["account", "-id"], name="letter_account"),
            models.Index(fields=["id"], condition=models.Q(subject=""), name="letter_without_text"),
            models.Index(fields=["id"], condition=~models.Q(sealed=""), name="letter_with_code"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.made_at:%Y-%m-%d %H:%M}"


class Delivery(models.Model):
    """One letter to one address: due at ``next_at`` until it is sent or given up."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="deliveries")
    address = models.CharField(max_length=320)
    next_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        """Looked for by when it is due, and listed by address and by how far it has come."""

        indexes = [  # noqa: RUF012 - Django's form
            models.Index(
                fields=["next_at"],
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="delivery_due",
            ),
            models.Index(
                fields=["id"], condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True), name="delivery_open"
            ),
            models.Index(fields=["id"], condition=models.Q(given_up_at__isnull=False), name="delivery_given_up"),
            models.Index(Lower("address"), "id", name="delivery_address"),
        ]

    def __str__(self) -> str:
        return f"to {self.address}"
