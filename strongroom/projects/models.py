"""Rows of projects, releases, files and roles; the serial that mirrors follow; pages that are due."""

from __future__ import annotations

from django.db import models

from strongroom.projects.rules import Role
from strongroom.terms.filenames import Kind
from strongroom.terms.statuses import ProjectStatus


class Project(models.Model):
    """A project, found by its normalised name."""

    normalized_name = models.CharField(max_length=200, unique=True)
    display_name = models.CharField(max_length=200)
    lookalike_key = models.CharField(max_length=200, db_index=True)
    status = models.CharField(
        max_length=20, default=ProjectStatus.ACTIVE.value, choices=[(one.value, one.value) for one in ProjectStatus]
    )
    status_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.SET_NULL, related_name="+")
    total_bytes = models.BigIntegerField(default=0)
    serial = models.BigIntegerField(default=0)

    class Meta:
        """Read by who made it and when, for the limit on new projects."""

        indexes = [models.Index(fields=["created_by", "created_at"], name="project_maker")]  # noqa: RUF012

    def __str__(self) -> str:
        return self.display_name


class Collaboration(models.Model):
    """An account's role on a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="collaborations")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="collaborations")
    role = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Role])
    since = models.DateTimeField()

    class Meta:
        """One role for one account on one project."""

        constraints = [models.UniqueConstraint(fields=["project", "account"], name="one_role")]  # noqa: RUF012

    def __str__(self) -> str:
        return f"{self.account} is {self.role} of {self.project}"


class Release(models.Model):
    """A release: one version in its canonical form, with the Core Metadata of its first file."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="releases")
    version = models.CharField(max_length=100)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    yanked_at = models.DateTimeField(null=True)
    yanked_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        """A version is there once."""

        constraints = [models.UniqueConstraint(fields=["project", "version"], name="version_once")]  # noqa: RUF012

    def __str__(self) -> str:
        return f"{self.project} {self.version}"


class File(models.Model):
    """A distribution file. Its bytes lie under the path made of its SHA-256 and its name."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="files")
    filename = models.CharField(max_length=240, unique=True)
    kind = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Kind])
    python_tag = models.CharField(max_length=240)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    blake2b_256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=32)
    requires_python = models.CharField(max_length=500, null=True)  # noqa: DJ001 - none and empty differ in PEP 691
    metadata_sha256 = models.CharField(max_length=64, null=True)  # noqa: DJ001 - as above
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return self.filename


class TakenFilename(models.Model):
    """A filename that has been used: it is never used again, whether its file is still there or not."""

    filename = models.CharField(max_length=240, primary_key=True)
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.filename


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
