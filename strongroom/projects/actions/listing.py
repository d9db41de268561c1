"""Keeping the list of projects that visitors can find in step with what they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max

from strongroom.projects.models import Classifier, File, Listing, Project, Release
from strongroom.projects.queries.installers import load_latest_version
from strongroom.projects.rules.wording import word_project
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus

_NOTED = ("pk", "name", "downloads")
_NOTE = "UPDATE projects_listing SET downloads = %s WHERE project_id = %s"

_AT_ONCE = 500
"""Rows of a batch: a commit each, so that nobody who uploads waits long."""


@dataclass(frozen=True)
class Sketch:
    """How a project is to be listed, but for the numbers of its classifiers."""

    values: dict[str, Any]
    classifiers: Collection[str]


def sketch_listing(project: Project) -> Sketch | None:
    """How the project is to be listed as it now is; nothing when it is not. Changes nothing.

    The costly part: every version is put in order. So it is asked before the ledger is locked, behind the lock of the
    project alone.
    """
    row = Project.objects.get(pk=project.pk)
    if row.deleted_at is not None or row.status == ProjectStatus.QUARANTINED.value:
        return None
    name = NormalizedName(row.normalized_name)
    version = load_latest_version(name) or ""
    shown = Release.objects.filter(project=row, version=version).values_list("metadata", flat=True).first()
    wording = word_project(name, shown or {})
    files = File.objects.filter(release__project=row, deleted_at=None, release__deleted_at=None)
    values = {
        "name": name,
        "display_name": row.display_name,
        "summary": wording.summary,
        "keywords": wording.keywords,
        "words": wording.words,
        "heads": wording.heads,
        "version": version,
        "created_at": row.created_at,
        "updated_at": files.aggregate(newest=Max("uploaded_at"))["newest"] or row.created_at,
    }
    return Sketch(values, wording.classifiers)


def refresh_listing(project: Project, sketch: Sketch | None) -> None:
    """List the project as it was sketched, or not at all; in the caller's transaction, behind the ledger's lock.

    That lock makes the counts of classifiers true: whoever changes them holds it until the commit.
    """
    before = Listing.objects.filter(pk=project.pk).values_list("marks", flat=True).first()
    if sketch is None:
        Listing.objects.filter(pk=project.pk).delete()
        _count_classifiers(before, "")
        return
    marks = _marks(sketch.classifiers)
    Listing.objects.update_or_create(project=project, defaults={**sketch.values, "marks": marks})
    _count_classifiers(before, marks)


def note_downloads(counts: Mapping[NormalizedName, int]) -> None:
    """Set how often projects were downloaded; those that are not named keep their number."""
    names = sorted(counts)
    for start in range(0, len(names), _AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            rows = Listing.objects.filter(name__in=names[start : start + _AT_ONCE])
            told = [(counts[NormalizedName(name)], pk, noted) for pk, name, noted in rows.values_list(*_NOTED)]
            # One statement for each row, and prepared once: a tenth of the work of one that names them all.
            cursor.executemany(_NOTE, [(number, pk) for number, pk, noted in told if number != noted])


def _marks(classifiers: Collection[str]) -> str:
    known = dict(Classifier.objects.filter(text__in=classifiers).values_list("text", "id"))
    for text in sorted(set(classifiers).difference(known)):
        known[text] = Classifier.objects.get_or_create(text=text)[0].pk
    return " ".join(f"c{one}" for one in sorted(known.values()))


def _count_classifiers(before: str | None, after: str) -> None:
    had, has = set((before or "").split()), set(after.split())
    for marks, change in ((has - had, 1), (had - has, -1)):
        if marks:
            numbers = [int(mark.removeprefix("c")) for mark in marks]
            Classifier.objects.filter(pk__in=numbers).update(projects=F("projects") + change)
