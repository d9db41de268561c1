"""What many depend on is deleted only after a hold that everybody can see: held, withdrawn, carried out.

Weakening takes a delay and a notice (design rule 4). The proof is spent when somebody asks; when the day comes it is
asked again whether they may still delete it, and only then does the deletion happen that can be undone as any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.db import transaction

from strongroom.mandate.actions import spend_office
from strongroom.mandate.queries import load_standing_of
from strongroom.mandate.rules import require_may
from strongroom.projects.models import DeletionHold, Project
from strongroom.projects.publishing import Outlet, publish_or_leave_due
from strongroom.projects.queries.projects import lock_project, subject_of
from strongroom.projects.rules.deletion import HoldOutcome, Piece, held_until
from strongroom.projects.rules.roles import ProjectDeed, require_settled
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor, ActorKind, operator
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused, refusal_of
from strongroom.terms.statuses import ProjectStatus
from strongroom.terms.texts import plain_line
from strongroom.upkeep.actions.asking import require_standing
from strongroom.upkeep.actions.dropping import drop
from strongroom.upkeep.actions.telling import tell_project
from strongroom.upkeep.queries.holds import find_hold, holds_asked_by, holds_within, is_there, list_due, piece_of
from strongroom.upkeep.queries.seats import other_owners, seat_of

GONE = "gone"
"""Why a deletion lapsed, in the record: there was nothing left to delete. Else it is the reason of the refusal."""


def hold_deletion(*, by: Actor, now: datetime, project: Project, piece: Piece) -> datetime:
    """Hold the deletion of a piece of a locked project, in the caller's transaction; until when.

    Everything was required before that the deletion itself requires. Everybody who looks after the project is told.
    """
    due_at = held_until(now)
    DeletionHold.objects.create(
        project=project,
        version=piece.version,
        filename=piece.filename,
        asked_by_id=by.account,
        asked_at=now,
        due_at=due_at,
    )
    facts = {**piece.facts, "until": _minute(due_at)}
    tell_project(by=by, now=now, project=project, deed=Deed.DELETION_HELD, facts=facts)
    return due_at


def withdraw_deletion(*, by: Actor, now: datetime, name: NormalizedName, hold: int, office: str | None = None) -> None:
    """Withdraw a deletion that waits: what it was of stays. Any Owner may, at once; and those who run the index.

    Raises Refused: DELETION_NOT_HELD, PERSON_NEEDED for a token, what the one question raises, and ``spend_office``
    when it is one.
    """
    with transaction.atomic():
        if office is not None:
            by = spend_office(by=by, now=now, target=name, reason=office)
        # Whoever may undo a deletion may stop one.
        project = require_standing(by=by, now=now, deed=ProjectDeed.RESTORE, name=name, is_office=office is not None)
        row = find_hold(project, hold)
        if row is None or not _end(row, HoldOutcome.WITHDRAWN, now=now):
            raise Refused(Reason.DELETION_NOT_HELD)

        facts = piece_of(row).facts
        if office is not None:
            facts["office"] = plain_line(office)
        tell_project(by=by, now=now, project=project, deed=Deed.DELETION_WITHDRAWN, facts=facts)


def lapse_holds(
    *, by: Actor, now: datetime, account: AccountId, more: Mapping[str, object], project: Project | None = None
) -> None:
    """What an account may do has changed: deletions that it asked for, and may not do any more, lapse at once.

    In the transaction of the change, so that no page says that something will go which stays, and nothing a thief has
    asked for comes back to life with the account. ``more`` is recorded with each.
    """
    for row in holds_asked_by(account, project):
        why = refusal_of(partial(_require_asker, row, now=now))
        if why is not None:
            _lapse(row, why.value, by=by, now=now, more=more)


def carry_out_holds(*, by: Actor, now: datetime, outlet: Outlet) -> int:
    """Delete what was held long enough, each in a transaction of its own; how many deletions that were.

    Whoever asked must still be able to, else the deletion lapses; of a project in quarantine it waits on. From then on
    it can be undone for as long as any deletion.
    """
    return sum(_carry_out(hold, name, by=by, now=now, outlet=outlet) for hold, name in list_due(now))


def _carry_out(hold: int, name: NormalizedName, *, by: Actor, now: datetime, outlet: Outlet) -> bool:
    with transaction.atomic():
        # Asked behind the lock: whoever withdraws it, or puts the project into quarantine, holds it too.
        project = lock_project(name)
        row = find_hold(project, hold)
        if row is None or project.status == ProjectStatus.QUARANTINED.value:
            return False
        piece = piece_of(row)
        if not is_there(project, piece):
            _lapse(row, GONE, by=by, now=now)
            return False
        why = refusal_of(partial(_require_asker, row, now=now))
        if why is not None:
            _lapse(row, why.value, by=by, now=now)
            return False
        # It may lapse beside us: a suspension locks no project.
        if not _end(row, HoldOutcome.CARRIED_OUT, now=now):
            return False

        for inner in holds_within(project, piece):
            _lapse(inner, GONE, by=by, now=now)
        changed = drop(by=by, now=now, project=project, piece=piece, more=_asking(row))

    publish_or_leave_due(outlet, name, changed=changed)
    return True


def _require_asker(row: DeletionHold, *, now: datetime) -> None:
    """Whoever asked may still delete it, as if they asked today. Raises what the one question raises, OWNER_TOO_NEW."""
    if row.asked_by is None:
        asker = operator("")
    else:
        asker = Actor(ActorKind.ACCOUNT, row.asked_by.name, account=AccountId(row.asked_by.pk))
    name = NormalizedName(row.project.normalized_name)
    require_may(ProjectDeed.DELETE, load_standing_of(asker, name, now=now))
    if asker.account is not None:
        require_settled(seat_of(row.project, asker.account), other_owners(row.project, asker.account), now=now)


def _lapse(row: DeletionHold, why: str, *, by: Actor, now: datetime, more: Mapping[str, object] | None = None) -> None:
    if not _end(row, HoldOutcome.LAPSED, now=now):
        return
    facts = {**piece_of(row).facts, "why": why, **(more or {})}
    if why == GONE:
        # Not told: everybody was told of what it went with.
        record_event(by=by, now=now, deed=Deed.DELETION_LAPSED, subject=subject_of(row.project), details=facts)
    else:
        tell_project(by=by, now=now, project=row.project, deed=Deed.DELETION_LAPSED, facts=facts)


def _end(row: DeletionHold, outcome: HoldOutcome, *, now: datetime) -> bool:
    """End a hold; whether it was still waiting (design rule 8)."""
    rows = DeletionHold.objects.filter(pk=row.pk, ended_at=None)
    return bool(rows.update(ended_at=now, outcome=outcome.value))


def _asking(row: DeletionHold) -> Mapping[str, object]:
    asked_by = {} if row.asked_by is None else {"asked_by": row.asked_by.name}
    return {"asked_at": _minute(row.asked_at), **asked_by}


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")
