"""Releases, their files and descriptions as visitors see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Func, IntegerField, QuerySet
from django.db.models.functions import Substr

from strongroom.catalogue.rules.paging import Span, span_of
from strongroom.projects.models import Description, File, Listing, Release
from strongroom.projects.queries.installers import load_latest_version, version_order
from strongroom.terms.filenames import Kind, Sha256, file_path
from strongroom.terms.names import NormalizedName

RELEASES_ON_A_PAGE = 100
FILES_ON_A_PAGE = 50
MOST_INLINE = 64 * 1024
"""Bytes of HTML of a description up to which it stands on the project's own page."""


@dataclass(frozen=True)
class ShownRelease:
    """A release with what it says of itself."""

    id: int
    version: str
    created_at: datetime
    is_yanked: bool
    yanked_reason: str
    metadata: Mapping[str, Any]

    @property
    def is_prerelease(self) -> bool:
        """Whether installers choose it only when they are asked to."""
        return version_order(self.version).is_prerelease


@dataclass(frozen=True)
class ReleaseLine:
    """A release in a list."""

    version: str
    created_at: datetime
    is_yanked: bool
    yanked_reason: str

    @property
    def is_prerelease(self) -> bool:
        """Whether installers choose it only when they are asked to."""
        return version_order(self.version).is_prerelease


@dataclass(frozen=True)
class FileLine:
    """A file in a list. ``path`` is where it lies, with a leading slash."""

    filename: str
    path: str
    kind: Kind
    size: int
    sha256: str
    uploaded_at: datetime
    requires_python: str
    has_metadata: bool


@dataclass(frozen=True)
class ShownDescription:
    """A description as HTML; ``html`` is nothing when it is larger than was asked for."""

    size: int
    html: str | None


def find_release(project: int, version: str) -> ShownRelease | None:
    """A release of the project; nothing for one that was never there, or was deleted."""
    row = Release.objects.filter(project_id=project, version=version, deleted_at=None).first()
    if row is None:
        return None
    return ShownRelease(
        row.pk, row.version, row.created_at, row.yanked_at is not None, row.yanked_reason, row.metadata or {}
    )


def find_latest(project: int, name: NormalizedName) -> str | None:
    """The version that a visitor is shown first.

    As the list of projects has it, which is kept in step: of a hundred thousand versions it takes a second to find.
    """
    listed = Listing.objects.filter(pk=project).values_list("version", flat=True).first()
    return load_latest_version(name) if listed is None else listed or None


def list_releases(project: int, *, page: int, size: int = RELEASES_ON_A_PAGE) -> tuple[list[ReleaseLine], Span]:
    """The releases of a project, the newest first."""
    rows = Release.objects.filter(project_id=project, deleted_at=None)
    span = span_of(rows.count(), page=page, size=size)
    values = rows.order_by("-created_at", "-pk").values_list("version", "created_at", "yanked_at", "yanked_reason")
    lines = [
        ReleaseLine(version, created_at, yanked_at is not None, reason)
        for version, created_at, yanked_at, reason in values[span.first : span.end]
    ]
    return lines, span


def list_files(release: int, *, page: int, size: int = FILES_ON_A_PAGE) -> tuple[list[FileLine], Span]:
    """The files of a release: the sdist first, then wheels by name."""
    rows = File.objects.filter(release_id=release, deleted_at=None)
    span = span_of(rows.count(), page=page, size=size)
    # Descending: "sdist" comes behind "bdist_wheel".
    return [_file_line(row) for row in rows.order_by("-kind", "filename")[span.first : span.end]], span


def find_description(release: int, *, most: int | None = None) -> ShownDescription | None:
    """The description of a release; nothing while it was not rendered yet."""
    rows: QuerySet[Description, Any] = Description.objects.filter(pk=release).annotate(size=_Bytes("html"))
    # No more is read than will be shown: a description may be a megabyte.
    shown = F("html") if most is None else Substr("html", 1, most, output_field=CharField())
    found = rows.annotate(shown=shown).values_list("size", "shown").first()
    if found is None:
        return None
    size, html = found
    return ShownDescription(size, None if most is not None and size > most else html)


class _Bytes(Func):
    """How many bytes a text has in UTF-8."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:  # noqa: ANN401 - Django's form
        """SQLite counts bytes only of what it takes for bytes."""
        return self.as_sql(compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **more)


def _file_line(row: File) -> FileLine:
    return FileLine(
        filename=row.filename,
        path=f"/{file_path(Sha256(row.sha256), row.filename)}",
        kind=Kind(row.kind),
        size=row.size,
        sha256=row.sha256,
        uploaded_at=row.uploaded_at,
        requires_python=row.requires_python or "",
        has_metadata=row.metadata_sha256 is not None,
    )
