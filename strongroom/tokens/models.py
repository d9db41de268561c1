"""Rows of API tokens; only their hashes are kept."""

from __future__ import annotations

from django.db import models


class Token(models.Model):
    """An API token of an account. ``projects`` is null when it is not limited to named ones."""

    id = models.CharField(max_length=16, primary_key=True)
    sha256 = models.CharField(max_length=64)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=100, blank=True)
    permissions = models.JSONField(default=list)
    projects = models.JSONField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    # A ProofKind's value: by what its person showed that it was them; empty when an operator made it.
    made_with = models.CharField(max_length=20, blank=True)
    # Reported lost, it takes the token along.
    made_with_factor = models.ForeignKey("accounts.Factor", null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"{self.id} {self.label}".strip()
