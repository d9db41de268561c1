"""What the index had before an upload, loaded for its checks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from strongroom.projects.models import File, Project, Release, TakenFilename
from strongroom.projects.queries.projects import count_new_projects, find_lookalike
from strongroom.projects.rules.names import NewProject
from strongroom.terms.actors import AccountId
from strongroom.terms.filenames import Filename, Kind, Sha256
from strongroom.terms.names import NormalizedName, ProjectName
from strongroom.terms.statuses import ProjectStatus
from strongroom.uploads.rules.checks import Before


@dataclass(frozen=True)
class NamePolicy:
    """What the operator has set about new projects."""

    prohibited: Collection[NormalizedName]
    limit_per_hour: int


def load_before(
    *, name: ProjectName, filename: Filename, sha256: Sha256, account: AccountId, names: NamePolicy, now: datetime
) -> Before:
    """What was there before, of the project, the release, the filename and the bytes."""
    project = Project.objects.filter(normalized_name=name.normalized).first()
    release = Release.objects.filter(project=project, version=str(filename.version)).first() if project else None
    files = File.objects.filter(release=release).exclude(filename=filename.text) if release else File.objects.none()
    live = File.objects.filter(deleted_at=None, release__deleted_at=None, release__project__deleted_at=None)
    same_name = live.filter(filename=filename.text).values_list("sha256", flat=True).first()
    return Before(
        status=ProjectStatus(project.status) if project else ProjectStatus.ACTIVE,
        project_is_deleted=project is not None and project.deleted_at is not None,
        release_is_deleted=release is not None and release.deleted_at is not None,
        project_bytes=project.total_bytes if project else 0,
        release_created_at=release.created_at if release else None,
        other_sdist=files.filter(kind=Kind.SDIST.value).values_list("filename", flat=True).first(),
        same_name=Sha256(same_name) if same_name else None,
        same_bytes=File.objects.filter(sha256=sha256).values_list("filename", flat=True).first(),
        name_was_taken=TakenFilename.objects.filter(pk=filename.text).exists(),
        new_project=None if project else _new_project(name, account=account, names=names, now=now),
    )


def _new_project(name: ProjectName, *, account: AccountId, names: NamePolicy, now: datetime) -> NewProject:
    return NewProject(
        name=name,
        similar_to=find_lookalike(name.normalized),
        prohibited=names.prohibited,
        made_this_hour=count_new_projects(account, now=now),
        limit_per_hour=names.limit_per_hour,
    )
