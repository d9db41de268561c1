"""Projects are made and added to: in rows, in the record, with the next serial."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from strongroom.projects.actions.adding import NewFile, add_file, add_project, add_release
from strongroom.projects.actions.pages import mark_pages_due
from strongroom.projects.models import Collaboration, DuePage, File, Ledger, Project, Release, TakenFilename
from strongroom.record.models import Event
from strongroom.terms.actors import Actor
from strongroom.terms.filenames import Kind, Sha256
from strongroom.terms.names import parse_project_name
from tests.cast import NOW, OPERATOR, add_person

pytestmark = pytest.mark.django_db


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
    mark_pages_due(Project.objects.get(normalized_name="ham"))

    assert dict(Project.objects.values_list("normalized_name", "serial")) == {"ham": 3, "spam": 2}
    assert Ledger.objects.get().last_serial == 3


def test_the_first_change_of_an_index_without_a_ledger_opens_one() -> None:
    Ledger.objects.all().delete()

    made()

    assert Ledger.objects.get().last_serial == 1


def test_changes_that_wait_together_make_all_pages_due() -> None:
    release = made()
    assert not DuePage.objects.get().whole

    mark_pages_due(release.project)

    due = DuePage.objects.get()
    assert (due.serial, due.whole) == (2, True)
