"""What can be restored no more is removed: bytes, then rows; names, roles and the record stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from strongroom.gear.settings import Settings
from strongroom.gear.withholding import Withholding
from strongroom.projects.models import Collaboration, Description, File, Project, Release, TakenFilename
from strongroom.projects.rules.deletion import UNDO_PERIOD
from strongroom.record.models import Event
from strongroom.site.keeper import FIRST_PURGE, PURGE_ROUNDS, _one_round
from strongroom.terms.actors import system
from strongroom.terms.refusals import Reason
from strongroom.upkeep.actions import purging
from strongroom.upkeep.actions.deleting import restore_file, restore_project, restore_release
from strongroom.upkeep.actions.purging import purge_deleted
from tests.cast import NOW, basic, token_for
from tests.upkeep.keepers import HAM, Team, outlet, publish, refused_without_a_trace, team
from tests.uploads.door import listed, sdist_upload, send, wheel_upload

pytestmark = pytest.mark.django_db

WHEEL, SDIST, NEXT = wheel_upload("ham", "1.0"), sdist_upload("ham", "1.0"), wheel_upload("ham", "2.0")
OVER, MOMENT = NOW + UNDO_PERIOD, timedelta(microseconds=1)


@pytest.fixture
def people() -> Team:
    made = team()
    publish(WHEEL, SDIST, NEXT)
    publish(wheel_upload("eggs", "1.0"))
    return made


def purge(chosen: Settings, *, now: datetime = OVER) -> int:
    return purge_deleted(by=system(), now=now, files=chosen.files_folder)


def kept(chosen: Settings) -> set[str]:
    """Every file of ham that is left on the disk, wherever."""
    names = {path.name for path in chosen.files_folder.rglob("*") if path.is_file()}
    return {name for name in names if name.startswith("ham")}


def drop(what: str, at: datetime = NOW) -> None:
    """As the deeds leave it: marked, and published."""
    from strongroom.projects.publishing import publish_project_pages

    {
        "file": File.objects.filter(filename=WHEEL.filename),
        "release": Release.objects.filter(version="1.0", project__normalized_name="ham"),
        "project": Project.objects.filter(normalized_name="ham"),
    }[what].update(deleted_at=at)
    publish_project_pages(outlet(), HAM)


SIDE = ".metadata"
LEFT = {
    "file": {SDIST.filename, NEXT.filename, NEXT.filename + SIDE},
    "release": {NEXT.filename, NEXT.filename + SIDE},
    "project": set(),
}


@pytest.mark.parametrize("what", LEFT)
def test_after_thirty_days_the_files_are_gone_and_the_names_stay(
    what: str, people: Team, index_settings: Settings
) -> None:
    drop(what)
    whole = kept(index_settings)

    assert purge(index_settings, now=OVER - MOMENT) == 0
    assert kept(index_settings) == whole
    count = purge(index_settings)

    assert count == {"file": 1, "release": 2, "project": 3}[what]
    assert kept(index_settings) == LEFT[what]
    assert set(TakenFilename.objects.values_list("pk", flat=True)) >= {WHEEL.filename, SDIST.filename, NEXT.filename}
    assert Project.objects.count() == 2
    assert Collaboration.objects.filter(project__normalized_name="ham").count() == 2
    event = Event.objects.latest("pk")
    assert (event.deed, event.actor_kind, event.subject_name) == ("purged", "system", "ham")
    assert event.details["files"] == count
    rest = sum(File.objects.filter(release__project__normalized_name="ham").values_list("size", flat=True))
    assert Project.objects.get(normalized_name="ham").total_bytes == rest
    assert listed(index_settings, "eggs")


@pytest.mark.parametrize("what", LEFT)
def test_purging_twice_changes_nothing_more(what: str, people: Team, index_settings: Settings) -> None:
    drop(what)
    purge(index_settings)
    events = Event.objects.count()

    assert purge(index_settings) == 0
    assert Event.objects.count() == events


def test_of_two_who_purge_at_once_the_second_finds_nothing_and_records_nothing(
    people: Team, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have seen that the project is due; the second has waited for the first."""
    drop("project")
    monkeypatch.setattr(purging, "_due", lambda _: [Project.objects.get(normalized_name="ham").pk])
    purge(index_settings)
    events = Event.objects.count()

    assert purge(index_settings) == 0
    assert Event.objects.count() == events


@pytest.mark.parametrize("what", LEFT)
def test_files_that_are_missing_from_the_disk_do_not_stop_it(what: str, people: Team, index_settings: Settings) -> None:
    drop(what)
    for path in index_settings.files_folder.rglob("ham*.whl"):
        path.unlink()

    assert purge(index_settings) > 0
    assert not File.objects.filter(filename=WHEEL.filename).exists()


def test_a_process_killed_while_it_purges_leaves_rows_and_is_repeated(
    people: Team, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop("project")
    done: list[str] = []
    honest = Withholding.discard

    def die(self: Withholding, path: str) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(path)
        honest(self, path)

    with monkeypatch.context() as patched:
        patched.setattr(Withholding, "discard", die)
        with pytest.raises(KeyboardInterrupt):
            purge(index_settings)
    assert File.objects.filter(release__project__normalized_name="ham").count() == 3
    assert Project.objects.get(normalized_name="ham").purged_at is None

    assert purge(index_settings) == 3
    assert kept(index_settings) == set()


def test_a_disk_that_fails_for_one_project_does_not_hold_up_the_others(
    people: Team, index_settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    drop("project")
    Project.objects.filter(normalized_name="eggs").update(deleted_at=NOW)
    honest = Withholding.discard

    def fail(self: Withholding, path: str) -> None:
        if self.project == "ham":
            raise OSError(5, "Input/output error")
        honest(self, path)

    monkeypatch.setattr(Withholding, "discard", fail)

    assert purge(index_settings) == 1
    assert "could not be removed" in caplog.text
    assert dict(Project.objects.values_list("normalized_name", "purged_at")) == {"ham": None, "eggs": OVER}


def test_what_was_purged_is_not_restored_even_by_a_slower_clock(people: Team, index_settings: Settings) -> None:
    """Whoever restores took the time before they waited for the purge to end."""
    drop("file")
    purge(index_settings)
    by, early = people.ada.actor, OVER - MOMENT
    filed = refused_without_a_trace(
        lambda: restore_file(by=by, now=early, name=HAM, filename=WHEEL.filename, outlet=outlet())
    )
    drop("release")
    purge(index_settings)
    released = refused_without_a_trace(
        lambda: restore_release(by=by, now=early, name=HAM, version="1.0", outlet=outlet())
    )
    drop("project")
    purge(index_settings)
    whole = refused_without_a_trace(lambda: restore_project(by=by, now=early, name=HAM, outlet=outlet()))

    assert [one.reason for one in (filed, released, whole)] == [
        Reason.FILE_UNKNOWN,
        Reason.UNDO_OVER,
        Reason.UNDO_OVER,
    ]


def test_what_was_purged_is_no_longer_described(people: Team, index_settings: Settings) -> None:
    release = Release.objects.get(version="1.0", project__normalized_name="ham")
    Description.objects.update_or_create(release=release, defaults={"html": "<p>x</p>", "edition": 1})
    drop("release")

    purge(index_settings)

    release.refresh_from_db()
    assert (release.metadata, release.purged_at) == ({}, OVER)
    assert not Description.objects.filter(release=release).exists()
    assert Release.objects.get(version="2.0", project__normalized_name="ham").metadata != {}


def test_names_of_what_was_purged_are_still_taken(people: Team, index_settings: Settings) -> None:
    drop("file")
    purge(index_settings)
    taken = send(WHEEL, basic(token_for("ada")))
    drop("project")
    purge(index_settings)
    closed = send(wheel_upload("ham", "3.0"), basic(token_for("ada")))

    assert taken["X-Strongroom-Reason"] == "filename-taken"
    assert closed["X-Strongroom-Reason"] == "project-deleted"


def test_what_was_restored_in_time_is_not_purged(people: Team, index_settings: Settings) -> None:
    drop("project")
    whole = kept(index_settings)
    restore_project(by=people.ada.actor, now=OVER - MOMENT, name=HAM, outlet=outlet())

    assert purge(index_settings) == 0
    assert kept(index_settings) == whole


def test_the_keeper_purges_a_minute_after_the_start_and_then_once_an_hour(
    people: Team, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Path] = []
    monkeypatch.setattr("strongroom.site.keeper.close_old_connections", lambda: None)
    monkeypatch.setattr("strongroom.site.keeper.purge_deleted", lambda *, by, now, files: called.append(files))

    for number in range(FIRST_PURGE, 2 * PURGE_ROUNDS, PURGE_ROUNDS // 4):
        _one_round(index_settings, number)

    assert called == [index_settings.files_folder] * 2
