"""Who may do what over the API: each permission against each deed, each role, and every way a token is no good."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from strongroom.accounts.models import Account, EmailAddress
from strongroom.gear.settings import Settings
from strongroom.projects.models import Invitation, Release
from strongroom.projects.rules.roles import Role
from strongroom.terms.passes import present
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from strongroom.upkeep.api.table import OPERATIONS
from tests.accounts.browsers import SESSION_COOKIE, add_with_password, signed_in
from tests.cast import NOW, Person, add_person, basic, give_role, token_for
from tests.upkeep.api_door import API, HAM, Cast, ask, everything_kept, set_stage, token_of

pytestmark = pytest.mark.django_db

LOOKS = {
    "get_token": ("GET", "token", None),
    "list_projects": ("GET", "projects", None),
    "get_project": ("GET", HAM, None),
    "list_releases": ("GET", f"{HAM}/releases", None),
    "get_release": ("GET", f"{HAM}/releases/1.0", None),
    "list_collaborators": ("GET", f"{HAM}/collaborators", None),
    "get_criticality": ("GET", f"{HAM}/criticality", None),
}
OF_EVERYBODY = {"get_criticality"}
"""What stands on a public page too: any live token sees it, whoever's and for whatever projects."""
DEEDS: dict[str, tuple[Permission, str, str, Any]] = {
    "yank_release": (Permission.YANK, "PUT", f"{HAM}/releases/1.0/yank", {"reason": "broken"}),
    "unyank_release": (Permission.YANK, "DELETE", f"{HAM}/releases/2.0/yank", None),
    "change_status": (Permission.STATUS, "PUT", f"{HAM}/status", {"status": "archived"}),
    "remove_collaborator": (Permission.COLLABORATORS, "DELETE", f"{HAM}/collaborators/ben", None),
    "list_invitations": (Permission.COLLABORATORS, "GET", f"{HAM}/invitations", None),
    "invite": (Permission.COLLABORATORS, "POST", f"{HAM}/invitations", {"whom": "cyd"}),
    "withdraw_invitation": (Permission.COLLABORATORS, "DELETE", f"{HAM}/invitations/7", None),
}
OF_MAINTAINERS = {"yank_release", "unyank_release"}


@pytest.fixture
def cast() -> Cast:
    found = set_stage()
    Release.objects.filter(version="2.0").update(yanked_at=NOW, yanked_reason="broken")
    ham = Release.objects.get(version="2.0").project
    Invitation.objects.create(
        pk=7,
        project=ham,
        address="eve@example.org",
        role="maintainer",
        made_by_id=found.ada.account,
        made_at=NOW,
        expires_at=NOW + timedelta(days=36500),
    )
    return found


def test_the_tables_of_these_tests_hold_every_operation() -> None:
    assert {*LOOKS, *DEEDS, "burn_token"} == {operation.name for operation in OPERATIONS}
    assert {name: row[0] for name, row in DEEDS.items()} == {
        operation.name: operation.permission for operation in OPERATIONS if operation.permission is not None
    }


@pytest.mark.parametrize("held", [None, *Permission])
def test_a_token_does_only_what_it_was_made_for(held: Permission | None, cast: Cast, index_settings: Settings) -> None:
    token = token_for("ada", permissions=[] if held is None else [held])
    before = everything_kept(index_settings)

    for needed, method, path, body in DEEDS.values():
        if held is not needed:
            answer = ask(method, path, token, body)
            assert (answer.status, answer.code) == (403, "token-lacks-permission")
            assert needed.value in answer.told["detail"]
    assert everything_kept(index_settings) == before


@pytest.mark.parametrize("deed", DEEDS)
def test_a_token_made_for_a_deed_and_limited_to_the_project_does_it(
    deed: str, cast: Cast, index_settings: Settings
) -> None:
    needed, method, path, body = DEEDS[deed]
    token = token_for("ada", permissions=[needed], projects=["ham"])
    before = everything_kept(index_settings)

    assert ask(method, path, token, body).status in {200, 201, 204}
    assert (everything_kept(index_settings) == before) is (method == "GET")


def test_every_live_token_of_a_collaborator_looks_and_changes_nothing(cast: Cast, index_settings: Settings) -> None:
    tokens = [token_for("ben", permissions=[] if held is None else [held]) for held in (None, *Permission)]
    before = everything_kept(index_settings)

    for token in tokens:
        assert {ask(method, path, token).status for method, path, _ in LOOKS.values()} == {200}
    assert everything_kept(index_settings) == before


def test_a_maintainer_yanks_and_does_nothing_else(cast: Cast, index_settings: Settings) -> None:
    before = everything_kept(index_settings)
    for deed, (_, method, path, body) in DEEDS.items():
        if deed not in OF_MAINTAINERS:
            answer = ask(method, path, cast.ben.token, body)
            assert (answer.status, answer.code) == (403, "role-too-low")
    assert everything_kept(index_settings) == before

    for deed in sorted(OF_MAINTAINERS):
        _, method, path, body = DEEDS[deed]
        assert ask(method, path, cast.ben.token, body).status == 200


ON_PROJECTS = {name: row for name, row in LOOKS.items() if row[1].startswith(HAM) and name not in OF_EVERYBODY}
EVERYWHERE = {**LOOKS, **{name: row[1:] for name, row in DEEDS.items()}}
ON_HAM = {**ON_PROJECTS, **{name: row[1:] for name, row in DEEDS.items()}}


def require_refused(operations: Iterable[tuple[str, str, Any]], token: str | None, status: int, code: str) -> None:
    for method, path, body in operations:
        answer = ask(method, path, token, body)
        assert (answer.status, answer.code) == (status, code), (method, path)


def test_a_stranger_neither_looks_nor_does_anything(cast: Cast, index_settings: Settings) -> None:
    before = everything_kept(index_settings)

    require_refused(ON_HAM.values(), cast.cyd.token, 403, "not-a-collaborator")
    assert everything_kept(index_settings) == before


def test_a_token_for_other_projects_neither_looks_nor_does_anything(cast: Cast, index_settings: Settings) -> None:
    token = token_of("ada", projects=["spam"])
    before = everything_kept(index_settings)

    require_refused(ON_HAM.values(), token, 403, "token-for-other-projects")
    assert everything_kept(index_settings) == before


def _revoked(cast: Cast) -> str:
    Token.objects.update(revoked_at=NOW)
    return cast.ada.token


def _suspended(cast: Cast) -> str:
    Account.objects.filter(pk=cast.ada.account).update(suspended_at=NOW, suspended_why="operator")
    return cast.ada.token


def _unknown(cast: Cast) -> str:
    Token.objects.all().delete()
    return cast.ada.token


def _expired(cast: Cast) -> str:
    return token_for("ada", permissions=tuple(Permission), lifetime=timedelta(days=1), now=NOW - timedelta(days=9))


NO_GOOD: dict[str, tuple[Callable[[Cast], str | None], int, str]] = {
    "expired": (_expired, 403, "token-expired"),
    "revoked": (_revoked, 403, "token-revoked"),
    "of a suspended account": (_suspended, 403, "account-inactive"),
    "never made": (_unknown, 403, "token-unknown"),
    "cut short": (lambda cast: cast.ada.token[:-1], 403, "token-malformed"),
    "something else": (lambda _: "hunter2", 403, "token-malformed"),
    "missing": (lambda _: None, 401, "credentials-missing"),
}


@pytest.mark.parametrize("kind", NO_GOOD)
def test_a_token_that_is_no_good_does_nothing_anywhere(kind: str, cast: Cast, index_settings: Settings) -> None:
    spoil, status, code = NO_GOOD[kind]
    token = spoil(cast)
    before = everything_kept(index_settings)

    require_refused(EVERYWHERE.values(), token, status, code)
    assert everything_kept(index_settings) == before


def test_an_account_that_nobody_can_reach_does_nothing_to_a_project(cast: Cast, index_settings: Settings) -> None:
    EmailAddress.objects.filter(account_id=cast.ada.account).update(verified_at=None)
    before = everything_kept(index_settings)

    require_refused(ON_HAM.values(), cast.ada.token, 403, "email-not-verified")
    assert everything_kept(index_settings) == before


def test_a_token_is_presented_as_a_bearer_or_as_a_password(cast: Cast) -> None:
    for authorization in (cast.ada.basic, f"Bearer {cast.ada.token}", f"bearer  {cast.ada.token} "):
        assert ask("GET", "token", None, HTTP_AUTHORIZATION=authorization).status == 200


@pytest.mark.parametrize(
    ("authorization", "status", "code"),
    [
        pytest.param(basic("hunter2", "ada"), 403, "password-not-accepted", id="a password"),
        pytest.param("Basic !!!", 401, "credentials-missing", id="no base64"),
        pytest.param("Basic " + "QQ" * 9000, 401, "credentials-missing", id="endless"),
        pytest.param("Bearer", 401, "credentials-missing", id="an empty bearer"),
        pytest.param("Digest username=ada", 401, "credentials-missing", id="another scheme"),
        pytest.param("Bearer \xff\xfe", 403, "token-malformed", id="bytes that are no text"),
    ],
)
def test_other_credentials_are_refused(authorization: str, status: int, code: str, cast: Cast) -> None:
    answer = ask("GET", "token", None, HTTP_AUTHORIZATION=authorization)

    assert (answer.status, answer.code) == (status, code)
    if status == 401:
        assert answer.response["WWW-Authenticate"].startswith("Bearer realm=")
        assert "Basic realm=" in answer.response["WWW-Authenticate"]


def test_a_session_gives_nothing_here(cast: Cast, index_settings: Settings) -> None:
    eve = add_with_password("eve")
    give_role(Person("eve", eve, ""), "ham", Role.OWNER)
    browser = signed_in("eve")
    key = browser.cookies[SESSION_COOKIE].value
    before = everything_kept(index_settings)

    for method, path, body in EVERYWHERE.values():
        answer = ask(method, path, None, body, HTTP_COOKIE=f"{SESSION_COOKIE}={key}")
        assert (answer.status, answer.code) == (401, "credentials-missing")
    assert everything_kept(index_settings) == before


def test_no_cookie_is_ever_set_and_nothing_is_kept_by_anybody(cast: Cast) -> None:
    answer = ask("GET", "token", cast.ada.token)

    assert not answer.response.cookies
    assert answer.response["Cache-Control"] == "no-store"


def test_the_use_of_a_token_is_noted_and_that_of_a_dead_one_is_not(cast: Cast) -> None:
    presented = present(cast.ben.token)
    assert presented is not None

    ask("GET", "projects", cast.ben.token)
    noted = Token.objects.get(pk=presented.token).last_used_at
    assert noted is not None
    Token.objects.update(revoked_at=NOW, last_used_at=None)
    ask("GET", "projects", cast.ben.token)
    assert Token.objects.get(pk=presented.token).last_used_at is None


def test_staff_have_no_office_here(cast: Cast, index_settings: Settings) -> None:
    add_person("dee", is_staff=True)
    token = token_of("dee")
    before = everything_kept(index_settings)

    require_refused(ON_HAM.values(), token, 403, "not-a-collaborator")
    assert everything_kept(index_settings) == before


@pytest.mark.parametrize("accept", ["text/html", "*/*", "application/json", "image/png", ""])
def test_a_refusal_is_a_problem_whatever_is_accepted(accept: str) -> None:
    answer: HttpResponse = Client().get(f"{API}projects", HTTP_ACCEPT=accept)  # type: ignore[assignment]

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json() == {  # type: ignore[attr-defined]
        "type": "http://testserver/help/credentials-missing/",
        "title": "No credentials were sent. Use an API token: user name __token__, the token as the password.",
        "status": 401,
        "detail": "No credentials were sent. Use an API token: user name __token__, the token as the password.",
        "code": "credentials-missing",
    }
    assert answer["X-Strongroom-Reason"] == "credentials-missing"
