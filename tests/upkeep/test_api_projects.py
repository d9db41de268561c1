"""Projects over the API: one's own, one of them, and its status."""

from __future__ import annotations

import pytest

from strongroom.accounts.models import Letter
from strongroom.gear.settings import Settings
from strongroom.projects.models import Project
from strongroom.record.models import Event
from tests.cast import NOW
from tests.tokens.owning import add_project
from tests.upkeep.api_door import HAM, Cast, ask, everything_kept, set_stage, token_of
from tests.uploads.door import page

pytestmark = pytest.mark.django_db

STATUS = f"{HAM}/status"


@pytest.fixture
def cast() -> Cast:
    return set_stage()


def names(token: str, query: str = "") -> list[str]:
    return [row["name"] for row in ask("GET", f"projects{query}", token).told["projects"]]


def test_ones_projects_are_listed_by_name_with_ones_role(cast: Cast) -> None:
    add_project("Spam_Eggs", owner=cast.ben.account)
    add_project("strangers")

    answer = ask("GET", "projects", cast.ben.token)

    assert [(row["name"], row["role"]) for row in answer.told["projects"]] == [
        ("ham", "maintainer"),
        ("spam-eggs", "owner"),
    ]
    assert answer.told["projects"][1] == {
        "name": "spam-eggs",
        "display_name": "Spam_Eggs",
        "role": "owner",
        "status": "active",
        "status_reason": "",
        "created_at": "2026-11-23T12:00:00Z",
        "deleted_at": None,
        "deletions_held": [],
    }
    assert answer.told["next"] is None
    assert names(cast.cyd.token) == []


def test_a_token_for_named_projects_lists_only_those(cast: Cast) -> None:
    add_project("spam", owner=cast.ada.account)
    add_project("eggs", owner=cast.ada.account)

    assert names(token_of("ada", projects=["Spam", "strangers"])) == ["spam"]
    assert names(token_of("ada", projects=["strangers"])) == []


def test_what_was_deleted_is_listed_as_such_and_what_was_purged_is_not(cast: Cast) -> None:
    add_project("spam", owner=cast.ada.account)
    Project.objects.filter(normalized_name="ham").update(deleted_at=NOW)
    Project.objects.filter(normalized_name="spam").update(deleted_at=NOW, purged_at=NOW)

    (row,) = ask("GET", "projects", cast.ada.token).told["projects"]

    assert (row["name"], row["deleted_at"]) == ("ham", "2026-11-23T12:00:00Z")


def test_a_long_list_comes_in_pages(cast: Cast) -> None:
    for one in range(105):
        add_project(f"p{one:03}", owner=cast.ada.account)

    first = ask("GET", "projects?limit=100", cast.ada.token).told
    assert [len(first["projects"]), first["next"]] == [
        100,
        "http://localhost:8000/api/v1/projects?after=p098&limit=100",
    ]
    assert names(cast.ada.token, "?after=p098&limit=100") == [f"p{one:03}" for one in range(99, 105)]
    assert names(cast.ada.token, "?after=P_098&limit=1") == ["p000"]
    assert names(cast.ada.token, "?after=P098&limit=1") == ["p099"]


@pytest.mark.parametrize("query", ["?limit=0", "?limit=101", "?limit=-1", "?limit=ten", "?limit=", "?limit=١"])
def test_a_page_has_from_1_to_100_rows(query: str, cast: Cast) -> None:
    answer = ask("GET", f"projects{query}", cast.ada.token)

    assert (answer.status, answer.code, answer.told["field"]) == (400, "malformed", "limit")


def test_one_project_is_looked_at_in_any_spelling(cast: Cast) -> None:
    answer = ask("GET", "projects/HAM", cast.ben.token)

    assert (answer.status, answer.told["name"], answer.told["role"]) == (200, "ham", "maintainer")


@pytest.mark.parametrize(
    ("name", "status", "code"), [("spam", 404, "project-unknown"), ("h%C3%A4m", 400, "name-invalid")]
)
def test_a_project_that_there_is_not_is_said_so(name: str, status: int, code: str, cast: Cast) -> None:
    answer = ask("GET", f"projects/{name}", cast.ada.token)

    assert (answer.status, answer.code) == (status, code)


def test_a_status_is_given_with_a_reason_and_installers_see_it(cast: Cast, index_settings: Settings) -> None:
    answer = ask("PUT", STATUS, cast.ada.token, {"status": "archived", "reason": "moved  to spam"})

    assert (answer.status, answer.told["status"], answer.told["status_reason"]) == (200, "archived", "moved to spam")
    assert answer.told == ask("GET", HAM, cast.ada.token).told
    told = page(index_settings, "simple/ham/index.json")["project-status"]
    assert told == {"status": "archived", "reason": "moved to spam"}
    event = Event.objects.latest("id")
    assert (event.deed, event.actor_name) == ("status-changed", "ada")
    assert event.details == {"status": "archived", "reason": "moved to spam"}
    assert {letter.account.name for letter in Letter.objects.all() if letter.account} == {"ada", "ben"}


def test_the_same_status_twice_has_the_same_answer_and_changes_nothing(cast: Cast, index_settings: Settings) -> None:
    first = ask("PUT", STATUS, cast.ada.token, {"status": "deprecated"})
    before = everything_kept(index_settings)

    again = ask("PUT", STATUS, cast.ada.token, {"status": "deprecated", "reason": ""})

    assert (again.status, again.told) == (200, first.told)
    assert everything_kept(index_settings) == before


@pytest.mark.parametrize(("now_is", "wanted"), [("active", "quarantined"), ("quarantined", "active")])
def test_quarantine_belongs_to_those_who_run_the_index(now_is: str, wanted: str, cast: Cast) -> None:
    Project.objects.update(status=now_is)

    answer = ask("PUT", STATUS, cast.ada.token, {"status": wanted})

    assert (answer.status, answer.code) == (403, "status-of-staff")
    assert Project.objects.get().status == now_is


def test_a_deleted_project_gets_no_status(cast: Cast) -> None:
    Project.objects.update(deleted_at=NOW)

    assert ask("PUT", STATUS, cast.ada.token, {"status": "archived"}).code == "project-deleted"
