"""The record's page: found by deed, actor, subject and day, a page at a time, in a few questions; all of it hostile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from strongroom.console.views.record import EVENTS_ON_A_PAGE
from strongroom.record.actions import record_event
from strongroom.record.models import Event
from strongroom.record.queries import FoundEvent, Search, search_events
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import Actor, ActorKind
from tests.console.staffing import HOSTILE, Staff, shown
from tests.factors.people import Visitor
from tests.site.html_check import assert_valid_page

pytestmark = pytest.mark.django_db

RECORD = "/staff/record/"
DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
Asserts = Callable[..., AbstractContextManager[Any]]


def happen(
    count: int = 1,
    *,
    actor: str = "robot",
    deed: Deed = Deed.FILE_PUBLISHED,
    subject: str = "orchard",
    kind: SubjectKind = SubjectKind.PROJECT,
    days: int = 0,
    **details: object,
) -> None:
    for number in range(count):
        with transaction.atomic():
            record_event(
                by=Actor(ActorKind.ACCOUNT, actor, address="192.0.2.7", client=HOSTILE),
                now=DAY + timedelta(days=days, seconds=number),
                deed=deed,
                subject=Subject(kind, subject),
                details={"number": number, **details},
            )


def found(**asked: Any) -> list[FoundEvent]:  # noqa: ANN401 - whatever a search takes
    return search_events(Search(**asked))


@pytest.fixture
def past() -> None:
    happen(3)
    happen(2, actor="ada", deed=Deed.RELEASE_YANKED, days=1)
    happen(1, actor="ada", deed=Deed.SIGNED_IN, subject="ada", kind=SubjectKind.ACCOUNT, days=2)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, 6),
        ({"deed": "file-published"}, 3),
        ({"actor": "ada"}, 3),
        ({"actor": "ada", "deed": "signed-in"}, 1),
        ({"subject": "orchard"}, 5),
        ({"subject": "orchard", "subject_kind": "project"}, 5),
        ({"subject": "orchard", "subject_kind": "account"}, 0),
        ({"subject": "orchard", "actor": "ada", "deed": "release-yanked"}, 2),
        ({"subject_kind": "account"}, 1),
        ({"since": DAY + timedelta(days=1)}, 3),
        ({"until": DAY + timedelta(days=1)}, 3),
        ({"subject": "orchard", "since": DAY + timedelta(hours=1)}, 2),
        ({"since": DAY + timedelta(days=1), "until": DAY + timedelta(days=2)}, 2),
        ({"actor": "nobody"}, 0),
    ],
)
@pytest.mark.usefixtures("past")
def test_each_filter_leaves_what_fits_newest_first(asked: dict[str, Any], numbers: int) -> None:
    events = found(**asked)

    assert len(events) == numbers
    assert [one.id for one in events] == sorted((one.id for one in events), reverse=True)


@pytest.mark.parametrize("asked", [{}, {"subject": "orchard"}, {"actor": "robot"}, {"subject_kind": "project"}])
def test_pages_follow_each_other_without_a_gap_or_a_double(asked: dict[str, Any]) -> None:
    happen(7)
    Event.objects.bulk_create(
        [
            Event(
                at=DAY,
                deed="file-published",
                actor_kind="account",
                actor_name="robot",
                subject_kind="project",
                subject_name="orchard",
            )
            for _ in range(5)
        ]
    )
    seen: list[int] = []
    before = None
    while True:
        page = search_events(Search(**asked), before=before, most=4)
        seen += [one.id for one in page[:4]]
        if len(page) <= 4:
            break
        before = page[3].id

    assert sorted(seen) == sorted(Event.objects.values_list("id", flat=True))
    assert len(seen) == len(set(seen)) == 12


def test_the_page_shows_details_as_facts_and_hostile_text_as_text(dee: Staff) -> None:
    happen(
        1,
        actor=HOSTILE[:100],
        subject=HOSTILE[:250],
        reason=HOSTILE,
        listed=[HOSTILE] * 100,
        deep={"a": {"b": HOSTILE}},
    )

    page = assert_valid_page(dee.get(RECORD))

    assert "&lt;script&gt;alert" in page
    for bad in ("<script>alert", "\u202e", "\u0007"):
        assert bad not in page
    assert "<dt><bdi>reason</bdi></dt>" in page


def test_the_page_is_filtered_by_what_is_typed_however_names_are_written(dee: Staff, ada: Visitor) -> None:
    happen(1, subject="my-orchard")
    happen(1, subject="ada", kind=SubjectKind.ACCOUNT, deed=Deed.PASSWORD_CHANGED)
    happen(1, actor="ada", subject="other", days=1)

    for query, is_there in (
        ("?kind=project&subject=My.Orchard", "my-orchard"),
        ("?kind=account&subject=ADA&deed=password-changed", "password-changed"),
        ("?actor=ADA", "other"),
        ("?since=2026-03-02&until=2026-03-02", "other"),
    ):
        page = shown(dee.get(RECORD + query))
        assert f">{is_there}<" in page, query
        assert page.count('<td data-label="When">') == 1, query
    assert "Nothing is recorded" in shown(dee.get(f"{RECORD}?since=2001-01-01&until=2001-01-02"))


def test_a_page_leads_to_the_next_with_the_same_filters(dee: Staff) -> None:
    happen(EVENTS_ON_A_PAGE + 1)

    page = shown(dee.get(f"{RECORD}?actor=robot"))
    last = Event.objects.filter(actor_name="robot").order_by("-id")[EVENTS_ON_A_PAGE - 1]

    assert f'href="?actor=robot&amp;before={last.pk}"' in page
    following = shown(dee.get(f"{RECORD}?actor=robot&before={last.pk}"))
    assert following.count('<td data-label="When">') == 1
    assert "Next page" not in following
    assert "To the beginning" in following


@pytest.mark.parametrize(
    "query",
    [
        "?since=yesterday&until=9999-12-31",
        "?before=x&deed=nothing&kind=planet",
        "?before=999999999999999999999",
        "?before=%00&actor=%00&subject=%00&since=%00",
        "?actor=" + "x" * 5000,
        "?kind=account&subject=%F0%9F%92%A5%E2%80%AE",
    ],
)
def test_what_nobody_would_type_breaks_nothing(query: str, dee: Staff) -> None:
    page = assert_valid_page(dee.get(RECORD + query))
    if "yesterday" in query:
        assert "The one that was typed was left out." in page


def test_a_page_takes_few_questions_however_much_it_shows(dee: Staff) -> None:
    happen(2)
    dee.get(RECORD)
    with CaptureQueriesContext(connection) as few:
        dee.get(f"{RECORD}?actor=robot")
    happen(60)
    with CaptureQueriesContext(connection) as many:
        dee.get(f"{RECORD}?actor=robot")

    assert len(many) == len(few) <= 8


def test_the_record_is_still_final_after_its_indexes_were_added() -> None:
    happen(1)

    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Event.objects.update(deed="other")
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        Event.objects.all().delete()
