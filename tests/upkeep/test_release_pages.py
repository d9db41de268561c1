"""One release: yanked with a reason and un-yanked, by Owners and Maintainers alike."""

from __future__ import annotations

import pytest

from strongroom.gear.settings import Settings
from strongroom.projects.models import Project, Release
from strongroom.record.models import Event
from tests.factors.people import reason_of, text_of
from tests.upkeep.keeping import HOSTILE, House, at, deeds_on, letters_to, page_of, unseat, words_of
from tests.uploads.door import html

pytestmark = pytest.mark.django_db

PAGE, YANK, UNYANK = (at(view, "ham", "1.0") for view in ("manage-release", "yank-release", "unyank-release"))


def release(version: str = "1.0") -> Release:
    return Release.objects.get(project__normalized_name="ham", version=version)


@pytest.mark.parametrize(("who", "other"), [("ada", "ben"), ("ben", "ada")])
def test_a_release_is_yanked_and_everybody_is_told(
    house: House, index_settings: Settings, who: str, other: str
) -> None:
    answer = house.of(who).post(YANK, reason="  breaks\n on Mondays ")

    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?said=yanked")
    page = page_of(house.of(who), answer["Location"])
    assert 'role="status"' in page
    assert 'value="breaks on Mondays"' in page
    assert release().yanked_reason == "breaks on Mondays"
    assert deeds_on() == ["release-yanked"]
    assert Event.objects.latest("id").actor_name == who
    assert letters_to(who) == [("notice", "release-yanked")]
    assert letters_to(other) == [("project", "release-yanked")]
    assert 'data-yanked="breaks on Mondays"' in html(index_settings, "ham")


def test_a_yank_is_taken_back(house: House, index_settings: Settings) -> None:
    house.ben.post(YANK, reason="x")

    answer = house.ada.post(UNYANK)

    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?said=unyanked")
    assert release().yanked_at is None
    assert deeds_on() == ["release-yanked", "release-unyanked"]
    assert "data-yanked" not in html(index_settings, "ham")


def test_the_same_again_changes_nothing_and_writes_to_nobody(house: House) -> None:
    for _ in range(2):
        assert house.ada.post(YANK, reason="x").status_code == 302
    assert deeds_on() == ["release-yanked"]
    for _ in range(2):
        assert house.ada.post(UNYANK).status_code == 302
    assert deeds_on() == ["release-yanked", "release-unyanked"]
    assert len(letters_to("ben")) == 2


def test_the_reason_can_be_changed(house: House) -> None:
    house.ada.post(YANK, reason="x")
    house.ada.post(YANK, reason="y")
    assert release().yanked_reason == "y"
    assert "Change the reason" in page_of(house.ada, PAGE)


def test_a_hostile_reason_stays_a_text(house: House, index_settings: Settings) -> None:
    assert house.ada.post(YANK, reason=f"{HOSTILE}\0").status_code == 302

    for who in (house.ada, house.ben):
        page = page_of(who, PAGE)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in html(index_settings, "ham")
    assert "\0" not in release().yanked_reason


def test_what_was_deleted_meanwhile_cannot_be_yanked_and_the_form_says_so(house: House) -> None:
    Release.objects.filter(version="1.0").update(deleted_at=house.clock.at)

    answer = house.ada.post(YANK, reason="kept as typed")

    assert reason_of(answer) == "release-deleted"
    assert 'role="alert"' in text_of(answer)
    assert release().yanked_at is None
    assert reason_of(house.ada.post(UNYANK)) == "release-deleted"


def test_in_a_deleted_project_nothing_is_yanked(house: House) -> None:
    Project.objects.filter(normalized_name="ham").update(deleted_at=house.clock.at)

    assert reason_of(house.ada.post(YANK, reason="x")) == "project-deleted"
    assert YANK not in page_of(house.ada, PAGE)
    assert deeds_on() == []


def test_a_form_that_lies_open_while_the_role_is_taken_away_changes_nothing(house: House) -> None:
    page_of(house.ben, PAGE)
    unseat("ben")

    answer = house.ben.post(YANK, reason="x")

    assert (answer.status_code, reason_of(answer)) == (403, "not-a-collaborator")
    assert deeds_on() == []


def test_a_release_that_there_is_not_is_unknown(house: House) -> None:
    for version in ("9.9", "1.0 "):
        assert reason_of(house.ada.post(at("yank-release", "ham", version), reason="x")) == "release-unknown"


def test_the_page_says_the_state_of_its_release(house: House) -> None:
    words = words_of(page_of(house.ada, PAGE))
    assert "Yank this release" in words
    assert "ham-1.0-py3-none-any.whl" in words
    house.ada.post(YANK, reason="x")
    assert "This release is yanked" in words_of(page_of(house.ada, PAGE))
    assert "Take the yank back" in words_of(page_of(house.ada, PAGE))
