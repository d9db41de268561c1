"""Asking somebody to collaborate, and their answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from strongroom.accounts.actions.attempts import count_attempt, give_attempt_back
from strongroom.accounts.actions.letters import write_letter, write_secret_letter
from strongroom.accounts.queries.accounts import (
    has_verified_address,
    is_account_active,
    load_account_id,
    load_account_name,
)
from strongroom.accounts.rules.letters import LetterKind
from strongroom.accounts.rules.limits import INVITATIONS_BY_ONE_ACCOUNT
from strongroom.accounts.rules.names import require_email_address
from strongroom.accounts.rules.proving import Dangerous
from strongroom.accounts.rules.visits import require_signed_in
from strongroom.gear.sealing import Sealer
from strongroom.mandate.queries import load_standing_of
from strongroom.mandate.rules import require_may
from strongroom.projects.models import Collaboration, Invitation, Project
from strongroom.projects.queries.projects import lock_project
from strongroom.projects.rules.invitations import (
    INVITATION_LIFE,
    require_new_to_project,
    require_room_for_invitation,
)
from strongroom.projects.rules.roles import ProjectDeed, Role
from strongroom.record.rules import Deed
from strongroom.terms.actors import AccountId, Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.texts import is_storable
from strongroom.upkeep.actions.asking import require_standing, spend_person
from strongroom.upkeep.actions.collaborators import seat_invited
from strongroom.upkeep.actions.telling import tell_project
from strongroom.upkeep.actions.withdrawing import shown_to
from strongroom.upkeep.queries.invitations import open_invitations, own_invitations


def invite(*, by: Actor, now: datetime, name: NormalizedName, whom: str, role: Role, sealer: Sealer) -> None:
    """Ask an account, by its name, or whoever reads an address, to collaborate; nothing changes until they accept.

    Whether an address belongs to an account is never said. A token asks only Maintainers; a person proves that it is
    them again. What is refused does not count as one of the mails that an account may cause. Raises Refused:
    ACCOUNT_UNKNOWN, EMAIL_INVALID, ALREADY_COLLABORATOR, ALREADY_INVITED, TOO_MANY_INVITATIONS, TOO_MANY_ATTEMPTS,
    PERSON_NEEDED, PROOF_NEEDED, SIGN_IN_NEEDED, and what the one question raises.
    """
    if by.account is None:  # an invitation is good while whoever made it is an Owner
        raise Refused(Reason.SIGN_IN_NEEDED)
    require_may(ProjectDeed.INVITE, load_standing_of(by, name, now=now))
    invited = _whom(whom, role)
    bucket = f"invitations account {by.account}"
    count_attempt(now=now, bucket=bucket, limits=INVITATIONS_BY_ONE_ACCOUNT)
    try:
        _ask(by, name, invited, now=now, sealer=sealer)
    except Refused:
        give_attempt_back(now=now, bucket=bucket, limits=INVITATIONS_BY_ONE_ACCOUNT)
        raise


def _ask(by: Actor, name: NormalizedName, invited: Invited, *, now: datetime, sealer: Sealer) -> None:
    account, address = invited.account, invited.address
    with transaction.atomic():
        project = require_standing(by=by, now=now, deed=ProjectDeed.INVITE, name=name)
        _end_expired(project, now=now)
        there = open_invitations(project, now=now)
        same = there.alias(folded=Lower("address")).filter(folded=Lower(Value(address)))
        require_new_to_project(
            is_collaborator=Collaboration.objects.filter(project=project, account_id=account or 0).exists(),
            is_invited=(there.filter(account_id=account) if account else same).exists(),
        )
        require_room_for_invitation(there.count())
        if by.token is None or invited.role is Role.OWNER:
            by = spend_person(by=by, now=now, deed=Dangerous.CHANGE_COLLABORATORS, name=name)

        Invitation.objects.create(
            project=project,
            account_id=account,
            address=address,
            role=invited.role.value,
            made_by_id=by.account,
            made_at=now,
            expires_at=now + INVITATION_LIFE,
        )
        facts: dict[str, object] = {"account": invited.shown, "role": invited.role.value}
        tell_project(by=by, now=now, project=project, deed=Deed.COLLABORATOR_INVITED, facts=facts)
        _write_invitation(by, project, invited, now=now, sealer=sealer)


def withdraw_invitation(*, by: Actor, now: datetime, name: NormalizedName, invitation: int) -> None:
    """Take an invitation back; without a proof, for it only closes a door. Raises Refused(INVITATION_UNKNOWN)."""
    with transaction.atomic():
        project = require_standing(by=by, now=now, deed=ProjectDeed.INVITE, name=name)
        row = open_invitations(project, now=now).filter(pk=invitation).first()
        if row is None:
            raise Refused(Reason.INVITATION_UNKNOWN)

        _end(row, how="withdrawn", now=now)
        facts: dict[str, object] = {"account": shown_to(row), "role": row.role}
        tell_project(by=by, now=now, project=project, deed=Deed.INVITATION_WITHDRAWN, facts=facts)


def accept_invitation(*, by: Actor, now: datetime, invitation: int) -> NormalizedName:
    """Take the role that one was offered; everybody is told. The project's name.

    Raises Refused: INVITATION_UNKNOWN, EMAIL_NOT_VERIFIED, ACCOUNT_INACTIVE, SIGN_IN_NEEDED.
    """
    return _answer(by=by, now=now, invitation=invitation, is_accepted=True)


def decline_invitation(*, by: Actor, now: datetime, invitation: int) -> NormalizedName:
    """Say no to an invitation. The project's name. Raises Refused: INVITATION_UNKNOWN, SIGN_IN_NEEDED."""
    return _answer(by=by, now=now, invitation=invitation, is_accepted=False)


def _answer(*, by: Actor, now: datetime, invitation: int, is_accepted: bool) -> NormalizedName:
    account, _ = require_signed_in(by)
    with transaction.atomic():
        asked = own_invitations(account, now=now).filter(pk=invitation)
        name = asked.values_list("project__normalized_name", flat=True).first()
        if name is None:
            raise Refused(Reason.INVITATION_UNKNOWN)
        project = lock_project(NormalizedName(name))
        # Asked again behind the lock: it may have been withdrawn while we waited.
        row = asked.first()
        if row is None:
            raise Refused(Reason.INVITATION_UNKNOWN)
        if is_accepted:
            _require_able(account, row)

        _end(row, how="accepted" if is_accepted else "declined", now=now)
        facts: dict[str, object] = {"account": by.name, "role": row.role}
        if is_accepted:
            seat_invited(project, account, Role(row.role), now=now)
        deed = Deed.INVITATION_ACCEPTED if is_accepted else Deed.INVITATION_DECLINED
        tell_project(by=by, now=now, project=project, deed=deed, facts=facts)
    return NormalizedName(name)


def _require_able(account: AccountId, row: Invitation) -> None:
    if not is_account_active(account):
        raise Refused(Reason.ACCOUNT_INACTIVE)
    if not has_verified_address(account):
        raise Refused(Reason.EMAIL_NOT_VERIFIED)
    # Asked behind the lock: whoever invited may have been removed, or suspended, at this very moment.
    inviter = Collaboration.objects.filter(project=row.project, account_id=row.made_by_id or 0, role=Role.OWNER.value)
    if not inviter.filter(account__suspended_at=None, account__closed_at=None).exists():
        raise Refused(Reason.INVITATION_UNKNOWN)


@dataclass(frozen=True)
class Invited:
    """Whom an invitation is to: an account, or whoever reads an address; ``shown`` as the project is told."""

    account: AccountId | None
    address: str
    shown: str
    role: Role


def _whom(whom: str, role: Role) -> Invited:
    """An account, or an address: whichever the text says. Raises Refused: ACCOUNT_UNKNOWN, EMAIL_INVALID."""
    text = whom.strip()
    if "@" in text:
        if not is_storable(text):
            raise Refused(Reason.EMAIL_INVALID, address="")
        require_email_address(text)
        return Invited(None, text, text, role)
    account = load_account_id(text)
    if not is_account_active(account):
        raise Refused(Reason.ACCOUNT_UNKNOWN, name=text)
    return Invited(account, "", load_account_name(account), role)


def _write_invitation(by: Actor, project: Project, invited: Invited, *, now: datetime, sealer: Sealer) -> None:
    facts: dict[str, object] = {
        "project": project.display_name,
        "name": project.normalized_name,
        "role": invited.role.value,
        "who": by.name,
        "at": now.isoformat(),
        "until": (now + INVITATION_LIFE).isoformat(),
    }
    kind = LetterKind.INVITATION
    if invited.account is not None:
        write_letter(now=now, account=invited.account, kind=kind, facts=facts)
    else:
        to = invited.address
        write_secret_letter(now=now, account=None, address=to, facts=facts, secret="", sealer=sealer, kind=kind)


def _end_expired(project: Project, *, now: datetime) -> None:
    rows = Invitation.objects.filter(project=project, ended_at=None, expires_at__lte=now)
    rows.update(ended_at=now, ended_how="lapsed")


def _end(row: Invitation, *, how: str, now: datetime) -> None:
    if not Invitation.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now, ended_how=how):
        raise Refused(Reason.INVITATION_UNKNOWN)
