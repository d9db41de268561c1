"""Your projects: each with one's role, its newest release, and what it needs; however many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strongroom.accounts.models import Account
from strongroom.projects.models import Invitation, Project, Release
from strongroom.projects.rules.roles import Role
from tests.accounts.browsers import enrol_app
from tests.cast import token_for
from tests.upkeep.keeping import House, account_of, at, bare_project, page_of, seat, unseat, words_of

pytestmark = pytest.mark.django_db

PAGE = "/account/projects/"


def test_it_lists_ones_own_projects_and_nobody_elses(house: House) -> None:
    bare_project("spam", "cyd", clock=house.clock)

    for who, role in (("ada", "Owner"), ("ben", "Maintainer")):
        page = page_of(house.of(who), PAGE)
        assert "/manage/ham/" in page
        assert role in words_of(page)
        assert "Newest release: 2.0" in words_of(page)
        assert "spam" not in page
    assert "/manage/ham/" not in page_of(house.cyd, PAGE)
    assert house.nobody.get(PAGE)["Location"] == f"/account/sign-in/?next={PAGE}"


def test_whoever_has_no_project_is_told_how_one_is_made(house: House) -> None:
    unseat("cyd")
    assert "You look after no project yet" in words_of(page_of(house.cyd, PAGE))
    assert at("make-token") in page_of(house.cyd, PAGE)
    assert "second factor" not in words_of(page_of(house.cyd, PAGE))


def test_each_project_says_what_it_needs_and_where_that_is_put_right(house: House) -> None:
    page = page_of(house.ada, PAGE)
    assert "You are its only Owner" in words_of(page)
    assert at("manage-collaborators", "ham") in page
    assert "You hold no second factor" in words_of(page)
    assert "Somebody who can publish this project holds no second factor" in words_of(page)
    # To a Maintainer nothing is said that only an Owner can put right, nor of anybody else's factors.
    assert "only Owner" not in words_of(page_of(house.ben, PAGE))
    assert "Somebody who can publish" not in words_of(page_of(house.ben, PAGE))


def test_a_second_owner_and_factors_leave_nothing_to_say(house: House) -> None:
    seat("cyd", "ham", Role.OWNER, clock=house.clock)
    for who in ("ada", "ben", "cyd"):
        enrol_app(account_of(house.of(who)))

    assert "only Owner" not in words_of(page_of(house.ada, PAGE))
    assert "second factor" not in words_of(page_of(house.ada, PAGE))


@pytest.mark.parametrize("how", ["closed_at", "suspended_at"])
def test_an_owner_whose_account_cannot_act_is_none(house: House, how: str) -> None:
    Account.objects.filter(folded_name="ada").update(**{how: house.clock.at})

    assert "No Owner of this project can act any more" in words_of(page_of(house.ben, PAGE))


def test_tokens_for_one_project_are_said_with_it_and_wide_ones_once(house: House) -> None:
    token_for("ben", projects=["ham"], now=house.clock.at)
    token_for("ben", projects=["ham"], lifetime=timedelta(days=13), now=house.clock.at)

    words = words_of(page_of(house.ben, PAGE))

    assert words.count("A token of yours that can publish never ends") == 1
    assert "ends within two weeks" in words
    assert "all your projects" not in words
    assert "can publish all your projects" in words_of(page_of(house.ada, PAGE))


def test_what_was_deleted_can_be_restored_from_here_while_that_lasts(house: House) -> None:
    Project.objects.filter(normalized_name="ham").update(deleted_at=house.clock.at)
    until = (house.clock.at + timedelta(days=30)).strftime("%Y-%m-%d %H:%M")

    words = words_of(page_of(house.ada, PAGE))
    assert "It can still be restored" in words
    assert until in words
    assert "It can still be restored" not in words_of(page_of(house.ben, PAGE))

    house.clock.go_on(days=31)
    house.ada.sign_in()
    assert "deleted for good" in words_of(page_of(house.ada, PAGE))


def test_the_newest_release_is_one_that_is_offered(house: House) -> None:
    Release.objects.filter(version="2.0").update(yanked_at=house.clock.at)
    assert "Newest release: 1.0" in words_of(page_of(house.ada, PAGE))

    Release.objects.filter(version="1.0").update(deleted_at=house.clock.at)
    assert "No release that is offered" in words_of(page_of(house.ada, PAGE))


def test_invitations_that_wait_are_said_on_top(house: House) -> None:
    Invitation.objects.create(
        project=Project.objects.get(normalized_name="ham"),
        account=Account.objects.get(folded_name="cyd"),
        role="owner",
        made_at=house.clock.at,
        expires_at=house.clock.at + timedelta(days=1),
    )

    assert "You are invited to look after a project" in words_of(page_of(house.cyd, PAGE))
    assert "An invitation to this project has not been answered yet" in words_of(page_of(house.ada, PAGE))

    house.clock.go_on(days=1)
    house.cyd.sign_in()
    assert "You are invited" not in words_of(page_of(house.cyd, PAGE))


def test_more_than_a_page_of_projects_is_paged_and_filtered_by_name(house: House) -> None:
    for number in range(105):
        bare_project(f"Box.{number:03}", "cyd", clock=house.clock)

    first = page_of(house.cyd, PAGE)
    assert "/manage/box-099/" in first
    assert "/manage/box-100/" not in first
    assert f"{PAGE}" in first
    assert "?after=box-099" in first
    second = page_of(house.cyd, f"{PAGE}?after=box-099")
    assert "/manage/box-104/" in second
    assert "/manage/box-099/" not in second

    for part in ("ox_10", "BOX.10", "box-10"):
        found = page_of(house.cyd, f"{PAGE}?q={part}")
        assert "/manage/box-104/" in found
        assert "/manage/box-001/" not in found
    assert "None of your projects is called so" in words_of(page_of(house.cyd, f"{PAGE}?q=%00%3Cb%3E"))


def test_a_page_of_projects_takes_as_many_questions_as_one(house: House) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            page_of(house.ada, PAGE)
        return len(asked)

    page_of(house.ada, PAGE)
    few = questions()
    for number in range(60):
        bare_project(f"box-{number}", "ada", clock=house.clock)
        seat("ben", f"box-{number}", Role.MAINTAINER, clock=house.clock)

    assert questions() == few
    assert few <= 20
