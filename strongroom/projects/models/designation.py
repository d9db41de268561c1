"""Rows that make a name critical, for good; and deletions that wait because of it."""

from __future__ import annotations

from django.db import models

from strongroom.projects.models.project import Project


class Designation(models.Model):
    """A name is critical since a day, and why. Insert-only: the database itself refuses to change or drop one.

    It belongs to the name, whatever becomes of the project (design rule 2): no foreign keys. The numbers are those of
    the run that found it; nothing for one that an operator named.
    """

    normalized_name = models.CharField(max_length=200, unique=True)
    display_name = models.CharField(max_length=200)
    project_id = models.BigIntegerField(null=True)
    run = models.BigIntegerField(null=True)
    day = models.DateField()
    # "downloads", or "operator" with a sentence.
    reason = models.CharField(max_length=20)
    sentence = models.CharField(max_length=500, blank=True)
    rule_version = models.PositiveSmallIntegerField()
    total = models.BigIntegerField(null=True)
    rank = models.BigIntegerField(null=True)
    projects = models.BigIntegerField(null=True)
    k = models.BigIntegerField(null=True)
    threshold = models.BigIntegerField(null=True)
    best_day = models.BigIntegerField(null=True)
    ci = models.BigIntegerField(null=True)
    mirrors = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        """Read by day."""

        indexes = [models.Index(fields=["-day", "normalized_name"], name="designation_newest")]  # noqa: RUF012

    def __str__(self) -> str:
        return f"{self.normalized_name} since {self.day}"


class DeletionHold(models.Model):
    """The deletion of a critical project, or of something of it, that was asked for and waits in public.

    ``version`` and ``filename`` say what of the project: neither when it is the whole. Over when ``ended_at`` is set:
    carried out, withdrawn, or lapsed because whoever asked may not delete any more. ``asked_by`` is nothing when
    somebody at the machine itself asked, who may do everything: so no account's row goes while it is named here.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="deletion_holds")
    version = models.CharField(max_length=100, blank=True)
    filename = models.CharField(max_length=240, blank=True)
    asked_by = models.ForeignKey("accounts.Account", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        """One waits for each thing at a time. Read by when it is due."""

        constraints = [  # noqa: RUF012 - Django's form
            models.UniqueConstraint(
                fields=["project", "version", "filename"],
                condition=models.Q(ended_at__isnull=True),
                name="one_deletion_hold",
            )
        ]
        indexes = [  # noqa: RUF012 - Django's form
            models.Index(fields=["due_at"], condition=models.Q(ended_at__isnull=True), name="deletion_hold_due")
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.version} {self.filename}".rstrip()
