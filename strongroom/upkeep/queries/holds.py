"""Deletions of critical projects that wait: which are due, what of a project they are of, and who asked for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from strongroom.projects.models import DeletionHold, File, Project, Release
from strongroom.projects.rules.deletion import Piece, PieceKind
from strongroom.terms.actors import AccountId
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus

MOST_SHOWN = 50
"""Deletions of one project on one page; the others stand beside their files."""

MOST_DUE = 500
"""Deletions in a round of the keeper, which has other work as well."""


@dataclass(frozen=True)
class KeptHold:
    """A deletion that waits, as those who keep the project see it; ``asked_by`` empty for those who run the index."""

    id: int
    piece: Piece
    asked_by: str
    asked_at: datetime
    due_at: datetime


def list_due(now: datetime) -> list[tuple[int, NormalizedName]]:
    """Deletions whose time has come, the longest due first, each with its project's name.

    Those of a project in quarantine wait on: what is looked into stays where it is.
    """
    rows = DeletionHold.objects.filter(ended_at=None, due_at__lte=now)
    rows = rows.exclude(project__status=ProjectStatus.QUARANTINED.value).order_by("due_at", "pk")
    return [(pk, NormalizedName(name)) for pk, name in rows.values_list("pk", "project__normalized_name")[:MOST_DUE]]


def find_hold(project: Project, hold: int) -> DeletionHold | None:
    """A deletion of the project that waits, by its number; nothing when it has ended."""
    rows = DeletionHold.objects.filter(project=project, pk=hold, ended_at=None)
    return rows.select_related("project", "asked_by").first()


def holds_asked_by(account: AccountId, project: Project | None = None) -> list[DeletionHold]:
    """Deletions that an account has asked for and that wait; of one project when it is given."""
    rows = DeletionHold.objects.filter(asked_by_id=account, ended_at=None)
    if project is not None:
        rows = rows.filter(project=project)
    return list(rows.select_related("project", "asked_by").order_by("pk"))


def due_of(project: int, piece: Piece) -> datetime | None:
    """When the deletion of a piece is due; nothing when none waits."""
    rows = DeletionHold.objects.filter(project_id=project, version=piece.version, filename=piece.filename)
    return rows.filter(ended_at=None).values_list("due_at", flat=True).first()


def is_there(project: Project, piece: Piece) -> bool:
    """Whether a piece, and all that it is in, is not deleted."""
    if project.deleted_at is not None:
        return False
    match piece.kind:
        case PieceKind.PROJECT:
            return True
        case PieceKind.RELEASE:
            return Release.objects.filter(project=project, version=piece.version, deleted_at=None).exists()
        case PieceKind.FILE:
            rows = File.objects.filter(release__project=project, filename=piece.filename, deleted_at=None)
            return rows.filter(release__deleted_at=None).exists()


def holds_within(project: Project, piece: Piece) -> list[DeletionHold]:
    """Deletions that wait of what a piece is made of: they go with it. A file is made of nothing."""
    rows = DeletionHold.objects.filter(project=project, ended_at=None).select_related("project").order_by("pk")
    match piece.kind:
        case PieceKind.PROJECT:
            return list(rows.exclude(version="", filename=""))
        case PieceKind.RELEASE:
            return list(rows.filter(version=piece.version).exclude(filename=""))
        case PieceKind.FILE:
            return []


def list_kept_holds(project: int, *, version: str | None = None) -> list[KeptHold]:
    """Deletions of a project that wait, the first due first: one more than a page shows. Of one release when named."""
    rows = DeletionHold.objects.filter(project_id=project, ended_at=None)
    if version is not None:
        rows = rows.filter(version=version, filename="")
    return [kept_of(row) for row in rows.select_related("asked_by").order_by("due_at", "pk")[: MOST_SHOWN + 1]]


def holds_of_files(project: int, filenames: Collection[str]) -> dict[str, KeptHold]:
    """Deletions that wait of those files, by their names."""
    rows = DeletionHold.objects.filter(project_id=project, filename__in=filenames, ended_at=None).exclude(filename="")
    return {row.filename: kept_of(row) for row in rows.select_related("asked_by")}


def holds_of_releases(project: int, versions: Collection[str]) -> dict[str, KeptHold]:
    """Deletions that wait of those releases as a whole, by their versions."""
    rows = DeletionHold.objects.filter(project_id=project, version__in=versions, filename="", ended_at=None)
    return {row.version: kept_of(row) for row in rows.exclude(version="").select_related("asked_by")}


def holds_among(projects: Collection[int], *, most: int) -> dict[int, list[KeptHold]]:
    """Deletions that wait of several projects, the first due first; of each so many at the most."""
    in_order = Window(RowNumber(), partition_by=F("project_id"), order_by=[F("due_at"), F("pk")])
    rows = DeletionHold.objects.filter(project_id__in=projects, ended_at=None).annotate(place=in_order)
    found: dict[int, list[KeptHold]] = {}
    for row in rows.filter(place__lte=most).select_related("asked_by").order_by("due_at", "pk"):
        found.setdefault(row.project_id, []).append(kept_of(row))
    return found


def count_holds(projects: Collection[int]) -> dict[int, int]:
    """How many deletions of each project wait; those of which none does are left out."""
    rows = DeletionHold.objects.filter(project_id__in=projects, ended_at=None).order_by()
    return dict(rows.values_list("project_id").annotate(count=Count("pk")))


def piece_of(row: DeletionHold) -> Piece:
    """What a hold is of."""
    return Piece(row.version, row.filename)


def kept_of(row: DeletionHold) -> KeptHold:
    """A row as pages and programs are told of it."""
    asked_by = "" if row.asked_by is None else row.asked_by.name
    return KeptHold(row.pk, piece_of(row), asked_by, row.asked_at, row.due_at)
