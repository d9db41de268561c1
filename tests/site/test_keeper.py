"""The keeper sets right what an unclean end left, and delivers mails: spools, pages, the list of all projects."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from strongroom.accounts.actions.letters import tell
from strongroom.accounts.models import Delivery, Letter
from strongroom.gear.settings import Settings
from strongroom.gear.shelf import Shelf
from strongroom.projects.models import DuePage, File
from strongroom.projects.publishing import tree_at
from strongroom.reads.tree import Tree
from strongroom.record.rules import Deed
from strongroom.site.keeper import (
    DUE_ROUNDS,
    FIRST_PURGE,
    RECOVERY_ROUNDS,
    SWEEP_ROUNDS,
    _keep,
    _mail_round,
    _one_round,
    _repeat,
    set_right,
)
from tests.cast import Person, add_person
from tests.uploads.door import everything, left_incoming, listed, page, send, wheel_upload

pytestmark = pytest.mark.django_db

HAM = wheel_upload()


@pytest.fixture
def ada() -> Person:
    return add_person("ada")


@pytest.fixture(autouse=True)
def kept_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keeper lets go of old connections; that of a test is inside its transaction."""
    monkeypatch.setattr("strongroom.site.keeper.close_old_connections", lambda: None)


class _Atomic:
    """Transactions whose commit fails: before the database has it, or after, with its answer lost."""

    def __init__(self, *, is_committed: bool) -> None:
        self._is_committed = is_committed

    @contextmanager
    def atomic(self) -> Iterator[None]:
        with transaction.atomic():
            yield
            if not self._is_committed:
                raise OperationalError("the connection was lost")
        raise OperationalError("the connection was lost")


@pytest.mark.parametrize("is_committed", [True, False])
def test_an_upload_whose_commit_got_no_answer_is_set_right_to_what_the_database_says(
    is_committed: bool, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = add_person("ada")
    with monkeypatch.context() as patched:
        patched.setattr("strongroom.uploads.actions.transaction", _Atomic(is_committed=is_committed))
        assert send(HAM, ada.basic).status_code == 500
    lies = index_settings.files_folder / HAM.path
    assert lies.read_bytes() == HAM.content
    assert sorted(name.rpartition(".")[2] for name in left_incoming(index_settings)) == ["note", "spool"]

    set_right(index_settings)

    assert left_incoming(index_settings) == []
    assert lies.exists() == is_committed
    assert lies.with_name(f"{lies.name}.metadata").exists() == is_committed
    assert listed(index_settings, "ham") == [HAM.filename] * is_committed
    assert File.objects.count() == is_committed
    assert send(HAM, ada.basic).status_code == 200
    assert lies.read_bytes() == HAM.content


def test_pages_that_are_due_are_published_at_start_with_the_list_of_all_projects(
    ada: Person, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Tree, "publish_project", _no_disk)
        assert send(HAM, ada.basic).status_code == 200
    assert DuePage.objects.get().pk == "ham"

    set_right(index_settings)

    assert listed(index_settings, "ham") == [HAM.filename]
    assert page(index_settings, "simple/index.json")["projects"] == [{"_last-serial": 1, "name": "ham"}]
    assert not DuePage.objects.exists()


def test_a_file_that_was_placed_and_never_committed_goes(index_settings: Settings) -> None:
    spool = Shelf(index_settings.files_folder).receive()
    spool.write(b"never committed")
    spool.place(index_settings.files_folder, HAM.path, b"metadata")
    spool.leave()
    assert (index_settings.files_folder / HAM.path).exists()

    set_right(index_settings)

    assert not (index_settings.files_folder / HAM.path).exists()
    assert not (index_settings.files_folder / f"{HAM.path}.metadata").exists()
    assert left_incoming(index_settings) == []


def test_a_spool_that_is_being_written_is_let_alone(index_settings: Settings) -> None:
    spool = Shelf(index_settings.files_folder).receive()
    spool.write(b"half of it")

    set_right(index_settings)

    assert left_incoming(index_settings) == [spool.path.name]
    spool.drop()
    assert left_incoming(index_settings) == []


def test_setting_right_what_is_right_changes_nothing(ada: Person, index_settings: Settings) -> None:
    send(HAM, ada.basic)
    set_right(index_settings)
    before = everything(index_settings)

    set_right(index_settings)

    assert everything(index_settings) == before


def test_an_empty_index_gets_an_empty_list_of_projects(index_settings: Settings) -> None:
    set_right(index_settings)

    assert json.loads((index_settings.pages_folder / "simple/index.json").read_bytes())["projects"] == []


def test_each_round_publishes_the_list_of_all_projects(ada: Person, index_settings: Settings) -> None:
    send(HAM, ada.basic)

    _one_round(index_settings, 0)

    assert tree_at(index_settings.pages_folder).root_serial() == 1


def test_every_few_rounds_what_is_due_is_published(
    ada: Person, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Tree, "publish_project", _no_disk)
        send(HAM, ada.basic)

    _one_round(index_settings, 0)
    assert listed(index_settings, "ham") == []
    _one_round(index_settings, DUE_ROUNDS - 1)
    assert listed(index_settings, "ham") == [HAM.filename]


def test_once_a_minute_spools_that_were_left_are_cleared(index_settings: Settings) -> None:
    Shelf(index_settings.files_folder).receive().leave()

    _one_round(index_settings, 0)
    assert len(left_incoming(index_settings)) == 1
    _one_round(index_settings, RECOVERY_ROUNDS - 1)
    assert left_incoming(index_settings) == []


def test_a_database_that_is_away_stops_a_round_and_nothing_else(
    index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:  # noqa: ANN401 - it never answers
        raise OperationalError("the database is away")

    monkeypatch.setattr("strongroom.projects.publishing.load_last_serial", away)

    with pytest.raises(DatabaseError):
        _one_round(index_settings, 0)


def _no_disk(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def mails(chosen: Settings) -> list[str]:
    return sorted(file.read_text() for file in chosen.mail_folder.glob("*.txt"))


def test_each_round_delivers_the_mails_that_are_due(ada: Person, index_settings: Settings) -> None:
    tell(by=ada.actor, now=timezone.now(), account=ada.account, deed=Deed.PASSWORD_CHANGED)

    _mail_round(index_settings, 0)
    _mail_round(index_settings, 1)

    (mail,) = mails(index_settings)
    assert "To: ada@example.org\nSubject: Strongroom: The password was changed.\n" in mail
    assert f"{index_settings.address}/not-me/" in mail


def test_once_a_minute_leftovers_are_swept(index_settings: Settings) -> None:
    Letter.objects.create(kind="code", made_at=timezone.now() - timedelta(days=2))

    _mail_round(index_settings, 0)
    assert Letter.objects.count() == 1
    _mail_round(index_settings, SWEEP_ROUNDS - 1)
    assert Letter.objects.count() == 0


def test_a_round_goes_on_when_mail_cannot_leave(
    ada: Person, index_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    tell(by=ada.actor, now=timezone.now(), account=ada.account, deed=Deed.PASSWORD_CHANGED)
    index_settings.mail_folder.parent.mkdir(exist_ok=True)
    index_settings.mail_folder.write_text("a file stands where the folder should be")

    _mail_round(index_settings, 0)

    assert "has not left" in caplog.text
    assert Delivery.objects.get().tries == 1
    assert Letter.objects.get().subject


def test_a_round_that_fails_ends_neither_the_keeper_nor_the_rounds_after_it(
    index_settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    def fail(_: Settings, number: int) -> None:
        done.append(number)
        raise OperationalError if number == 0 else RuntimeError("a bug")

    def stop(_: float) -> None:
        if len(done) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("strongroom.site.keeper.connection", SimpleNamespace(close=lambda: None))
    monkeypatch.setattr("strongroom.site.keeper.time.sleep", stop)

    with pytest.raises(KeyboardInterrupt):
        _repeat(fail, index_settings)

    assert done == [0, 1, 2]
    assert caplog.text.count("a bug") >= 1


def test_mails_have_a_thread_of_their_own_so_that_they_hold_up_no_page(
    index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_settings.data_folder.mkdir(parents=True, exist_ok=True)
    is_stuck, is_over, pages = threading.Event(), threading.Event(), threading.Event()

    def repeat(one_round: Any, _: Settings) -> None:  # noqa: ANN401 - either kind of round
        if one_round is _mail_round:
            is_stuck.set()
            is_over.wait(10)
        else:
            assert is_stuck.wait(10)
            pages.set()

    monkeypatch.setattr("strongroom.site.keeper._repeat", repeat)
    _keep()

    assert pages.is_set()
    is_over.set()


ROUNDS_OF_THE_INDEX = ("publish_due_pages", "_look_for_orphans", "publish_readers", "purge_deleted", "_publish_root")
ROUNDS_OF_MAIL = ("sweep_leftovers", "deliver_letters")


@pytest.mark.parametrize("failing", ROUNDS_OF_THE_INDEX + ROUNDS_OF_MAIL)
def test_a_job_that_fails_every_time_keeps_no_other_from_being_done(
    failing: str, index_settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def job(name: str) -> Any:  # noqa: ANN401 - takes what each job takes
        def do(*_: object, **__: object) -> None:
            done.append(name)
            if name == failing:
                raise ValueError("a bug")

        return do

    for name in ROUNDS_OF_THE_INDEX + ROUNDS_OF_MAIL:
        monkeypatch.setattr(f"strongroom.site.keeper.{name}", job(name))

    _one_round(index_settings, FIRST_PURGE)
    _mail_round(index_settings, SWEEP_ROUNDS - 1)

    assert done == [*ROUNDS_OF_THE_INDEX, *ROUNDS_OF_MAIL]
    assert caplog.text.count("failed and will be tried again") == 1
