"""Deleting a file, a release or a project, each behind its typed name and a fresh proof; withdrawing, and restoring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.proofs import ask_proof_again
from strongroom.accounts.views.stages import show_again
from strongroom.accounts.views.visiting import actor_in, prove_first
from strongroom.projects.queries.critical import is_critical
from strongroom.projects.rules.deletion import (
    HOLD_PERIOD,
    UNDO_PERIOD,
    Piece,
    PieceKind,
    held_until,
    require_not_held,
    restorable_until,
)
from strongroom.projects.rules.roles import ProjectDeed
from strongroom.terms.refusals import Reason, Refused
from strongroom.upkeep.actions import deleting
from strongroom.upkeep.actions.asking import aim_at
from strongroom.upkeep.actions.holding import withdraw_deletion as withdraw
from strongroom.upkeep.queries.holds import due_of
from strongroom.upkeep.queries.managing import Managed
from strongroom.upkeep.queries.releases import load_kept_file, load_kept_release
from strongroom.upkeep.views.managing import led_to, managed_in, outlet, readable, show, text_in


@dataclass(frozen=True)
class _Deletion:
    """What is to be deleted: the name that is typed, how it is done (until when it is held), and where it leads."""

    piece: Piece
    shall_type: str
    deed: Callable[[str], datetime | None]
    done: Callable[[], HttpResponse]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete_file(request: HttpRequest, name: str, filename: str) -> HttpResponse:
    """Ask for the name of a file, and delete it."""
    managed = managed_in(request, name, ProjectDeed.DELETE)
    file = load_kept_file(managed, readable(filename), now=timezone.now())
    if file.undo is not None:
        raise Refused(Reason.FILE_UNKNOWN, filename=file.filename)

    def delete(typed: str) -> datetime | None:
        by, now = actor_in(request), timezone.now()
        return deleting.delete_file(
            by=by, now=now, name=managed.name, filename=file.filename, typed=typed, outlet=outlet()
        )

    def done() -> HttpResponse:
        return led_to("manage-release", managed.name, file.version, said="file-deleted")

    what = _Deletion(Piece(file.version, file.filename), file.filename, delete, done)
    return _asked(request, managed, what, version=file.version)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete_release(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Ask for the version of a release, and delete it with its files."""
    managed = managed_in(request, name, ProjectDeed.DELETE)
    release = load_kept_release(managed, readable(version), now=timezone.now())
    if release.undo is not None:
        raise Refused(Reason.RELEASE_DELETED, name=managed.display_name, version=release.version)

    def delete(typed: str) -> datetime | None:
        by, now = actor_in(request), timezone.now()
        return deleting.delete_release(
            by=by, now=now, name=managed.name, version=release.version, typed=typed, outlet=outlet()
        )

    def done() -> HttpResponse:
        return led_to("manage-release", managed.name, release.version, said="release-deleted")

    what = _Deletion(Piece(release.version), release.version, delete, done)
    return _asked(request, managed, what, version=release.version, files=release.files)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete_project(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for the name of a project, and delete it with everything in it."""
    managed = managed_in(request, name, ProjectDeed.DELETE)

    def delete(typed: str) -> datetime | None:
        return deleting.delete_project(
            by=actor_in(request), now=timezone.now(), name=managed.name, typed=typed, outlet=outlet()
        )

    def done() -> HttpResponse:
        return led_to("manage", managed.name, said="project-deleted")

    return _asked(request, managed, _Deletion(Piece(), managed.display_name, delete, done))


@never_cache
@require_POST
def withdraw_deletion(request: HttpRequest, name: str, hold: int) -> HttpResponse:
    """Withdraw a deletion that waits."""
    managed = managed_in(request, name, ProjectDeed.RESTORE)
    withdraw(by=actor_in(request), now=timezone.now(), name=managed.name, hold=hold)
    return led_to("manage", managed.name, said="deletion-withdrawn")


@never_cache
@require_POST
def restore_file(request: HttpRequest, name: str, filename: str) -> HttpResponse:
    """Undo the deletion of a file."""
    managed, now = managed_in(request, name, ProjectDeed.RESTORE), timezone.now()
    file = load_kept_file(managed, readable(filename), now=now)
    deleting.restore_file(by=actor_in(request), now=now, name=managed.name, filename=file.filename, outlet=outlet())
    return led_to("manage-release", managed.name, file.version, said="file-restored")


@never_cache
@require_POST
def restore_release(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Undo the deletion of a release."""
    managed, now = managed_in(request, name, ProjectDeed.RESTORE), timezone.now()
    release = load_kept_release(managed, readable(version), now=now)
    deleting.restore_release(by=actor_in(request), now=now, name=managed.name, version=release.version, outlet=outlet())
    return led_to("manage-release", managed.name, release.version, said="release-restored")


@never_cache
@require_POST
def restore_project(request: HttpRequest, name: str) -> HttpResponse:
    """Undo the deletion of a project."""
    managed = managed_in(request, name, ProjectDeed.RESTORE)
    deleting.restore_project(by=actor_in(request), now=timezone.now(), name=managed.name, outlet=outlet())
    return led_to("manage", managed.name, said="project-restored")


def _asked(request: HttpRequest, managed: Managed, what: _Deletion, **told: object) -> HttpResponse:
    aim, is_held = aim_at(Dangerous.DELETE, managed.name), is_critical(managed.name)
    if is_held and request.method != "POST":
        require_not_held(due_of(managed.id, what.piece), thing=what.shall_type)
    typed, now, kind = text_in(request.POST, "typed"), timezone.now(), what.piece.kind
    gone_at = held_until(now) if is_held else now
    context: dict[str, object] = {
        "managed": managed,
        "section": "status" if kind is PieceKind.PROJECT else "releases",
        "kind": kind.value,
        "shall_type": what.shall_type,
        "typed": typed[:300],
        "days": UNDO_PERIOD.days,
        "until": restorable_until(gone_at),
        "is_held": is_held,
        "held_days": HOLD_PERIOD.days,
        "due": gone_at,
        **told,
    }
    if request.method != "POST":
        return prove_first(request, aim) or show(request, "delete.html", context)
    try:
        until = what.deed(typed)
    except Refused as refused:
        return ask_proof_again(request, aim, refused) or show_again(request, "upkeep/delete.html", context, refused)
    return what.done() if until is None else led_to("manage", managed.name, said="deletion-held")
