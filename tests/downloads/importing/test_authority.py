"""Which source counts on which days, changed by those who run the index."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from strongroom.console.actions.downloads import change_authority
from strongroom.downloads.actions.rolling import roll_days
from strongroom.downloads.models import Day, DayCount
from strongroom.downloads.queries.sources import list_sources
from strongroom.downloads.rules.periods import Period
from strongroom.downloads.rules.sources import SourceKind
from strongroom.gear.mill import Mill
from strongroom.record.models import Event
from strongroom.terms.refusals import Reason, Refused
from tests.downloads.importing.samples import ADA, DAY, NOW, fastly_line, nginx_line, put, take, text
from tests.downloads.noting import counts_of

pytestmark = pytest.mark.django_db

WEEK = Period(DAY - timedelta(6), DAY)


def change(kind: SourceKind, period: Period = WEEK, why: str = "nginx lost half of them") -> list[date]:
    return change_authority(by=ADA, now=NOW, kind=kind, period=period, office=why)


@pytest.fixture
def both(mill: Mill, tmp_path: Path) -> None:
    """A day of which nginx tells of one download and the edge of two; nginx came first, and was counted."""
    take(mill, put(tmp_path, text(nginx_line()), name="nginx.log"))
    take(mill, put(tmp_path, text(fastly_line(), fastly_line()), name="edge.log"))
    roll_days(now=NOW, mill=mill)


@pytest.mark.usefixtures("both")
def test_another_source_counts_from_then_on_and_its_day_is_added_up_anew(mill: Mill) -> None:
    before = DayCount.objects.get()

    assert change(SourceKind.FASTLY) == [DAY]

    assert (Day.objects.get().kind, Day.objects.get().is_stale) == ("fastly", True)
    event = Event.objects.latest("id")
    assert (event.deed, event.actor_name, event.subject_name) == ("authority-changed", "ada", "downloads")
    assert event.details == {
        "kind": "fastly",
        "first": "2026-11-22",
        "last": "2026-11-22",
        "days": 1,
        "reason": "nginx lost half of them",
    }
    assert roll_days(now=NOW, mill=mill) == [DAY]
    assert counts_of(mill, DAY) == {"ham-egg": {"counted": 2, "ci": 2}}
    # What a run read before stands.
    assert DayCount.objects.get(revision=before.revision).sha256 == before.sha256


@pytest.mark.usefixtures("both")
def test_a_source_that_counts_already_is_left_as_it_is() -> None:
    events = Event.objects.count()
    assert change(SourceKind.NGINX) == []
    assert not Day.objects.get().is_stale
    assert Event.objects.count() == events


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(
    ("kind", "period", "why", "reason"),
    [
        (SourceKind.OWN, WEEK, "lost half", Reason.AUTHORITY_NO_EVENTS),
        (SourceKind.FASTLY, Period(DAY - timedelta(9), DAY - timedelta(1)), "lost half", Reason.AUTHORITY_NO_EVENTS),
        (SourceKind.FASTLY, Period(DAY, DAY - timedelta(1)), "lost half", Reason.PERIOD_INVALID),
        (SourceKind.FASTLY, WEEK, " \t", Reason.REASON_MISSING),
    ],
)
def test_what_cannot_be_changed_is_refused(kind: SourceKind, period: Period, why: str, reason: Reason) -> None:
    events = Event.objects.count()
    with pytest.raises(Refused) as refused:
        change(kind, period, why)
    assert refused.value.reason is reason
    assert (Day.objects.get().kind, Day.objects.get().is_stale, Event.objects.count()) == ("nginx", False, events)


@pytest.mark.usefixtures("both")
def test_sources_are_listed_newest_first(mill: Mill, tmp_path: Path) -> None:
    take(mill, put(tmp_path, text(nginx_line(), "{"), name="last.log"), now=NOW + timedelta(1))
    found = list_sources(2)
    assert [(one.name, one.kind, one.read, one.kept) for one in found] == [
        ("last.log", SourceKind.NGINX, 2, 1),
        ("edge.log", SourceKind.FASTLY, 2, 2),
    ]
    assert found[0].skipped == {"cannot be read": [1, 2]}
