"""The releases and files of a project, page by page, for those who keep it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from strongroom.projects.models import File, Release
from strongroom.terms.refusals import Reason, Refused
from strongroom.upkeep.queries.holds import KeptHold, holds_of_files, holds_of_releases
from strongroom.upkeep.queries.managing import Managed, Undo, undo_of
from strongroom.upkeep.queries.paging import ON_A_PAGE, Page, page_of

_COLUMNS = ("pk", "version", "created_at", "yanked_at", "yanked_reason", "deleted_at", "purged_at")


@dataclass(frozen=True)
class KeptRelease:
    """One release: ``files`` counts those that are there; ``is_purged`` when its files are gone for good.

    ``hold`` when its deletion waits.
    """

    id: int
    version: str
    created_at: datetime
    yanked_at: datetime | None
    yanked_reason: str
    undo: Undo | None
    is_purged: bool
    files: int
    hold: KeptHold | None


@dataclass(frozen=True)
class KeptFile:
    """One file of a release; ``hold`` when its deletion waits."""

    filename: str
    version: str
    size: int
    sha256: str
    uploaded_at: datetime
    undo: Undo | None
    hold: KeptHold | None


def list_releases(managed: Managed, *, now: datetime, before: int | None, starts: str = "") -> Page[KeptRelease]:
    """One page of releases, the newest first, those that were deleted too; ``starts`` is how their versions begin."""
    rows = Release.objects.filter(project_id=managed.id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if starts:
        rows = rows.filter(version__startswith=starts)
    found = list(rows.only(*_COLUMNS).order_by("-pk")[: ON_A_PAGE + 1])
    counts = _count_files([row.pk for row in found])
    holds = holds_of_releases(managed.id, [row.version for row in found])
    kept = [_kept(row, counts.get(row.pk, 0), holds.get(row.version), now=now) for row in found]
    return page_of(kept, key=lambda one: one.id)


def load_kept_release(managed: Managed, version: str, *, now: datetime) -> KeptRelease:
    """One release of a project, deleted or not. Raises Refused(RELEASE_UNKNOWN)."""
    row = Release.objects.filter(project_id=managed.id, version=version).only(*_COLUMNS).first()
    if row is None:
        raise Refused(Reason.RELEASE_UNKNOWN, name=managed.display_name, version=version)
    hold = holds_of_releases(managed.id, [version]).get(version)
    return _kept(row, _count_files([row.pk]).get(row.pk, 0), hold, now=now)


def list_files(managed: Managed, release: KeptRelease, *, now: datetime, after: str) -> Page[KeptFile]:
    """One page of the files of a release by name, those that were deleted too."""
    rows = File.objects.filter(release_id=release.id).select_related("release").order_by("filename")
    if after:
        rows = rows.filter(filename__gt=after)
    rows = rows.only("filename", "size", "sha256", "uploaded_at", "deleted_at", "release__version")
    found = list(rows[: ON_A_PAGE + 1])
    holds = holds_of_files(managed.id, [row.filename for row in found])
    return page_of([_kept_file(row, holds.get(row.filename), now=now) for row in found], key=lambda one: one.filename)


def load_kept_file(managed: Managed, filename: str, *, now: datetime) -> KeptFile:
    """One file of a project, deleted or not. Raises Refused(FILE_UNKNOWN)."""
    rows = File.objects.filter(release__project_id=managed.id, filename=filename).select_related("release")
    row = rows.only("filename", "size", "sha256", "uploaded_at", "deleted_at", "release__version").first()
    if row is None:
        raise Refused(Reason.FILE_UNKNOWN, filename=filename)
    return _kept_file(row, holds_of_files(managed.id, [filename]).get(filename), now=now)


def _count_files(releases: Collection[int]) -> dict[int, int]:
    rows = File.objects.filter(release_id__in=releases, deleted_at=None).order_by()
    return dict(rows.values_list("release_id").annotate(count=Count("pk")))


def _kept(row: Release, files: int, hold: KeptHold | None, *, now: datetime) -> KeptRelease:
    return KeptRelease(
        id=row.pk,
        version=row.version,
        created_at=row.created_at,
        yanked_at=row.yanked_at,
        yanked_reason=row.yanked_reason,
        undo=undo_of(row.deleted_at, now=now),
        is_purged=row.purged_at is not None,
        files=files,
        hold=hold,
    )


def _kept_file(row: File, hold: KeptHold | None, *, now: datetime) -> KeptFile:
    return KeptFile(
        filename=row.filename,
        version=row.release.version,
        size=row.size,
        sha256=row.sha256,
        uploaded_at=row.uploaded_at,
        undo=undo_of(row.deleted_at, now=now),
        hold=hold,
    )
