"""Deleting files, releases and projects; restoring them while that can be undone.

What is deleted leaves the pages and the shelf at once, and is kept whole for the undo period. Names stay taken for
ever: of a project, a version, a file. Of a critical project nothing is deleted at once: whoever asks is told until
when it is held.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.accounts.rules.proving import Dangerous
from strongroom.mandate.actions import spend_office
from strongroom.projects.actions.pages import mark_pages_due
from strongroom.projects.models import File, Project, Release
from strongroom.projects.publishing import Outlet, publish_or_leave_due
from strongroom.projects.queries.critical import is_critical
from strongroom.projects.rules.deletion import (
    Piece,
    require_named,
    require_not_held,
    require_open_to_deletion,
    require_restorable,
)
from strongroom.projects.rules.roles import ProjectDeed, require_settled
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.statuses import ProjectStatus
from strongroom.terms.texts import is_storable, plain_line
from strongroom.upkeep.actions.asking import find_release, require_release, require_standing, spend_person
from strongroom.upkeep.actions.dropping import drop
from strongroom.upkeep.actions.holding import hold_deletion
from strongroom.upkeep.actions.telling import tell_project
from strongroom.upkeep.queries.holds import due_of
from strongroom.upkeep.queries.seats import other_owners, seat_of


def delete_file(
    *, by: Actor, now: datetime, name: NormalizedName, filename: str, typed: str, outlet: Outlet
) -> datetime | None:
    """Delete one file; its name is typed, and everybody is told. Until when it is held, if the project is critical.

    Raises Refused: FILE_UNKNOWN, NAME_NOT_TYPED, OWNER_TOO_NEW, PROJECT_QUARANTINED, DELETION_HELD_ALREADY,
    PERSON_NEEDED, PROOF_NEEDED, and what the one question raises.
    """
    with transaction.atomic():
        project = require_standing(by=by, now=now, deed=ProjectDeed.DELETE, name=name)
        row = _require_file(project, filename)
        if row.deleted_at is not None:
            raise Refused(Reason.FILE_UNKNOWN, filename=filename)
        require_release(project, row.release.version)
        require_named(typed, filename)
        piece = Piece(row.release.version, filename)
        changed, until = _delete_or_hold(by=by, now=now, project=project, piece=piece)

    if until is None:
        publish_or_leave_due(outlet, name, changed=changed)
    return until


def delete_release(
    *, by: Actor, now: datetime, name: NormalizedName, version: str, typed: str, outlet: Outlet
) -> datetime | None:
    """Delete a release with its files; its version is typed, and everybody is told. Until when it is held, if it is.

    Raises Refused: RELEASE_UNKNOWN, RELEASE_DELETED, NAME_NOT_TYPED, OWNER_TOO_NEW, PROJECT_QUARANTINED,
    DELETION_HELD_ALREADY, PERSON_NEEDED, PROOF_NEEDED, and what the one question raises.
    """
    with transaction.atomic():
        project = require_standing(by=by, now=now, deed=ProjectDeed.DELETE, name=name)
        require_release(project, version)
        require_named(typed, version)
        changed, until = _delete_or_hold(by=by, now=now, project=project, piece=Piece(version))

    if until is None:
        publish_or_leave_due(outlet, name, changed=changed)
    return until


def delete_project(*, by: Actor, now: datetime, name: NormalizedName, typed: str, outlet: Outlet) -> datetime | None:
    """Delete a project with all in it; its name is typed, and everybody is told. Until when it is held, if it is.

    Raises Refused: PROJECT_DELETED, NAME_NOT_TYPED, OWNER_TOO_NEW, PROJECT_QUARANTINED, DELETION_HELD_ALREADY,
    PERSON_NEEDED, PROOF_NEEDED, and what the one question raises.
    """
    with transaction.atomic():
        project = require_standing(by=by, now=now, deed=ProjectDeed.DELETE, name=name)
        require_named(typed, project.display_name)
        changed, until = _delete_or_hold(by=by, now=now, project=project, piece=Piece())

    if until is None:
        publish_or_leave_due(outlet, name, changed=changed)
    return until


def restore_file(*, by: Actor, now: datetime, name: NormalizedName, filename: str, outlet: Outlet) -> None:
    """Undo the deletion of a file. Raises Refused: FILE_UNKNOWN, NOT_DELETED, UNDO_OVER, and as the one question."""
    with transaction.atomic():
        project = require_standing(by=by, now=now, deed=ProjectDeed.RESTORE, name=name)
        row = _require_file(project, filename)
        require_restorable(row.deleted_at, now=now)

        File.objects.filter(pk=row.pk).update(deleted_at=None)
        facts: dict[str, object] = {"filename": filename, "version": row.release.version}
        tell_project(by=by, now=now, project=project, deed=Deed.FILE_RESTORED, facts=facts)
        mark_pages_due(project)

    publish_or_leave_due(outlet, name, changed=[row.release.version])


def restore_release(*, by: Actor, now: datetime, name: NormalizedName, version: str, outlet: Outlet) -> None:
    """Undo the deletion of a release; files of it that were deleted by themselves stay so.

    Raises Refused: RELEASE_UNKNOWN, NOT_DELETED, UNDO_OVER, and what the one question raises.
    """
    with transaction.atomic():
        project = require_standing(by=by, now=now, deed=ProjectDeed.RESTORE, name=name)
        release = find_release(project, version)
        require_restorable(release.deleted_at, is_purged=release.purged_at is not None, now=now)

        Release.objects.filter(pk=release.pk).update(deleted_at=None)
        tell_project(by=by, now=now, project=project, deed=Deed.RELEASE_RESTORED, facts={"version": version})
        mark_pages_due(project)

    publish_or_leave_due(outlet, name, changed=[version])


def restore_project(
    *, by: Actor, now: datetime, name: NormalizedName, outlet: Outlet, office: str | None = None
) -> None:
    """Undo the deletion of a project; what had been deleted of it before stays so.

    Raises Refused: NOT_DELETED, UNDO_OVER, what the one question raises, and ``spend_office`` when it is one.
    """
    with transaction.atomic():
        if office is not None:
            by = spend_office(by=by, now=now, target=name, reason=office)
        project = require_standing(by=by, now=now, deed=ProjectDeed.RESTORE, name=name, is_office=office is not None)
        require_restorable(project.deleted_at, is_purged=project.purged_at is not None, now=now)

        Project.objects.filter(pk=project.pk).update(deleted_at=None)
        facts: dict[str, object] = {} if office is None else {"office": plain_line(office)}
        tell_project(by=by, now=now, project=project, deed=Deed.PROJECT_RESTORED, facts=facts)
        mark_pages_due(project)

    publish_or_leave_due(outlet, name)


def _require_file(project: Project, filename: str) -> File:
    rows = File.objects.select_related("release").filter(release__project=project, filename=filename)
    row = rows.first() if is_storable(filename) else None
    if row is None:
        raise Refused(Reason.FILE_UNKNOWN, filename=filename)
    return row


def _delete_or_hold(
    *, by: Actor, now: datetime, project: Project, piece: Piece
) -> tuple[list[str] | None, datetime | None]:
    """Delete a piece, or hold its deletion: the versions whose pages change, and until when it is held."""
    name = NormalizedName(project.normalized_name)
    _require_deletable(project, by, now=now)
    is_held = is_critical(name)
    if is_held:
        require_not_held(due_of(project.pk, piece), thing=piece.filename or piece.version or project.display_name)
    by = spend_person(by=by, now=now, deed=Dangerous.DELETE, name=name)

    if is_held:
        return None, hold_deletion(by=by, now=now, project=project, piece=piece)
    return drop(by=by, now=now, project=project, piece=piece), None


def _require_deletable(project: Project, by: Actor, *, now: datetime) -> None:
    require_open_to_deletion(ProjectStatus(project.status), name=project.display_name)
    # Somebody at the machine itself has no seat to be settled in.
    if by.account is not None:
        require_settled(seat_of(project, by.account), other_owners(project, by.account), now=now)
