"""The same people everywhere: Ada owns, Ben maintains, Cyd is a stranger, Dee is staff."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from django.conf import settings

from strongroom.accounts.actions.adding import add_account
from strongroom.projects.models import Collaboration, Project
from strongroom.projects.rules.roles import Role
from strongroom.reads.readers import Readers
from strongroom.terms.actors import AccountId, Actor, ActorKind, operator
from strongroom.terms.names import parse_project_name
from strongroom.tokens.actions import make_token
from strongroom.tokens.rules import Permission

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OPERATOR = operator("olga")


@dataclasses.dataclass(frozen=True)
class Person:
    """An account, and a token made for it."""

    name: str
    account: AccountId
    token: str

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.ACCOUNT, self.name, account=self.account, address="127.0.0.1", client="tests/1.0")

    @property
    def basic(self) -> str:
        return basic(self.token)


def basic(secret: str, user: str = "__token__") -> str:
    import base64

    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def add_person(name: str, *, is_verified: bool = True, is_staff: bool = False) -> Person:
    account = add_account(
        by=OPERATOR,
        now=NOW,
        name=name,
        address=f"{name}@example.org",
        is_verified=is_verified,
        is_staff=is_staff,
    )
    return Person(name, account, token_for(name))


def token_for(
    name: str,
    *,
    permissions: Collection[Permission] = (Permission.PUBLISH,),
    projects: Collection[str] | None = None,
    lifetime: timedelta | None = None,
    now: datetime = NOW,
) -> str:
    return make_token(
        by=OPERATOR,
        now=now,
        account_name=name,
        permissions=permissions,
        projects=None if projects is None else [parse_project_name(project) for project in projects],
        lifetime=lifetime,
        label="",
        readers=Readers(settings.STRONGROOM.readers_folder),
    )


def give_role(person: Person, project: str, role: Role) -> None:
    Collaboration.objects.create(
        project=Project.objects.get(normalized_name=project),
        account_id=person.account,
        role=role.value,
        since=NOW,
    )
