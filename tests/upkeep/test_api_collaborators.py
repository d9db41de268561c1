"""Collaborators over the API: listed, and Maintainers removed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from strongroom.accounts.models import Account, Letter
from strongroom.gear.settings import Settings
from strongroom.projects.models import Collaboration
from strongroom.projects.rules.roles import Role
from strongroom.record.models import Event
from strongroom.tokens.rules import Permission
from tests.cast import NOW, add_person, give_role, token_for
from tests.upkeep.api_door import HAM, Cast, ask, everything_kept, set_stage

pytestmark = pytest.mark.django_db

LIST = f"{HAM}/collaborators"


@pytest.fixture
def cast() -> Cast:
    return set_stage()


def seated() -> dict[str, str]:
    return dict(Collaboration.objects.values_list("account__name", "role"))


def test_the_collaborators_of_a_project_are_listed(cast: Cast) -> None:
    answer = ask("GET", LIST, cast.ben.token)

    assert [(row["account"], row["role"]) for row in answer.told["collaborators"]] == [
        ("ada", "owner"),
        ("ben", "maintainer"),
    ]
    assert answer.told["collaborators"][1]["since"] == "2026-11-23T12:00:00Z"


def test_whoever_closed_their_account_is_not_listed(cast: Cast) -> None:
    Account.objects.filter(name="ben").update(closed_at=NOW)

    assert [row["account"] for row in ask("GET", LIST, cast.ada.token).told["collaborators"]] == ["ada"]


def test_the_list_comes_in_pages(cast: Cast) -> None:
    first = ask("GET", f"{LIST}?limit=1", cast.ada.token).told

    assert first["next"] == "http://localhost:8000/api/v1/projects/ham/collaborators?after=ada&limit=1"
    assert [row["account"] for row in ask("GET", f"{LIST}?after=ADA", cast.ada.token).told["collaborators"]] == ["ben"]


def test_a_list_that_just_fits_leads_nowhere(cast: Cast) -> None:
    told = ask("GET", f"{LIST}?limit=2", cast.ada.token).told

    assert (len(told["collaborators"]), told["next"]) == (2, None)


def test_a_maintainer_is_removed_and_everybody_is_told(cast: Cast) -> None:
    answer = ask("DELETE", f"{LIST}/Ben", cast.ada.token)

    assert (answer.status, answer.response.content) == (204, b"")
    assert seated() == {"ada": "owner"}
    event = Event.objects.latest("id")
    assert (event.deed, event.actor_name, event.subject_name) == ("collaborator-removed", "ada", "ham")
    assert (event.details["account"], event.details["role"]) == ("ben", "maintainer")
    assert {(row.account.name, row.kind) for row in Letter.objects.all() if row.account} == {
        ("ada", "notice"),
        ("ben", "project"),
    }
    assert ask("GET", HAM, cast.ben.token).code == "not-a-collaborator"


def test_removing_somebody_twice_has_the_same_answer_and_changes_nothing(cast: Cast, index_settings: Settings) -> None:
    ask("DELETE", f"{LIST}/ben", cast.ada.token)
    before = everything_kept(index_settings)

    assert ask("DELETE", f"{LIST}/ben", cast.ada.token).status == 204
    assert everything_kept(index_settings) == before


@pytest.mark.parametrize(
    ("account", "status", "code"),
    [
        pytest.param("bne", 404, "account-unknown", id="a mistyped name"),
        pytest.param("-ben", 400, "account-name-invalid", id="no name"),
        pytest.param("ben%00", 400, "account-name-invalid", id="a name with a null"),
        pytest.param("b" * 41, 400, "account-name-invalid", id="too long a name"),
        pytest.param("ben%0A", 400, "account-name-invalid", id="a name with a line end"),
    ],
)
def test_a_name_that_nobody_has_is_said_so(
    account: str, status: int, code: str, cast: Cast, index_settings: Settings
) -> None:
    before = everything_kept(index_settings)

    answer = ask("DELETE", f"{LIST}/{account}", cast.ada.token)

    assert (answer.status, answer.code) == (status, code)
    assert everything_kept(index_settings) == before


def test_an_owner_is_removed_by_a_person_alone(cast: Cast, index_settings: Settings) -> None:
    dee = add_person("dee")
    give_role(dee, "ham", Role.OWNER)
    Collaboration.objects.update(since=NOW)
    before = everything_kept(index_settings)

    for account in ("dee", "ada"):
        answer = ask("DELETE", f"{LIST}/{account}", cast.ada.token)
        assert (answer.status, answer.code) == (403, "person-needed")
    assert everything_kept(index_settings) == before


def test_a_new_owner_cannot_remove_an_older_one(cast: Cast) -> None:
    give_role(add_person("dee"), "ham", Role.OWNER)
    now = timezone.now()
    Collaboration.objects.filter(account__name="dee").update(since=now)
    Collaboration.objects.filter(account__name="ada").update(since=now - timedelta(days=99))

    answer = ask("DELETE", f"{LIST}/ada", token_for("dee", permissions=[Permission.COLLABORATORS]))

    assert (answer.status, answer.code) == (403, "owner-too-new")
    assert "ada" in seated()
