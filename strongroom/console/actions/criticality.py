"""What those who run the index decide about critical projects: approve or dismiss a run that waits, name one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.criticality.actions.deciding import approve_run as approve
from strongroom.criticality.actions.deciding import dismiss_run as dismiss
from strongroom.criticality.actions.designating import designate_name as designate
from strongroom.criticality.rules.designations import target_of_name, target_of_run
from strongroom.gear.dayfiles import DayFiles
from strongroom.mandate.actions import spend_office
from strongroom.terms.actors import Actor
from strongroom.terms.names import ProjectName


def approve_run(*, by: Actor, now: datetime, run: int, snapshots: DayFiles, office: str) -> int:
    """A run that waits was right: what it found is critical from now on, for good; how many are so newly.

    Raises Refused: RUN_UNKNOWN, RUN_DECIDED, SNAPSHOT_ALTERED, and what ``spend_office`` raises.
    """
    with transaction.atomic():
        by = spend_office(by=by, now=now, target=target_of_run(run), reason=office)

        return approve(by=by, now=now, run=run, snapshots=snapshots, office=office)


def dismiss_run(*, by: Actor, now: datetime, run: int, office: str) -> None:
    """A run that waits was wrong: it makes nobody critical, ever.

    Raises Refused: RUN_UNKNOWN, RUN_DECIDED, and what ``spend_office`` raises.
    """
    with transaction.atomic():
        by = spend_office(by=by, now=now, target=target_of_run(run), reason=office)

        dismiss(by=by, now=now, run=run, office=office)


def designate_name(*, by: Actor, now: datetime, name: ProjectName, office: str) -> None:
    """Make a name critical, for good, whether it has a project or not; the reason stands where everybody reads it.

    Raises Refused: ALREADY_CRITICAL, and what ``spend_office`` raises.
    """
    with transaction.atomic():
        by = spend_office(by=by, now=now, target=target_of_name(name.normalized), reason=office)

        designate(by=by, now=now, name=name, sentence=office)
