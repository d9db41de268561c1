"""What everybody finds at every address of the control plane: one line an address, read by a person.

Five letters for a GET and five for a POST with nothing in it: a visitor, a stranger, a Maintainer of the project, its
Owner, and staff, whose project it is not. P a page, I sign in first, V prove it is you first, O led on elsewhere, F not
for you, N nothing there, R refused for what was (not) sent, - not that way.
"""

from __future__ import annotations

from dataclasses import dataclass

WHO = ("visitor", "stranger", "maintainer", "owner", "staff")


@dataclass(frozen=True)
class Place:
    """One address with its arguments filled in, and what is found there."""

    path: str
    get: str
    post: str


PLACES = {
    "home": Place("/", "PPPPP", "-----"),
    "help": Place("/help/", "PPPPP", "-----"),
    "help-reason": Place("/help/name-invalid/", "PPPPP", "-----"),
    "first-staff-account": Place("/setup/x/", "RRRRR", "RRRRR"),
    "inbox": Place("/account/inbox/", "IPPPP", "-----"),
    "letter": Place("/account/inbox/999/", "INNNN", "-----"),
    "not-me": Place("/not-me/x/", "RRRRR", "RRRRR"),
    "account": Place("/account/", "IPPPP", "-----"),
    "account-language": Place("/account/language/", "PPPPP", "RRRRR"),
    "sign-up": Place("/account/sign-up/", "POOOO", "ROOOO"),
    "sign-up-code": Place("/account/sign-up/code/", "RRRRR", "RRRRR"),
    "sign-up-finish": Place("/account/sign-up/finish/", "RRRRR", "RRRRR"),
    "sign-in": Place("/account/sign-in/", "POOOO", "ROOOO"),
    "sign-out": Place("/account/sign-out/", "-----", "OOOOO"),
    "reset": Place("/account/reset/", "PPPPP", "OOOOO"),
    "reset-code": Place("/account/reset/code/", "RRRRR", "RRRRR"),
    "reset-password": Place("/account/reset/password/", "RRRRR", "RRRRR"),
    "add-address": Place("/account/addresses/add/", "IVVVV", "IRRRR"),
    "verify-address": Place("/account/addresses/999/verify/", "INNNN", "INNNN"),
    "primary-address": Place("/account/addresses/999/primary/", "INNNN", "INNNN"),
    "remove-address": Place("/account/addresses/999/remove/", "INNNN", "INNNN"),
    "change-password": Place("/account/password/", "IVVVV", "IRRRR"),
    "end-session": Place("/account/sessions/999/end/", "-----", "INNNN"),
    "end-other-sessions": Place("/account/sessions/end-others/", "-----", "IOOOO"),
    "forget-device": Place("/account/devices/999/forget/", "-----", "INNNN"),
    "tokens": Place("/account/tokens/", "IPPPP", "-----"),
    "make-token": Place("/account/tokens/make/", "IVVVV", "IRRRR"),
    "revoke-token": Place("/account/tokens/0000000000000000/revoke/", "-----", "IRRRR"),
    "sign-in-factor": Place("/account/sign-in/factor/", "RRRRR", "RRRRR"),
    "sign-in-mail": Place("/account/sign-in/mail/", "RRRRR", "RRRRR"),
    "key-sign-in": Place("/account/sign-in/key/", "-----", "RRRRR"),
    "reset-factor": Place("/account/reset/factor/", "RRRRR", "RRRRR"),
    "key-begin": Place("/account/key/", "-----", "RRRRR"),
    "prove": Place("/account/prove/make-token/", "IPPPP", "IRRRR"),
    "security": Place("/account/security/", "IPPPP", "-----"),
    "add-app": Place("/account/security/apps/add/", "IVOOV", "IVOOV"),
    "app": Place("/account/security/apps/999/", "INNNN", "INNNN"),
    "add-key": Place("/account/security/keys/add/", "IVOOV", "IVOOV"),
    "rename-factor": Place("/account/security/factors/999/rename/", "INNNN", "INNNN"),
    "remove-factor": Place("/account/security/factors/999/remove/", "INNNN", "INNNN"),
    "recovery-codes": Place("/account/security/recovery-codes/", "IOOOV", "IOOOV"),
    "first-factor-mailbox": Place("/account/security/mailbox/", "IPPPP", "IPPPP"),
    "close-account": Place("/account/close/", "IVVVV", "IVVVV"),
    "search": Place("/search/", "PPPPP", "-----"),
    "classifiers": Place("/classifiers/", "PPPPP", "-----"),
    "feed-projects": Place("/rss/projects.xml", "PPPPP", "-----"),
    "feed-releases": Place("/rss/releases.xml", "PPPPP", "-----"),
    "person": Place("/person/ben/", "PPPPP", "-----"),
    "project": Place("/project/ham/", "PPPPP", "-----"),
    "feed-project": Place("/project/ham/rss.xml", "PPPPP", "-----"),
    "project-releases": Place("/project/ham/releases/", "PPPPP", "-----"),
    "project-release": Place("/project/ham/1.0/", "PPPPP", "-----"),
    "project-description": Place("/project/ham/1.0/description/", "PPPPP", "-----"),
    "project-files": Place("/project/ham/1.0/files/", "PPPPP", "-----"),
    "project-downloads": Place("/project/ham/downloads/", "PPPPP", "-----"),
    "project-recent": Place("/project/ham/downloads/recent.json", "PPPPP", "-----"),
    "project-critical": Place("/project/ham/critical/", "PPPPP", "-----"),
    "project-critical-json": Place("/project/ham/critical.json", "PPPPP", "-----"),
    "critical": Place("/critical/", "PPPPP", "-----"),
    "critical-json": Place("/critical.json", "PPPPP", "-----"),
    "critical-csv": Place("/critical.csv", "PPPPP", "-----"),
    "critical-days": Place("/critical/days/", "PPPPP", "-----"),
    "critical-day": Place("/critical/days/999/", "NNNNN", "-----"),
    "critical-file": Place("/critical/days/999/2026-11-23.parquet", "NNNNN", "-----"),
    "day-file": Place("/downloads/days/2026-11-23-000000000000.parquet", "NNNNN", "-----"),
    "own-projects": Place("/account/projects/", "IPPPP", "-----"),
    "own-invitations": Place("/account/invitations/", "IPPPP", "-----"),
    "accept-invitation": Place("/account/invitations/{invitation}/accept/", "-----", "INNNN"),
    "decline-invitation": Place("/account/invitations/{invitation}/decline/", "-----", "IONNN"),
    "manage": Place("/manage/ham/", "IFPPF", "-----"),
    "manage-collaborators": Place("/manage/ham/collaborators/", "IFPPF", "-----"),
    "manage-status": Place("/manage/ham/status/", "IFFPF", "IFFRF"),
    "manage-tokens": Place("/manage/ham/tokens/", "IFPPF", "-----"),
    "manage-history": Place("/manage/ham/history/", "IFPPF", "-----"),
    "delete-project": Place("/manage/ham/delete/", "IFFVF", "IFFRF"),
    "restore-project": Place("/manage/ham/restore/", "-----", "IFFRF"),
    "withdraw-deletion": Place("/manage/ham/deletions/{hold}/withdraw/", "-----", "IFFOF"),
    "leave-project": Place("/manage/ham/leave/", "IFPVF", "IFOVF"),
    "invite": Place("/manage/ham/invite/", "IFFVF", "IFFNF"),
    "withdraw-invitation": Place("/manage/ham/invitations/{invitation}/withdraw/", "-----", "IFFOF"),
    "change-role": Place("/manage/ham/collaborators/ben/role/", "IFFVF", "IFFOF"),
    "remove-collaborator": Place("/manage/ham/collaborators/ben/remove/", "IFFVF", "IFFVF"),
    "manage-release": Place("/manage/ham/releases/1.0/", "IFPPF", "-----"),
    "yank-release": Place("/manage/ham/releases/1.0/yank/", "-----", "IFOOF"),
    "unyank-release": Place("/manage/ham/releases/1.0/unyank/", "-----", "IFOOF"),
    "delete-release": Place("/manage/ham/releases/1.0/delete/", "IFFVF", "IFFRF"),
    "restore-release": Place("/manage/ham/releases/1.0/restore/", "-----", "IFFRF"),
    "delete-file": Place("/manage/ham/files/ham-1.0-py3-none-any.whl/delete/", "IFFVF", "IFFRF"),
    "restore-file": Place("/manage/ham/files/ham-1.0-py3-none-any.whl/restore/", "-----", "IFFRF"),
    "staff": Place("/staff/", "NNNNP", "NNNN-"),
    "staff-people": Place("/staff/people/", "NNNNP", "NNNN-"),
    "staff-person": Place("/staff/people/ben/", "NNNNP", "NNNN-"),
    "staff-revoke-token": Place("/staff/people/ben/tokens/0000000000000000/revoke/", "NNNNV", "NNNNR"),
    "staff-person-deed": Place("/staff/people/ben/suspend/", "NNNNV", "NNNNR"),
    "staff-projects": Place("/staff/projects/", "NNNNP", "NNNN-"),
    "staff-project": Place("/staff/projects/ham/", "NNNNP", "NNNN-"),
    "staff-project-status": Place("/staff/projects/ham/status/", "NNNNV", "NNNNR"),
    "staff-project-restore": Place("/staff/projects/ham/restore/", "NNNNV", "NNNNR"),
    "staff-project-withdraw-deletion": Place("/staff/projects/ham/deletions/{hold}/withdraw/", "NNNNV", "NNNNR"),
    "staff-project-give-role": Place("/staff/projects/ham/give-role/", "NNNNV", "NNNNR"),
    "staff-project-remove-collaborator": Place("/staff/projects/ham/collaborators/ben/remove/", "NNNNV", "NNNNR"),
    "staff-critical": Place("/staff/critical/", "NNNNP", "NNNN-"),
    "staff-run": Place("/staff/critical/999/", "NNNNN", "NNNN-"),
    "approve-run": Place("/staff/critical/999/approve/", "NNNNN", "NNNNN"),
    "dismiss-run": Place("/staff/critical/999/dismiss/", "NNNNN", "NNNNN"),
    "designate-name": Place("/staff/critical/names/ham/", "NNNNV", "NNNNR"),
    "staff-spikes": Place("/staff/spikes/", "NNNNP", "NNNN-"),
    "look-at-spike": Place("/staff/spikes/{spike}/look/", "NNNNV", "NNNNR"),
    "staff-record": Place("/staff/record/", "NNNNP", "NNNN-"),
    "staff-mails": Place("/staff/mails/", "NNNNP", "NNNN-"),
    "staff-jobs": Place("/staff/jobs/", "NNNNP", "NNNN-"),
    "staff-settings": Place("/staff/settings/", "NNNNP", "NNNN-"),
    "staff-announcements": Place("/staff/announcements/", "NNNNP", "NNNN-"),
    "staff-announce": Place("/staff/announcements/make/", "NNNNV", "NNNNR"),
    "staff-end-announcement": Place("/staff/announcements/{announcement}/end/", "NNNNV", "NNNNR"),
    "api-description": Place("/api/v1/openapi.json", "PPPPP", "-----"),
    "api-token": Place("/api/v1/token", "RRRRR", "-----"),
    "api-projects": Place("/api/v1/projects", "RRRRR", "-----"),
    "api-projects-name": Place("/api/v1/projects/ham", "RRRRR", "-----"),
    "api-projects-name-status": Place("/api/v1/projects/ham/status", "-----", "-----"),
    "api-projects-name-criticality": Place("/api/v1/projects/ham/criticality", "RRRRR", "-----"),
    "api-projects-name-releases": Place("/api/v1/projects/ham/releases", "RRRRR", "-----"),
    "api-projects-name-releases-version": Place("/api/v1/projects/ham/releases/1.0", "RRRRR", "-----"),
    "api-projects-name-releases-version-yank": Place("/api/v1/projects/ham/releases/1.0/yank", "-----", "-----"),
    "api-projects-name-collaborators": Place("/api/v1/projects/ham/collaborators", "RRRRR", "-----"),
    "api-projects-name-collaborators-account": Place("/api/v1/projects/ham/collaborators/ben", "-----", "-----"),
    "api-projects-name-invitations": Place("/api/v1/projects/ham/invitations", "RRRRR", "RRRRR"),
    "api-projects-name-invitations-invitation": Place(
        "/api/v1/projects/ham/invitations/{invitation}", "-----", "-----"
    ),
    "^api(?:/|$)": Place("/api/nothing", "NNNNN", "NNNNN"),
    "upload": Place("/legacy/", "-----", "RRRRR"),
    "legacy": Place("/legacy", "RRRRR", "RRRRR"),
    "^legacy/(?P<project>[A-Za-z0-9._-]+)/(?:(?P<version>[^/]+)/)?$": Place("/legacy/ham/1.0/", "OOOOO", "-----"),
}

TOKENS = ("publish", "read", "yank", "status", "collaborators", "all", "elsewhere", "maintainer", "stranger")
"""Tokens of the Owner, one for each permission, one with all of them, and one with all for another project; and tokens
with all of a Maintainer and of a stranger."""

OPERATIONS_FOR = {
    ("GET", "token"): "PPPPPPPPP",
    ("DELETE", "token"): "PPPPPPPPP",
    ("GET", "projects"): "PPPPPPPPP",
    ("GET", "projects/{name}"): "PPPPPPFPF",
    ("GET", "projects/{name}/criticality"): "PPPPPPPPP",
    ("PUT", "projects/{name}/status"): "FFFPFPFFF",
    ("GET", "projects/{name}/releases"): "PPPPPPFPF",
    ("GET", "projects/{name}/releases/{version}"): "PPPPPPFPF",
    ("PUT", "projects/{name}/releases/{version}/yank"): "FFPFFPFPF",
    ("DELETE", "projects/{name}/releases/{version}/yank"): "FFPFFPFPF",
    ("GET", "projects/{name}/collaborators"): "PPPPPPFPF",
    ("DELETE", "projects/{name}/collaborators/{account}"): "FFFFPPFFF",
    ("GET", "projects/{name}/invitations"): "FFFFPPFFF",
    ("POST", "projects/{name}/invitations"): "FFFFPPFFF",
    ("DELETE", "projects/{name}/invitations/{invitation}"): "FFFFPPFFF",
}
"""What each token may do over the API: P it may, F it may not."""

BODIES = {
    "status": '{"status": "archived"}',
    "invitations": '{"whom": "dee", "role": "maintainer"}',
    "yank": '{"reason": "it bites"}',
}
