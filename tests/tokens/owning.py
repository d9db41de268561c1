"""People who make tokens for themselves: signed in, proved, each through the actions that the pages ask."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings

from strongroom.accounts.models import Account
from strongroom.accounts.rules.proving import Dangerous
from strongroom.projects.models import Collaboration, Project
from strongroom.projects.rules.names import lookalike_key
from strongroom.projects.rules.roles import Role
from strongroom.reads.readers import Readers
from strongroom.terms.actors import AccountId, Actor, FactorId, TokenId
from strongroom.terms.names import NormalizedName, normalize
from strongroom.terms.passes import present
from strongroom.terms.proofs import ProofKind
from strongroom.tokens.actions import make_own_token
from strongroom.tokens.rules import OwnToken, Permission
from tests.accounts.entering import actor_with, prove, prove_with, sign_in
from tests.cast import NOW

LONGEST = timedelta(days=365)
BOTH = frozenset({Permission.PUBLISH, Permission.READ})


def add_project(name: str, *, owner: AccountId | None = None, maintainer: AccountId | None = None) -> NormalizedName:
    """A project, and who looks after it."""
    normalized = normalize(name)
    row = Project.objects.create(
        normalized_name=normalized, display_name=name, lookalike_key=lookalike_key(normalized), created_at=NOW
    )
    for account, role in ((owner, Role.OWNER), (maintainer, Role.MAINTAINER)):
        if account is not None:
            Collaboration.objects.create(project=row, account_id=account, role=role.value, since=NOW)
    return normalized


def wanting(
    *,
    label: str = "laptop",
    permissions: Collection[Permission] = (Permission.PUBLISH,),
    projects: Collection[NormalizedName] | None = None,
    days: int = 90,
) -> OwnToken:
    """What somebody wants, unless a test says otherwise."""
    named = None if projects is None else frozenset(projects)
    return OwnToken(label, frozenset(permissions), named, timedelta(days=days))


def index_readers() -> Readers:
    return Readers(settings.STRONGROOM.readers_folder)


def make(by: Actor, wanted: OwnToken, *, now: datetime = NOW, longest: timedelta = LONGEST) -> str:
    """Make a token for oneself; whether a proof is ready is the caller's matter."""
    return make_own_token(by=by, now=now, wanted=wanted, longest=longest, readers=index_readers())


def with_proof(name: str = "ada", *, factor: FactorId | None = None) -> Actor:
    """Somebody signed in who has just proved that it is them: by a security key, or by the password without one."""
    by = actor_with(sign_in(name, key=factor))
    if factor is None:
        prove(by, Dangerous.MAKE_TOKEN)
    else:
        prove_with(by, Dangerous.MAKE_TOKEN, factor, ProofKind.SECURITY_KEY)
    return by


def identifier(text: str) -> TokenId:
    presented = present(text)
    assert presented is not None
    return presented.token


def suspend_row(account: AccountId) -> None:
    """Suspended as by a process that was killed before it told the read plane."""
    Account.objects.filter(pk=account).update(suspended_at=NOW, suspended_why="operator")


def published() -> set[str]:
    """The tokens that the read plane lets read."""
    return set(index_readers().published_tokens())


def content_of(token: TokenId) -> object:
    with contextlib.suppress(FileNotFoundError):
        return json.loads(index_readers().path_of(token).read_bytes())
    return None
