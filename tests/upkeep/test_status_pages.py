"""The status of a project: archived, deprecated, active again, with a reason that visitors read."""

from __future__ import annotations

import pytest

from strongroom.gear.settings import Settings
from strongroom.projects.models import Project
from strongroom.projects.rules.roles import Role
from tests.factors.people import reason_of, text_of
from tests.upkeep.keeping import HOSTILE, House, at, deeds_on, letters_to, page_of, seat, words_of
from tests.uploads.door import page as published

pytestmark = pytest.mark.django_db

PAGE = at("manage-status", "ham")


def ham() -> Project:
    return Project.objects.get(normalized_name="ham")


@pytest.mark.parametrize("status", ["archived", "deprecated"])
def test_an_owner_changes_the_status_and_everybody_is_told(house: House, index_settings: Settings, status: str) -> None:
    answer = house.ada.post(PAGE, status=status, reason=" use \n spam ")

    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?said=changed")
    page = page_of(house.ada, answer["Location"])
    assert 'role="status"' in page
    assert f'value="{status}" required checked' in page
    assert "use spam" in words_of(page)
    assert (ham().status, ham().status_reason) == (status, "use spam")
    assert deeds_on() == ["status-changed"]
    assert letters_to("ben") == [("project", "status-changed")]
    assert published(index_settings, "simple/ham/index.json")["project-status"] == {
        "status": status,
        "reason": "use spam",
    }
    assert f"This project is {status}" in words_of(page_of(house.ben, "/account/projects/"))

    assert house.ada.post(PAGE, status="active", reason="").status_code == 302
    assert ham().status == "active"


def test_the_same_again_changes_nothing(house: House) -> None:
    answers = [house.ada.post(PAGE, status="archived", reason="x") for _ in range(2)]

    assert [one["Location"] for one in answers] == [f"{PAGE}?said=changed", f"{PAGE}?said=same"]
    assert "Nothing was changed" in words_of(page_of(house.ada, f"{PAGE}?said=same"))
    assert deeds_on() == ["status-changed"]


@pytest.mark.parametrize("status", ["quarantined", "deleted", "", "Archived", "archived\0"])
def test_what_the_form_does_not_offer_is_refused_and_what_was_typed_kept(house: House, status: str) -> None:
    answer = house.ada.post(PAGE, status=status, reason="kept <b>so</b>")

    assert reason_of(answer) == "status-of-staff"
    assert 'role="alert"' in text_of(answer)
    assert "kept &lt;b&gt;so&lt;/b&gt;" in text_of(answer)
    assert ham().status == "active"
    assert deeds_on() == []


def test_quarantine_is_neither_given_nor_lifted_here(house: House) -> None:
    Project.objects.filter(normalized_name="ham").update(status="quarantined", status_reason="looked at")

    page = page_of(house.ada, PAGE)
    assert "Only those who run this index can lift the quarantine" in words_of(page)
    assert 'name="status"' not in page
    assert reason_of(house.ada.post(PAGE, status="active", reason="")) == "status-of-staff"
    assert ham().status == "quarantined"


def test_a_hostile_reason_stays_a_text(house: House) -> None:
    assert house.ada.post(PAGE, status="deprecated", reason=f"{HOSTILE}\0{HOSTILE}{HOSTILE}").status_code == 302

    page = page_of(house.ada, PAGE)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert len(ham().status_reason) <= 500


def test_a_form_that_lies_open_while_the_role_is_lowered_changes_nothing(house: House) -> None:
    page_of(house.ada, PAGE)
    seat("ada", "ham", Role.MAINTAINER, clock=house.clock)
    assert reason_of(house.ada.post(PAGE, status="archived", reason="x")) == "role-too-low"
    assert ham().status == "active"


def test_a_deleted_project_has_no_status_to_change(house: House) -> None:
    Project.objects.filter(normalized_name="ham").update(deleted_at=house.clock.at)
    assert reason_of(house.ada.get(PAGE)) == "project-deleted"
    assert reason_of(house.ada.post(PAGE, status="archived", reason="x")) == "project-deleted"
    assert PAGE not in page_of(house.ada, at("manage", "ham"))
