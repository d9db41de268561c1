"""How often something was tried, so that guessing ends: rows, because caches forget and double."""

from __future__ import annotations

from django.db import models


class AttemptCount(models.Model):
    """Attempts of one kind by or on one somebody, within one window of time.

    ``slot`` is the number of the window since 1970, so that a window needs no clock of its own.
    """

    bucket = models.CharField(max_length=120)
    window_seconds = models.PositiveIntegerField()
    slot = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        """One count for each window; old ones are swept by their end."""

        constraints = [  # noqa: RUF012 - Django's form
            models.UniqueConstraint(fields=["bucket", "window_seconds", "slot"], name="attempts_once_a_window"),
        ]

    def __str__(self) -> str:
        return f"{self.bucket}: {self.count} in {self.window_seconds} s"
