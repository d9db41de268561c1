"""What can be done to projects so far: make one, add a release and a file, yank and un-yank, change the status.

Whoever calls one that serves an upload is inside that upload's transaction; the others open their own. A
page that a change made stale is due from the same transaction on, and published after it (projects/publishing).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from strongroom.accounts.queries.accounts import load_account_id
from strongroom.projects.models import Collaboration, DuePage, File, Ledger, Project, Release, TakenFilename
from strongroom.projects.queries import load_project
from strongroom.projects.rules import Role, lookalike_key
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import Actor
from strongroom.terms.filenames import Kind, Sha256
from strongroom.terms.names import NormalizedName, ProjectName
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.statuses import ProjectStatus

LONGEST_REASON = 500


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
    subject = _subject(project)
    record_event(by=by, now=now, deed=Deed.PROJECT_ADDED, subject=subject)
    if by.account is not None:
        Collaboration.objects.create(project=project, account_id=by.account, role=Role.OWNER.value, since=now)
        details: dict[str, object] = {"account": by.name, "role": Role.OWNER.value}
        record_event(by=by, now=now, deed=Deed.ROLE_GIVEN, subject=subject, details=details)
    return project


def give_role(*, by: Actor, now: datetime, name: NormalizedName, account: str, role: Role) -> None:
    """Give an account a role on a project, or another one than it had.

    Raises Refused: PROJECT_UNKNOWN, ACCOUNT_UNKNOWN.
    """
    with transaction.atomic():
        project = _lock_project(name)
        account_id = load_account_id(account)

        Collaboration.objects.update_or_create(
            project=project,
            account_id=account_id,
            defaults={"role": role.value},
            create_defaults={"role": role.value, "since": now},
        )
        details: dict[str, object] = {"account": account, "role": role.value}
        record_event(by=by, now=now, deed=Deed.ROLE_GIVEN, subject=_subject(project), details=details)


def add_release(*, by: Actor, now: datetime, project: Project, version: str, metadata: Mapping[str, Any]) -> Release:
    """Make a release with the metadata of its first file; inside the caller's transaction."""
    release = Release.objects.create(project=project, version=version, metadata=dict(metadata), created_at=now)
    record_event(by=by, now=now, deed=Deed.RELEASE_ADDED, subject=_subject(project), details={"version": version})
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
    record_event(by=by, now=now, deed=Deed.FILE_PUBLISHED, subject=_subject(project), details=details)
    mark_pages_due(project)


def yank_release(*, by: Actor, now: datetime, name: NormalizedName, version: str, reason: str) -> None:
    """Ask installers to pass a release over unless it is pinned (PEP 592); its files stay.

    Raises Refused: PROJECT_UNKNOWN, RELEASE_UNKNOWN. A release that is yanked already gets the new reason.
    """
    with transaction.atomic():
        release = _lock_release(name, version)

        release.yanked_at = now
        release.yanked_reason = reason.strip()[:LONGEST_REASON]
        release.save(update_fields=["yanked_at", "yanked_reason"])
        details: dict[str, object] = {"version": version, "reason": release.yanked_reason}
        record_event(by=by, now=now, deed=Deed.RELEASE_YANKED, subject=_subject(release.project), details=details)
        mark_pages_due(release.project)


def unyank_release(*, by: Actor, now: datetime, name: NormalizedName, version: str) -> None:
    """Take a yank back. Raises Refused: PROJECT_UNKNOWN, RELEASE_UNKNOWN."""
    with transaction.atomic():
        release = _lock_release(name, version)

        release.yanked_at = None
        release.yanked_reason = ""
        release.save(update_fields=["yanked_at", "yanked_reason"])
        details: dict[str, object] = {"version": version}
        record_event(by=by, now=now, deed=Deed.RELEASE_UNYANKED, subject=_subject(release.project), details=details)
        mark_pages_due(release.project)


def change_status(*, by: Actor, now: datetime, name: NormalizedName, status: ProjectStatus, reason: str) -> None:
    """Give a project one of the statuses of PEP 792. Raises Refused(PROJECT_UNKNOWN)."""
    with transaction.atomic():
        project = _lock_project(name)

        project.status = status.value
        project.status_reason = reason.strip()[:LONGEST_REASON]
        project.save(update_fields=["status", "status_reason"])
        details: dict[str, object] = {"status": status.value, "reason": project.status_reason}
        record_event(by=by, now=now, deed=Deed.STATUS_CHANGED, subject=_subject(project), details=details)
        mark_pages_due(project)


def mark_pages_due(project: Project) -> None:
    """Give the project the next serial and note that its pages are behind; last in the caller's transaction.

    The ledger's row is locked until the commit, so serials are committed in their order and a mirror that
    has seen one has seen all before it.
    """
    if not Ledger.objects.filter(pk=1).update(last_serial=F("last_serial") + 1):
        Ledger.objects.create(pk=1, last_serial=1)
    serial = Ledger.objects.values_list("last_serial", flat=True).get(pk=1)
    Project.objects.filter(pk=project.pk).update(serial=serial)
    # A row that is still there belongs to a change whose publisher may have died: its pages must not be forgotten.
    DuePage.objects.update_or_create(
        pk=project.normalized_name,
        defaults={"serial": serial, "whole": True},
        create_defaults={"serial": serial, "whole": False},
    )


def _lock_project(name: NormalizedName) -> Project:
    load_project(name)
    return Project.objects.select_for_update().get(normalized_name=name)


def _lock_release(name: NormalizedName, version: str) -> Release:
    project = _lock_project(name)
    release = Release.objects.select_related("project").filter(project=project, version=version).first()
    if release is None:
        raise Refused(Reason.RELEASE_UNKNOWN, name=name, version=version)
    return release


def _subject(project: Project) -> Subject:
    return Subject(SubjectKind.PROJECT, project.normalized_name)
