"""Projects, loaded: as installers see them, as the rules ask, and in lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from packaging.version import InvalidVersion, Version

from strongroom.projects.models import Collaboration, DuePage, File, Ledger, Project, Release
from strongroom.projects.rules import Role, lookalike_key
from strongroom.reads.facts import FileFacts, ProjectFacts, ReleaseFacts
from strongroom.terms.actors import AccountId
from strongroom.terms.filenames import Kind, Sha256, file_path
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.statuses import ProjectStatus

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


def load_role(account: AccountId, project: NormalizedName) -> Role | None:
    """The account's role on the project, or nothing."""
    role = (
        Collaboration.objects.filter(account_id=account, project__normalized_name=project)
        .values_list("role", flat=True)
        .first()
    )
    return None if role is None else Role(role)


def list_collaborations(account: AccountId) -> list[NormalizedName]:
    """The projects that the account owns or maintains, by name."""
    names = Collaboration.objects.filter(account_id=account).values_list("project__normalized_name", flat=True)
    return [NormalizedName(name) for name in names.order_by("project__normalized_name")]


def is_collaborator(account: AccountId) -> bool:
    """Whether the account owns or maintains anything."""
    return Collaboration.objects.filter(account_id=account).exists()


def list_co_collaborators(account: AccountId) -> dict[AccountId, list[str]]:
    """Whoever shares a project with the account, and the names of those projects."""
    mine = Collaboration.objects.filter(account_id=account).values("project_id")
    shared: dict[AccountId, list[str]] = {}
    rows = Collaboration.objects.filter(project_id__in=mine).exclude(account_id=account)
    for other, name in rows.order_by("project__normalized_name").values_list("account_id", "project__display_name"):
        shared.setdefault(AccountId(other), []).append(name)
    return shared


def list_owned_alone(account: AccountId) -> list[str]:
    """Projects that would be without an Owner if the account were not there."""
    owners = Collaboration.objects.filter(role=Role.OWNER.value, account__closed_at=None)
    mine = owners.filter(account_id=account).exclude(
        project_id__in=owners.exclude(account_id=account).values("project_id")
    )
    return list(mine.order_by("project__normalized_name").values_list("project__display_name", flat=True))


def find_lookalike(name: NormalizedName) -> str | None:
    """The display name of a project that the eye would take for this one, or nothing."""
    same = Project.objects.filter(lookalike_key=lookalike_key(name)).exclude(normalized_name=name)
    return same.values_list("display_name", flat=True).first()


def count_new_projects(account: AccountId, *, now: datetime) -> int:
    """How many projects the account has made in the last hour."""
    return Project.objects.filter(created_by_id=account, created_at__gt=now - timedelta(hours=1)).count()


def load_project(name: NormalizedName) -> Project:
    """The project's row. Raises Refused(PROJECT_UNKNOWN)."""
    project = Project.objects.filter(normalized_name=name).first()
    if project is None:
        raise Refused(Reason.PROJECT_UNKNOWN, name=name)
    return project


def load_project_facts(name: NormalizedName) -> ProjectFacts | None:
    """A project as installers see it; nothing when there is none of that name."""
    project = Project.objects.filter(normalized_name=name).first()
    if project is None:
        return None
    versions = list(Release.objects.filter(project=project).values_list("version", flat=True))
    rows = File.objects.filter(release__project=project).order_by("id").values_list(*_FILE_COLUMNS)
    return ProjectFacts(
        name=NormalizedName(project.normalized_name),
        display_name=project.display_name,
        serial=project.serial,
        status=ProjectStatus(project.status),
        status_reason=project.status_reason,
        versions=tuple(sorted(versions, key=version_order, reverse=True)),
        files=tuple(_file_facts(row) for row in rows.iterator(chunk_size=5000)),
    )


def load_release_facts(name: NormalizedName, versions: Sequence[str] | None = None) -> Iterable[ReleaseFacts]:
    """The releases of a project with their metadata: all, or only the named versions."""
    rows = Release.objects.filter(project__normalized_name=name)
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
    rows = Release.objects.filter(project__normalized_name=name).values_list("version", "yanked_at")
    ranked = [
        (yanked_at is None, not version_order(text).is_prerelease, version_order(text), text)
        for text, yanked_at in rows
    ]
    return max(ranked)[-1] if ranked else None


def list_names() -> list[tuple[NormalizedName, int]]:
    """Every project's normalised name and serial, in order of name."""
    rows = Project.objects.order_by("normalized_name").values_list("normalized_name", "serial")
    return [(NormalizedName(name), serial) for name, serial in rows.iterator(chunk_size=10_000)]


@dataclass(frozen=True)
class Counts:
    """How much there is in the index."""

    projects: int
    releases: int
    files: int


def count_index() -> Counts:
    """How many projects, releases and files the index holds."""
    return Counts(Project.objects.count(), Release.objects.count(), File.objects.count())


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
