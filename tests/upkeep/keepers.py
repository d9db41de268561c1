"""Ada owns ham and Ben maintains it, both signed in for real; Cyd is a stranger. Deeds as the doors do them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model

from strongroom.accounts.models import Letter, Proof
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.projects.models import Collaboration, DuePage, File, Invitation, Ledger, Project, Release
from strongroom.projects.publishing import Outlet, outlet_of
from strongroom.projects.rules.roles import Role
from strongroom.record.models import Event
from strongroom.terms.actors import Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.passes import present
from strongroom.terms.refusals import Refused
from strongroom.terms.statuses import ProjectStatus
from strongroom.tokens.rules import Permission
from strongroom.upkeep.actions.collaborators import change_role, leave_project, remove_collaborator
from strongroom.upkeep.actions.deleting import (
    delete_file,
    delete_project,
    delete_release,
    restore_file,
    restore_project,
    restore_release,
)
from strongroom.upkeep.actions.inviting import accept_invitation, invite, withdraw_invitation
from strongroom.upkeep.actions.releases import unyank_release, yank_release
from strongroom.upkeep.actions.statuses import change_status
from tests.accounts.entering import refused
from tests.cast import NOW, basic, token_for
from tests.factors.cast import Resident, add_project_of, prove, resident
from tests.uploads.door import Upload, send, wheel_upload

HAM = NormalizedName("ham")
WHEEL = wheel_upload("ham", "1.0")
WEEK, MINUTE = timedelta(days=7), timedelta(minutes=1)
WHY = "asked for by mail"
WATCHED: tuple[type[Model], ...] = (Project, Release, File, Collaboration, Invitation, DuePage, Ledger, Event, Letter)


@dataclasses.dataclass
class Team:
    """The people of ham, and one who has nothing to do with it."""

    ada: Resident
    ben: Resident
    cyd: Resident


def team() -> Team:
    """Ham has no files yet."""
    ada, ben, cyd = resident("ada"), resident("ben"), resident("cyd")
    add_project_of(ada, "ham", ben, role=Role.MAINTAINER)
    return Team(ada, ben, cyd)


def outlet() -> Outlet:
    return outlet_of(settings.STRONGROOM)


def publish(*uploads: Upload, by: str = "ada") -> None:
    """Through the upload door."""
    token = basic(token_for(by))
    for upload in uploads or (WHEEL,):
        answer = send(upload, token)
        assert answer.status_code == 200, answer.content


def holding_token(
    person: Resident,
    *permissions: Permission,
    projects: list[str] | None = None,
    **more: Any,  # noqa: ANN401 - passed on
) -> Actor:
    """The person's token, as a door sees who sends it."""
    presented = present(token_for(person.name, permissions=permissions, projects=projects, **more))
    assert presented is not None
    return dataclasses.replace(person.actor, session=None, token=presented.token)


def proved(person: Resident, deed: Dangerous, *, name: str = "ham", now: datetime = NOW) -> Actor:
    """The person, who has just proved that it is them, for that deed on that project."""
    prove(person, deed, target=name, now=now)
    return person.actor


def collaborating(person: Resident, *, now: datetime = NOW) -> Actor:
    return proved(person, Dangerous.CHANGE_COLLABORATORS, now=now)


def deleting(person: Resident, *, now: datetime = NOW) -> Actor:
    return proved(person, Dangerous.DELETE, now=now)


def ask(person: Resident, whom: str, role: Role = Role.MAINTAINER, *, now: datetime = NOW) -> int:
    """Invite somebody, proved; the invitation."""
    invite(by=collaborating(person, now=now), now=now, name=HAM, whom=whom, role=role, sealer=sealer_of_index())
    return Invitation.objects.latest("pk").pk


def make_owner(person: Resident, *, by: Resident, now: datetime = NOW) -> None:
    """Invited and accepted as an Owner."""
    accept_invitation(by=person.actor, now=now, invitation=ask(by, person.name, Role.OWNER, now=now))


def roles() -> dict[str, str]:
    return dict(Collaboration.objects.filter(project__normalized_name="ham").values_list("account__name", "role"))


def trace() -> list[list[dict[str, Any]]]:
    """Every row that a deed on a project may touch, and which proofs are spent."""
    rows = [list(model._default_manager.order_by("pk").values()) for model in WATCHED]
    spent: list[dict[str, Any]] = [
        {"pk": pk} for pk in Proof.objects.exclude(used_at=None).values_list("pk", flat=True)
    ]
    return [*rows, spent]


def refused_without_a_trace(deed: Callable[[], object]) -> Refused:
    """The refusal of a deed that leaves everything as it was."""
    before = trace()
    refusal = refused(deed)
    assert trace() == before
    return refusal


def deeds_on_ham(by: Actor, *, invitation: int = 0) -> dict[str, Callable[[], object]]:
    """Every deed that a project knows, done by somebody to ham, to its release 1.0, and to Ben who maintains it."""
    out = outlet()
    told: dict[str, Any] = {"by": by, "now": NOW, "name": HAM}
    released = {**told, "version": "1.0", "outlet": out}
    filed = {**told, "filename": WHEEL.filename, "outlet": out}
    archived: dict[str, Any] = {"status": ProjectStatus.ARCHIVED, "reason": "", "outlet": out}
    return {
        "yank": lambda: yank_release(**released, reason=""),
        "unyank": lambda: unyank_release(**released),
        "status": lambda: change_status(**told, **archived),
        "invite": lambda: invite(**told, whom="cyd", role=Role.MAINTAINER, sealer=sealer_of_index()),
        "withdraw": lambda: withdraw_invitation(**told, invitation=invitation),
        "promote": lambda: change_role(**told, account="ben", role=Role.OWNER),
        "remove": lambda: remove_collaborator(**told, account="ben"),
        "leave": lambda: leave_project(**told),
        "delete file": lambda: delete_file(**filed, typed=WHEEL.filename),
        "delete release": lambda: delete_release(**released, typed="1.0"),
        "delete project": lambda: delete_project(**told, typed="ham", outlet=out),
        "restore file": lambda: restore_file(**filed),
        "restore release": lambda: restore_release(**released),
        "restore project": lambda: restore_project(**told, outlet=out),
    }
