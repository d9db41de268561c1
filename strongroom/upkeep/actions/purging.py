"""What was deleted, and can be restored no more, is removed from the disk; the names stay taken."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q, QuerySet

from strongroom.gear.withholding import WITHHELD, Withholding
from strongroom.projects.models import Description, File, Project, Release
from strongroom.projects.queries.projects import subject_of
from strongroom.projects.rules.deletion import UNDO_PERIOD
from strongroom.reads.placing import locked
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor
from strongroom.terms.filenames import Sha256, file_path
from strongroom.terms.names import NormalizedName

MOST_IN_A_ROUND = 100
"""Projects of each kind at a time: whoever purges holds up what else it does."""

_AT_ONCE = 1000
"""Rows named in one statement; SQLite takes no more than 32,766."""

_log = logging.getLogger(__name__)


def purge_deleted(*, by: Actor, now: datetime, files: Path) -> int:
    """Remove the files of whatever was deleted longer ago than the undo period; how many files that were.

    The bytes go before their rows: a killed process leaves rows whose purging is repeated, never bytes that nobody
    knows of. A disk that fails holds up one project, and not the others.
    """
    count = 0
    for project in _due(now):
        try:
            count += _purge(project, by=by, now=now, files=files)
        except OSError:
            _log.exception("what was deleted of project %d could not be removed and will be tried again", project)
    return count


def _due(now: datetime) -> list[int]:
    over = Q(deleted_at__lte=now - UNDO_PERIOD)
    found = (
        Project.objects.filter(over, purged_at=None).order_by("deleted_at").values_list("pk", flat=True),
        Release.objects.filter(over, purged_at=None).order_by("project_id").values_list("project_id", flat=True),
        File.objects.filter(over).order_by("release__project_id").values_list("release__project_id", flat=True),
    )
    return sorted({project for rows in found for project in rows.distinct()[:MOST_IN_A_ROUND]})


def _purge(project_id: int, *, by: Actor, now: datetime, files: Path) -> int:
    over = Q(deleted_at__lte=now - UNDO_PERIOD)
    with transaction.atomic():
        # Asked behind the lock: whoever restores something holds it too.
        project = Project.objects.select_for_update().get(pk=project_id)
        is_whole = Project.objects.filter(over, pk=project_id, purged_at=None).exists()
        releases = Release.objects.filter(project=project, purged_at=None)
        gone = File.objects.filter(release__project=project)
        if not is_whole:
            releases = releases.filter(over)
            gone = gone.filter(over | Q(release__in=releases))
        if not (is_whole or releases.exists() or gone.exists()):
            return 0
        name = NormalizedName(project.normalized_name)
        with locked(files / WITHHELD, name):  # whoever publishes the project moves its files
            count, size = _remove(gone, Withholding(files, name))

        versions = sorted(releases.values_list("version", flat=True))
        Description.objects.filter(release__in=releases).delete()
        releases.update(purged_at=now, metadata={})
        Project.objects.filter(pk=project_id).update(total_bytes=F("total_bytes") - size)
        if is_whole:
            Project.objects.filter(pk=project_id).update(purged_at=now)
        details: dict[str, object] = {"files": count, "bytes": size, "versions": versions, "whole": is_whole}
        record_event(by=by, now=now, deed=Deed.PURGED, subject=subject_of(project), details=details)
    return count


def _remove(rows: QuerySet[File], withholding: Withholding) -> tuple[int, int]:
    found = list(rows.values_list("pk", "sha256", "filename", "size"))
    for _, sha256, filename, _ in found:
        withholding.discard(file_path(Sha256(sha256), filename))
    for start in range(0, len(found), _AT_ONCE):
        File.objects.filter(pk__in=[pk for pk, *_ in found[start : start + _AT_ONCE]]).delete()
    return len(found), sum(size for *_, size in found)
