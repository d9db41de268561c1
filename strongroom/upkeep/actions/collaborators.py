"""Who owns and maintains a project: roles given, changed, taken, and given up."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from strongroom.accounts.queries.accounts import is_account_active, load_account_id, load_account_name
from strongroom.accounts.rules.names import fold_name
from strongroom.accounts.rules.proving import Dangerous
from strongroom.mandate.actions import spend_office
from strongroom.projects.models import Collaboration, Invitation, Project
from strongroom.projects.rules.roles import ProjectDeed, Role, Seat, require_senior
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.texts import is_storable, plain_line
from strongroom.upkeep.actions.asking import require_standing, spend_person
from strongroom.upkeep.actions.holding import lapse_holds
from strongroom.upkeep.actions.telling import tell_project
from strongroom.upkeep.actions.withdrawing import withdraw_invitations
from strongroom.upkeep.queries.invitations import invitations_to
from strongroom.upkeep.queries.seats import seat_of


def give_role(*, by: Actor, now: datetime, name: NormalizedName, account: str, role: Role, office: str) -> None:
    """Those who run the index give an account a role on a project: one that lost its Owners, say. Never themselves.

    Raises Refused: PROJECT_UNKNOWN, ACCOUNT_UNKNOWN, ACCOUNT_NOT_LIVE, OFFICE_ON_ONESELF, and what ``spend_office``
    raises.
    """
    with transaction.atomic():
        by = spend_office(by=by, now=now, target=name, reason=office)
        project = require_standing(by=by, now=now, deed=ProjectDeed.CHANGE_ROLE, name=name, is_office=True)
        account_id = load_account_id(account)
        if not is_account_active(account_id):
            raise Refused(Reason.ACCOUNT_NOT_LIVE, name=account)
        if account_id == by.account:
            raise Refused(Reason.OFFICE_ON_ONESELF)

        _seat(project, account_id, role, now=now)
        name_of = load_account_name(account_id)
        facts: dict[str, object] = {"account": name_of, "role": role.value, "office": plain_line(office)}
        tell_project(by=by, now=now, project=project, deed=Deed.ROLE_GIVEN, facts=facts)
        if role is not Role.OWNER:
            _withdraw_those_of(project, account_id, by=by, now=now, more={"office": plain_line(office)})


def change_role(*, by: Actor, now: datetime, name: NormalizedName, account: str, role: Role) -> None:
    """Make a Maintainer an Owner, or an Owner a Maintainer; the same again does nothing. Everybody is told.

    Anything to do with the role of Owner takes a person, and the proof that it is them again. Raises Refused:
    COLLABORATOR_UNKNOWN, OWNER_TOO_NEW, PERSON_NEEDED, PROOF_NEEDED, and what the one question raises.
    """
    with transaction.atomic():
        project = require_standing(by=by, now=now, deed=ProjectDeed.CHANGE_ROLE, name=name)
        row = _require_collaborator(project, account)
        if row.account.closed_at is not None:
            raise Refused(Reason.COLLABORATOR_UNKNOWN, account=account, name=project.display_name)
        if row.role == role.value:
            return
        if row.account_id != by.account:
            require_senior(seat_of(project, by.account), Seat(Role(row.role), row.since), now=now)
        by = spend_person(by=by, now=now, deed=Dangerous.CHANGE_COLLABORATORS, name=name)

        former = row.role
        row.role, row.since = role.value, now
        row.save(update_fields=["role", "since"])
        facts: dict[str, object] = {"account": row.account.name, "role": role.value, "former": former}
        tell_project(by=by, now=now, project=project, deed=Deed.ROLE_CHANGED, facts=facts)
        if role is not Role.OWNER:
            _withdraw_those_of(project, AccountId(row.account_id), by=by, now=now, more={})


def remove_collaborator(
    *, by: Actor, now: datetime, name: NormalizedName, account: str, office: str | None = None
) -> None:
    """Somebody collaborates no more; everybody is told, and so are they. Invitations by them, and to them, end.

    An Owner is removed by a person alone, who proves that it is them again; whoever removes themselves has left.
    Raises Refused: COLLABORATOR_UNKNOWN, OWNER_TOO_NEW, PERSON_NEEDED, PROOF_NEEDED, what the one question raises,
    and ``spend_office`` when it is one.
    """
    with transaction.atomic():
        if office is not None:
            by = spend_office(by=by, now=now, target=name, reason=office)
        project = require_standing(
            by=by, now=now, deed=ProjectDeed.REMOVE_COLLABORATOR, name=name, is_office=office is not None
        )
        row = _require_collaborator(project, account)
        if office is None:
            require_senior(seat_of(project, by.account), Seat(Role(row.role), row.since), now=now)
            if by.token is None or row.role == Role.OWNER.value:
                by = spend_person(by=by, now=now, deed=Dangerous.CHANGE_COLLABORATORS, name=name)

        more: dict[str, object] = {} if office is None else {"office": plain_line(office)}
        _unseat(row, by=by, now=now, more=more)


def leave_project(*, by: Actor, now: datetime, name: NormalizedName) -> None:
    """Give up one's own role; everybody is told. An Owner proves that it is them again.

    So nobody who has only found an open browser gives up a project, or leaves it to whom they have just invited.
    Raises Refused: NOT_A_COLLABORATOR, PERSON_NEEDED, PROOF_NEEDED, and what the one question raises.
    """
    with transaction.atomic():
        project = require_standing(by=by, now=now, deed=ProjectDeed.LEAVE, name=name)
        row = _seats(project).filter(account_id=by.account or 0).first()
        if row is None:
            raise Refused(Reason.NOT_A_COLLABORATOR, deed=ProjectDeed.LEAVE.value)
        if row.role == Role.OWNER.value:
            by = spend_person(by=by, now=now, deed=Dangerous.CHANGE_COLLABORATORS, name=name)

        _unseat(row, by=by, now=now, more={})


def is_last_owner(project: Project, account: AccountId) -> bool:
    """Whether a project would have no Owner who can act any more without this account."""
    owners = Collaboration.objects.filter(project=project, role=Role.OWNER.value)
    owners = owners.filter(account__closed_at=None, account__suspended_at=None)
    return list(owners.values_list("account_id", flat=True)) == [account]


def seat_invited(project: Project, account: AccountId, role: Role, *, now: datetime) -> None:
    """Give an invited account its role, in the transaction of its answer; one that it has already is not lowered."""
    if not Collaboration.objects.filter(project=project, account_id=account, role=Role.OWNER.value).exists():
        _seat(project, account, role, now=now)


def _seat(project: Project, account: AccountId, role: Role, *, now: datetime) -> None:
    row = Collaboration.objects.filter(project=project, account_id=account).first()
    if row is None:
        Collaboration.objects.create(project=project, account_id=account, role=role.value, since=now)
    elif row.role != role.value:
        row.role, row.since = role.value, now
        row.save(update_fields=["role", "since"])


def _unseat(row: Collaboration, *, by: Actor, now: datetime, more: dict[str, object]) -> None:
    account, project = AccountId(row.account_id), row.project
    facts = {"account": row.account.name, "role": row.role, "is_last_owner": is_last_owner(project, account), **more}
    has_left = account == by.account and not more
    row.delete()
    deed = Deed.COLLABORATOR_LEFT if has_left else Deed.COLLABORATOR_REMOVED
    tell_project(by=by, now=now, project=project, deed=deed, facts=facts, also=[account])
    # Whoever was turned out must not come back: not through somebody they invited, nor by another invitation.
    _withdraw_those_of(project, account, by=by, now=now, more=more)
    withdraw_invitations(by=by, now=now, rows=invitations_to(account).filter(project=project), more=more)


def _withdraw_those_of(
    project: Project, account: AccountId, *, by: Actor, now: datetime, more: dict[str, object]
) -> None:
    rows = Invitation.objects.filter(project=project, made_by_id=account)
    withdraw_invitations(by=by, now=now, rows=rows, more=more)
    lapse_holds(by=by, now=now, account=account, project=project, more=more)


def _seats(project: Project) -> QuerySet[Collaboration]:
    return Collaboration.objects.select_related("account", "project").filter(project=project)


def _require_collaborator(project: Project, account: str) -> Collaboration:
    rows = _seats(project)
    row = rows.filter(account__folded_name=fold_name(account)).first() if is_storable(account) else None
    if row is None:
        raise Refused(Reason.COLLABORATOR_UNKNOWN, account=account, name=project.display_name)
    return row
