"""Rows of where download events came from, of the files that hold them, and of what each day added up to."""

from __future__ import annotations

from django.db import models

from strongroom.downloads.rules.sources import SourceKind

_KINDS = [(one.value, one.value) for one in SourceKind]


class Source(models.Model):
    """One object that was read: a sealed segment of this index, or a file that an operator imported.

    Written in the transaction that lists the files made of it (``batch``); so nothing is counted twice.
    """

    kind = models.CharField(max_length=10, choices=_KINDS)
    name = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64, unique=True)
    batch = models.CharField(max_length=32, db_index=True)
    read = models.BigIntegerField()
    kept = models.BigIntegerField()
    # How many lines were skipped for each reason; and the number of the first such line.
    skipped = models.JSONField(default=dict)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField()

    class Meta:
        """A segment of this index is taken once, by its name, which never repeats. Read by age."""

        constraints = [  # noqa: RUF012 - Django's form
            models.UniqueConstraint(fields=["name"], condition=models.Q(kind="own"), name="segment_once")
        ]
        indexes = [models.Index(fields=["-taken_at", "-id"], name="source_newest")]  # noqa: RUF012

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class EventFile(models.Model):
    """A Parquet file of events of one day from one kind of source."""

    day = models.DateField()
    kind = models.CharField(max_length=10, choices=_KINDS)
    path = models.CharField(max_length=200, unique=True)
    batch = models.CharField(max_length=32)
    rows = models.BigIntegerField()

    class Meta:
        """Read by day."""

        indexes = [models.Index(fields=["day", "kind"], name="event_file_day")]  # noqa: RUF012 - Django's form

    def __str__(self) -> str:
        return self.path


class Day(models.Model):
    """A UTC day of which downloads are known, and the one kind of source that counts on it.

    A day on which this index ran is here though nobody downloaded; one that is not here is missing.
    ``is_stale`` when it holds events that were not added up yet.
    """

    day = models.DateField(primary_key=True)
    kind = models.CharField(max_length=10, choices=_KINDS)
    is_stale = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.day} from {self.kind}"


class DayCount(models.Model):
    """What a day added up to: never changed; a new revision takes its place when other events became known.

    ``sha256`` is of the counts themselves, whatever wrote their file (rules/days.py); ``path`` names the Parquet file
    of counts by project, ``details`` that of versions, files and clients.
    """

    day = models.DateField()
    revision = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=_KINDS)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=200)
    details = models.CharField(max_length=200)
    projects = models.BigIntegerField()
    counted = models.BigIntegerField()
    mirrors = models.BigIntegerField()
    proxies = models.BigIntegerField()
    partial = models.BigIntegerField()
    browser = models.BigIntegerField()
    ci = models.BigIntegerField()
    unknown = models.BigIntegerField()
    other = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        """A day has each revision once."""

        constraints = [  # noqa: RUF012 - Django's form
            models.UniqueConstraint(fields=["day", "revision"], name="day_revision_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} revision {self.revision}"


class HistoryMonth(models.Model):
    """The file from which plots of a month are drawn; ``made_of`` tells of which countings of its days."""

    month = models.DateField(primary_key=True)
    path = models.CharField(max_length=200)
    made_of = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Spike(models.Model):
    """One client or one file of a project that was fetched far more on a day than it used to be: for staff to look at.

    It changes no count.
    """

    day = models.DateField()
    project = models.CharField(max_length=200)
    # "client" or "file", and which.
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=250)
    counted = models.BigIntegerField()
    usual = models.BigIntegerField()
    found_at = models.DateTimeField()
    # What those who run the index thought of it.
    looked_at = models.DateTimeField(null=True)

    class Meta:
        """Each is marked once. Read by day, by project, and by whether anybody looked at it."""

        constraints = [  # noqa: RUF012 - Django's form
            models.UniqueConstraint(fields=["day", "project", "kind", "name"], name="spike_once")
        ]
        indexes = [  # noqa: RUF012 - Django's form
            models.Index(fields=["project", "-day"], name="spike_project"),
            # Listed for those who run the index: what nobody has looked at, then the rest.
            models.Index(fields=["-day", "-id"], condition=models.Q(looked_at__isnull=True), name="spike_open"),
            models.Index(fields=["-day", "-id"], condition=models.Q(looked_at__isnull=False), name="spike_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.project} {self.kind} {self.name}"


class SpikeCheck(models.Model):
    """Which revision of a day was searched for spikes."""

    day = models.DateField(primary_key=True)
    revision = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.day} revision {self.revision}"
