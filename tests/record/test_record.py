"""The record: written with the change it tells of, and by nobody changed or dropped."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction

from strongroom.accounts.models import Account
from strongroom.projects.actions.adding import add_project
from strongroom.projects.models import Project
from strongroom.record.actions import LONGEST_CLIENT, record_event
from strongroom.record.models import Event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import system
from strongroom.terms.names import parse_project_name
from tests.cast import NOW, OPERATOR, add_person

pytestmark = pytest.mark.django_db

HAM = Subject(SubjectKind.PROJECT, "ham")


def record_one() -> Event:
    record_event(by=OPERATOR, now=NOW, deed=Deed.PROJECT_ADDED, subject=HAM, details={"colour": "pink"})
    return Event.objects.get()


def test_an_event_says_who_did_what_when_from_where_and_by_which_token() -> None:
    actor = add_person("ada").actor

    record_event(by=actor, now=NOW, deed=Deed.RELEASE_YANKED, subject=HAM)

    event = Event.objects.latest("id")
    assert (event.at, event.deed, event.actor_kind, event.actor_name) == (NOW, "release-yanked", "account", "ada")
    assert (event.actor_account, event.actor_token) == (actor.account, "")
    assert (event.address, event.client) == ("127.0.0.1", "tests/1.0")
    assert (event.subject_kind, event.subject_name, event.details) == ("project", "ham", {})
    assert str(event) == "2026-11-23 12:00 ada release-yanked ham"


def test_a_client_with_a_very_long_name_is_kept_in_part() -> None:
    actor = dataclasses.replace(system(), client="x" * 5000)

    record_event(by=actor, now=NOW, deed=Deed.PROJECT_ADDED, subject=HAM)

    assert Event.objects.get().client == "x" * LONGEST_CLIENT


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_event SET actor_name = 'mallory'",
        "UPDATE record_event SET id = id",
        "DELETE FROM record_event",
        "DELETE FROM record_event WHERE deed = 'project-added'",
    ],
)
def test_the_database_itself_refuses_to_change_or_drop_an_event(statement: str) -> None:
    record_one()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Event.objects.get().actor_name == "olga"


def test_the_record_cannot_be_emptied_where_the_database_knows_how() -> None:
    record_one()
    if connection.vendor == "postgresql":
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("TRUNCATE record_event")

    assert Event.objects.count() == 1


def test_the_record_cannot_be_changed_through_its_rows_either() -> None:
    event = record_one()
    event.actor_name = "mallory"

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.update(deed="nothing")


def test_an_event_outside_a_transaction_is_a_fault() -> None:
    # A thread has a connection of its own, and this one is in no transaction.
    with ThreadPoolExecutor(1) as thread:
        outside = thread.submit(record_event, by=OPERATOR, now=NOW, deed=Deed.PROJECT_ADDED, subject=HAM)
        error = outside.exception()

    assert isinstance(error, RuntimeError)
    assert "in the transaction of the change" in str(error)
    assert not Event.objects.exists()


def test_an_event_goes_with_the_change_that_failed() -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        add_project(by=OPERATOR, now=NOW, name=parse_project_name("ham"))
        raise ZeroDivisionError

    assert not Project.objects.exists()
    assert not Event.objects.exists()


def test_the_record_outlives_account_and_project() -> None:
    ada = add_person("ada")
    with transaction.atomic():
        add_project(by=ada.actor, now=NOW, name=parse_project_name("ham"))
    count = Event.objects.count()

    Project.objects.all().delete()
    Account.objects.all().delete()

    assert Event.objects.count() == count
    assert Event.objects.filter(actor_name="ada", subject_name="ham").count() == 2
