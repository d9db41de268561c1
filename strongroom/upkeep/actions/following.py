"""What becomes of somebody's projects when their account is suspended or closed."""

from __future__ import annotations

from datetime import datetime

from strongroom.accounts.models import Account
from strongroom.projects.models import Collaboration, Invitation
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor, ActorKind
from strongroom.upkeep.actions.holding import lapse_holds
from strongroom.upkeep.actions.telling import tell_project
from strongroom.upkeep.actions.withdrawing import withdraw_invitations
from strongroom.upkeep.queries.invitations import invitations_to


def follow_account(*, by: Actor, now: datetime, account: AccountId) -> None:
    """What an account may do has changed: its projects follow, in the transaction of the change.

    Whom a suspended account has invited was perhaps invited by a thief: those invitations end, and so do deletions
    that it has asked for and that wait. A closed account
    keeps its roles, frozen (spec: registries row 27), and is nobody from now on: each project that it looked after
    records that, and everybody else there is told.
    """
    row = Account.objects.get(pk=account)
    if row.is_active:
        return
    # Their reason is for the person whose account it is, and not for the projects.
    is_office = by.kind is ActorKind.ACCOUNT and by.account != account
    more: dict[str, object] = {"is_office": True} if is_office else {}
    withdraw_invitations(by=by, now=now, rows=Invitation.objects.filter(made_by_id=account), more=more)
    lapse_holds(by=by, now=now, account=account, more=more)
    if row.closed_at is None:
        return
    withdraw_invitations(by=by, now=now, rows=invitations_to(account), more=more)
    seats = Collaboration.objects.filter(account_id=account, project__purged_at=None).select_related("project")
    for seat in seats.order_by("project_id"):
        facts: dict[str, object] = {"account": row.name, "role": seat.role, "is_closed": True}
        tell_project(by=by, now=now, project=seat.project, deed=Deed.COLLABORATOR_LEFT, facts=facts)
