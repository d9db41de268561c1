"""Whether an account may do a thing to a project: one question, every row of its answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from strongroom.mandate.rules import PERMISSION_FOR, Bearer, Standing, require_bearer, require_may
from strongroom.projects.rules import ProjectDeed, Role
from strongroom.terms.names import normalize
from strongroom.terms.refusals import Reason, refusal_of
from strongroom.tokens.rules import Permission, TokenFacts

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PUBLISH, YANK = ProjectDeed.PUBLISH, ProjectDeed.YANK
TOKEN = TokenFacts(permissions=frozenset({Permission.PUBLISH}), projects=None, expires_at=None, revoked_at=None)
BEARER = Bearer(account_is_active=True, token=TOKEN, now=NOW)
OWNER = Standing(bearer=BEARER, has_verified_address=True, project=normalize("demo"), role=Role.OWNER)
FOR_OTHERS = replace(TOKEN, projects=frozenset({normalize("other")}))
READING = replace(TOKEN, permissions=frozenset({Permission.READ}))
EXPIRED, REVOKED = replace(TOKEN, expires_at=NOW), replace(TOKEN, revoked_at=NOW)


def with_token(token: TokenFacts | None, standing: Standing = OWNER) -> Standing:
    return replace(standing, bearer=replace(standing.bearer, token=token))


INACTIVE = replace(OWNER, bearer=replace(BEARER, account_is_active=False))
STRANGER = replace(OWNER, role=None)


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        pytest.param(OWNER, None, id="an Owner with a token"),
        pytest.param(replace(OWNER, role=Role.MAINTAINER), None, id="a Maintainer with a token"),
        pytest.param(with_token(None), None, id="an Owner without a token, at another door"),
        pytest.param(replace(STRANGER, is_new=True), None, id="whoever uses a name for the first time"),
        pytest.param(STRANGER, Reason.NOT_A_COLLABORATOR, id="a stranger"),
        pytest.param(INACTIVE, Reason.ACCOUNT_INACTIVE, id="an account that was closed"),
        pytest.param(replace(OWNER, has_verified_address=False), Reason.EMAIL_NOT_VERIFIED, id="an unverified address"),
        pytest.param(
            replace(STRANGER, is_new=True, has_verified_address=False),
            Reason.EMAIL_NOT_VERIFIED,
            id="a new name and an unverified address",
        ),
        pytest.param(with_token(EXPIRED), Reason.TOKEN_EXPIRED, id="an expired token"),
        pytest.param(with_token(REVOKED), Reason.TOKEN_REVOKED, id="a revoked token"),
        pytest.param(with_token(READING), Reason.TOKEN_LACKS_PERMISSION, id="a token for reading"),
        pytest.param(with_token(FOR_OTHERS), Reason.TOKEN_FOR_OTHER_PROJECTS, id="a token for other projects"),
        pytest.param(
            with_token(FOR_OTHERS, replace(STRANGER, is_new=True)),
            Reason.TOKEN_FOR_OTHER_PROJECTS,
            id="a token for other projects and a new name",
        ),
    ],
)
def test_who_may_publish(standing: Standing, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_may(PUBLISH, standing)) is reason


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        pytest.param(
            with_token(REVOKED, replace(INACTIVE, role=None)),
            Reason.ACCOUNT_INACTIVE,
            id="the account before the token",
        ),
        pytest.param(with_token(REVOKED, STRANGER), Reason.TOKEN_REVOKED, id="the token before the role"),
        pytest.param(
            with_token(FOR_OTHERS, replace(STRANGER, has_verified_address=False)),
            Reason.TOKEN_FOR_OTHER_PROJECTS,
            id="the token's projects before the address",
        ),
        pytest.param(
            replace(STRANGER, has_verified_address=False), Reason.EMAIL_NOT_VERIFIED, id="the address before the role"
        ),
    ],
)
def test_what_is_said_first_tells_nothing_of_the_project(standing: Standing, reason: Reason) -> None:
    assert refusal_of(lambda: require_may(PUBLISH, standing)) is reason


@pytest.mark.parametrize("deed", [deed for deed in ProjectDeed if deed not in PERMISSION_FOR])
def test_a_deed_that_no_token_is_made_for_is_refused_with_a_token_and_allowed_without(deed: ProjectDeed) -> None:
    everything = replace(TOKEN, permissions=frozenset(Permission))
    assert refusal_of(lambda: require_may(deed, with_token(everything))) is Reason.TOKEN_LACKS_PERMISSION
    assert refusal_of(lambda: require_may(deed, with_token(None))) is None


def test_a_role_too_low_is_told_from_no_role() -> None:
    maintainer = with_token(None, replace(OWNER, role=Role.MAINTAINER))
    assert refusal_of(lambda: require_may(ProjectDeed.CHANGE_STATUS, maintainer)) is Reason.ROLE_TOO_LOW
    assert refusal_of(lambda: require_may(YANK, maintainer)) is None


@pytest.mark.parametrize(
    ("bearer", "reason"),
    [
        pytest.param(BEARER, None, id="a live account and token"),
        pytest.param(replace(BEARER, account_is_active=False), Reason.ACCOUNT_INACTIVE, id="a closed account"),
        pytest.param(
            Bearer(account_is_active=False, token=None, now=NOW), Reason.ACCOUNT_INACTIVE, id="a closed one, no token"
        ),
        pytest.param(replace(BEARER, token=READING), Reason.TOKEN_LACKS_PERMISSION, id="a token for reading"),
        pytest.param(
            replace(BEARER, now=NOW + timedelta(days=9000)), None, id="a token that never expires, much later"
        ),
        pytest.param(replace(BEARER, token=FOR_OTHERS), None, id="a token for other projects, before one is known"),
    ],
)
def test_what_can_be_said_before_the_project_is_known(bearer: Bearer, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_bearer(bearer, PUBLISH)) is reason
