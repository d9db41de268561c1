"""Releases over the API: listed, looked at, yanked and un-yanked."""

from __future__ import annotations

import pytest

from strongroom.accounts.models import Letter
from strongroom.gear.settings import Settings
from strongroom.projects.models import DuePage, Project, Release
from strongroom.record.models import Event
from strongroom.terms.passes import present
from tests.cast import NOW
from tests.upkeep.api_door import HAM, Cast, ask, everything_kept, set_stage
from tests.uploads.door import page

pytestmark = pytest.mark.django_db

YANK = f"{HAM}/releases/1.0/yank"


@pytest.fixture
def cast() -> Cast:
    return set_stage()


def files_on_page(chosen: Settings) -> dict[str, object]:
    return {file["filename"]: file["yanked"] for file in page(chosen, "simple/ham/index.json")["files"]}


def test_the_releases_of_a_project_are_listed_newest_first(cast: Cast) -> None:
    answer = ask("GET", f"{HAM}/releases", cast.ben.token)

    assert [row["version"] for row in answer.told["releases"]] == ["2.0", "1.0"]
    assert answer.told["next"] is None
    made = Release.objects.get(version="2.0").created_at
    assert answer.told["releases"][0] == {
        "version": "2.0",
        "created_at": made.isoformat().replace("+00:00", "Z"),
        "yanked_at": None,
        "yanked_reason": "",
        "deleted_at": None,
    }


def test_a_release_is_yanked_with_a_reason_and_its_page_says_so(cast: Cast, index_settings: Settings) -> None:
    answer = ask("PUT", YANK, cast.ben.token, {"reason": "it  eats\nfiles"})

    assert answer.status == 200
    assert (answer.told["version"], answer.told["yanked_reason"]) == ("1.0", "it eats files")
    assert answer.told == ask("GET", f"{HAM}/releases/1.0", cast.ada.token).told
    row = Release.objects.get(version="1.0")
    assert row.yanked_at is not None
    assert answer.told["yanked_at"] == row.yanked_at.isoformat().replace("+00:00", "Z")
    assert files_on_page(index_settings) == {
        "ham-1.0-py3-none-any.whl": "it eats files",
        "ham-2.0-py3-none-any.whl": False,
    }
    assert not DuePage.objects.exists()


def test_a_yank_is_recorded_with_the_token_and_every_collaborator_is_told(cast: Cast) -> None:
    before = Letter.objects.count()

    ask("PUT", YANK, cast.ben.token, {"reason": "broken"})

    event = Event.objects.latest("id")
    presented = present(cast.ben.token)
    assert presented is not None
    assert (event.deed, event.subject_name, event.actor_name) == ("release-yanked", "ham", "ben")
    assert event.actor_token == presented.token
    assert event.details == {"version": "1.0", "reason": "broken"}
    told = Letter.objects.order_by("pk")[before:]
    assert {(letter.account.name, letter.kind) for letter in told if letter.account} == {
        ("ada", "project"),
        ("ben", "notice"),
    }


def test_the_same_yank_twice_has_the_same_answer_and_changes_nothing(cast: Cast, index_settings: Settings) -> None:
    first = ask("PUT", YANK, cast.ada.token, {"reason": "broken"})
    before = everything_kept(index_settings)

    again = ask("PUT", YANK, cast.ada.token, {"reason": "broken"})

    assert (again.status, again.told) == (first.status, first.told)
    assert everything_kept(index_settings) == before


def test_a_yank_is_taken_back_and_twice_is_the_same(cast: Cast, index_settings: Settings) -> None:
    ask("PUT", YANK, cast.ada.token, {"reason": "broken"})

    first = ask("DELETE", YANK, cast.ben.token)

    assert (first.status, first.told["yanked_at"], first.told["yanked_reason"]) == (200, None, "")
    assert not any(files_on_page(index_settings).values())
    assert Event.objects.latest("id").deed == "release-unyanked"
    before = everything_kept(index_settings)
    again = ask("DELETE", YANK, cast.ben.token)
    assert (again.status, again.told) == (200, first.told)
    assert everything_kept(index_settings) == before


def test_a_name_and_a_version_are_read_in_any_spelling(cast: Cast) -> None:
    for name in ("ham", "Ham", "HAM"):
        for version in ("1.0", "v1.0", "%201.0%20", "1.00"):
            answer = ask("GET", f"projects/{name}/releases/{version}", cast.ada.token)
            assert (answer.status, answer.told["version"]) == (200, "1.0")


MISSING = {
    "no such release": ("ham/releases/3.0", 404, "release-unknown"),
    "no such project": ("spam/releases/1.0", 404, "project-unknown"),
    "no name": ("-ham/releases/1.0", 400, "name-invalid"),
    "a name with a null": ("ham%00/releases/1.0", 400, "name-invalid"),
    "an endless name": (f"{'h' * 201}/releases/1.0", 400, "name-invalid"),
    "no version": ("ham/releases/one", 400, "malformed"),
    "a version with a null": ("ham/releases/1.0%00", 400, "malformed"),
    "an endless version": (f"ham/releases/{'1' * 5000}", 400, "malformed"),
    "a version that is not UTF-8": ("ham/releases/%ff", 400, "malformed"),
}


def test_what_is_not_there_cannot_be_yanked(cast: Cast, index_settings: Settings) -> None:
    before = everything_kept(index_settings)

    for case, (path, status, code) in MISSING.items():
        for method, body in (("PUT", {"reason": ""}), ("DELETE", None)):
            answer = ask(method, f"projects/{path}/yank", cast.ada.token, body)
            assert (answer.status, answer.code) == (status, code), case
    assert everything_kept(index_settings) == before


@pytest.mark.parametrize("what", ["project", "release"])
def test_what_was_deleted_is_shown_as_such_and_not_yanked(what: str, cast: Cast) -> None:
    rows = Project.objects.filter(normalized_name="ham") if what == "project" else Release.objects.filter(version="1.0")
    rows.update(deleted_at=NOW)

    answer = ask("PUT", YANK, cast.ada.token, {"reason": ""})

    assert answer.code == f"{what}-deleted"
    shown = ask("GET", HAM if what == "project" else f"{HAM}/releases/1.0", cast.ada.token)
    assert (shown.status, shown.told["deleted_at"]) == (200, "2026-11-23T12:00:00Z")


def test_what_was_purged_is_gone(cast: Cast) -> None:
    Release.objects.filter(version="1.0").update(deleted_at=NOW, purged_at=NOW)

    assert ask("GET", f"{HAM}/releases/1.0", cast.ada.token).code == "release-unknown"
    listed = ask("GET", f"{HAM}/releases", cast.ada.token).told["releases"]
    assert [row["version"] for row in listed] == ["2.0"]


def test_a_long_list_comes_in_pages(cast: Cast) -> None:
    project = Project.objects.get()
    Release.objects.bulk_create(Release(project=project, version=f"3.{one}", created_at=NOW) for one in range(120))

    found, address = [], f"{HAM}/releases?limit=50"
    pages = 0
    while address:
        told = ask("GET", address, cast.ada.token).told
        found += [row["version"] for row in told["releases"]]
        assert len(told["releases"]) <= 50
        address, pages = (told["next"] or "").replace("http://localhost:8000", ""), pages + 1

    assert pages == 3
    assert found == [*(f"3.{one}" for one in reversed(range(120))), "2.0", "1.0"]
    assert len(ask("GET", f"{HAM}/releases", cast.ada.token).told["releases"]) == 50


def test_a_page_behind_a_release_that_there_is_not_is_refused(cast: Cast) -> None:
    answer = ask("GET", f"{HAM}/releases?after=9.9", cast.ada.token)

    assert (answer.status, answer.code) == (404, "release-unknown")


def test_a_hostile_reason_is_kept_as_text(cast: Cast, index_settings: Settings) -> None:
    for reason in ("<script>alert(1)</script>", "x" * 500, "\U0001f4a5" * 500, ""):
        answer = ask("PUT", YANK, cast.ada.token, {"reason": reason})
        assert (answer.status, answer.told["yanked_reason"]) == (200, reason)
        assert files_on_page(index_settings)["ham-1.0-py3-none-any.whl"] == (reason or True)


def test_marks_that_turn_text_round_are_left_out_of_a_reason(cast: Cast) -> None:
    answer = ask("PUT", YANK, cast.ada.token, {"reason": "\u202egnp.exe"})

    assert (answer.status, answer.told["yanked_reason"]) == (200, "gnp.exe")
