"""Rows of releases and their files."""

from __future__ import annotations

from django.db import models

from strongroom.projects.models.project import Project
from strongroom.terms.filenames import Kind


class Release(models.Model):
    """A release: one version in its canonical form, with the Core Metadata of its first file."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="releases")
    version = models.CharField(max_length=100)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    yanked_at = models.DateTimeField(null=True)
    yanked_reason = models.CharField(max_length=500, blank=True)
    deleted_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)

    class Meta:
        """A version is there once. Read by age, and by what was deleted."""

        constraints = [models.UniqueConstraint(fields=["project", "version"], name="version_once")]  # noqa: RUF012
        indexes = [  # noqa: RUF012 - Django's form
            models.Index(fields=["-created_at"], name="release_newest"),
            models.Index(
                fields=["project", "deleted_at"], condition=models.Q(deleted_at__isnull=False), name="release_deleted"
            ),
        ]

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
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        """Read by what was deleted."""

        indexes = [  # noqa: RUF012 - Django's form
            models.Index(
                fields=["release", "deleted_at"], condition=models.Q(deleted_at__isnull=False), name="file_deleted"
            )
        ]

    def __str__(self) -> str:
        return self.filename


class Description(models.Model):
    """A release's description as a visitor reads it: safe HTML, made when the release was published."""

    release = models.OneToOneField(Release, on_delete=models.CASCADE, primary_key=True, related_name="description")
    html = models.TextField(blank=True)
    # Of the renderer that made it: what an older one made is made anew.
    edition = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"of {self.release}"


class TakenFilename(models.Model):
    """A filename that has been used: it is never used again, whether its file is still there or not."""

    filename = models.CharField(max_length=240, primary_key=True)
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.filename
