"""Projects as installers see them: what published pages are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from packaging.version import InvalidVersion, Version

from strongroom.projects.models import DuePage, File, Ledger, Project, Release
from strongroom.projects.queries.critical import critical_among
from strongroom.reads.facts import FileFacts, ProjectFacts, ReleaseFacts
from strongroom.terms.filenames import Kind, Sha256, file_path
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus

_AT_ONCE = 10_000
"""Names in one statement; SQLite may take no more than 32,766, and a project may have more files than that."""

_FILE_COLUMNS = (
    "filename",
    "kind",
    "python_tag",
    "size",
    "sha256",
    "blake2b_256",
    "md5",
    "uploaded_at",
    "requires_python",
    "metadata_sha256",
    "release__version",
    "release__yanked_at",
    "release__yanked_reason",
)


def load_project_facts(name: NormalizedName) -> ProjectFacts | None:
    """A project as installers see it; nothing when there is none of that name, or it was deleted."""
    project = Project.objects.filter(normalized_name=name, deleted_at=None).first()
    if project is None:
        return None
    versions = list(Release.objects.filter(project=project, deleted_at=None).values_list("version", flat=True))
    files = File.objects.filter(release__project=project, deleted_at=None, release__deleted_at=None)
    rows = files.order_by("id").values_list(*_FILE_COLUMNS)
    return ProjectFacts(
        name=NormalizedName(project.normalized_name),
        display_name=project.display_name,
        serial=project.serial,
        status=ProjectStatus(project.status),
        status_reason=project.status_reason,
        versions=tuple(sorted(versions, key=version_order, reverse=True)),
        files=tuple(_file_facts(row) for row in rows.iterator(chunk_size=5000)),
        critical_since=critical_among([name]).get(name),
    )


def load_release_facts(name: NormalizedName, versions: Sequence[str] | None = None) -> Iterable[ReleaseFacts]:
    """The releases of a project with their metadata: all, or only the named versions."""
    rows = Release.objects.filter(project__normalized_name=name, deleted_at=None)
    if versions is not None:
        rows = rows.filter(version__in=versions)
    for row in rows.iterator(chunk_size=100):
        yield ReleaseFacts(
            version=row.version,
            metadata=row.metadata,
            yanked=row.yanked_at is not None,
            yanked_reason=row.yanked_reason,
        )


def load_latest_version(name: NormalizedName) -> str | None:
    """The version that a visitor is shown first: the newest final one that is not yanked, else the next best."""
    return latest_of(
        Release.objects.filter(project__normalized_name=name, deleted_at=None).values_list("version", "yanked_at")
    )


def latest_of(releases: Iterable[tuple[str, datetime | None]]) -> str | None:
    """Of versions, each with when it was yanked, the one that a visitor is shown first."""
    ranked = [
        (yanked_at is None, not version.is_prerelease, version, text)
        for text, yanked_at in releases
        for version in [version_order(text)]
    ]
    return max(ranked)[-1] if ranked else None


def list_names() -> list[tuple[NormalizedName, int]]:
    """Every project's normalised name and serial, in order of name, but for those that were deleted."""
    rows = Project.objects.filter(deleted_at=None).order_by("normalized_name").values_list("normalized_name", "serial")
    return [(NormalizedName(name), serial) for name, serial in rows.iterator(chunk_size=10_000)]


def load_last_serial() -> int:
    """The last serial given out; 0 on an empty index."""
    return Ledger.objects.values_list("last_serial", flat=True).first() or 0


def list_due_pages() -> list[NormalizedName]:
    """Projects whose pages are older than their rows, the longest due first."""
    return [NormalizedName(name) for name in DuePage.objects.order_by("serial").values_list("pk", flat=True)]


def find_committed(paths: Sequence[str]) -> set[str]:
    """Which of these paths (without a leading slash) belong to files that the index has."""
    wanted = {path.removesuffix(".metadata") for path in paths}
    names = [path.rsplit("/", 1)[-1] for path in wanted]
    rows = File.objects.filter(filename__in=names).values_list("sha256", "filename")
    there = {file_path(Sha256(sha256), filename) for sha256, filename in rows}
    return {path for path in paths if path.removesuffix(".metadata") in there}


def find_deleted_serial(name: NormalizedName) -> int | None:
    """The serial of the deletion of a project; nothing for one that was never there, or is there."""
    rows = Project.objects.filter(normalized_name=name, deleted_at__isnull=False)
    return rows.values_list("serial", flat=True).first()


def has_project(name: NormalizedName) -> bool:
    """Whether there is a project of that name that was not deleted."""
    return Project.objects.filter(normalized_name=name, deleted_at=None).exists()


def list_deleted_names() -> list[NormalizedName]:
    """The projects that were deleted and can still be restored."""
    rows = Project.objects.filter(deleted_at__isnull=False, purged_at=None)
    return [NormalizedName(name) for name in rows.values_list("normalized_name", flat=True)]


@dataclass(frozen=True)
class Placement:
    """Which files of a project must leave the shelf, and which must come back to it, by their paths."""

    to_withhold: list[str]
    to_bring_back: list[str]


def load_placement(name: NormalizedName, *, withheld: Collection[str]) -> Placement:
    """What must be moved so that installers find just the files that were not deleted."""
    files = File.objects.filter(release__project__normalized_name=name)
    if find_deleted_serial(name) is not None:
        return Placement(sorted(_paths(files)), [])
    # Two small questions, each with an index of its own: a project may have tens of thousands of files.
    deleted = {
        *_paths(files.filter(deleted_at__isnull=False)),
        *_paths(files.filter(release__deleted_at__isnull=False)),
    }
    named = [path.rsplit("/", 1)[-1] for path in withheld]
    there: set[str] = set()
    for start in range(0, len(named), _AT_ONCE):
        there.update(_paths(files.filter(filename__in=named[start : start + _AT_ONCE])))
    # What is withheld already is named again: a backup that was put back may have it in both places.
    return Placement(sorted(deleted), sorted((there - deleted).intersection(withheld)))


def version_order(text: str) -> Version:
    """A version by which to order; what is stored is canonical, so one that cannot be read comes first."""
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0.dev0")


def _file_facts(row: tuple[Any, ...]) -> FileFacts:
    values: dict[str, Any] = dict(zip(_FILE_COLUMNS, row, strict=True))
    return FileFacts(
        filename=values["filename"],
        path=file_path(values["sha256"], values["filename"]),
        kind=Kind(values["kind"]),
        version=values["release__version"],
        python_tag=values["python_tag"],
        size=values["size"],
        sha256=values["sha256"],
        blake2b_256=values["blake2b_256"],
        md5=values["md5"],
        uploaded_at=values["uploaded_at"],
        requires_python=values["requires_python"],
        metadata_sha256=values["metadata_sha256"],
        yanked=values["release__yanked_at"] is not None,
        yanked_reason=values["release__yanked_reason"],
    )


def _paths(rows: QuerySet[File]) -> list[str]:
    return [file_path(Sha256(sha256), filename) for sha256, filename in rows.values_list("sha256", "filename")]
