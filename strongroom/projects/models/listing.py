"""Rows by which projects are searched, browsed and listed; the database keeps its full text in step with them."""

from __future__ import annotations

from django.db import models

from strongroom.projects.models.project import Project
from strongroom.projects.rules.wording import LONGEST_CLASSIFIER, LONGEST_SUMMARY


class Listing(models.Model):
    """A project that visitors can find: there, and not in quarantine. Written in the transaction of each change.

    Triggers of the database (migration 0004) carry ``name``, ``words``, ``heads``, ``marks`` and the size of
    ``downloads`` and the month of ``updated_at`` into its full text. SQLite drops them with a table that a
    migration makes anew: one that alters this table makes them again.
    """

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="listing")
    name = models.CharField(max_length=200)
    display_name = models.CharField(max_length=200)
    summary = models.CharField(max_length=LONGEST_SUMMARY, blank=True)
    # The words of the keywords, folded, with spaces between; as are the next three.
    keywords = models.TextField(blank=True)
    words = models.TextField(blank=True)
    heads = models.TextField(blank=True)
    # "c" and the number of each classifier.
    marks = models.TextField(blank=True)
    version = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    downloads = models.PositiveBigIntegerField(default=0)

    class Meta:
        """Read by the beginning of a name, without a look at the rows; by downloads, and by age."""

        indexes = [  # noqa: RUF012 - Django's form
            models.Index(
                fields=["name", "downloads", "updated_at", "project"],
                name="listing_name",
                # Beginnings are compared letter by letter, whatever the database's language.
                opclasses=["varchar_pattern_ops", "int8_ops", "timestamptz_ops", "int8_ops"],
            ),
            models.Index(fields=["-downloads", "-project"], name="listing_popular"),
            models.Index(fields=["-updated_at", "-project"], name="listing_updated"),
            models.Index(fields=["-created_at", "-project"], name="listing_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} {self.version}"


class Classifier(models.Model):
    """A classifier that some project has had, and how many that can be found have it now."""

    text = models.CharField(max_length=LONGEST_CLASSIFIER, unique=True)
    projects = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.text
