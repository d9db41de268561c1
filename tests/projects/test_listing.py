"""The list of projects that visitors can find follows every change, in the transaction of that change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from strongroom.accounts.rules.proving import Dangerous
from strongroom.projects.actions.listing import note_downloads
from strongroom.projects.models import Classifier, Collaboration, Listing, Project, Release
from strongroom.projects.publishing import Outlet, outlet_of
from strongroom.projects.queries.search import list_classifiers, list_newest_projects, list_newest_releases, search
from strongroom.projects.rules.roles import Role
from strongroom.terms.actors import AccountId, Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from strongroom.upkeep.actions.deleting import (
    delete_file,
    delete_project,
    delete_release,
    restore_file,
    restore_project,
    restore_release,
)
from strongroom.upkeep.actions.releases import unyank_release, yank_release
from strongroom.upkeep.actions.statuses import change_status
from tests.accounts.entering import actor_with, add_ada, prove, sign_in
from tests.cast import NOW, OPERATOR, add_person
from tests.projects.shelved import add_wheel, shelve
from tests.racing import Track, fresh_database, uploading
from tests.uploads.door import multipart, send, wheel_upload

pytestmark = pytest.mark.django_db

HAM = NormalizedName("ham")
BEFORE, AFTER = "0004_console_lists", "0007_fulltext_index"


@pytest.fixture
def ada() -> Actor:
    """Ada, signed in, who owns ham with its releases 1.0 and 2.0, a day apart."""
    account: AccountId = add_ada()
    shelve("Ham", "One", version="1.0", keywords=["pork"], classifiers=["Framework :: Pytest"])
    project = shelve("Ham", "Two", version="2.0", keywords=["meat"], now=NOW + timedelta(days=1))
    Collaboration.objects.create(project=project, account_id=account, role=Role.OWNER.value, since=NOW)
    return actor_with(sign_in())


def outlet() -> Outlet:
    return outlet_of(settings.STRONGROOM)


def shown() -> tuple[str, str, str] | None:
    """What visitors find of ham: its version, its summary, and the day of its newest upload."""
    hits = search("ham").hits
    return (hits[0].version, hits[0].summary, f"{hits[0].updated_at - NOW}") if hits else None


def finds(*words: str) -> list[bool]:
    """Whether each word finds ham."""
    return [bool(search(word).hits) for word in words]


ONE, TWO = ("1.0", "One", "0:00:00"), ("2.0", "Two", "1 day, 0:00:00")


def test_an_upload_is_found_at_once_by_what_its_newest_release_says(ada: Actor) -> None:
    assert shown() == TWO
    assert finds("ham", "two", "meat", "one", "pork") == [True, True, True, False, False]
    assert list_classifiers() == []


def test_an_older_version_uploaded_later_changes_when_but_not_what(ada: Actor) -> None:
    shelve("ham", "Old", version="0.9", now=NOW + timedelta(days=5))

    assert shown() == ("2.0", "Two", "5 days, 0:00:00")


def test_an_upload_through_the_door_is_listed_with_what_its_archive_says() -> None:
    upload = wheel_upload("Eggs_Spam", "1.0", summary="Breakfast in a box")

    assert send(upload, add_person("ada").basic).status_code == 200

    (hit,) = search("breakfast").hits
    assert (hit.name, hit.display_name, hit.version) == ("eggs-spam", "Eggs_Spam", "1.0")


def test_a_yank_shows_the_release_before_and_an_un_yank_the_yanked_one_again(ada: Actor) -> None:
    yank_release(by=ada, now=NOW, name=HAM, version="2.0", reason="", outlet=outlet())
    assert shown() == ("1.0", "One", "1 day, 0:00:00")
    assert (finds("two", "one"), list_classifiers()) == ([False, True], [("Framework :: Pytest", 1)])
    assert [one.version for one in list_newest_releases(5)] == ["1.0"]

    unyank_release(by=ada, now=NOW, name=HAM, version="2.0", outlet=outlet())
    assert (shown(), finds("two", "one"), list_classifiers()) == (TWO, [True, False], [])


def test_a_deleted_release_is_found_no_more_until_it_is_restored(ada: Actor) -> None:
    prove(ada, Dangerous.DELETE, target=HAM)
    delete_release(by=ada, now=NOW, name=HAM, version="2.0", typed="2.0", outlet=outlet())
    assert (shown(), finds("two")) == (ONE, [False])

    restore_release(by=ada, now=NOW, name=HAM, version="2.0", outlet=outlet())
    assert (shown(), finds("two")) == (TWO, [True])


def test_a_deleted_file_is_no_longer_the_newest_upload_until_it_is_restored(ada: Actor) -> None:
    add_wheel(Release.objects.get(version="1.0"), now=NOW + timedelta(days=9))
    assert shown() == ("2.0", "Two", "9 days, 0:00:00")

    prove(ada, Dangerous.DELETE, target=HAM)
    wheel = "ham-1.0-py3-none-any.whl"
    delete_file(by=ada, now=NOW, name=HAM, filename=wheel, typed=wheel, outlet=outlet())
    assert shown() == TWO

    restore_file(by=ada, now=NOW, name=HAM, filename=wheel, outlet=outlet())
    assert shown() == ("2.0", "Two", "9 days, 0:00:00")


def test_a_deleted_project_is_found_no_more_until_it_is_restored(ada: Actor) -> None:
    prove(ada, Dangerous.DELETE, target=HAM)
    delete_project(by=ada, now=NOW, name=HAM, typed="Ham", outlet=outlet())
    assert (shown(), finds("two", "meat"), Listing.objects.count()) == (None, [False, False], 0)
    assert (list_newest_projects(5), list_newest_releases(5)) == ([], [])

    restore_project(by=ada, now=NOW, name=HAM, outlet=outlet())
    assert (shown(), finds("two", "meat")) == (TWO, [True, True])


def test_a_project_without_any_release_left_is_listed_with_nothing_to_say(ada: Actor) -> None:
    for version in ("1.0", "2.0"):
        prove(ada, Dangerous.DELETE, target=HAM)
        delete_release(by=ada, now=NOW, name=HAM, version=version, typed=version, outlet=outlet())

    assert (shown(), finds("one", "two")) == (("", "", "0:00:00"), [False, False])


def test_a_quarantined_project_is_found_by_nobody_until_it_is_lifted(ada: Actor) -> None:
    quarantine: dict[str, Any] = {"by": OPERATOR, "now": NOW, "name": HAM, "outlet": outlet(), "office": "a report"}
    change_status(status=ProjectStatus.QUARANTINED, reason="malicious", **quarantine)
    assert (shown(), finds("two"), list_newest_projects(5), list_newest_releases(5)) == (None, [False], [], [])

    change_status(status=ProjectStatus.ACTIVE, reason="", **quarantine)
    assert (shown(), finds("two")) == (TWO, [True])
    assert len(list_newest_releases(5)) == 2


@pytest.mark.parametrize("status", [ProjectStatus.ARCHIVED, ProjectStatus.DEPRECATED])
def test_an_archived_or_deprecated_project_is_found_with_its_status(ada: Actor, status: ProjectStatus) -> None:
    change_status(by=ada, now=NOW, name=HAM, status=status, reason="", outlet=outlet())

    assert [hit.status for hit in search("ham").hits] == [status]


def test_classifiers_are_counted_while_projects_have_them() -> None:
    shelve("ham", classifiers=["Framework :: Django", "Framework :: Pytest"])
    shelve("spam", classifiers=["Framework :: Django", "Framework :: Django"])
    assert list_classifiers() == [("Framework :: Django", 2), ("Framework :: Pytest", 1)]

    ham = shelve("ham", version="2.0", classifiers=["Framework :: Flask"])
    assert list_classifiers() == [("Framework :: Django", 1), ("Framework :: Flask", 1)]
    assert Classifier.objects.count() == 3
    change_status(
        by=OPERATOR, now=NOW, name=HAM, status=ProjectStatus.QUARANTINED, reason="", outlet=outlet(), office="a report"
    )
    assert list_classifiers() == [("Framework :: Django", 1)]
    assert not Listing.objects.filter(pk=ham.pk).exists()


def test_a_classifier_that_no_list_can_show_is_left_out() -> None:
    shelve("ham", classifiers=["Private :: " + "x" * 300, "", "Private ::\x1b ok"])

    assert list_classifiers() == [("Private :: ok", 1)]


def test_downloads_stay_through_changes_and_are_set_by_name() -> None:
    shelve("ham", downloads=5)
    shelve("spam")

    note_downloads({NormalizedName("ham"): 10**12, NormalizedName("gone"): 3})
    shelve("ham", version="2.0")

    assert dict(Listing.objects.values_list("name", "downloads")) == {"ham": 10**12, "spam": 0}
    note_downloads({})
    note_downloads({NormalizedName("ham"): 0})
    assert Listing.objects.get(name="ham").downloads == 0


def test_a_change_that_is_rolled_back_leaves_the_list_as_it_was(ada: Actor) -> None:
    with transaction.atomic():
        shelve("ham", "Three", version="3.0")
        transaction.set_rollback(True)

    assert (shown(), finds("three")) == (TWO, [False])


def kept() -> int:
    """How many projects the full text knows."""
    where = "WHERE projects_fulltext MATCH 'marks : d *'" if connection.vendor == "sqlite" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM projects_fulltext {where}")
        return int(cursor.fetchone()[0])


def test_the_full_text_has_what_the_list_has_and_no_more(ada: Actor) -> None:
    shelve("spam")
    assert kept() == 2
    Listing.objects.filter(name="ham").delete()
    assert (kept(), finds("two", "spam")) == (1, [False, True])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO projects_fulltext(projects_fulltext) VALUES ('integrity-check')")


def test_uploads_at_the_same_moment_are_all_listed_and_their_classifiers_counted(tmp_path: Path) -> None:
    said = ["Classifier: Framework :: Pytest", "Classifier: Framework :: Django"]
    uploads = [wheel_upload("same", f"1.{number}", extra_headers=said) for number in range(3)]
    uploads += [wheel_upload(f"other-{number}", "1.0", extra_headers=said) for number in range(3)]
    bodies = [("ada", multipart(upload.parts)) for upload in uploads]

    with fresh_database() as url:
        track = Track(tmp_path, url)
        answers = track.race(uploading(*bodies))["answers"]
        looked = track.race({"call": "tests.projects.test_listing:look_at_list", "told": None})

    assert [status for status, *_ in answers] == [200] * 6
    assert looked == {
        "listed": [["other-0", "1.0"], ["other-1", "1.0"], ["other-2", "1.0"], ["same", "1.2"]],
        "classifiers": [["Framework :: Django", 4], ["Framework :: Pytest", 4]],
        "found": 4,
    }


def look_at_list() -> dict[str, Any]:
    """What stands in the list, after a race."""
    return {
        "listed": [list(row) for row in Listing.objects.order_by("name").values_list("name", "version")],
        "classifiers": [list(row) for row in list_classifiers()],
        "found": search("", classifiers=["Framework :: Pytest"]).total,
    }


def test_an_index_from_before_is_listed_whole_by_the_migration(tmp_path: Path) -> None:
    with fresh_database() as url:
        looked = Track(tmp_path, url).race({"call": "tests.projects.test_listing:migrate_there_and_back", "told": None})

    assert looked["gone"]
    assert looked["again"] == looked["before"]
    assert [row[0] for row in looked["before"]["rows"]] == [
        "eggs",
        *(f"filler-{number:04}" for number in range(600)),
        "ham",
    ]
    assert looked["before"]["found"] == {"eggs": ["eggs"], "fill": 20, "two": ["ham"], "quarantined": [], "deleted": []}


def migrate_there_and_back() -> dict[str, Any]:
    """What is listed and found before the list is taken away, and after it is made anew from everything there is."""
    from django.core.management import call_command

    shelve("Ham", "One", version="1.0", classifiers=["Framework :: Pytest"])
    shelve(
        "ham", "Two", version="2.0", keywords=["meat"], classifiers=["Framework :: Flask"], now=NOW + timedelta(days=1)
    )
    shelve("ham", "Three", version="3.0rc1", now=NOW + timedelta(days=2))
    shelve("eggs", {"odd": 1}, classifiers=["Framework :: Flask"])
    shelve("quarantined-one", "quarantined")
    shelve("deleted-one", "deleted")
    filler = [
        Project(
            normalized_name=f"filler-{number:04}",
            display_name=f"Filler_{number}",
            lookalike_key=f"f1{number}",
            created_at=NOW,
        )
        for number in range(600)
    ]
    Project.objects.bulk_create(filler)
    _refresh_all()
    before = _whole_list()
    call_command("migrate", "projects", BEFORE, verbosity=0, interactive=False)
    gone = not {"projects_listing", "projects_fulltext"} & set(connection.introspection.table_names())
    call_command("migrate", "projects", AFTER, verbosity=0, interactive=False)
    return {"before": before, "gone": gone, "again": _whole_list()}


def _refresh_all() -> None:
    from strongroom.projects.actions.listing import refresh_listing, sketch_listing

    Project.objects.filter(normalized_name="quarantined-one").update(status="quarantined")
    Project.objects.filter(normalized_name="deleted-one").update(deleted_at=NOW)
    with transaction.atomic():
        for project in Project.objects.all():
            refresh_listing(project, sketch_listing(project))


def _whole_list() -> dict[str, Any]:
    columns = ("name", "display_name", "summary", "keywords", "words", "heads", "version", "created_at", "updated_at")
    rows = [[str(value) for value in row] for row in Listing.objects.order_by("name").values_list(*columns)]
    found: dict[str, Any] = {
        word: [hit.name for hit in search(word).hits] for word in ("eggs", "two", "quarantined", "deleted")
    }
    return {
        "rows": rows,
        "classifiers": [list(row) for row in list_classifiers()],
        "found": {**found, "fill": len(search("fill").hits)},
    }
