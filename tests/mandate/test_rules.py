"""Whether an account may do a thing to a project: one question, every row of its answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from strongroom.mandate.rules import (
    PERMISSION_FOR,
    STAFF_MAY,
    TOKENS_LOOK,
    Bearer,
    Office,
    OfficeFacts,
    Standing,
    require_bearer,
    require_may,
    require_office,
    require_office_reason,
)
from strongroom.projects.rules.roles import ProjectDeed, Role
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


NO_TOKEN_EVER = {ProjectDeed.LEAVE, ProjectDeed.DELETE, ProjectDeed.RESTORE}


@pytest.mark.parametrize("deed", list(ProjectDeed))
@pytest.mark.parametrize("permission", list(Permission))
def test_a_token_does_what_it_was_made_for_and_nothing_else(permission: Permission, deed: ProjectDeed) -> None:
    standing = with_token(replace(TOKEN, permissions=frozenset({permission})))

    reason = refusal_of(lambda: require_may(deed, standing))

    if deed is ProjectDeed.LOOK:
        assert reason is None
    elif deed in NO_TOKEN_EVER:
        assert reason is Reason.PERSON_NEEDED
    else:
        assert reason is (None if PERMISSION_FOR[deed] is permission else Reason.TOKEN_LACKS_PERMISSION)


@pytest.mark.parametrize("deed", [deed for deed in ProjectDeed if deed in NO_TOKEN_EVER])
def test_a_deed_that_no_token_is_made_for_takes_a_person(deed: ProjectDeed) -> None:
    everything = replace(TOKEN, permissions=frozenset(Permission))
    assert refusal_of(lambda: require_may(deed, with_token(everything))) is Reason.PERSON_NEEDED
    assert refusal_of(lambda: require_may(deed, with_token(None))) is None


def test_every_deed_is_either_some_token_s_or_looking_or_a_person_s() -> None:
    assert {*PERMISSION_FOR, *TOKENS_LOOK, *NO_TOKEN_EVER} == set(ProjectDeed)


@pytest.mark.parametrize("deed", list(ProjectDeed))
@pytest.mark.parametrize("role", [*Role, None])
def test_an_operator_may_do_everything_and_staff_what_their_list_says(role: Role | None, deed: ProjectDeed) -> None:
    own = refusal_of(lambda: require_may(deed, with_token(None, replace(OWNER, role=role))))
    operator = with_token(None, replace(INACTIVE, role=role, has_verified_address=False, office=Office.OPERATOR))
    staff = with_token(None, replace(OWNER, role=role, office=Office.STAFF))

    assert refusal_of(lambda: require_may(deed, operator)) is None
    assert refusal_of(lambda: require_may(deed, staff)) is (None if deed in STAFF_MAY else own)


@pytest.mark.parametrize("deed", [ProjectDeed.PUBLISH, ProjectDeed.YANK, ProjectDeed.INVITE, ProjectDeed.DELETE])
def test_staff_neither_publish_to_what_is_not_theirs_nor_take_it_over(deed: ProjectDeed) -> None:
    staff = with_token(None, replace(STRANGER, office=Office.STAFF))
    assert refusal_of(lambda: require_may(deed, staff)) is Reason.NOT_A_COLLABORATOR


def test_staff_whose_account_is_suspended_are_nobody() -> None:
    staff = with_token(None, replace(INACTIVE, office=Office.STAFF))
    assert refusal_of(lambda: require_may(ProjectDeed.CHANGE_STATUS, staff)) is Reason.ACCOUNT_INACTIVE


STAFF = OfficeFacts(is_staff=True, is_active=True, holds_factor=True)


@pytest.mark.parametrize(
    ("facts", "is_token", "reason"),
    [
        pytest.param(STAFF, False, None, id="staff with a factor in a browser"),
        pytest.param(replace(STAFF, is_staff=False), False, Reason.STAFF_ONLY, id="somebody who is not staff"),
        pytest.param(replace(STAFF, is_active=False), False, Reason.STAFF_ONLY, id="staff who are suspended"),
        pytest.param(STAFF, True, Reason.PERSON_NEEDED, id="staff's token"),
        pytest.param(replace(STAFF, is_staff=False), True, Reason.STAFF_ONLY, id="a stranger's token"),
        pytest.param(replace(STAFF, holds_factor=False), False, Reason.STAFF_FACTOR_NEEDED, id="staff without factor"),
    ],
)
def test_who_acts_in_the_office(facts: OfficeFacts, is_token: bool, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_office(facts, is_token=is_token)) is reason


@pytest.mark.parametrize(
    ("text", "is_enough"),
    [
        pytest.param("asked by mail", True, id="a sentence"),
        pytest.param("12345", True, id="as short as may be"),
        pytest.param("1234", False, id="a character less"),
        pytest.param("", False, id="nothing"),
        pytest.param(" \n\t      ", False, id="blanks"),
        pytest.param("  1234  ", False, id="blanks around too little"),
        pytest.param("x" * 500, True, id="as long as may be"),
        pytest.param("x" * 501, False, id="a character more"),
        pytest.param("\u200b\u202e\u2066\u200b\u00ad", False, id="what nobody sees"),
        pytest.param("asked\0by mail", False, id="what no database keeps"),
        pytest.param("asked \ud800 by mail", False, id="half of a pair"),
    ],
)
def test_what_is_reason_enough(text: str, is_enough: bool) -> None:
    assert refusal_of(lambda: require_office_reason(text)) is (None if is_enough else Reason.REASON_MISSING)


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
