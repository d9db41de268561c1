"""What the pages of maintainers say in words: needs and where they are put right, roles, statuses, ways in."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as later

from strongroom.projects.rules.roles import Role
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from strongroom.tokens.rules import Permission
from strongroom.upkeep.rules.needs import Need
from strongroom.upkeep.rules.strength import Remedy, Strength

Words = str | Promise

ROLES: dict[Role, Words] = {Role.OWNER: later("Owner"), Role.MAINTAINER: later("Maintainer")}

STATUSES: dict[ProjectStatus, Words] = {
    ProjectStatus.ACTIVE: later("Active"),
    ProjectStatus.ARCHIVED: later("Archived"),
    ProjectStatus.DEPRECATED: later("Deprecated"),
    ProjectStatus.QUARANTINED: later("In quarantine"),
}

STATUS_MEANINGS: dict[ProjectStatus, Words] = {
    ProjectStatus.ACTIVE: later("The project is looked after, and takes new files."),
    ProjectStatus.ARCHIVED: later("The project stays as it is: it can be installed, and takes no new files."),
    ProjectStatus.DEPRECATED: later("The project still takes files, and whoever comes by is asked to use another."),
    ProjectStatus.QUARANTINED: later("Those who run this index are looking into it: nothing of it is offered."),
}

PERMISSIONS: dict[Permission, Words] = {
    Permission.PUBLISH: later("publishing"),
    Permission.READ: later("reading"),
    Permission.YANK: later("yanking"),
    Permission.STATUS: later("changing the status"),
    Permission.COLLABORATORS: later("changing collaborators"),
}


@dataclass(frozen=True)
class NeedLine:
    """One need as a page shows it: a sentence, how urgent it is (the class of its alert), and where it is put right."""

    sentence: Words
    urgency: str
    link: Words
    address: str


_NEEDS: dict[Need, tuple[Words, str, Words, str]] = {
    Need.DELETED: (
        later("This project is deleted. It can still be restored."),
        "bad",
        later("Restore it"),
        "manage",
    ),
    Need.DELETION_HELD: (
        later("Something of this project, or all of it, is going to be deleted. An Owner can still withdraw that."),
        "bad",
        later("See what and when"),
        "manage",
    ),
    Need.QUARANTINED: (
        later("This project is in quarantine: nothing of it is offered. Ask those who run this index."),
        "bad",
        later("See what was done"),
        "manage-history",
    ),
    Need.NO_OWNER: (
        later("No Owner of this project can act any more. Ask those who run this index to give it one."),
        "bad",
        later("See who looks after it"),
        "manage-collaborators",
    ),
    Need.OWN_FACTOR: (
        later("You hold no second factor: your password is all that keeps strangers from publishing."),
        "bad",
        later("Enrol a factor"),
        "security",
    ),
    Need.OTHERS_FACTOR: (
        later("Somebody who can publish this project holds no second factor."),
        "warn",
        later("See who, and ask them to enrol one"),
        "manage-collaborators",
    ),
    Need.ONLY_OWNER: (
        later("You are its only Owner: if you lose your account, nobody can step in."),
        "warn",
        later("Ask somebody to join you"),
        "manage-collaborators",
    ),
    Need.LASTING_TOKEN: (
        later("A token of yours that can publish never ends. Make one that does, and revoke it."),
        "warn",
        later("See your tokens"),
        "tokens",
    ),
    Need.WIDE_TOKEN: (
        later("A token of yours can publish all your projects. Make one for each project instead."),
        "",
        later("See your tokens"),
        "tokens",
    ),
    Need.ENDING_TOKEN: (
        later("A token of yours that can publish ends within two weeks. Make a new one before."),
        "",
        later("See your tokens"),
        "tokens",
    ),
    Need.INVITATION: (
        later("An invitation to this project has not been answered yet."),
        "",
        later("See invitations"),
        "manage-collaborators",
    ),
    Need.ARCHIVED: (
        later("This project is archived and takes no new files."),
        "",
        later("See its status"),
        "manage",
    ),
    Need.DEPRECATED: (
        later("This project is deprecated: visitors are asked to use another."),
        "",
        later("See its status"),
        "manage",
    ),
}

_OF_THE_ACCOUNT = frozenset({"security", "tokens"})
"""Pages that are not about one project."""


def need_lines(needs: list[Need], project: NormalizedName | None = None) -> list[NeedLine]:
    """Needs as a page shows them; without a project for those of the account."""
    lines = []
    for need in needs:
        sentence, urgency, link, view = _NEEDS[need]
        parts = [] if view in _OF_THE_ACCOUNT or project is None else [project]
        lines.append(NeedLine(sentence, urgency, link, reverse(view, args=parts)))
    return lines


STRENGTHS: dict[Strength, tuple[Words, str]] = {
    Strength.PASSWORD: (later("One stolen password is enough."), "bad"),
    Strength.LASTING_TOKEN: (later("One stolen token is enough, for as long as nobody revokes it."), "bad"),
    Strength.TYPED_CODE: (later("A forged page to which somebody types a password and a code is enough."), "warn"),
    Strength.LOOSE_TOKEN: (later("A stolen token that is broader or older than it need be is enough."), "warn"),
    Strength.SECURITY_KEY: (later("Somebody’s security key itself is needed, or a token made for little."), "good"),
}
"""What the weakest way in asks of a thief, and the class of its alert."""

REMEDIES: dict[Remedy, Words] = {
    Remedy.ENROL_FACTOR: later("holds no second factor. Enrolling one helps most"),
    Remedy.REPLACE_LASTING_TOKEN: later("has a token that never ends. One that does should take its place"),
    Remedy.ENROL_KEY: later("signs in with typed codes. A security key cannot be led to a forged page"),
    Remedy.KEEP_KEYS_ONLY: later(
        "holds a security key, and can still sign in with typed codes. With two keys, the app can go"
    ),
    Remedy.LIMIT_TOKEN: later("has a token for all their projects. One for this project alone is enough"),
    Remedy.REMAKE_TOKEN: later(
        "has a token that was made with a password alone. It should be made anew, with a factor"
    ),
    Remedy.REVOKE_UNUSED_TOKEN: later("has a token that was not used for three months. It should be revoked"),
}
"""What would make each way in stronger, said of an account."""
