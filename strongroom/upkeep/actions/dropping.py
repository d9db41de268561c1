"""The deletion itself, the same for whoever asked for it and whenever: rows, the record, letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from strongroom.projects.actions.pages import mark_pages_due
from strongroom.projects.models import File, Project, Release
from strongroom.projects.rules.deletion import Piece, PieceKind
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor
from strongroom.upkeep.actions.telling import tell_project

_DEEDS = {
    PieceKind.FILE: Deed.FILE_DELETED,
    PieceKind.RELEASE: Deed.RELEASE_DELETED,
    PieceKind.PROJECT: Deed.PROJECT_DELETED,
}


def drop(
    *, by: Actor, now: datetime, project: Project, piece: Piece, more: Mapping[str, object] | None = None
) -> list[str] | None:
    """Delete a piece of a locked project, in the caller's transaction, after which its pages are published.

    The versions whose pages change beside the project's own; nothing when all do.
    """
    match piece.kind:
        case PieceKind.FILE:
            File.objects.filter(release__project=project, filename=piece.filename).update(deleted_at=now)
        case PieceKind.RELEASE:
            Release.objects.filter(project=project, version=piece.version).update(deleted_at=now)
        case PieceKind.PROJECT:
            Project.objects.filter(pk=project.pk).update(deleted_at=now)
    facts = {**piece.facts, **(more or {})}
    tell_project(by=by, now=now, project=project, deed=_DEEDS[piece.kind], facts=facts)
    mark_pages_due(project)

    match piece.kind:
        case PieceKind.FILE:
            return [piece.version]
        case PieceKind.RELEASE:
            return []
        case PieceKind.PROJECT:
            return None
