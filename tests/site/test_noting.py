"""How the keeper's jobs went is written down: rarely while all goes well, at once when it does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError
from django.utils import timezone

from strongroom.console.models import JobState, Orphan
from strongroom.console.rules.jobs import Job
from strongroom.gear.settings import Settings
from strongroom.site import keeper, noting
from strongroom.site.noting import noted
from tests.factors.people import Clock
from tests.tokens.owning import add_project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def new_process() -> Iterator[None]:
    """A process that has noted nothing yet."""
    noting._last.clear()
    yield
    noting._last.clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


def do(failure: Exception | None = None) -> None:
    with noted(Job.LETTERS):
        if failure is not None:
            raise failure


def test_while_all_goes_well_it_is_written_once_a_minute(clock: Clock) -> None:
    began = clock.at
    for seconds in (0, 1, 58):
        clock.go_on(seconds=seconds)
        do()
    assert JobState.objects.get().ended_at == began

    clock.go_on(seconds=1)
    do()
    assert JobState.objects.get().ended_at == began + timedelta(minutes=1)


def test_every_failure_is_written_at_once_and_so_is_the_first_success_after_it(clock: Clock) -> None:
    do()
    for times in (1, 2):
        clock.go_on(seconds=1)
        with pytest.raises(OSError, match="no disk"):
            do(OSError("no disk\nand more"))
        row = JobState.objects.get()
        assert (row.failures_in_a_row, row.failure, row.failed_at) == (times, "OSError: no disk", clock.at)

    clock.go_on(seconds=1)
    do()

    row = JobState.objects.get()
    assert (row.failures_in_a_row, row.failure, row.ended_at) == (0, "OSError: no disk", clock.at)


def test_a_database_that_is_away_is_not_asked_to_note_that_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "note_job", lambda **_: pytest.fail("asked"))

    with pytest.raises(OperationalError):
        do(OperationalError("away"))


def test_a_job_goes_on_when_it_cannot_be_noted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(**_: object) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(noting, "note_job", away)

    do()
    with pytest.raises(OSError, match="no disk"):
        do(OSError("no disk"))

    assert "could not be noted" in caplog.text


def test_the_keeper_notes_each_of_its_jobs(index_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "close_old_connections", lambda: None)
    monkeypatch.setattr("strongroom.site.keeper.connection.close", lambda: None)
    monkeypatch.setattr(keeper, "count_apart", lambda: None)
    add_project("lost")

    for number in (0, keeper.DUE_ROUNDS - 1, keeper.SWEEP_ROUNDS - 1, keeper.PURGE_ROUNDS - 1):
        keeper._one_round(index_settings, number)
        keeper._mail_round(index_settings, number)
        keeper._render_round(index_settings, number)
    keeper._count_round(index_settings, keeper.FIRST_COUNT)

    assert set(JobState.objects.values_list("name", flat=True)) == {job.value for job in Job}
    assert Orphan.objects.count() == 1


def test_a_job_that_fails_in_the_keeper_is_seen(index_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeper, "close_old_connections", lambda: None)
    monkeypatch.setattr(keeper, "deliver_letters", full)

    keeper._mail_round(index_settings, 0)

    assert JobState.objects.get().failure == "OSError: [Errno 28] No space left on device"
