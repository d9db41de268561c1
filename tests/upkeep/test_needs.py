"""What a project and an account need from their people: facts to needs, the most urgent first."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from strongroom.projects.rules.roles import Role
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from strongroom.tokens.rules import Permission, TokenFacts
from strongroom.upkeep.rules.needs import ENDS_SOON, Need, Upkeep, in_order, needs_of_account, needs_of_project
from tests.cast import NOW

HAM = frozenset({NormalizedName("ham")})
NOTHING = Upkeep(
    role=Role.OWNER,
    status=ProjectStatus.ACTIVE,
    deleted_at=None,
    owners=2,
    without_factor=0,
    open_invitations=0,
    tokens=(),
)


def token(
    *, days: float | None = 90, projects: frozenset[NormalizedName] | None = HAM, may: Permission = Permission.PUBLISH
) -> TokenFacts:
    end = None if days is None else NOW + timedelta(days=days)
    return TokenFacts(permissions=frozenset({may}), projects=projects, expires_at=end, revoked_at=None)


def but(**changed: object) -> Upkeep:
    return dataclasses.replace(NOTHING, **changed)  # type: ignore[arg-type]


PROJECTS = {
    "all is well": (NOTHING, []),
    "the only Owner": (but(owners=1), [Need.ONLY_OWNER]),
    "a Maintainer under one Owner": (but(owners=1, role=Role.MAINTAINER), []),
    "no Owner": (but(owners=0, role=Role.MAINTAINER), [Need.NO_OWNER]),
    "others without a factor, to an Owner": (but(without_factor=1), [Need.OTHERS_FACTOR]),
    "others without a factor, to a Maintainer": (but(without_factor=1, role=Role.MAINTAINER), []),
    "an open invitation": (but(open_invitations=1), [Need.INVITATION]),
    "an open invitation, to a Maintainer": (but(open_invitations=1, role=Role.MAINTAINER), []),
    "archived": (but(status=ProjectStatus.ARCHIVED), [Need.ARCHIVED]),
    "deprecated": (but(status=ProjectStatus.DEPRECATED), [Need.DEPRECATED]),
    "in quarantine": (but(status=ProjectStatus.QUARANTINED), [Need.QUARANTINED]),
    "a deletion that waits": (but(deletions_held=2), [Need.DELETION_HELD]),
    "a deletion that waits, to a Maintainer": (but(deletions_held=2, role=Role.MAINTAINER), []),
    "deleted with a deletion that waits": (but(deletions_held=1, deleted_at=NOW), [Need.DELETED]),
    "deleted just now": (but(deleted_at=NOW), [Need.DELETED]),
    "deleted just now, to a Maintainer": (but(deleted_at=NOW, role=Role.MAINTAINER), []),
    "deleted a day before its end": (but(deleted_at=NOW - timedelta(days=29)), [Need.DELETED]),
    "deleted for good": (but(deleted_at=NOW - timedelta(days=30)), []),
    "deleted, and all else wrong": (but(deleted_at=NOW, owners=1, without_factor=3), [Need.DELETED]),
    "a token that never ends": (but(tokens=[token(days=None)]), [Need.LASTING_TOKEN]),
    "a token that ends in two weeks": (but(tokens=[token(days=14)]), [Need.ENDING_TOKEN]),
    "a token that ends later": (but(tokens=[token(days=14.1)]), []),
    "a token that cannot publish": (but(tokens=[token(days=None, may=Permission.YANK)]), []),
    "everything at once": (
        but(
            owners=1,
            without_factor=2,
            open_invitations=1,
            deletions_held=1,
            status=ProjectStatus.QUARANTINED,
            tokens=[token(days=1), token(days=None)],
        ),
        [
            Need.DELETION_HELD,
            Need.QUARANTINED,
            Need.OTHERS_FACTOR,
            Need.ONLY_OWNER,
            Need.LASTING_TOKEN,
            Need.ENDING_TOKEN,
            Need.INVITATION,
        ],
    ),
}


@pytest.mark.parametrize("case", PROJECTS)
def test_what_a_project_needs_is_said_the_most_urgent_first(case: str) -> None:
    facts, needs = PROJECTS[case]
    assert needs_of_project(facts, now=NOW) == needs


WIDE = None
ACCOUNTS: dict[str, tuple[bool, list[TokenFacts], list[Need]]] = {
    "a factor and no token": (True, [], []),
    "no factor": (False, [], [Need.OWN_FACTOR]),
    "a token for all projects": (True, [token(projects=WIDE)], [Need.WIDE_TOKEN]),
    "one that never ends": (True, [token(projects=WIDE, days=None)], [Need.LASTING_TOKEN, Need.WIDE_TOKEN]),
    "one that ends soon": (True, [token(projects=WIDE, days=1)], [Need.WIDE_TOKEN, Need.ENDING_TOKEN]),
    "one for reading alone": (True, [token(projects=WIDE, days=None, may=Permission.READ)], []),
    "one for named projects": (True, [token(days=None)], []),
}


@pytest.mark.parametrize("case", ACCOUNTS)
def test_what_an_account_needs_is_said_once_and_not_with_each_project(case: str) -> None:
    holds_factor, tokens, needs = ACCOUNTS[case]
    assert needs_of_account(holds_factor=holds_factor, tokens=tokens, now=NOW) == needs


def test_two_weeks_are_soon() -> None:
    assert timedelta(days=14) == ENDS_SOON


def test_what_can_be_lost_soonest_comes_first() -> None:
    assert in_order([Need.DEPRECATED, Need.ONLY_OWNER, Need.DELETED, Need.ONLY_OWNER]) == [
        Need.DELETED,
        Need.ONLY_OWNER,
        Need.DEPRECATED,
    ]
