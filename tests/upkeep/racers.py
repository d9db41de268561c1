"""What races over projects and their people, one function for each process (tests.racing)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from strongroom.accounts.rules.proving import Dangerous
from strongroom.projects.models import Collaboration, DuePage, File, Invitation, Project
from strongroom.projects.rules.deletion import UNDO_PERIOD
from strongroom.projects.rules.invitations import INVITATION_LIFE
from strongroom.projects.rules.roles import Role
from strongroom.terms.actors import AccountId, Actor, ActorKind, SessionId, system
from strongroom.terms.filenames import Sha256, file_path
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Refused
from strongroom.upkeep.actions.collaborators import remove_collaborator
from strongroom.upkeep.actions.deleting import delete_project, restore_project
from strongroom.upkeep.actions.inviting import accept_invitation, withdraw_invitation
from strongroom.upkeep.actions.purging import purge_deleted
from tests.cast import NOW, basic, token_for
from tests.factors.cast import Resident, add_project_of, prove, resident
from tests.upkeep.keepers import outlet
from tests.uploads.door import listed, send, wheel_upload

PROJECTS = [f"ham{'abcdefgh'[number]}" for number in range(8)]
OVER = NOW + UNDO_PERIOD

Told = dict[str, Any]


def prepare_two_owners() -> Told:
    """Ada and Cyd own every project since the same moment, and are about to remove each other."""
    ada, cyd = resident("ada"), resident("cyd")
    for name in PROJECTS:
        add_project_of(ada, name, cyd, role=Role.OWNER)
        for one in (ada, cyd):
            prove(one, Dangerous.CHANGE_COLLABORATORS, target=name)
    return {"actors": [_told(ada), _told(cyd)]}


def remove_each_other(told: Told) -> list[str]:
    mine = _first_come("remover")
    by, other = _actor(told["actors"][mine]), told["actors"][1 - mine]["name"]
    return [
        _outcome(lambda name=name: remove_collaborator(by=by, now=NOW, name=NormalizedName(name), account=other))  # type: ignore[misc]
        for name in PROJECTS
    ]


def look_at_owners(told: Told) -> list[int]:
    del told
    return [Collaboration.objects.filter(project__normalized_name=name, role="owner").count() for name in PROJECTS]


def prepare_invitations() -> Told:
    """Cyd is asked to every project."""
    ada, cyd = resident("ada"), resident("cyd")
    for name in PROJECTS:
        add_project_of(ada, name)
        Invitation.objects.create(
            project=Project.objects.get(normalized_name=name),
            account_id=cyd.account,
            role="maintainer",
            made_by_id=ada.account,
            made_at=NOW,
            expires_at=NOW + INVITATION_LIFE,
        )
    ids = list(Invitation.objects.order_by("pk").values_list("pk", flat=True))
    return {"actors": [_told(ada), _told(cyd)], "invitations": ids}


def accept_or_withdraw(told: Told) -> list[str]:
    """The first to come accepts, the second withdraws."""
    mine = _first_come("accepter")
    ada, cyd = (_actor(one) for one in told["actors"])
    deeds: list[Callable[[int, str], object]] = [
        lambda number, _: accept_invitation(by=cyd, now=NOW, invitation=number),
        lambda number, name: withdraw_invitation(by=ada, now=NOW, name=NormalizedName(name), invitation=number),
    ]
    return [
        _outcome(lambda number=number, name=name: deeds[mine](number, name))  # type: ignore[misc]
        for number, name in zip(told["invitations"], PROJECTS, strict=True)
    ]


def accept_all(told: Told) -> list[str]:
    """Everybody is Cyd, who has clicked more than once."""
    by = _actor(told["actors"][1])
    return [
        _outcome(lambda number=number: accept_invitation(by=by, now=NOW, invitation=number))  # type: ignore[misc]
        for number in told["invitations"]
    ]


def look_at_invitations(told: Told) -> list[list[Any]]:
    """How each invitation ended, and how many seats Cyd has by it."""
    del told
    return [
        [row.ended_how, Collaboration.objects.filter(project=row.project, account__name="cyd").count()]
        for row in Invitation.objects.order_by("pk").select_related("project")
    ]


def prepare_deletions() -> Told:
    """Every project has a release; Ada is about to delete each, and somebody to upload to it."""
    ada = resident("ada")
    token = basic(token_for("ada"))
    for name in PROJECTS:
        assert send(wheel_upload(name, "1.0"), token).status_code == 200
        prove(ada, Dangerous.DELETE, target=name)
    return {"actors": [_told(ada)], "token": token}


def delete_or_upload(told: Told) -> list[str]:
    mine = _first_come("deleter")
    if mine == 0:
        by = _actor(told["actors"][0])
        return [_outcome(lambda name=name: _delete(by, name)) for name in PROJECTS]  # type: ignore[misc]
    answers = [send(wheel_upload(name, "2.0"), told["token"]) for name in PROJECTS]
    return [one.get("X-Strongroom-Reason", "") or str(one.status_code) for one in answers]


def look_at_deleted(told: Told) -> dict[str, Any]:
    """What installers would still find of them, and what comes back when they are restored."""
    shown = [name for name in PROJECTS if (settings.STRONGROOM.pages_folder / "simple" / name).exists()]
    found = {"shown": shown, "shelf": _on_shelf(), "due": DuePage.objects.count()}
    by = _actor(told["actors"][0])
    for name in PROJECTS:
        restore_project(by=by, now=NOW, name=NormalizedName(name), outlet=outlet())
    return {**found, "lost": _lost()}


def prepare_restoring() -> Told:
    """Every project was deleted just thirty days ago."""
    told = prepare_deletions()
    by = _actor(told["actors"][0])
    for name in PROJECTS:
        _delete(by, name)
    return told


def restore_or_purge(told: Told) -> list[str]:
    """One restores each at the last moment, the other purges a moment later."""
    if _first_come("restorer") == 0:
        by, early = _actor(told["actors"][0]), OVER - timedelta(microseconds=1)
        return [
            _outcome(lambda name=name: restore_project(by=by, now=early, name=NormalizedName(name), outlet=outlet()))  # type: ignore[misc]
            for name in PROJECTS
        ]
    purge_deleted(by=system(), now=OVER, files=settings.STRONGROOM.files_folder)
    return ["purged"]


def look_at_restored(told: Told) -> dict[str, Any]:
    del told
    rows = {row.normalized_name: row for row in Project.objects.all()}
    return {
        "restored": [name for name in PROJECTS if rows[name].deleted_at is None],
        "purged": [name for name in PROJECTS if rows[name].purged_at is not None],
        "listed": [name for name in PROJECTS if listed(settings.STRONGROOM, name)],
        "files": sorted(File.objects.values_list("release__project__normalized_name", flat=True)),
        "lost": _lost(),
        "due": DuePage.objects.count(),
    }


def _delete(by: Actor, name: str) -> None:
    delete_project(by=by, now=NOW, name=NormalizedName(name), typed=name, outlet=outlet())


def _on_shelf() -> list[str]:
    shelf = settings.STRONGROOM.files_folder / "packages"
    return sorted(path.name for path in shelf.rglob("*") if path.is_file())


def _lost() -> list[str]:
    """Files of projects that are there, whose bytes or page are not."""
    rows = File.objects.filter(release__project__deleted_at=None)
    files: Path = settings.STRONGROOM.files_folder
    return [
        row.filename
        for row in rows.select_related("release__project")
        if not (files / file_path(Sha256(row.sha256), row.filename)).is_file()
        or not (files / f"{file_path(Sha256(row.sha256), row.filename)}.metadata").is_file()
        or row.filename not in listed(settings.STRONGROOM, row.release.project.normalized_name)
    ]


def _told(person: Resident) -> Told:
    return {"name": person.name, "account": person.account, "session": person.session}


def _actor(told: Told) -> Actor:
    account, session = AccountId(told["account"]), SessionId(told["session"])
    return Actor(ActorKind.ACCOUNT, told["name"], account=account, session=session)


def _first_come(part: str) -> int:
    """0 for the process that comes first, 1 for the other."""
    folder: Path = settings.STRONGROOM.data_folder
    try:
        (folder / part).mkdir()
    except FileExistsError:
        return 1
    return 0


def _outcome(deed: Callable[[], object]) -> str:
    try:
        deed()
    except Refused as refused:
        return refused.reason.value
    return "done"
