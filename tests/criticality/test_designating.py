"""A designation is for good: it is made once, is recorded, and nothing takes it back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from strongroom.criticality.actions import designating, showing
from strongroom.criticality.actions.designating import designate_name
from strongroom.criticality.actions.showing import show_designations
from strongroom.criticality.models import Untold
from strongroom.projects.actions.pages import mark_pages_due
from strongroom.projects.models import Designation, DuePage, Project
from strongroom.projects.queries.critical import critical_among, is_critical, load_designation
from strongroom.record.models import Event
from strongroom.terms.names import NormalizedName, parse_project_name
from strongroom.terms.refusals import Reason, Refused
from tests.cast import OPERATOR
from tests.criticality.harvest import DAY, NOW, add_projects

pytestmark = pytest.mark.django_db

HAM = NormalizedName("ham")
WHY = "every build of ours needs it"


def name_critical(name: str = "Ham", why: str = WHY) -> None:
    with transaction.atomic():
        designate_name(by=OPERATOR, now=NOW, name=parse_project_name(name), sentence=why)


def test_an_operator_names_a_project_critical() -> None:
    [project] = add_projects(["ham"])
    Project.objects.update(display_name="HAM")

    name_critical()

    found = load_designation(HAM)
    assert found is not None
    assert (found.display_name, found.since, found.reason, found.sentence) == ("HAM", DAY, "operator", WHY)
    assert (found.run, found.rank, found.total, found.threshold) == (None, None, None, None)
    assert Designation.objects.get().project_id == project.pk
    assert Untold.objects.get().normalized_name == "ham"
    event = Event.objects.get()
    assert (event.deed, event.subject_kind, event.subject_name) == ("became-critical", "project", "ham")
    assert (event.actor_name, event.details["sentence"]) == ("olga", WHY)


def test_a_name_is_critical_from_the_first_second_of_its_project() -> None:
    name_critical("Not_Yet.There")

    assert is_critical(NormalizedName("not-yet-there"))
    assert Designation.objects.get().display_name == "Not_Yet.There"

    add_projects(["not-yet-there"], at=NOW + timedelta(days=1))
    assert critical_among([NormalizedName("not-yet-there"), HAM]) == {"not-yet-there": DAY}


def test_it_outlives_the_project() -> None:
    add_projects(["ham"])
    name_critical()

    Project.objects.update(deleted_at=NOW)
    assert is_critical(HAM)
    Project.objects.all().delete()
    assert is_critical(HAM)


def test_a_name_is_made_critical_once() -> None:
    name_critical()

    with pytest.raises(Refused) as refused:
        name_critical("HAM")

    assert refused.value.reason is Reason.ALREADY_CRITICAL
    assert (Designation.objects.count(), Event.objects.count()) == (1, 1)


def test_whoever_comes_second_at_the_same_moment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    name_critical()
    monkeypatch.setattr(designating, "is_critical", lambda _: False)

    with pytest.raises(Refused) as refused:
        name_critical()

    assert refused.value.reason is Reason.ALREADY_CRITICAL
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    "attempt",
    [
        pytest.param(lambda: Designation.objects.update(day=DAY - timedelta(days=1)), id="update by the ORM"),
        pytest.param(lambda: Designation.objects.get().save(), id="save"),
        pytest.param(lambda: Designation.objects.all().delete(), id="delete by the ORM"),
        pytest.param(lambda: Designation.objects.get().delete(), id="delete one"),
        pytest.param(lambda: run("UPDATE projects_designation SET reason = 'x'"), id="raw UPDATE"),
        pytest.param(lambda: run("DELETE FROM projects_designation"), id="raw DELETE"),
        pytest.param(lambda: run("DELETE FROM projects_designation WHERE normalized_name = 'ham'"), id="of one"),
    ],
)
def test_the_database_itself_refuses_to_change_or_drop_one(attempt: object) -> None:
    name_critical()
    before = list(Designation.objects.values_list())

    with pytest.raises(DatabaseError, match="a designation is for good"), transaction.atomic():
        attempt()  # type: ignore[operator]

    assert list(Designation.objects.values_list()) == before


def test_the_table_cannot_be_emptied_where_the_database_knows_how() -> None:
    name_critical()
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="a designation is for good"), transaction.atomic():
            run("TRUNCATE projects_designation")

    assert Designation.objects.count() == 1


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_pages_of_newly_critical_projects_are_published_anew() -> None:
    add_projects(["ham", "gone", "spam"])
    Project.objects.filter(normalized_name="gone").update(deleted_at=NOW)
    for name in ("ham", "gone", "nobodys"):
        name_critical(name)

    assert show_designations(by=OPERATOR, now=NOW) == 1
    assert list(DuePage.objects.values_list("normalized_name", flat=True)) == ["ham"]
    assert not Untold.objects.filter(is_shown=False).exists()
    assert Untold.objects.count() == 3

    assert show_designations(by=OPERATOR, now=NOW) == 0


def test_showing_goes_on_where_a_killed_process_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"p{number}" for number in range(7)]
    add_projects(names)
    for name in names:
        name_critical(name)
    monkeypatch.setattr(showing, "_AT_ONCE", 2)
    done: list[str] = []

    def killed(project: Project) -> None:
        if len(done) == 3:
            raise KeyboardInterrupt
        mark_pages_due(project)
        done.append(project.normalized_name)

    monkeypatch.setattr(showing, "mark_pages_due", killed)
    with pytest.raises(KeyboardInterrupt):
        show_designations(by=OPERATOR, now=NOW)
    assert Untold.objects.filter(is_shown=True).count() == 2
    monkeypatch.setattr(showing, "mark_pages_due", mark_pages_due)

    assert show_designations(by=OPERATOR, now=NOW) == 5
    assert DuePage.objects.count() == 7
