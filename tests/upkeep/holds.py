"""Ham is critical: what is asked to be deleted of it waits."""

from __future__ import annotations

from datetime import datetime

from strongroom.projects.models import DeletionHold, Designation, File, Project, Release
from strongroom.upkeep.actions.deleting import delete_file, delete_project, delete_release
from tests.cast import NOW
from tests.factors.cast import Resident
from tests.upkeep.keepers import HAM, WHEEL, deleting, outlet

KINDS = ("file", "release", "project")
FACTS = {"file": {"filename": WHEEL.filename, "version": "1.0"}, "release": {"version": "1.0"}, "project": {}}


def make_critical(name: str = "ham", *, now: datetime = NOW) -> None:
    """As a run does that finds it among the most downloaded."""
    Designation.objects.create(
        normalized_name=name,
        display_name=name,
        day=now.date(),
        reason="operator",
        sentence="named by those who run the index",
        rule_version=1,
        made_at=now,
    )


def ask_for(kind: str, person: Resident, *, now: datetime = NOW) -> datetime | None:
    """Ask for the deletion of the wheel of 1.0, of 1.0, or of ham, with a fresh proof."""
    by, out = deleting(person, now=now), outlet()
    match kind:
        case "file":
            name = WHEEL.filename
            return delete_file(by=by, now=now, name=HAM, filename=name, typed=name, outlet=out)
        case "release":
            return delete_release(by=by, now=now, name=HAM, version="1.0", typed="1.0", outlet=out)
        case _:
            return delete_project(by=by, now=now, name=HAM, typed="ham", outlet=out)


def deleted_at(kind: str) -> datetime | None:
    """Since when that is deleted."""
    match kind:
        case "file":
            return File.objects.get(filename=WHEEL.filename).deleted_at
        case "release":
            return Release.objects.get(project__normalized_name="ham", version="1.0").deleted_at
        case _:
            return Project.objects.get(normalized_name="ham").deleted_at


def outcomes() -> list[str]:
    """How each hold ended, in the order in which they were asked for; empty for one that waits."""
    return list(DeletionHold.objects.order_by("pk").values_list("outcome", flat=True))
