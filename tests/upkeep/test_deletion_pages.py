"""Deleting a file, a release, a project: behind its typed name and a proof; and undoing that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from strongroom.gear.settings import Settings
from strongroom.projects.models import File, Project, Release
from strongroom.projects.rules.roles import Role
from tests.factors.people import reason_of, text_of
from tests.upkeep.keeping import (
    HOSTILE,
    House,
    at,
    bare_project,
    deeds_on,
    letters_to,
    page_of,
    prove,
    seat,
    unseat,
    words_of,
)
from tests.uploads.door import listed

pytestmark = pytest.mark.django_db

FILE = "ham-1.0-py3-none-any.whl"
FORMS = {
    "file": (at("delete-file", "ham", FILE), FILE, at("manage-release", "ham", "1.0")),
    "release": (at("delete-release", "ham", "1.0"), "1.0", at("manage-release", "ham", "1.0")),
    "project": (at("delete-project", "ham"), "ham", at("manage", "ham")),
}
UNDO = {
    "file": at("restore-file", "ham", FILE),
    "release": at("restore-release", "ham", "1.0"),
    "project": at("restore-project", "ham"),
}
LEFT = {"file": ["ham-2.0-py3-none-any.whl"], "release": ["ham-2.0-py3-none-any.whl"], "project": []}
KINDS = pytest.mark.parametrize("kind", FORMS)


def delete(house: House, kind: str) -> None:
    prove(house.ada, "delete")
    assert house.ada.post(FORMS[kind][0], typed=FORMS[kind][1]).status_code == 302


def is_deleted(kind: str) -> bool:
    rows = {
        "file": File.objects.filter(filename=FILE),
        "release": Release.objects.filter(version="1.0"),
        "project": Project.objects.filter(normalized_name="ham"),
    }
    return rows[kind].filter(deleted_at__isnull=False).exists()


@KINDS
def test_the_form_asks_for_a_proof_of_its_own_first(house: House, kind: str) -> None:
    address = FORMS[kind][0]

    answer = house.ada.get(address)

    assert answer["Location"] == f"/account/prove/delete/?target=ham&next={address}"
    prove(house.ada, "change-collaborators")
    prove(house.ada, "delete", "spam")
    assert house.ada.get(address).status_code == 302
    prove(house.ada, "delete")
    words = words_of(page_of(house.ada, address))
    until = house.clock.at + timedelta(days=30)
    assert "30 days" in words
    assert str(until.year) in words
    assert "stay" in words


@KINDS
def test_whoever_types_the_name_deletes_it_and_everybody_is_told(
    house: House, index_settings: Settings, kind: str
) -> None:
    address, name, onward = FORMS[kind]
    prove(house.ada, "delete")

    answer = house.ada.post(address, typed=f" {name} ")

    assert (answer.status_code, answer["Location"]) == (302, f"{onward}?said={kind}-deleted")
    assert is_deleted(kind)
    assert deeds_on() == [f"{kind}-deleted"]
    assert letters_to("ada") == [("notice", f"{kind}-deleted")]
    assert letters_to("ben") == [("project", f"{kind}-deleted")]
    assert listed(index_settings, "ham") == LEFT[kind]
    assert "can be restored until" in words_of(page_of(house.ada, answer["Location"])) or kind != "file"


@KINDS
@pytest.mark.parametrize("typed", ["", "HAM", "1.1", HOSTILE, "ham\0"])
def test_a_wrong_name_shows_the_form_again_with_what_was_typed(house: House, kind: str, typed: str) -> None:
    address, _, _ = FORMS[kind]
    prove(house.ada, "delete")

    answer = house.ada.post(address, typed=typed)

    assert reason_of(answer) == "name-not-typed"
    page = text_of(answer)
    assert 'role="alert"' in page
    assert "<script>alert" not in page
    assert not is_deleted(kind)
    assert deeds_on() == []
    # The proof was not used up.
    assert house.ada.post(address, typed=FORMS[kind][1]).status_code == 302


@KINDS
def test_without_a_proof_the_form_leads_to_one_and_deletes_nothing(house: House, kind: str) -> None:
    address, name, _ = FORMS[kind]

    answer = house.ada.post(address, typed=name)

    assert answer["Location"].startswith("/account/prove/delete/?target=ham")
    assert not is_deleted(kind)


@KINDS
def test_a_form_that_is_sent_twice_deletes_once(house: House, kind: str) -> None:
    delete(house, kind)

    again = house.ada.post(FORMS[kind][0], typed=FORMS[kind][1])

    assert reason_of(again) in {"file-unknown", "release-deleted", "project-deleted"}
    assert deeds_on() == [f"{kind}-deleted"]
    assert reason_of(house.ada.get(FORMS[kind][0])) == reason_of(again)


@KINDS
def test_it_comes_back_whole(house: House, index_settings: Settings, kind: str) -> None:
    delete(house, kind)
    assert UNDO[kind] in page_of(house.ada, FORMS[kind][2])
    assert UNDO[kind] not in page_of(house.ben, FORMS[kind][2])
    assert reason_of(house.ben.post(UNDO[kind])) == "role-too-low"

    answer = house.ada.post(UNDO[kind])

    assert (answer.status_code, answer["Location"]) == (302, f"{FORMS[kind][2]}?said={kind}-restored")
    assert 'role="status"' in page_of(house.ada, answer["Location"])
    assert not is_deleted(kind)
    assert len(listed(index_settings, "ham")) == 2
    assert deeds_on() == [f"{kind}-deleted", f"{kind}-restored"]
    assert letters_to("ben")[-1] == ("project", f"{kind}-restored")
    assert reason_of(house.ada.post(UNDO[kind])) == "not-deleted"


@KINDS
def test_after_its_time_it_does_not_come_back(house: House, kind: str) -> None:
    delete(house, kind)

    house.clock.go_on(days=30)
    house.ada.sign_in()

    assert UNDO[kind] not in page_of(house.ada, FORMS[kind][2])
    assert reason_of(house.ada.post(UNDO[kind])) == "undo-over"
    assert is_deleted(kind)


def test_a_file_of_a_deleted_release_is_not_offered_to_be_restored_alone(house: House) -> None:
    delete(house, "file")
    delete(house, "release")
    assert UNDO["file"] not in page_of(house.ada, FORMS["file"][2])


@KINDS
def test_a_form_that_lies_open_while_the_role_is_lowered_deletes_nothing(house: House, kind: str) -> None:
    prove(house.ada, "delete")
    page_of(house.ada, FORMS[kind][0])
    seat("ada", "ham", Role.MAINTAINER, clock=house.clock)

    assert reason_of(house.ada.post(FORMS[kind][0], typed=FORMS[kind][1])) == "role-too-low"
    unseat("ada")
    assert reason_of(house.ada.post(FORMS[kind][0], typed=FORMS[kind][1])) == "not-a-collaborator"
    assert not is_deleted(kind)


def test_another_projects_file_cannot_be_deleted_through_ones_own(house: House) -> None:
    bare_project("spam", "ada", clock=house.clock)
    prove(house.ada, "delete", "spam")
    address = at("delete-file", "spam", FILE)

    assert reason_of(house.ada.get(address)) == "file-unknown"
    assert reason_of(house.ada.post(address, typed=FILE)) == "file-unknown"
    assert reason_of(house.ada.post(at("restore-file", "spam", FILE))) == "file-unknown"


def test_the_longest_name_can_be_deleted_too(house: House) -> None:
    name = "h" * 200
    bare_project(name, "ada", clock=house.clock)
    prove(house.ada, "delete", name)

    assert house.ada.post(at("delete-project", name), typed=name).status_code == 302
    assert Project.objects.get(normalized_name=name).deleted_at is not None
