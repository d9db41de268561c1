"""Which projects could be installed at an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from strongroom.projects.models import File, Project, Release
from strongroom.projects.queries.eligible import list_installable
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from tests.cast import OPERATOR
from tests.criticality.harvest import LONG_AGO, add_projects, file_of

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, tzinfo=UTC)
NOW = AT + timedelta(hours=3)
TICK = timedelta(microseconds=1)


def installable(at: datetime = AT) -> list[str]:
    return list(list_installable(at, now=NOW))


def note(deed: Deed, at: datetime, **details: str) -> None:
    with transaction.atomic():
        subject = Subject(SubjectKind.PROJECT, "ham")
        record_event(by=OPERATOR, now=at, deed=deed, subject=subject, details={**details})


def test_what_has_a_file_can_be_installed_and_names_come_sorted() -> None:
    add_projects(["spam", "ham-2", "ham", "ham0"])

    assert installable() == ["ham", "ham-2", "ham0", "spam"]


def test_an_empty_index_has_none() -> None:
    assert installable() == []


@pytest.mark.parametrize(("made", "is_there"), [(AT - TICK, True), (AT, False)], ids=["before", "at midnight"])
def test_what_came_at_midnight_or_later_was_not_there(made: datetime, *, is_there: bool) -> None:
    add_projects(["ham"], at=made)

    assert installable() == (["ham"] if is_there else [])


@pytest.mark.parametrize(("uploaded", "is_there"), [(AT - TICK, True), (AT, False)], ids=["before", "at midnight"])
def test_a_project_counts_from_its_first_file(uploaded: datetime, *, is_there: bool) -> None:
    add_projects(["ham"])
    File.objects.update(uploaded_at=uploaded)

    assert installable() == (["ham"] if is_there else [])


def test_a_project_made_at_midnight_was_not_there_whatever_its_files_say() -> None:
    add_projects(["ham"])
    Project.objects.update(created_at=AT)

    assert installable() == []
    assert installable(AT + TICK) == ["ham"]


@pytest.mark.parametrize("rows", [Project, Release, File], ids=["project", "release", "file"])
@pytest.mark.parametrize(("deleted", "is_there"), [(AT - TICK, False), (AT, True)], ids=["before", "at midnight"])
def test_what_was_deleted_before_midnight_was_not_there(
    rows: type[Project | Release | File], deleted: datetime, *, is_there: bool
) -> None:
    add_projects(["ham"])
    rows.objects.update(deleted_at=deleted)

    assert installable() == (["ham"] if is_there else [])


def test_one_file_that_is_left_is_enough() -> None:
    add_projects(["ham"])
    File.objects.update(deleted_at=LONG_AGO)
    file_of(Release.objects.get(), at=LONG_AGO).save()

    assert installable() == ["ham"]


def test_a_project_without_files_cannot_be_installed() -> None:
    add_projects(["ham"])
    File.objects.all().delete()

    assert installable() == []


@pytest.mark.parametrize("is_whole", [True, False], ids=["the project", "its release"])
def test_what_was_purged_since_still_was_there_on_that_day(*, is_whole: bool) -> None:
    add_projects(["ham"])
    File.objects.all().delete()
    (Project if is_whole else Release).objects.update(deleted_at=AT, purged_at=NOW)
    Release.objects.update(purged_at=NOW)

    assert installable() == ["ham"]
    assert installable(AT + TICK) == []


@pytest.mark.parametrize("status", ["active", "archived", "deprecated"])
def test_every_status_but_quarantine_counts(status: str) -> None:
    add_projects(["ham"], status=status)

    assert installable() == ["ham"]


def test_a_quarantined_project_does_not_count() -> None:
    add_projects(["ham"], status="quarantined")

    assert installable() == []


def test_a_quarantine_since_then_does_not_change_that_day() -> None:
    add_projects(["ham"], status="quarantined")
    note(Deed.STATUS_CHANGED, AT, status="quarantined")

    assert installable() == ["ham"]
    assert installable(AT + TICK) == []


def test_a_quarantine_lifted_since_then_does_not_change_that_day() -> None:
    add_projects(["ham"], status="active")
    note(Deed.STATUS_CHANGED, AT - timedelta(days=2), status="quarantined")
    note(Deed.STATUS_CHANGED, AT, status="active")

    assert installable() == []
    assert installable(AT + TICK) == ["ham"]
    assert installable(AT - timedelta(days=3)) == ["ham"]


def test_the_last_status_before_that_day_is_the_one_that_counts() -> None:
    add_projects(["ham"], status="quarantined")
    for days, status in ((4, "quarantined"), (2, "archived"), (-1, "quarantined")):
        note(Deed.STATUS_CHANGED, AT - timedelta(days=days, hours=-2), status=status)

    assert list_installable(AT, now=AT + timedelta(days=9)) == ["ham"]
    assert list_installable(AT - timedelta(days=3), now=AT + timedelta(days=9)) == []


def test_a_project_that_was_restored_since_was_deleted_on_that_day() -> None:
    add_projects(["ham"])
    note(Deed.PROJECT_DELETED, AT - timedelta(days=1))
    note(Deed.PROJECT_RESTORED, AT + timedelta(hours=1))

    assert installable() == []
    assert installable(AT - timedelta(days=2)) == ["ham"]


def test_the_record_of_others_says_nothing_of_a_project() -> None:
    add_projects(["ham", "spam"])
    note(Deed.STATUS_CHANGED, AT - timedelta(days=1), status="quarantined")
    note(Deed.STATUS_CHANGED, AT, status="active")

    assert installable() == ["spam"]


def test_the_number_of_questions_does_not_grow_with_the_index() -> None:
    add_projects(f"p{number}" for number in range(30))

    with CaptureQueriesContext(
        connection,
    ) as asked:
        installable()

    assert len(asked) == 2
