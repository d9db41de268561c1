"""What a token allows, and when it is good."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from strongroom.terms.names import normalize
from strongroom.terms.refusals import Reason, refusal_of
from strongroom.tokens.rules import Permission, TokenFacts, require_live, require_token_covers, require_token_permits

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
TOKEN = TokenFacts(permissions=frozenset({Permission.PUBLISH}), projects=None, expires_at=None, revoked_at=None)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        pytest.param(TOKEN, None, id="a token that never expires"),
        pytest.param(replace(TOKEN, expires_at=NOW + MOMENT), None, id="one that expires in a moment"),
        pytest.param(replace(TOKEN, expires_at=NOW), Reason.TOKEN_EXPIRED, id="one that expires now"),
        pytest.param(replace(TOKEN, expires_at=NOW - MOMENT), Reason.TOKEN_EXPIRED, id="one that has expired"),
        pytest.param(replace(TOKEN, revoked_at=NOW), Reason.TOKEN_REVOKED, id="one revoked now"),
        pytest.param(replace(TOKEN, revoked_at=NOW - timedelta(days=9)), Reason.TOKEN_REVOKED, id="one revoked before"),
        pytest.param(
            replace(TOKEN, revoked_at=NOW, expires_at=NOW - MOMENT), Reason.TOKEN_REVOKED, id="one revoked and expired"
        ),
    ],
)
def test_a_token_is_good_until_it_expires_or_is_revoked(token: TokenFacts, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_live(token, now=NOW)) is reason


LACKS = Reason.TOKEN_LACKS_PERMISSION


@pytest.mark.parametrize(
    ("made_for", "wanted", "reason"),
    [
        pytest.param({Permission.PUBLISH}, Permission.PUBLISH, None, id="publishing with a token for publishing"),
        pytest.param({Permission.READ}, Permission.PUBLISH, LACKS, id="publishing with a token for reading"),
        pytest.param({Permission.PUBLISH}, Permission.READ, LACKS, id="reading with a token for publishing"),
        pytest.param(set(Permission), Permission.READ, None, id="reading with a token for both"),
        pytest.param(set(), Permission.READ, LACKS, id="reading with a token for nothing"),
    ],
)
def test_a_token_does_only_what_it_was_made_for(
    made_for: set[Permission], wanted: Permission, reason: Reason | None
) -> None:
    token = replace(TOKEN, permissions=frozenset(made_for))
    assert refusal_of(lambda: require_token_permits(token, wanted)) is reason


@pytest.mark.parametrize(
    ("projects", "reason"),
    [
        pytest.param(None, None, id="a token of the whole account"),
        pytest.param({"demo"}, None, id="a token for the project"),
        pytest.param({"other", "demo"}, None, id="a token for it and another"),
        pytest.param({"other"}, Reason.TOKEN_FOR_OTHER_PROJECTS, id="a token for another"),
        pytest.param(set(), Reason.TOKEN_FOR_OTHER_PROJECTS, id="a token for no project"),
    ],
)
def test_a_token_limited_to_projects_is_good_for_no_other(projects: set[str] | None, reason: Reason | None) -> None:
    limits = None if projects is None else frozenset(normalize(project) for project in projects)
    assert refusal_of(lambda: require_token_covers(replace(TOKEN, projects=limits), normalize("Demo"))) is reason
