"""Announcements: made and ended by staff, shown on every page in its reader's language, asked for rarely."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from strongroom.console.actions.announcements import end_announcement, make_announcement
from strongroom.console.models import Announcement
from strongroom.console.queries.announced import forget_announced
from strongroom.console.rules.announcements import Level, NewAnnouncement
from tests.cast import OPERATOR
from tests.console.staffing import HOSTILE, WHY, Staff, last_event, prove_page, shown
from tests.factors.people import Clock, text_of
from tests.site.html_check import assert_valid_page

pytestmark = pytest.mark.django_db

MAKE, LIST = "/staff/announcements/make/", "/staff/announcements/"
TARGET = "new announcement"
Commits = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    forget_announced()


def entry(clock: Clock, **changed: str) -> dict[str, str]:
    ends = clock.at + timedelta(days=1)
    told = {
        "english": "Closed on Sunday",
        "french": "Fermé dimanche",
        "level": "warning",
        "begins": "",
        "ends": ends.strftime("%Y-%m-%dT%H:%M"),
    }
    return {**told, **changed}


def made(clock: Clock, text: str = "Closed on Sunday", *, begins: float = -1, ends: float = 24) -> int:
    wanted = NewAnnouncement(
        english=text,
        french="Fermé dimanche",
        level=Level.WARNING,
        begins_at=clock.at + timedelta(hours=begins),
        ends_at=clock.at + timedelta(hours=ends),
    )
    return make_announcement(by=OPERATOR, now=clock.at, wanted=wanted, office=WHY)


def home(language: str = "en") -> str:
    return Client(HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE=language).get("/").content.decode()


def test_what_is_announced_stands_on_every_page_in_its_readers_language(
    dee: Staff, clock: Clock, django_capture_on_commit_callbacks: Commits
) -> None:
    assert "Closed on Sunday" not in home()

    with django_capture_on_commit_callbacks(execute=True):
        answer = dee.do(MAKE, TARGET, **entry(clock))

    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?said=announced")
    assert "Closed on Sunday" in home()
    assert "Fermé dimanche" in home("fr")
    assert 'class="alert warn"' in home()
    for page in ("/help/", "/account/sign-in/", "/nothing/"):
        assert "Closed on Sunday" in Client(HTTP_ACCEPT="text/html").get(page).content.decode()
    event = last_event()
    assert (event.deed, event.actor_name, event.subject_kind, event.proof) == (
        "announcement-made",
        "dee",
        "index",
        "totp",
    )
    assert (event.details["english"], event.details["office"]) == ("Closed on Sunday", WHY)


def test_an_announcement_is_ended_before_its_time(
    dee: Staff, clock: Clock, django_capture_on_commit_callbacks: Commits
) -> None:
    number = made(clock)
    forget_announced()
    assert "Closed on Sunday" in home()

    with django_capture_on_commit_callbacks(execute=True):
        answer = dee.do(f"{LIST}{number}/end/", f"announcement {number}")

    assert answer["Location"] == f"{LIST}?said=ended"
    assert "Closed on Sunday" not in home()
    row = Announcement.objects.get()
    assert (row.ended_at, row.ended_by) == (clock.at, "dee")
    assert (last_event().deed, last_event().details["announcement"]) == ("announcement-ended", number)
    assert dee.do(f"{LIST}{number}/end/", f"announcement {number}")["X-Strongroom-Reason"] == "announcement-unknown"


def test_it_is_shown_from_its_beginning_to_its_end(clock: Clock) -> None:
    made(clock, begins=1, ends=2)

    for hours, is_shown in ((0, False), (1, True), (1, False)):
        clock.go_on(hours=hours)
        forget_announced()  # the clock goes on by hours at once; what a process keeps it keeps for seconds
        assert ("Closed on Sunday" in home()) is is_shown


def test_what_is_planned_for_later_does_not_crowd_out_what_is_shown_now(clock: Clock) -> None:
    made(clock)
    for number in range(20):
        made(clock, text=f"Later {number}", begins=number + 1, ends=100)

    assert "Closed on Sunday" in home()


def test_pages_ask_the_database_rarely(clock: Clock, django_assert_num_queries: Commits) -> None:
    made(clock)
    Client().get("/account/sign-in/")

    with django_assert_num_queries(0):
        page = Client(HTTP_ACCEPT="text/html").get("/account/sign-in/")

    assert "Closed on Sunday" in page.content.decode()


def test_another_process_shows_it_within_ten_seconds(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    at = 1000.0
    monkeypatch.setattr("strongroom.console.queries.announced.time.monotonic", lambda: at)
    assert "Closed on Sunday" not in home()

    made(clock)

    assert "Closed on Sunday" not in home()
    at += 10
    assert "Closed on Sunday" in home()


def test_a_database_that_is_away_shows_none_and_is_not_asked_at_once_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def away(**_: object) -> None:
        asked.append(1)
        raise DatabaseError

    monkeypatch.setattr("strongroom.console.queries.announced.load_announced", away)

    for _ in range(3):
        assert Client(HTTP_ACCEPT="text/html").get("/account/sign-in/").status_code == 200
    assert asked == [1]


def test_only_the_newest_few_are_shown(clock: Clock) -> None:
    for number in range(5):
        made(clock, text=f"News {number}", begins=number - 10)

    page = home()

    assert [number for number in range(5) if f"News {number}" in page] == [2, 3, 4]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"english": ""}, "announcement-text"),
        ({"french": "  "}, "announcement-text"),
        ({"english": "x" * 501}, "announcement-text"),
        ({"english": "turned \u202e round"}, "announcement-text"),
        ({"ends": ""}, "announcement-times"),
        ({"ends": "tomorrow"}, "announcement-times"),
        ({"ends": "2001-01-01T00:00"}, "announcement-times"),
        ({"begins": "2999-01-01T00:00"}, "announcement-times"),
        ({"office": "abc"}, "reason-missing"),
    ],
)
def test_a_wrong_entry_shows_the_form_again_and_announces_nothing(
    changed: dict[str, str], reason: str, dee: Staff, clock: Clock
) -> None:
    answer = dee.do(MAKE, TARGET, **entry(clock, **changed))

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (400, reason)
    page = assert_valid_page(answer)
    if "french" not in changed:
        assert "Fermé dimanche" in page
    assert '<option value="warning" selected>' in page
    assert not Announcement.objects.exists()


def test_without_a_proof_one_is_led_to_it_first(dee: Staff, clock: Clock) -> None:
    number = made(clock)
    dee.prove("announcement 999")

    for address, target in ((MAKE, TARGET), (f"{LIST}{number}/end/", f"announcement {number}")):
        assert dee.get(address)["Location"] == prove_page(target, address)
        assert dee.at.post(address, office=WHY, **entry(clock))["Location"] == prove_page(target, address)
    assert Announcement.objects.filter(ended_at=None).count() == 1


def test_markup_in_an_announcement_is_text(dee: Staff, clock: Clock) -> None:
    made(clock, text=HOSTILE.replace("\u202e", "").replace("\u0007", ""))

    assert "<script>alert" not in home()
    text = assert_valid_page(dee.get(LIST))
    assert "<script>alert" not in text
    assert "shown now" in text


def test_the_forms_and_the_list_are_pages_that_everybody_can_use(dee: Staff, clock: Clock) -> None:
    number = made(clock)
    made(clock, begins=1, ends=2)
    end_announcement(by=OPERATOR, now=clock.at, announcement=made(clock), office=WHY)
    for target in (TARGET, f"announcement {number}"):
        dee.prove(target)

    assert_valid_page(dee.get(MAKE))
    assert "Closed on Sunday" in assert_valid_page(dee.get(f"{LIST}{number}/end/"))
    page = shown(dee.get(LIST))
    assert all(words in page for words in ("shown now", "to come", "over", f"ended by {OPERATOR.name}"))
    assert text_of(dee.get(f"{LIST}999/end/"))
    assert dee.get(f"{LIST}999/end/").status_code == 404
