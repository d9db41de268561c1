"""What races over deletions that wait, one function for each process (tests.racing)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connections

from strongroom.accounts.rules.proving import Dangerous
from strongroom.projects.models import Collaboration, DeletionHold, DuePage, Project
from strongroom.projects.publishing import publish_due_pages
from strongroom.projects.rules.deletion import HOLD_PERIOD
from strongroom.projects.rules.roles import Role
from strongroom.record.models import Event
from strongroom.terms.actors import system
from strongroom.terms.names import NormalizedName
from strongroom.upkeep.actions import dropping, holding
from strongroom.upkeep.actions.deleting import delete_project
from strongroom.upkeep.actions.holding import carry_out_holds, withdraw_deletion
from tests.cast import NOW, basic, token_for
from tests.factors.cast import add_project_of, prove, resident
from tests.upkeep.holds import make_critical
from tests.upkeep.keepers import WEEK, outlet
from tests.upkeep.racers import PROJECTS, Told, _actor, _first_come, _outcome, _told
from tests.uploads.door import send, wheel_upload

DUE = NOW + HOLD_PERIOD
STEPS: dict[str, tuple[Any, str]] = {
    "begun": (holding, "drop"),
    "recorded": (dropping, "mark_pages_due"),
    "committed": (holding, "publish_or_leave_due"),
}
"""Before what a process is killed that carries deletions out."""


def prepare_owners() -> Told:
    """Ada and Cyd own every project, which is critical; each is about to ask for its deletion."""
    ada, cyd = resident("ada"), resident("cyd")
    token = basic(token_for("ada"))
    for name in PROJECTS:
        add_project_of(ada, name, cyd, role=Role.OWNER)
        assert send(wheel_upload(name, "1.0"), token).status_code == 200
        make_critical(name)
        for one in (ada, cyd):
            prove(one, Dangerous.DELETE, target=name)
    Collaboration.objects.update(since=NOW - WEEK)
    return {"actors": [_told(ada), _told(cyd)]}


def prepare_holds() -> Told:
    """Ada has asked for the deletion of every project."""
    told = prepare_owners()
    for name in PROJECTS:
        _ask(told, 0, name)
    ids = list(DeletionHold.objects.order_by("pk").values_list("pk", flat=True))
    return {**told, "holds": ids}


def ask_both(told: Told) -> list[str]:
    """Each Owner asks for each deletion."""
    mine = _first_come("first")
    return [_outcome(lambda name=name: _ask(told, mine, name)) for name in PROJECTS]  # type: ignore[misc]


def withdraw_or_carry_out(told: Told) -> list[str]:
    """One withdraws each, the last first, while the keeper carries them out."""
    if _first_come("keeper") == 0:
        return [str(_carry_out())]
    by = _actor(told["actors"][1])
    pairs = list(zip(told["holds"], PROJECTS, strict=True))
    found = {
        name: _outcome(
            lambda name=name, hold=hold: withdraw_deletion(by=by, now=DUE, name=NormalizedName(name), hold=hold)  # type: ignore[misc]
        )
        for hold, name in reversed(pairs)
    }
    return [found[name] for name in PROJECTS]


def carry_out_twice(told: Told) -> int:
    """Two keepers of two machines."""
    del told
    return _carry_out()


def be_killed(told: Told) -> list[list[list[Any]]]:
    """Carry out in processes that are killed, each somewhere else; what stood there after each."""
    found = []
    for module, step in STEPS.values():
        _killed_before(module, step)
        found.append(look_at_holds(told))
    _carry_out()
    publish_due_pages(outlet())
    return found


def look_at_holds(told: Told) -> list[list[Any]]:
    """Of each project: how its holds ended, whether it is gone, and how often that was recorded."""
    del told
    return [
        [
            list(DeletionHold.objects.filter(project__normalized_name=name).values_list("outcome", flat=True)),
            Project.objects.get(normalized_name=name).deleted_at is not None,
            Event.objects.filter(subject_name=name, deed="project-deleted").count(),
        ]
        for name in PROJECTS
    ]


def look_at_the_end(told: Told) -> dict[str, Any]:
    shown = [name for name in PROJECTS if (settings.STRONGROOM.pages_folder / "simple" / name).exists()]
    return {"holds": look_at_holds(told), "shown": shown, "due": DuePage.objects.count()}


def _ask(told: Told, mine: int, name: str) -> None:
    by = _actor(told["actors"][mine])
    delete_project(by=by, now=NOW, name=NormalizedName(name), typed=name, outlet=outlet())


def _carry_out() -> int:
    return carry_out_holds(by=system(), now=DUE, outlet=outlet())


def _killed_before(module: Any, step: str) -> None:  # noqa: ANN401 - a module
    """A process of its own that is killed before it does that for the second time."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        setattr(module, step, _deadly(getattr(module, step)))
        _carry_out()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def _deadly(real: Callable[..., Any]) -> Callable[..., Any]:
    calls = [0]

    def do(*arguments: object, **more: object) -> object:
        calls[0] += 1
        if calls[0] > 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **more)

    return do
