"""Every operation of the API, once: what is answered and what is described are both made of this table."""

from __future__ import annotations

from strongroom.terms.refusals import Reason
from strongroom.tokens.rules import Permission
from strongroom.upkeep.api.collaborators import list_collaborators, remove_collaborator
from strongroom.upkeep.api.criticality import get_criticality
from strongroom.upkeep.api.invitations import invite, list_invitations, withdraw_invitation
from strongroom.upkeep.api.operations import Operation
from strongroom.upkeep.api.projects import change_status, get_project, list_projects
from strongroom.upkeep.api.releases import get_release, list_releases, unyank_release, yank_release
from strongroom.upkeep.api.tokens import burn_token, get_token

PRESENTED = frozenset(
    {Reason.CREDENTIALS_MISSING, Reason.PASSWORD_NOT_ACCEPTED, Reason.TOKEN_MALFORMED, Reason.TOKEN_UNKNOWN}
)
"""What may be wrong with a token that is presented."""

LIVE = PRESENTED | {Reason.TOKEN_EXPIRED, Reason.TOKEN_REVOKED, Reason.ACCOUNT_INACTIVE}

SIGHT = LIVE | {
    Reason.NAME_INVALID,
    Reason.PROJECT_UNKNOWN,
    Reason.TOKEN_FOR_OTHER_PROJECTS,
    Reason.EMAIL_NOT_VERIFIED,
    Reason.NOT_A_COLLABORATOR,
}
"""Why a project may not be looked at."""

DEED = SIGHT | {Reason.TOKEN_LACKS_PERMISSION, Reason.PROJECT_DELETED}
OF_OWNERS = DEED | {Reason.ROLE_TOO_LOW}
OF_RELEASES = DEED | {Reason.RELEASE_UNKNOWN, Reason.RELEASE_DELETED}

_PROJECT = "projects/{name}"
_RELEASE = f"{_PROJECT}/releases/{{version}}"
_INVITATIONS = f"{_PROJECT}/invitations"
_COLLABORATORS = Permission.COLLABORATORS

OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "token", get_token, LIVE),
    Operation("DELETE", "token", burn_token, PRESENTED, takes_dead_tokens=True),
    Operation("GET", "projects", list_projects, LIVE | {Reason.NAME_INVALID}, after="name"),
    Operation("GET", _PROJECT, get_project, SIGHT),
    Operation(
        "PUT", f"{_PROJECT}/status", change_status, OF_OWNERS | {Reason.STATUS_OF_STAFF}, permission=Permission.STATUS
    ),
    Operation("GET", f"{_PROJECT}/criticality", get_criticality, LIVE | {Reason.NAME_INVALID, Reason.PROJECT_UNKNOWN}),
    Operation("GET", f"{_PROJECT}/releases", list_releases, SIGHT | {Reason.RELEASE_UNKNOWN}, after="version"),
    Operation("GET", _RELEASE, get_release, SIGHT | {Reason.RELEASE_UNKNOWN}),
    Operation("PUT", f"{_RELEASE}/yank", yank_release, OF_RELEASES, permission=Permission.YANK),
    Operation("DELETE", f"{_RELEASE}/yank", unyank_release, OF_RELEASES, permission=Permission.YANK),
    Operation(
        "GET", f"{_PROJECT}/collaborators", list_collaborators, SIGHT | {Reason.ACCOUNT_NAME_INVALID}, after="account"
    ),
    Operation(
        "DELETE",
        f"{_PROJECT}/collaborators/{{account}}",
        remove_collaborator,
        OF_OWNERS
        | {
            Reason.ACCOUNT_NAME_INVALID,
            Reason.ACCOUNT_UNKNOWN,
            Reason.OWNER_TOO_NEW,
            Reason.PERSON_NEEDED,
        },
        permission=_COLLABORATORS,
        status=204,
    ),
    Operation(
        "GET",
        _INVITATIONS,
        list_invitations,
        SIGHT | {Reason.TOKEN_LACKS_PERMISSION, Reason.ROLE_TOO_LOW},
        permission=_COLLABORATORS,
    ),
    Operation(
        "POST",
        _INVITATIONS,
        invite,
        OF_OWNERS
        | {
            Reason.ACCOUNT_NAME_INVALID,
            Reason.ACCOUNT_UNKNOWN,
            Reason.EMAIL_INVALID,
            Reason.ALREADY_COLLABORATOR,
            Reason.ALREADY_INVITED,
            Reason.TOO_MANY_INVITATIONS,
            Reason.TOO_MANY_ATTEMPTS,
            Reason.PERSON_NEEDED,
        },
        permission=_COLLABORATORS,
        status=201,
    ),
    Operation(
        "DELETE",
        f"{_INVITATIONS}/{{invitation}}",
        withdraw_invitation,
        OF_OWNERS | {Reason.INVITATION_UNKNOWN},
        permission=_COLLABORATORS,
        status=204,
    ),
)
