"""Deleted and restored: rows, record, letters, pages and bytes; names stay taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from strongroom.accounts.rules.proving import Dangerous
from strongroom.gear.settings import Settings
from strongroom.projects.models import DuePage, File, Project, Release, TakenFilename
from strongroom.projects.publishing import Outlet, publish_all_pages, publish_due_pages, publish_project_pages
from strongroom.projects.queries.installers import load_project_facts
from strongroom.projects.rules.deletion import UNDO_PERIOD
from strongroom.reads.tree import Tree
from strongroom.site.keeper import set_right
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason
from strongroom.terms.statuses import ProjectStatus
from strongroom.upkeep.actions.deleting import (
    delete_file,
    delete_project,
    delete_release,
    restore_file,
    restore_project,
    restore_release,
)
from strongroom.upkeep.actions.releases import yank_release
from strongroom.upkeep.actions.statuses import change_status
from tests.accounts.entering import refused
from tests.cast import NOW, OPERATOR, basic, token_for
from tests.factors.cast import Resident, add_project_of, effects_of, prove
from tests.upkeep.keepers import (
    HAM,
    MINUTE,
    WHY,
    Team,
    deleting,
    make_owner,
    outlet,
    proved,
    publish,
    refused_without_a_trace,
    team,
)
from tests.uploads.door import Upload, html, listed, page, sdist_upload, send, wheel_upload

pytestmark = pytest.mark.django_db

WHEEL, SDIST, NEXT = wheel_upload("ham", "1.0"), sdist_upload("ham", "1.0"), wheel_upload("ham", "2.0")
OVER = NOW + UNDO_PERIOD
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def people() -> Team:
    """Ham has 1.0 with a wheel and an sdist, and 2.0 with a wheel."""
    made = team()
    publish(WHEEL, SDIST, NEXT)
    return made


def drop_file(person: Resident, upload: Upload = WHEEL, *, now: datetime = NOW) -> None:
    by = deleting(person, now=now)
    delete_file(by=by, now=now, name=HAM, filename=upload.filename, typed=upload.filename, outlet=outlet())


def drop_release(person: Resident, version: str = "1.0", *, now: datetime = NOW) -> None:
    delete_release(by=deleting(person, now=now), now=now, name=HAM, version=version, typed=version, outlet=outlet())


def drop_project(person: Resident, *, now: datetime = NOW) -> None:
    delete_project(by=deleting(person, now=now), now=now, name=HAM, typed="ham", outlet=outlet())


def get_file(person: Resident, upload: Upload = WHEEL, *, now: datetime = NOW) -> None:
    restore_file(by=person.actor, now=now, name=HAM, filename=upload.filename, outlet=outlet())


def get_release(person: Resident, version: str = "1.0", *, now: datetime = NOW) -> None:
    restore_release(by=person.actor, now=now, name=HAM, version=version, outlet=outlet())


def get_project(person: Resident, *, now: datetime = NOW) -> None:
    restore_project(by=person.actor, now=now, name=HAM, outlet=outlet())


def on_shelf(chosen: Settings) -> set[str]:
    """What a web server could serve: every file below packages/, with the metadata beside it."""
    shelf = chosen.files_folder / "packages"
    return {path.name for path in shelf.rglob("*") if path.is_file()}


def lying(chosen: Settings, upload: Upload) -> Path:
    return chosen.files_folder / upload.path


SHELVED = {WHEEL.filename, f"{WHEEL.filename}.metadata"}
ALL = {*SHELVED, SDIST.filename, NEXT.filename, f"{NEXT.filename}.metadata"}


def test_a_deleted_file_leaves_page_and_shelf_at_once_and_comes_back_whole(
    people: Team, index_settings: Settings
) -> None:
    before = page(index_settings, "simple/ham/index.json")["files"]
    by = deleting(people.ada)

    seen = effects_of(
        lambda: delete_file(
            by=by, now=NOW, name=HAM, filename=WHEEL.filename, typed=f" {WHEEL.filename} ", outlet=outlet()
        )
    )

    assert File.objects.get(filename=WHEEL.filename).deleted_at == NOW
    assert seen.deeds == ["file-deleted"]
    assert seen.events[0].details == {"filename": WHEEL.filename, "version": "1.0"}
    assert seen.letters == [("file-deleted", "ada"), ("file-deleted", "ben")]
    assert listed(index_settings, "ham") == [SDIST.filename, NEXT.filename]
    assert WHEEL.filename not in html(index_settings, "ham")
    assert on_shelf(index_settings) == ALL - SHELVED
    assert [one["filename"] for one in page(index_settings, "pypi/ham/1.0/json")["urls"]] == [SDIST.filename]
    assert not DuePage.objects.exists()

    back = effects_of(lambda: get_file(people.ada))

    assert (back.deeds, len(back.letters)) == (["file-restored"], 2)
    assert page(index_settings, "simple/ham/index.json")["files"] == before
    assert on_shelf(index_settings) == ALL
    assert lying(index_settings, WHEEL).read_bytes() == WHEEL.content


def test_a_deleted_release_goes_with_its_pages_and_comes_back(people: Team, index_settings: Settings) -> None:
    drop_release(people.ada, "2.0")

    assert listed(index_settings, "ham") == [WHEEL.filename, SDIST.filename]
    assert page(index_settings, "simple/ham/index.json")["versions"] == ["1.0"]
    assert page(index_settings, "pypi/ham/json")["info"]["version"] == "1.0"
    assert not (index_settings.pages_folder / "pypi/ham/2.0").exists()
    assert NEXT.filename not in on_shelf(index_settings)

    get_release(people.ada, "2.0")

    assert page(index_settings, "pypi/ham/json")["info"]["version"] == "2.0"
    assert page(index_settings, "pypi/ham/2.0/json")["urls"]
    assert on_shelf(index_settings) == ALL


def test_a_project_whose_releases_are_all_deleted_still_has_a_page(people: Team, index_settings: Settings) -> None:
    for version in ("1.0", "2.0"):
        drop_release(people.ada, version)

    assert listed(index_settings, "ham") == []
    assert not (index_settings.pages_folder / "pypi/ham/json").exists()
    assert on_shelf(index_settings) == set()


def test_a_deleted_project_goes_whole_and_comes_back_whole(people: Team, index_settings: Settings) -> None:
    before = {
        path.relative_to(index_settings.pages_folder)
        for part in ("simple/ham", "pypi/ham")
        for path in (index_settings.pages_folder / part).rglob("*")
    }
    by = deleting(people.ada)

    seen = effects_of(lambda: delete_project(by=by, now=NOW, name=HAM, typed="ham", outlet=outlet()))

    assert Project.objects.get().deleted_at == NOW
    assert (seen.deeds, seen.letters) == (["project-deleted"], [("project-deleted", "ada"), ("project-deleted", "ben")])
    assert not (index_settings.pages_folder / "simple/ham").exists()
    assert not (index_settings.pages_folder / "pypi/ham").exists()
    assert on_shelf(index_settings) == set()
    assert not DuePage.objects.exists()

    get_project(people.ada)

    for path in before:
        assert (index_settings.pages_folder / path).exists()
    assert on_shelf(index_settings) == ALL
    assert listed(index_settings, "ham") == [WHEEL.filename, SDIST.filename, NEXT.filename]


def test_what_was_deleted_by_itself_stays_so_when_the_whole_is_restored(people: Team, index_settings: Settings) -> None:
    drop_file(people.ada)
    drop_release(people.ada, "2.0")
    drop_project(people.ada)

    get_project(people.ada)

    assert listed(index_settings, "ham") == [SDIST.filename]
    assert on_shelf(index_settings) == {SDIST.filename}
    get_release(people.ada, "2.0")
    get_file(people.ada)
    assert on_shelf(index_settings) == ALL


def test_a_file_restored_in_a_deleted_release_waits_for_the_release(people: Team, index_settings: Settings) -> None:
    drop_file(people.ada)
    drop_release(people.ada)

    get_file(people.ada)
    assert on_shelf(index_settings) == {NEXT.filename, f"{NEXT.filename}.metadata"}
    get_release(people.ada)

    assert on_shelf(index_settings) == ALL


def test_the_name_and_the_bytes_of_a_deleted_file_are_not_taken_again(people: Team) -> None:
    token = basic(token_for("ada"))
    drop_file(people.ada)

    same = send(WHEEL, token)
    others = send(wheel_upload("ham", "1.0", files={"ham/other.py": b"1"}), token)

    assert (same.status_code, same["X-Strongroom-Reason"]) == (400, "filename-taken")
    assert (others.status_code, others["X-Strongroom-Reason"]) == (400, "filename-taken")


@pytest.mark.parametrize(
    ("drop", "reason"), [(drop_release, Reason.RELEASE_DELETED), (drop_project, Reason.PROJECT_DELETED)]
)
@pytest.mark.parametrize(
    "upload", [WHEEL, wheel_upload("ham", "1.0", tag="py2-none-any", pyversion="py2")], ids=["the same file", "another"]
)
def test_nothing_is_uploaded_to_what_was_deleted(
    drop: Callable[[Resident], None], reason: Reason, upload: Upload, people: Team
) -> None:
    drop(people.ada)

    answer = send(upload, basic(token_for("ada")))

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, reason.value)


def test_a_stranger_does_not_get_the_name_of_a_deleted_project(people: Team) -> None:
    drop_project(people.ada)

    answer = send(wheel_upload("Ham", "9.0"), basic(token_for("cyd")))

    assert answer["X-Strongroom-Reason"] == "not-a-collaborator"


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        (lambda ada: drop_file(ada, wheel_upload("ham", "7.0")), Reason.FILE_UNKNOWN),
        (lambda ada: drop_release(ada, "7.0"), Reason.RELEASE_UNKNOWN),
        (lambda ada: drop_release(ada, "1\0"), Reason.RELEASE_UNKNOWN),
        (get_file, Reason.NOT_DELETED),
        (get_release, Reason.NOT_DELETED),
        (get_project, Reason.NOT_DELETED),
        (lambda ada: get_release(ada, "7.0"), Reason.RELEASE_UNKNOWN),
        (lambda ada: get_file(ada, wheel_upload("ham", "7.0")), Reason.FILE_UNKNOWN),
    ],
)
def test_what_is_not_there_or_was_not_deleted_is_refused(
    deed: Callable[[Resident], None], reason: Reason, people: Team
) -> None:
    assert refused(lambda: deed(people.ada)).reason is reason
    assert not File.objects.exclude(deleted_at=None).exists()
    assert not Release.objects.exclude(deleted_at=None).exists()


def test_deleting_twice_is_refused(people: Team) -> None:
    drop_file(people.ada)
    assert refused(lambda: drop_file(people.ada)).reason is Reason.FILE_UNKNOWN
    drop_release(people.ada)
    assert refused(lambda: drop_release(people.ada)).reason is Reason.RELEASE_DELETED
    assert refused(lambda: drop_file(people.ada, SDIST)).reason is Reason.RELEASE_DELETED
    drop_project(people.ada)
    assert refused(lambda: drop_project(people.ada)).reason is Reason.PROJECT_DELETED


def test_invited_accepted_and_deleted_within_minutes_ends_at_the_deletion(people: Team) -> None:
    make_owner(people.cyd, by=people.ada, now=NOW + MINUTE)
    now = NOW + 5 * MINUTE
    by, out = deleting(people.cyd, now=now), outlet()

    for deed in (
        lambda: delete_file(by=by, now=now, name=HAM, filename=WHEEL.filename, typed=WHEEL.filename, outlet=out),
        lambda: delete_release(by=by, now=now, name=HAM, version="1.0", typed="1.0", outlet=out),
        lambda: delete_project(by=by, now=now, name=HAM, typed="ham", outlet=out),
    ):
        assert refused_without_a_trace(deed).reason is Reason.OWNER_TOO_NEW
    drop_file(people.ada, now=now)


@pytest.mark.parametrize("typed", ["", "Ham", "ham-1.0", "1.0.0", "1", "*"])
def test_nothing_goes_whose_name_was_not_typed(typed: str, people: Team) -> None:
    by, out = deleting(people.ada), outlet()

    for deed in (
        lambda: delete_file(by=by, now=NOW, name=HAM, filename=WHEEL.filename, typed=typed, outlet=out),
        lambda: delete_release(by=by, now=NOW, name=HAM, version="1.0", typed=typed, outlet=out),
        lambda: delete_project(by=by, now=NOW, name=HAM, typed=typed, outlet=out),
    ):
        assert refused_without_a_trace(deed).reason is Reason.NAME_NOT_TYPED


def test_a_proof_is_good_for_one_deletion_of_one_project(people: Team) -> None:
    add_project_of(people.ada, "eggs")
    by = proved(people.ada, Dangerous.DELETE, name="eggs")
    prove(people.ada, Dangerous.CHANGE_COLLABORATORS, target="ham")

    tried = refused_without_a_trace(lambda: delete_project(by=by, now=NOW, name=HAM, typed="ham", outlet=outlet()))

    assert tried.reason is Reason.PROOF_NEEDED


@pytest.mark.parametrize(
    ("drop", "get"), [(drop_file, get_file), (drop_release, get_release), (drop_project, get_project)]
)
def test_it_can_be_undone_for_thirty_days_to_the_moment(
    drop: Callable[[Resident], None], get: Callable[..., None], people: Team
) -> None:
    drop(people.ada)

    assert refused_without_a_trace(lambda: get(people.ada, now=OVER)).reason is Reason.UNDO_OVER
    get(people.ada, now=OVER - MOMENT)


def test_what_is_deleted_is_otherwise_closed_to_its_people(people: Team) -> None:
    drop_release(people.ada)
    yank = refused_without_a_trace(
        lambda: yank_release(by=people.ada.actor, now=NOW, name=HAM, version="1.0", reason="", outlet=outlet())
    )
    drop_project(people.ada)
    archived: dict[str, Any] = {"status": ProjectStatus.ARCHIVED, "reason": "", "outlet": outlet()}
    status = refused_without_a_trace(lambda: change_status(by=people.ada.actor, now=NOW, name=HAM, **archived))

    assert (yank.reason, status.reason) == (Reason.RELEASE_DELETED, Reason.PROJECT_DELETED)


def test_what_its_owner_deletes_can_still_be_quarantined_so_that_restoring_offers_nothing(
    people: Team, index_settings: Settings
) -> None:
    drop_project(people.ada)
    change_status(
        by=OPERATOR,
        now=NOW,
        name=HAM,
        status=ProjectStatus.QUARANTINED,
        reason="bites",
        outlet=outlet(),
        office=WHY,
    )
    assert not (index_settings.pages_folder / "simple/ham").exists()

    get_project(people.ada)

    assert page(index_settings, "simple/ham/index.json")["project-status"]["status"] == "quarantined"
    assert listed(index_settings, "ham") == []


def test_an_operator_restores_a_project_with_a_reason_for_the_record(people: Team) -> None:
    drop_project(people.ada)

    seen = effects_of(lambda: restore_project(by=OPERATOR, now=NOW, name=HAM, outlet=outlet(), office=f"{WHY}\n"))

    assert (seen.deeds, seen.events[0].details) == (["project-restored"], {"office": WHY})


def _no_disk(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("after_killing", [set_right, None], ids=["at start", "the keeper"])
def test_a_process_killed_after_the_commit_leaves_the_rest_to_the_keeper(
    after_killing: Callable[[Settings], None] | None, people: Team, index_settings: Settings
) -> None:
    def repair() -> None:
        after_killing(index_settings) if after_killing else publish_due_pages(outlet())

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("strongroom.upkeep.actions.deleting.publish_or_leave_due", lambda *_, **__: None)
        drop_project(people.ada)
    assert on_shelf(index_settings) == ALL
    assert DuePage.objects.get().pk == "ham"
    repair()
    assert on_shelf(index_settings) == set()
    assert not (index_settings.pages_folder / "simple/ham").exists()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("strongroom.upkeep.actions.deleting.publish_or_leave_due", lambda *_, **__: None)
        get_project(people.ada)
    assert on_shelf(index_settings) == set()
    repair()

    assert on_shelf(index_settings) == ALL
    assert len(listed(index_settings, "ham")) == 3
    assert not DuePage.objects.exists()


def test_a_disk_that_is_full_leaves_the_deletion_due_and_whoever_deleted_is_not_told(
    people: Team, index_settings: Settings
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Tree, "withdraw_project", _no_disk)
        drop_project(people.ada)
    assert DuePage.objects.exists()

    publish_due_pages(outlet())

    assert not (index_settings.pages_folder / "simple/ham").exists()
    assert not DuePage.objects.exists()


def test_a_project_restored_while_its_deletion_is_being_published_keeps_its_pages(
    people: Team, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever publishes the deletion has seen that the project is gone; then it comes back and is published."""
    from strongroom.projects import publishing

    done: list[str] = []

    def look_and_be_overtaken(name: NormalizedName) -> object:
        found = load_project_facts(name)
        if found is None and not done:
            done.append(name)
            get_project(people.ada)
        return found

    monkeypatch.setattr(publishing, "load_project_facts", look_and_be_overtaken)
    drop_project(people.ada)

    assert done == ["ham"]
    assert len(listed(index_settings, "ham")) == 3
    assert on_shelf(index_settings) == ALL
    assert not DuePage.objects.exists()


@pytest.mark.parametrize("has_page", [True, False])
def test_publishing_all_pages_takes_what_was_deleted_off_the_shelf(
    has_page: bool, people: Team, index_settings: Settings
) -> None:
    """As after a backup was put back: its shelf, and perhaps its pages, are older than its rows."""
    drop_project(people.ada)
    lying(index_settings, WHEEL).parent.mkdir(parents=True, exist_ok=True)
    lying(index_settings, WHEEL).write_bytes(WHEEL.content)
    stale = index_settings.pages_folder / "simple/ham"
    if has_page:
        stale.mkdir(parents=True)

    publish_all_pages(outlet())

    assert not stale.exists()
    assert on_shelf(index_settings) == set()


def test_publishing_all_pages_keeps_a_project_that_is_added_meanwhile(
    people: Team, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from strongroom.projects import publishing

    done: list[str] = []
    honest = publishing.publish_project_pages

    def publish_beside_an_upload(out: Outlet, name: NormalizedName, **more: object) -> None:
        if not done:
            done.append(name)
            publish(wheel_upload("eggs", "1.0"))
        honest(out, name, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing, "publish_project_pages", publish_beside_an_upload)

    publish_all_pages(outlet())

    assert listed(index_settings, "eggs") == ["eggs-1.0-py3-none-any.whl"]


def test_names_of_two_hundred_characters_are_deleted_and_restored(people: Team, index_settings: Settings) -> None:
    long = "h" * 200
    add_project_of(people.ada, long)
    name = NormalizedName(long)
    by = proved(people.ada, Dangerous.DELETE, name=long)

    delete_project(by=by, now=NOW, name=name, typed=long, outlet=outlet())
    restore_project(by=people.ada.actor, now=NOW, name=name, outlet=outlet())

    assert listed(index_settings, long) == []
    assert (index_settings.pages_folder / "simple" / long / "index.json").exists()


def test_names_stay_taken_for_ever(people: Team) -> None:
    drop_project(people.ada)

    assert set(TakenFilename.objects.values_list("pk", flat=True)) == {WHEEL.filename, SDIST.filename, NEXT.filename}


def test_a_project_without_files_to_move_is_published_as_before(people: Team, index_settings: Settings) -> None:
    publish_project_pages(outlet(), HAM)

    assert on_shelf(index_settings) == ALL
    assert not (index_settings.files_folder / "withheld" / "ham").exists()


@pytest.mark.parametrize("what", ["file", "release", "project"])
def test_nothing_of_a_project_in_quarantine_is_deleted(what: str, people: Team) -> None:
    status = ProjectStatus.QUARANTINED
    change_status(by=OPERATOR, now=NOW, name=HAM, status=status, reason="", outlet=outlet(), office=WHY)
    by = deleting(people.ada)
    deeds: dict[str, Callable[[], object]] = {
        "file": lambda: delete_file(
            by=by, now=NOW, name=HAM, filename=WHEEL.filename, typed=WHEEL.filename, outlet=outlet()
        ),
        "release": lambda: delete_release(by=by, now=NOW, name=HAM, version="1.0", typed="1.0", outlet=outlet()),
        "project": lambda: delete_project(by=by, now=NOW, name=HAM, typed="ham", outlet=outlet()),
    }

    assert refused_without_a_trace(deeds[what]).reason is Reason.PROJECT_QUARANTINED
