"""Rows of the runs that look for critical projects, of who is near the line, and of who is still to be told."""

from __future__ import annotations

from django.db import models

from strongroom.criticality.rules.waiting import RunState
from strongroom.downloads.rules.counting import Counting


class Run(models.Model):
    """One computation of the cohort of a day: what it read, and what it found. Only its state may change.

    The same inputs on the same day are one run. ``path`` is where its snapshot begins: ``.parquet``, ``.csv.gz`` and
    ``.manifest`` follow.
    """

    day = models.DateField()
    inputs = models.CharField(max_length=64)
    rule_version = models.PositiveSmallIntegerField()
    per_ten_thousand = models.PositiveIntegerField()
    months = models.PositiveSmallIntegerField()
    counting = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Counting])
    least = models.BigIntegerField()
    window_first = models.DateField()
    window_last = models.DateField()
    days_present = models.PositiveIntegerField()
    days_expected = models.PositiveIntegerField()
    projects = models.BigIntegerField()
    k = models.BigIntegerField()
    # The downloads of the last project inside; nothing when nobody is.
    threshold = models.BigIntegerField(null=True)
    cohort = models.BigIntegerField()
    newly = models.BigIntegerField()
    total = models.BigIntegerField()
    manifest = models.CharField(max_length=64)
    eligible = models.CharField(max_length=64)
    # SHA-256 over the standings themselves, whatever engine found them (rules/standings.py).
    result = models.CharField(max_length=64)
    engine = models.CharField(max_length=60)
    milliseconds = models.PositiveIntegerField()
    path = models.CharField(max_length=120)
    parquet_sha256 = models.CharField(max_length=64)
    csv_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=[(one.value, one.value) for one in RunState])
    doubts = models.JSONField(default=list)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """The same day twice changes nothing. Read by day, and by what waits."""

        constraints = [models.UniqueConstraint(fields=["day", "inputs"], name="run_once")]  # noqa: RUF012
        indexes = [  # noqa: RUF012 - Django's form
            models.Index(fields=["-day", "-id"], name="run_newest"),
            models.Index(fields=["state", "-day", "-id"], name="run_state"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.state}"


class Nearby(models.Model):
    """A project of the newest run that is not critical, and is ranked within half as many again as are."""

    normalized_name = models.CharField(max_length=200, primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    rank = models.BigIntegerField()
    total = models.BigIntegerField()

    class Meta:
        """Read in order of rank."""

        indexes = [models.Index(fields=["rank", "normalized_name"], name="nearby_rank")]  # noqa: RUF012

    def __str__(self) -> str:
        return f"{self.normalized_name} at {self.rank}"


class Untold(models.Model):
    """A designation whose people have not been written to yet, and whose pages do not show it yet."""

    normalized_name = models.CharField(max_length=200, primary_key=True)
    since = models.DateTimeField()
    is_shown = models.BooleanField(default=False)

    class Meta:
        """Read by what is not shown."""

        indexes = [  # noqa: RUF012 - Django's form
            models.Index(fields=["normalized_name"], condition=models.Q(is_shown=False), name="untold_not_shown")
        ]

    def __str__(self) -> str:
        return self.normalized_name


class Addressee(models.Model):
    """Somebody who is to be written to about a name that became critical: one row for each name, one mail for all."""

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    normalized_name = models.CharField(max_length=200)

    class Meta:
        """Each is told of a name once."""

        constraints = [  # noqa: RUF012 - Django's form
            models.UniqueConstraint(fields=["account", "normalized_name"], name="addressee_once")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} of {self.normalized_name}"


class Reliance(models.Model):
    """What the latest release of a project depends on: normalised names, without what only an extra asks for.

    ``serial`` is the project's when it was read: what has not changed since is not read again.
    """

    normalized_name = models.CharField(max_length=200, primary_key=True)
    serial = models.BigIntegerField()
    needs = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.normalized_name} needs {len(self.needs)}"
