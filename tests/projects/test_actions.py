"""Projects are made, added to, yanked and given a status: in rows, in the record, with the next serial."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from strongroom.projects.actions import (
    LONGEST_REASON,
    NewFile,
    add_file,
    add_project,
    add_release,
    change_status,
    unyank_release,
    yank_release,
)
from strongroom.projects.models import Collaboration, DuePage, File, Ledger, Project, Release, TakenFilename
from strongroom.record.models import Event
from strongroom.terms.actors import Actor
from strongroom.terms.filenames import Kind, Sha256
from strongroom.terms.names import NormalizedName, parse_project_name
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.statuses import ProjectStatus
from tests.cast import NOW, OPERATOR, add_person

pytestmark = pytest.mark.django_db

HAM = NormalizedName("ham")


def new_file(filename: str = "ham-1.0.tar.gz", *, sha256: str = "a" * 64, size: int = 10) -> NewFile:
    return NewFile(
        filename=filename,
        kind=Kind.SDIST,
        python_tag="source",
        size=size,
        sha256=Sha256(sha256),
        blake2b_256="b" * 64,
        md5="c" * 32,
        requires_python=None,
        metadata_sha256=None,
    )


def made(by: Actor = OPERATOR, name: str = "ham", version: str = "1.0") -> Release:
    with transaction.atomic():
        project = add_project(by=by, now=NOW, name=parse_project_name(name))
        release = add_release(by=by, now=NOW, project=project, version=version, metadata={"summary": "Ham"})
        filename = f"{name}-{version}.tar.gz"
        add_file(by=by, now=NOW, project=project, release=release, file=new_file(filename, sha256=name[0] * 64))
    return release


def last_event() -> tuple[str, str, dict[str, object]]:
    event = Event.objects.latest("id")
    return event.deed, event.subject_name, event.details


def test_who_makes_a_project_owns_it_and_the_record_says_so() -> None:
    ada = add_person("ada")

    add_project(by=ada.actor, now=NOW, name=parse_project_name("Ham.Spam"))

    project = Project.objects.get()
    assert (project.normalized_name, project.display_name, project.status) == ("ham-spam", "Ham.Spam", "active")
    assert (project.lookalike_key, project.created_at, project.created_by_id) == ("hamspam", NOW, ada.account)
    role = Collaboration.objects.get()
    assert (role.project_id, role.account_id, role.role, role.since) == (project.pk, ada.account, "owner", NOW)
    assert last_event() == ("role-given", "ham-spam", {"account": "ada", "role": "owner"})


def test_a_project_made_by_an_operator_has_no_owner_yet() -> None:
    add_project(by=OPERATOR, now=NOW, name=parse_project_name("ham"))

    assert not Collaboration.objects.exists()
    assert last_event() == ("project-added", "ham", {})


def test_an_added_file_takes_its_name_its_room_and_the_next_serial() -> None:
    release = made()

    assert File.objects.get().release_id == release.pk
    assert TakenFilename.objects.get().pk == "ham-1.0.tar.gz"
    project = Project.objects.get()
    assert (project.total_bytes, project.serial, Ledger.objects.get().last_serial) == (10, 1, 1)
    due = DuePage.objects.get()
    assert (due.pk, due.serial, due.whole) == ("ham", 1, False)
    assert last_event() == (
        "file-published",
        "ham",
        {"filename": "ham-1.0.tar.gz", "sha256": "h" * 64, "version": "1.0"},
    )


def test_a_filename_is_taken_for_ever() -> None:
    release = made()
    File.objects.all().delete()

    with pytest.raises(IntegrityError), transaction.atomic():
        add_file(by=OPERATOR, now=NOW, project=release.project, release=release, file=new_file())


def test_serials_are_given_out_once_across_projects() -> None:
    made(name="ham")
    made(name="spam")
    change_status(by=OPERATOR, now=NOW, name=HAM, status=ProjectStatus.ARCHIVED, reason="")

    assert dict(Project.objects.values_list("normalized_name", "serial")) == {"ham": 3, "spam": 2}
    assert Ledger.objects.get().last_serial == 3


def test_the_first_change_of_an_index_without_a_ledger_opens_one() -> None:
    Ledger.objects.all().delete()

    made()

    assert Ledger.objects.get().last_serial == 1


def test_changes_that_wait_together_make_all_pages_due() -> None:
    made()
    assert not DuePage.objects.get().whole

    yank_release(by=OPERATOR, now=NOW, name=HAM, version="1.0", reason="")

    due = DuePage.objects.get()
    assert (due.serial, due.whole) == (2, True)


def test_a_yank_is_kept_with_its_reason_and_recorded() -> None:
    made()

    yank_release(by=OPERATOR, now=NOW, name=HAM, version="1.0", reason="  it bites \n")

    release = Release.objects.get()
    assert (release.yanked_at, release.yanked_reason) == (NOW, "it bites")
    assert last_event() == ("release-yanked", "ham", {"version": "1.0", "reason": "it bites"})
    assert Project.objects.get().serial == 2


def test_a_second_yank_gives_the_new_reason() -> None:
    made()
    yank_release(by=OPERATOR, now=NOW, name=HAM, version="1.0", reason="one")

    yank_release(by=OPERATOR, now=NOW, name=HAM, version="1.0", reason="two" * 1000)

    assert Release.objects.get().yanked_reason == ("two" * 1000)[:LONGEST_REASON]


def test_a_yank_is_taken_back_and_recorded() -> None:
    made()
    yank_release(by=OPERATOR, now=NOW, name=HAM, version="1.0", reason="it bites")

    unyank_release(by=OPERATOR, now=NOW, name=HAM, version="1.0")

    release = Release.objects.get()
    assert (release.yanked_at, release.yanked_reason) == (None, "")
    assert last_event() == ("release-unyanked", "ham", {"version": "1.0"})


@pytest.mark.parametrize("status", list(ProjectStatus))
def test_a_status_is_kept_with_its_reason_and_recorded(status: ProjectStatus) -> None:
    made()

    change_status(by=OPERATOR, now=NOW, name=HAM, status=status, reason=" moved to eggs ")

    project = Project.objects.get()
    assert (project.status, project.status_reason) == (status.value, "moved to eggs")
    assert last_event() == ("status-changed", "ham", {"status": status.value, "reason": "moved to eggs"})
    assert DuePage.objects.get().serial == 2


UNKNOWN: dict[str, tuple[Callable[[], None], Reason]] = {
    "yank of an unknown project": (
        lambda: yank_release(by=OPERATOR, now=NOW, name=NormalizedName("eggs"), version="1.0", reason=""),
        Reason.PROJECT_UNKNOWN,
    ),
    "yank of an unknown release": (
        lambda: yank_release(by=OPERATOR, now=NOW, name=HAM, version="9", reason=""),
        Reason.RELEASE_UNKNOWN,
    ),
    "un-yank of an unknown project": (
        lambda: unyank_release(by=OPERATOR, now=NOW, name=NormalizedName("eggs"), version="1.0"),
        Reason.PROJECT_UNKNOWN,
    ),
    "un-yank of an unknown release": (
        lambda: unyank_release(by=OPERATOR, now=NOW, name=HAM, version="1"),
        Reason.RELEASE_UNKNOWN,
    ),
    "status of an unknown project": (
        lambda: change_status(
            by=OPERATOR, now=NOW, name=NormalizedName("eggs"), status=ProjectStatus.ARCHIVED, reason=""
        ),
        Reason.PROJECT_UNKNOWN,
    ),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_is_not_there_is_refused_and_leaves_no_trace(case: str) -> None:
    made()
    deed, reason = UNKNOWN[case]
    before = (Event.objects.count(), list(Project.objects.values()), list(DuePage.objects.values()))

    with pytest.raises(Refused) as refused:
        deed()

    assert refused.value.reason is reason
    assert (Event.objects.count(), list(Project.objects.values()), list(DuePage.objects.values())) == before
