"""The rows of the record. The database itself refuses to change or drop one (migration 0002)."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One security event. No foreign keys: the record outlives the account and the project."""

    at = models.DateTimeField()
    deed = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=20)
    actor_name = models.CharField(max_length=100, blank=True)
    actor_account = models.BigIntegerField(null=True)
    actor_token = models.CharField(max_length=32, blank=True)
    proof = models.CharField(max_length=20, blank=True)
    factor = models.BigIntegerField(null=True)
    address = models.GenericIPAddressField(null=True)
    client = models.CharField(max_length=200, blank=True)
    subject_kind = models.CharField(max_length=20)
    subject_name = models.CharField(max_length=250)
    details = models.JSONField(default=dict)

    class Meta:
        """Read by subject and by actor; searched by day, by deed, and by who did it."""

        indexes = [  # noqa: RUF012 - Django's form
            models.Index(fields=["subject_kind", "subject_name", "id"], name="event_subject"),
            models.Index(fields=["actor_account", "id"], name="event_actor"),
            models.Index(fields=["subject_kind", "subject_name", "at", "id"], name="event_subject_day"),
            models.Index(fields=["at", "id"], name="event_day"),
            models.Index(fields=["deed", "at", "id"], name="event_deed"),
            models.Index(fields=["actor_name", "at", "id"], name="event_who"),
            models.Index(fields=["actor_name", "deed", "at", "id"], name="event_who_deed"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.deed} {self.subject_name}"
