"""The serial that mirrors follow, and the pages that are behind it."""

from __future__ import annotations

from django.db import models


class Ledger(models.Model):
    """The one row that holds the last serial given out: every change of a project takes the next."""

    last_serial = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"serial {self.last_serial}"


class DuePage(models.Model):
    """A project whose pages are older than its rows; written with the change, dropped once published.

    ``whole`` when more than one change is waiting: whoever publishes then publishes every release's pages.
    """

    normalized_name = models.CharField(max_length=200, primary_key=True)
    serial = models.BigIntegerField()
    whole = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.normalized_name} at {self.serial}"
