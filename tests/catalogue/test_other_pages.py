"""The front page, search, classifiers, people and feeds, and who may see them."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings as django_settings
from django.test import Client

from strongroom.accounts.models import Account
from strongroom.catalogue.queries.projects import PROJECTS_ON_A_PAGE
from strongroom.catalogue.rules.paging import read_page, span_of
from strongroom.gear.settings import Settings
from strongroom.projects.models import Collaboration, Project, Release
from strongroom.projects.rules.roles import Role
from tests.accounts.browsers import add_with_password, signed_in
from tests.cast import NOW, Person, add_person, give_role
from tests.catalogue.stock import FEEDS, PATHS, all_rows, get, publish
from tests.site.html_check import assert_valid_page
from tests.uploads.door import send, wheel_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def private(index_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_settings, "STRONGROOM", dataclasses.replace(index_settings, private=True))


def test_looking_changes_nothing(ada: Person) -> None:
    before = all_rows()
    for path in (*PATHS, *FEEDS, "/project/nothing/", "/project/ham/9.9/", "/person/nobody/"):
        get(path)
    assert all_rows() == before


@pytest.mark.parametrize("path", [*PATHS, *FEEDS])
def test_these_pages_are_only_read(path: str, ada: Person) -> None:
    assert Client().post(path).status_code == 405
    assert Client().head(path).status_code == 200


@pytest.mark.parametrize("path", [*PATHS[1:], *FEEDS, "/project/nothing/", "/person/nobody/"])
def test_a_private_index_says_nothing_to_visitors(path: str, ada: Person, private: None) -> None:
    answer = get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/sign-in/?next=")
    assert "ham" not in answer.content.decode()
    assert Client().get(path).status_code == 401


def test_the_front_page_of_a_private_index_names_no_project_to_visitors(ada: Person, private: None) -> None:
    shown = assert_valid_page(get("/"))

    assert "This index is private" in shown
    assert "ham" not in shown.replace("Graham", "")
    assert "/search/" not in shown


def test_a_private_index_shows_everything_to_whoever_is_signed_in(ada: Person, private: None) -> None:
    add_with_password("grace")
    browser = signed_in("grace")

    for path in PATHS:
        answer = get(path, browser)
        assert answer.status_code == 200
        assert_valid_page(answer)
        assert "no-store" in answer["Cache-Control"]
    assert "/project/ham/" in get("/", browser).content.decode()
    feed = get(FEEDS[0], browser)
    assert feed.status_code == 200
    assert "no-store" in feed["Cache-Control"]
    assert "public" not in feed["Cache-Control"]


def test_the_front_page_shows_what_is_new(ada: Person) -> None:
    publish(ada, "eggs")

    shown = assert_valid_page(get("/"))

    assert "2 projects" in shown
    assert shown.index('href="/project/eggs/"') < shown.index('href="/project/ham/"')
    assert 'href="/rss/releases.xml"' in shown


def test_somebody_signed_in_has_their_places_in_the_header(ada: Person) -> None:
    add_with_password("grace")
    browser = signed_in("grace")

    shown = assert_valid_page(get("/project/ham/", browser))

    for link in ("/account/", "/account/security/", "/account/tokens/", "/account/inbox/"):
        assert f'href="{link}"' in shown
    assert 'action="/account/sign-out/"' in shown
    assert "/staff/" not in shown


def test_whoever_looks_after_a_project_finds_from_its_page_where_to_manage_it(ada: Person) -> None:
    mary = Person("mary", add_with_password("mary"), token="")
    add_with_password("grace")
    give_role(mary, "ham", Role.MAINTAINER)
    way = 'href="/manage/ham/"'

    assert way in assert_valid_page(get("/project/ham/", signed_in("mary")))
    assert way in assert_valid_page(get("/project/ham/1.0/", signed_in("mary")))
    assert way not in get("/project/ham/", signed_in("grace")).content.decode()
    assert way not in get("/project/ham/").content.decode()


def test_an_empty_index_says_what_to_do_next() -> None:
    assert "How to publish the first one" in assert_valid_page(get("/search/"))
    assert "No project here" in assert_valid_page(get("/classifiers/"))
    assert "0 projects" in assert_valid_page(get("/"))


def test_what_is_searched_for_is_found(ada: Person) -> None:
    publish(ada, "eggs", summary="Eggs, boiled.")

    shown = assert_valid_page(get("/search/?q=boiled"))

    assert 'href="/project/eggs/"' in shown
    assert 'href="/project/ham/"' not in shown
    assert 'value="boiled"' in shown
    assert "1 project" in shown


def test_a_typing_mistake_is_forgiven_and_said(ada: Person) -> None:
    publish(ada, "harbourline")

    shown = assert_valid_page(get("/search/?q=harborline"))

    assert "Did you mean" in shown
    assert 'href="/search/?q=harbourline"' in shown
    assert 'href="/project/harbourline/"' in shown


def test_nothing_found_says_what_to_try(ada: Person) -> None:
    shown = assert_valid_page(get("/search/?q=qqqqzzzz&c=Topic+%3A%3A+Utilities"))

    assert "Nothing was found." in shown
    assert "Take a classifier away" in shown
    assert 'href="/search/?q=qqqqzzzz"' in shown


def test_many_hits_are_paged_and_keep_the_question(ada: Person) -> None:
    ben = add_person("ben")
    for index in range(21):
        # One person makes only so many new projects in an hour.
        publisher = ada if index % 2 else ben
        assert send(wheel_upload(f"many-{index}", "1.0", summary="tinned"), publisher.basic).status_code == 200
    shown = assert_valid_page(get("/search/?q=tinned&order=newest"))
    assert 'rel="next" href="?q=tinned&amp;order=newest&amp;page=2"' in shown
    assert shown.count("<h2>") == 20
    second = assert_valid_page(get("/search/?q=tinned&order=newest&page=2"))
    assert "Page 2 of 2" in second
    assert 'start="21"' in second


def test_classifiers_lead_to_the_projects_that_have_them(ada: Person) -> None:
    parts = assert_valid_page(get("/classifiers/"))
    assert 'href="/classifiers/?in=Topic"' in parts
    below = assert_valid_page(get("/classifiers/?in=Topic"))
    assert 'href="/search/?c=Topic+%3A%3A+Utilities"' in below
    found = assert_valid_page(get("/search/?c=Topic+%3A%3A+Utilities"))
    assert 'href="/project/ham/"' in found
    assert 'href="/search/"' in found


def test_a_search_is_narrowed_by_browsing(ada: Person) -> None:
    shown = get("/search/?q=ham&c=Topic+%3A%3A+Utilities").content.decode()
    assert 'href="/classifiers/?q=ham&amp;c=Topic+%3A%3A+Utilities"' in shown
    browse = get("/classifiers/?q=ham&c=Topic+%3A%3A+Utilities&in=Programming+Language").content.decode()
    assert (
        'href="/search/?q=ham&amp;c=Programming+Language+%3A%3A+Python+%3A%3A+3&amp;c=Topic+%3A%3A+Utilities"' in browse
    )


def test_a_person_is_shown_with_what_they_stand_behind_and_no_address(ada: Person) -> None:
    shown = assert_valid_page(get("/person/ada/"))

    assert "Here since" in shown
    assert NOW.strftime("%Y-%m-%d") in shown
    assert 'href="/project/ham/"' in shown
    assert "Owner" in shown
    assert "example.org" not in shown


def test_who_has_closed_their_account_is_not_there(ada: Person) -> None:
    Account.objects.filter(pk=ada.account).update(closed_at=NOW)

    assert get("/person/ada/").status_code == 404
    shown = assert_valid_page(get("/project/ham/"))
    assert "/person/ada/" not in shown
    assert "Nobody at the moment." in shown
    for name in ("nobody", "%00", "x" * 500, "%3Cscript%3E"):
        assert get(f"/person/{name}/").status_code == 404


def test_the_projects_of_a_person_are_paged(ada: Person) -> None:
    projects = Project.objects.bulk_create(
        Project(normalized_name=f"p{index}", display_name=f"p{index}", lookalike_key=f"p{index}", created_at=NOW)
        for index in range(PROJECTS_ON_A_PAGE + 5)
    )
    Collaboration.objects.bulk_create(
        Collaboration(project=one, account_id=ada.account, role=Role.MAINTAINER.value, since=NOW) for one in projects
    )

    assert assert_valid_page(get("/person/ada/")).count("<li>") == PROJECTS_ON_A_PAGE
    assert assert_valid_page(get("/person/ada/?page=2")).count("<li>") == 6


def items_of(path: str) -> list[ET.Element]:
    answer = get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/rss+xml; charset=utf-8"
    return ET.fromstring(answer.content).findall("./channel/item")


def test_feeds_lead_to_the_pages_of_what_is_new(
    ada: Person, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = dataclasses.replace(index_settings, public_url="https://index.example.org")
    monkeypatch.setattr(django_settings, "STRONGROOM", chosen)
    publish(ada, version="2.0")
    Release.objects.filter(version="1.0").update(created_at=NOW - timedelta(days=9), yanked_at=NOW, yanked_reason="old")

    base = "https://index.example.org/project/ham/"
    assert [one.findtext("link") for one in items_of("/rss/projects.xml")] == [base]
    assert [one.findtext("link") for one in items_of("/rss/releases.xml")] == [f"{base}2.0/"]
    releases = items_of("/project/ham/rss.xml")
    assert [one.findtext("title") for one in releases] == ["ham 2.0", "ham 1.0"]
    assert [one.findtext("guid") for one in releases] == [f"{base}2.0/", f"{base}1.0/"]
    assert releases[1].findtext("description") == "Yanked: old"
    assert parsedate_to_datetime(releases[1].findtext("pubDate") or "") == NOW - timedelta(days=9)


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_that_did_not_change_is_not_sent_again(path: str, ada: Person) -> None:
    first = get(path)
    assert first["Cache-Control"] == "public, max-age=300"

    again = get(path, HTTP_IF_NONE_MATCH=first["ETag"])

    assert again.status_code == 304
    assert not again.content


def test_the_feed_of_a_project_that_is_not_there_is_a_page_that_says_so() -> None:
    assert get("/project/ham/rss.xml").status_code == 404


@pytest.mark.parametrize(
    ("total", "asked", "number", "pages"),
    [
        pytest.param(0, "1", 1, 1, id="nothing"),
        pytest.param(100, "1", 1, 1, id="one full page"),
        pytest.param(101, "2", 2, 2, id="one more"),
        pytest.param(101, "9", 2, 2, id="beyond the last"),
        pytest.param(101, "0", 1, 2, id="before the first"),
        pytest.param(101, "", 1, 2, id="not said"),
        pytest.param(101, "two", 1, 2, id="not a number"),
        pytest.param(101, "9999999", 1, 2, id="absurd"),
    ],
)
def test_pages(total: int, asked: str, number: int, pages: int) -> None:
    span = span_of(total, page=read_page(asked), size=100)
    assert (span.number, span.pages) == (number, pages)
    assert span.first == (number - 1) * 100


def test_a_suspended_person_is_shown_like_any_other() -> None:
    ben = add_person("ben")
    Account.objects.filter(pk=ben.account).update(suspended_at=NOW)
    shown = assert_valid_page(get("/person/ben/"))
    assert "suspend" not in shown
