"""Rows of projects and of who collaborates on them."""

from __future__ import annotations

from django.db import models

from strongroom.projects.rules.roles import Role
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
    # Deleted, it can be restored for a while; then its files are gone, and its name stays taken.
    deleted_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)
    total_bytes = models.BigIntegerField(default=0)
    serial = models.BigIntegerField(default=0)

    class Meta:
        """Read by who made it and when, for the limit on new projects; by age; and by what waits to be purged."""

        indexes = [  # noqa: RUF012 - Django's form
            models.Index(fields=["created_by", "created_at"], name="project_maker"),
            models.Index(fields=["-created_at"], name="project_newest"),
            models.Index(fields=["deleted_at"], condition=models.Q(deleted_at__isnull=False), name="project_deleted"),
            # Listed by name for those who run the index.
            models.Index(fields=["status", "normalized_name"], name="project_status"),
            models.Index(
                fields=["normalized_name"], condition=models.Q(deleted_at__isnull=False), name="project_deleted_name"
            ),
        ]

    def __str__(self) -> str:
        return self.display_name


class Collaboration(models.Model):
    """An account's role on a project; ``since`` when it has this role."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="collaborations")
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="collaborations")
    role = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Role])
    since = models.DateTimeField()

    class Meta:
        """One role for one account on one project."""

        constraints = [models.UniqueConstraint(fields=["project", "account"], name="one_role")]  # noqa: RUF012

    def __str__(self) -> str:
        return f"{self.account} is {self.role} of {self.project}"
