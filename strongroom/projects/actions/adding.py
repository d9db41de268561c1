"""What an upload makes: a project, a release, a file; inside the transaction of that upload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from strongroom.gear.readmes import EDITION
from strongroom.projects.actions.pages import mark_pages_due
from strongroom.projects.models import Collaboration, Description, File, Project, Release, TakenFilename
from strongroom.projects.queries.projects import subject_of
from strongroom.projects.rules.names import lookalike_key
from strongroom.projects.rules.roles import Role
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor
from strongroom.terms.filenames import Kind, Sha256
from strongroom.terms.names import ProjectName


@dataclass(frozen=True)
class NewFile:
    """A file to be added to a release: sizes in bytes, digests in hexadecimal."""

    filename: str
    kind: Kind
    python_tag: str
    size: int
    sha256: Sha256
    blake2b_256: str
    md5: str
    requires_python: str | None
    metadata_sha256: Sha256 | None


def add_project(*, by: Actor, now: datetime, name: ProjectName) -> Project:
    """Make a project whose Owner is whoever does it; inside the caller's transaction."""
    project = Project.objects.create(
        normalized_name=name.normalized,
        display_name=name.display,
        lookalike_key=lookalike_key(name.normalized),
        created_at=now,
        created_by_id=by.account,
    )
    subject = subject_of(project)
    record_event(by=by, now=now, deed=Deed.PROJECT_ADDED, subject=subject)
    if by.account is not None:
        Collaboration.objects.create(project=project, account_id=by.account, role=Role.OWNER.value, since=now)
        details: dict[str, object] = {"account": by.name, "role": Role.OWNER.value}
        record_event(by=by, now=now, deed=Deed.ROLE_GIVEN, subject=subject, details=details)
    return project


def add_release(
    *,
    by: Actor,
    now: datetime,
    project: Project,
    version: str,
    metadata: Mapping[str, Any],
    description: str | None = None,
) -> Release:
    """Make a release with the metadata of its first file, and its description as HTML when that is at hand.

    Inside the caller's transaction.
    """
    release = Release.objects.create(project=project, version=version, metadata=dict(metadata), created_at=now)
    if description is not None:
        Description.objects.create(release=release, html=description, edition=EDITION)
    record_event(by=by, now=now, deed=Deed.RELEASE_ADDED, subject=subject_of(project), details={"version": version})
    return release


def add_file(*, by: Actor, now: datetime, project: Project, release: Release, file: NewFile) -> None:
    """Add a file to a release, and take its name for ever; inside the caller's transaction.

    Raises django.db.IntegrityError when somebody else takes the name at the same time.
    """
    TakenFilename.objects.create(filename=file.filename, sha256=file.sha256)
    File.objects.create(
        release=release,
        filename=file.filename,
        kind=file.kind.value,
        python_tag=file.python_tag,
        size=file.size,
        sha256=file.sha256,
        blake2b_256=file.blake2b_256,
        md5=file.md5,
        requires_python=file.requires_python,
        metadata_sha256=file.metadata_sha256,
        uploaded_at=now,
        uploaded_by_id=by.account,
    )
    Project.objects.filter(pk=project.pk).update(total_bytes=F("total_bytes") + file.size)
    details: dict[str, object] = {"filename": file.filename, "sha256": file.sha256, "version": release.version}
    record_event(by=by, now=now, deed=Deed.FILE_PUBLISHED, subject=subject_of(project), details=details)
    mark_pages_due(project)
