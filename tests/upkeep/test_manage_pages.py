"""The overview of a project and its releases: who may look, what is shown, and how quick a large one is."""

from __future__ import annotations

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from strongroom.accounts.models import Account, EmailAddress
from strongroom.projects.models import File, Project, Release
from strongroom.site.addresses.upkeep import urlpatterns
from tests.factors.people import reason_of
from tests.upkeep.keeping import HOSTILE, House, at, bare_project, many_files, page_of, unseat, words_of

pytestmark = pytest.mark.django_db

FILE = "ham-1.0-py3-none-any.whl"
FOR_ALL: dict[str, list[str]] = {
    "manage": ["ham"],
    "manage-release": ["ham", "1.0"],
    "manage-collaborators": ["ham"],
    "manage-tokens": ["ham"],
    "manage-history": ["ham"],
    "leave-project": ["ham"],
}
FOR_OWNERS: dict[str, list[str]] = {
    "manage-status": ["ham"],
    "invite": ["ham"],
    "change-role": ["ham", "ben"],
    "remove-collaborator": ["ham", "ben"],
    "delete-release": ["ham", "1.0"],
    "delete-file": ["ham", FILE],
    "delete-project": ["ham"],
}
SENT_ALONE: dict[str, list[str]] = {
    "yank-release": ["ham", "1.0"],
    "unyank-release": ["ham", "1.0"],
    "restore-release": ["ham", "1.0"],
    "restore-file": ["ham", FILE],
    "restore-project": ["ham"],
    "withdraw-invitation": ["ham", "1"],
    "withdraw-deletion": ["ham", "1"],
}
OF_A_PERSON = {"own-projects", "own-invitations", "accept-invitation", "decline-invitation"}


def test_every_door_of_this_app_is_walked_here() -> None:
    assert {*FOR_ALL, *FOR_OWNERS, *SENT_ALONE, *OF_A_PERSON} == {one.name for one in urlpatterns}
    assert all(one.name in get_resolver().reverse_dict for one in urlpatterns)


@pytest.mark.parametrize("view", [*FOR_ALL, *FOR_OWNERS])
def test_each_page_is_for_those_who_may_do_what_it_offers(house: House, view: str) -> None:
    address = at(view, *{**FOR_ALL, **FOR_OWNERS}[view])

    assert house.nobody.get(address)["Location"] == f"/account/sign-in/?next={address}"
    assert reason_of(house.cyd.get(address)) == "not-a-collaborator"
    assert reason_of(house.ben.get(address)) == ("" if view in FOR_ALL else "role-too-low")
    answer = house.ada.get(address)
    assert answer.status_code == 200 or answer["Location"].startswith("/account/prove/")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("view", [*FOR_OWNERS, *SENT_ALONE, "leave-project"])
def test_each_form_that_is_sent_asks_again_who_sends_it(house: House, view: str) -> None:
    address = at(view, *{**FOR_OWNERS, **SENT_ALONE, "leave-project": ["ham"]}[view])
    entry = {"typed": "ham", "status": "archived", "whom": "cyd", "role": "owner", "reason": "x"}

    assert house.nobody.post(address, **entry).status_code == 401
    assert reason_of(house.cyd.post(address, **entry)) == "not-a-collaborator"
    if view not in {"yank-release", "unyank-release", "leave-project"}:
        assert reason_of(house.ben.post(address, **entry)) == "role-too-low"
    for who in ("ada", "ben", "cyd"):
        forged = house.of(who).client.post(address, entry)
        assert forged.status_code == 403
    assert Project.objects.get(normalized_name="ham").status == "active"


@pytest.mark.parametrize("view", SENT_ALONE)
def test_looking_at_what_changes_something_changes_nothing(house: House, view: str) -> None:
    assert house.ada.get(at(view, *SENT_ALONE[view])).status_code == 405


@pytest.mark.parametrize("view", [*FOR_ALL, *FOR_OWNERS])
def test_a_project_that_there_is_not_is_unknown(house: House, view: str) -> None:
    parts = {**FOR_ALL, **FOR_OWNERS}[view]
    assert reason_of(house.ada.get(at(view, "spam", *parts[1:]))) == "project-unknown"
    assert reason_of(house.ada.get(at(view, "..\0", *parts[1:]))) == "name-invalid"


def test_a_project_is_found_however_its_name_is_written(house: House) -> None:
    bare_project("Two.Words", "ada", clock=house.clock)
    for name in ("two-words", "Two.Words", "TWO__WORDS"):
        assert "Two.Words" in page_of(house.ada, at("manage", name))


@pytest.mark.parametrize("part", ["1.0\0", "1.0/..", "%", "9.9", HOSTILE.replace("/", "")])
def test_a_release_or_file_that_there_is_not_is_unknown(house: House, part: str) -> None:
    for view, reason in (("manage-release", "release-unknown"), ("delete-release", "release-unknown")):
        answer = house.ada.get(f"/manage/ham/releases/{_quoted(part)}/{'delete/' if view != 'manage-release' else ''}")
        assert answer.status_code == 404
        assert reason_of(answer) in {reason, ""}
    assert house.ada.get(f"/manage/ham/files/{_quoted(part)}/delete/").status_code == 404


def _quoted(part: str) -> str:
    from urllib.parse import quote

    return quote(part, safe="")


def test_buttons_and_gates_agree(house: House) -> None:
    mine, bens = (
        page_of(house.ada, at("manage-release", "ham", "1.0")),
        page_of(house.ben, at("manage-release", "ham", "1.0")),
    )
    for view, parts in (("delete-release", ["ham", "1.0"]), ("delete-file", ["ham", FILE])):
        assert at(view, *parts) in mine
        assert at(view, *parts) not in bens
    assert at("yank-release", "ham", "1.0") in bens
    assert at("manage-status", "ham") in page_of(house.ada, at("manage", "ham"))
    assert at("manage-status", "ham") not in page_of(house.ben, at("manage", "ham"))


def test_whoever_has_no_verified_address_is_led_to_verify_one(house: House) -> None:
    EmailAddress.objects.filter(account__folded_name="ben").update(verified_at=None)
    assert reason_of(house.ben.get(at("manage", "ham"))) == "email-not-verified"


def test_a_page_that_lies_open_shows_nothing_more_once_the_role_is_taken(house: House) -> None:
    page_of(house.ben, at("manage", "ham"))
    unseat("ben")

    assert reason_of(house.ben.get(at("manage", "ham"))) == "not-a-collaborator"
    assert reason_of(house.ben.post(at("yank-release", "ham", "1.0"), reason="x")) == "not-a-collaborator"
    assert Release.objects.filter(yanked_at=None).count() == 2


def test_what_is_yanked_or_deleted_is_said_plainly(house: House) -> None:
    Release.objects.filter(version="1.0").update(yanked_at=house.clock.at, yanked_reason="use 2.0")
    Release.objects.filter(version="2.0").update(deleted_at=house.clock.at)

    words = words_of(page_of(house.ben, at("manage", "ham")))

    assert "Yanked use 2.0" in words
    assert "Deleted can be restored until" in words
    house.clock.go_on(days=31)
    house.ben.sign_in()
    assert "Deleted for good" in words_of(page_of(house.ben, at("manage", "ham")))


def test_hostile_names_and_reasons_are_text(house: House) -> None:
    Project.objects.filter(normalized_name="ham").update(
        display_name=HOSTILE[:190], status="deprecated", status_reason=HOSTILE
    )
    Release.objects.filter(version="1.0").update(yanked_at=house.clock.at, yanked_reason=HOSTILE)
    File.objects.filter(release__version="1.0").update(filename=HOSTILE[:200].replace("/", "_"))

    for view in ("manage", "manage-status", "manage-collaborators", "manage-tokens", "manage-history"):
        page = page_of(house.ada, at(view, "ham"))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
    page = page_of(house.ada, at("manage-release", "ham", "1.0"))
    assert "<script>alert" not in page
    assert html.escape("<script>alert(1)<_script>") in page


def test_many_releases_are_paged_and_found_by_their_version(house: House) -> None:
    project = Project.objects.get(normalized_name="ham")
    many_files(project, releases=130, files=130)

    page_of(house.ada, at("manage", "ham"))
    with CaptureQueriesContext(connection) as asked:
        first = page_of(house.ada, at("manage", "ham"))
    assert first.count('<th scope="row"') == 100
    assert "7.129" in first
    assert is_asked_by_the_page("projects_release", asked)
    older = first.partition("?before=")[2].partition('"')[0]
    second = page_of(house.ada, f"{at('manage', 'ham')}?before={older}")
    assert second.count('<th scope="row"') == 32
    assert ">1.0</a>" in second
    found = page_of(house.ada, f"{at('manage', 'ham')}?version=7.12")
    assert found.count('<th scope="row"') == 11
    for nonsense in ("?before=x", "?before=99999999999999999999999", "?before=-1", "?version=%00%25_"):
        assert house.ada.get(at("manage", "ham") + nonsense).status_code == 200


@pytest.mark.parametrize("releases", [1, 15_000])
def test_a_project_of_15_000_files_takes_as_many_questions_as_a_small_one(house: House, releases: int) -> None:
    pages = [at(view, *parts) for view, parts in FOR_ALL.items() if view != "manage-release"]

    def questions() -> list[int]:
        counts = []
        for address in pages:
            with CaptureQueriesContext(connection) as asked:
                page_of(house.ada, address) if "leave" not in address else house.ada.get(address)
            counts.append(len(asked))
        return counts

    page_of(house.ada, at("manage", "ham"))
    small = questions()
    many_files(Project.objects.get(normalized_name="ham"), releases=releases, files=15_000)
    pages.append(at("manage-release", "ham", "7.0"))

    large = questions()
    assert large[:-1] == small
    assert max(large) <= 25
    assert len(page_of(house.ada, pages[-1])) < 100_000
    assert len(page_of(house.ada, at("manage", "ham"))) < 100_000


def is_asked_by_the_page(table: str, asked: CaptureQueriesContext) -> bool:
    """Whether rows of a table are asked for a page at a time, and never all of them."""
    rows = [one["sql"] for one in asked if f'FROM "{table}"' in one["sql"] and "COUNT(" not in one["sql"]]
    rows = [sql for sql in rows if "MAX(" not in sql]
    return any("LIMIT 101" in sql for sql in rows) and all("LIMIT" in sql or " IN (" in sql for sql in rows)


def test_files_of_a_release_are_paged_by_name(house: House) -> None:
    many_files(Project.objects.get(normalized_name="ham"), releases=1, files=150)
    address = at("manage-release", "ham", "7.0")

    page_of(house.ada, address)
    with CaptureQueriesContext(connection) as asked:
        first = page_of(house.ada, address)
    assert first.count('<th scope="row"') == 100
    assert is_asked_by_the_page("projects_file", asked)
    after = first.partition("?after=")[2].partition('"')[0]
    second = page_of(house.ada, f"{address}?after={after}")
    assert second.count('<th scope="row"') == 50
    assert house.ada.get(f"{address}?after=%00").status_code == 200


def test_a_suspended_account_is_signed_out(house: House) -> None:
    page_of(house.ben, at("manage", "ham"))
    Account.objects.filter(folded_name="ben").update(suspended_at=house.clock.at)
    assert house.ben.get(at("manage", "ham"))["Location"].startswith("/account/sign-in/")
