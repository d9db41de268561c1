"""Rows of the console: how the keeper's jobs go, announcements, and projects that nobody owns."""

from __future__ import annotations

from django.db import models

from strongroom.console.rules.announcements import LONGEST_TEXT, Level
from strongroom.console.rules.jobs import LONGEST_FAILURE


class JobState(models.Model):
    """How one job of the keeper goes; written now and then, and at once when it fails."""

    name = models.CharField(max_length=40, primary_key=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    failures_in_a_row = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=LONGEST_FAILURE, blank=True)

    def __str__(self) -> str:
        return self.name


class Announcement(models.Model):
    """What everybody is told above every page, from then until then. Never deleted: the record names it."""

    english = models.CharField(max_length=LONGEST_TEXT)
    french = models.CharField(max_length=LONGEST_TEXT)
    level = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Level])
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=100, blank=True)

    class Meta:
        """Looked for by when it ends, while nobody has ended it."""

        indexes = [  # noqa: RUF012 - Django's form
            models.Index(fields=["ends_at"], condition=models.Q(ended_at__isnull=True), name="announcement_live")
        ]

    def __str__(self) -> str:
        return f"{self.level} until {self.ends_at:%Y-%m-%d %H:%M}"


class Orphan(models.Model):
    """A project that was found without an Owner. The keeper finds them; whoever reads looks whether it still holds.

    Half a million projects cannot be asked on every page whether somebody owns them.
    """

    project = models.OneToOneField("projects.Project", primary_key=True, on_delete=models.CASCADE, related_name="+")
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"project {self.pk}"
