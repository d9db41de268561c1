"""Invitations to collaborate: looked at, sent, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from strongroom.accounts.rules.names import require_account_name, require_email_address
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.projects.rules.invitations import LONGEST_ADDRESS
from strongroom.projects.rules.roles import ProjectDeed, Role
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from strongroom.upkeep.actions import inviting
from strongroom.upkeep.api.asking import require_sight
from strongroom.upkeep.api.operations import Call
from strongroom.upkeep.api.schemas import Words
from strongroom.upkeep.queries import for_programs
from strongroom.upkeep.queries.for_programs import InvitationState

WHOM = (
    r"^([A-Za-z0-9]([A-Za-z0-9._-]{0,38}[A-Za-z0-9])?"
    r'|(?!.*\.\.)[^@\s\u0000-\u001f\u007f<>"]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)$'
)
"""For the description: what accounts/rules/names.py says of names and addresses."""


@dataclass(frozen=True)
class InvitationList:
    """The open invitations of a project, the newest first; there are never many."""

    invitations: tuple[InvitationState, ...]


@dataclass(frozen=True)
class WantedInvitation:
    """Whom to ask, and for which role."""

    whom: Annotated[str, Words("The name of an account, or an e-mail address.", LONGEST_ADDRESS, r"^\S+$", WHOM)]
    role: Annotated[Role, "With a token only Maintainers are asked; Owners are in the browser."] = Role.MAINTAINER


def list_invitations(call: Call, name: NormalizedName) -> InvitationList:
    """List who was asked to collaborate and has not answered. Addresses are in it: only who may invite sees it."""
    require_sight(call, name, ProjectDeed.INVITE)
    return InvitationList(tuple(for_programs.list_invitations(name, now=call.now)))


def invite(call: Call, name: NormalizedName, wanted: WantedInvitation) -> InvitationState:
    """Ask somebody to become a Maintainer; they answer in the browser, and nothing changes until then."""
    for_programs.require_project(name)
    whom = wanted.whom
    if "@" in whom:
        require_email_address(whom)
    else:
        require_account_name(whom)
    inviting.invite(by=call.by, now=call.now, name=name, whom=whom, role=wanted.role, sealer=sealer_of_index())
    return for_programs.load_invitation_state(name, whom, now=call.now)


def withdraw_invitation(call: Call, name: NormalizedName, invitation: int) -> None:
    """Take an invitation back; one that was taken back stays so. One that was answered already is unknown."""
    try:
        inviting.withdraw_invitation(by=call.by, now=call.now, name=name, invitation=invitation)
    except Refused as refused:
        if refused.reason is not Reason.INVITATION_UNKNOWN or not for_programs.was_withdrawn(name, invitation):
            raise
