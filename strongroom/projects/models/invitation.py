"""Rows of invitations to collaborate on a project."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from strongroom.projects.models.project import Project
from strongroom.projects.rules.roles import Role

_OPEN = models.Q(ended_at__isnull=True)


class Invitation(models.Model):
    """Somebody is asked to collaborate: an account, or whoever shows that they read an address."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invitations")
    account = models.ForeignKey("accounts.Account", null=True, on_delete=models.CASCADE, related_name="invitations")
    address = models.CharField(max_length=320, blank=True)
    role = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Role])
    made_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # accepted, declined, withdrawn, or lapsed when another one took its place.
    ended_how = models.CharField(max_length=20, blank=True)

    class Meta:
        """To one project an account, or an address, is invited once at a time."""

        constraints = [  # noqa: RUF012 - Django's form
            models.UniqueConstraint(
                fields=["project", "account"],
                condition=_OPEN & models.Q(account__isnull=False),
                name="account_invited_once",
            ),
            models.UniqueConstraint(
                Lower("address"), "project", condition=_OPEN & ~models.Q(address=""), name="address_invited_once"
            ),
        ]
        indexes = [  # noqa: RUF012 - Django's form
            models.Index(Lower("address"), condition=_OPEN, name="invited_address")
        ]

    def __str__(self) -> str:
        return f"to {self.project} as {self.role}"
