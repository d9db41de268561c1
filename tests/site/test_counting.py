"""Downloads are counted in a child process, step by step; whoever serves never loads an engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from strongroom.console.actions.jobs import note_job
from strongroom.console.models import JobState
from strongroom.console.rules.jobs import Job, is_overdue
from strongroom.criticality.queries.runs import newest_run
from strongroom.downloads.actions.claiming import know_day
from strongroom.downloads.queries.days import list_known_days
from strongroom.downloads.rules.days import day_of
from strongroom.gear.engines import EngineFailed
from strongroom.gear.settings import Settings
from strongroom.site import counting
from strongroom.site.counting import (
    ABANDONED_SECONDS,
    ENDS_WITH_PARENT,
    LATEST_SECONDS,
    CountingFailed,
    Pace,
    Step,
    count_apart,
    is_counting_due,
    run_steps,
    steps_of,
)
from strongroom.site.keeper import COUNT_ROUNDS, FIRST_COUNT, _count_round
from tests.downloads.noting import event, write_segment
from tests.racing import Track, fresh_database

ROOT = Path(__file__).parents[2]
NOW = timezone.now()
SETUP = "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'strongroom.site.settings'; django.setup()\n"


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def pace() -> Pace:
    """This process had downloads counted just now."""
    pace = Pace()
    pace.begin(NOW)
    return pace


@pytest.mark.django_db
class TestWhenItIsDue:
    def test_nothing_calls_for_it(self, index_settings: Settings, pace: Pace) -> None:
        assert not is_counting_due(index_settings, pace, now=NOW)

    def test_a_process_that_has_not_counted_yet_does(self, index_settings: Settings) -> None:
        assert is_counting_due(index_settings, Pace(), now=NOW)

    def test_a_sealed_segment_calls_for_it(self, index_settings: Settings, pace: Pace) -> None:
        write_segment(index_settings.events_folder, "host-1-a-1", [event()])
        assert is_counting_due(index_settings, pace, now=NOW)

    def test_a_segment_that_is_being_written_does_not_until_it_is_abandoned(
        self, index_settings: Settings, pace: Pace
    ) -> None:
        path = write_segment(index_settings.events_folder, "host-1-a-1", [event()], ending=".open")
        assert not is_counting_due(index_settings, pace, now=NOW)
        old = time.time() - ABANDONED_SECONDS - 1
        os.utime(path, (old, old))
        assert is_counting_due(index_settings, pace, now=NOW)

    def test_a_day_that_is_over_and_not_added_up_calls_for_it(self, index_settings: Settings, pace: Pace) -> None:
        know_day(day=day_of(NOW))
        assert not is_counting_due(index_settings, pace, now=NOW)
        know_day(day=day_of(NOW) - timedelta(days=1))
        assert is_counting_due(index_settings, pace, now=NOW)

    def test_a_new_day_calls_for_it(self, index_settings: Settings, pace: Pace) -> None:
        assert is_counting_due(index_settings, pace, now=NOW + timedelta(days=1))

    def test_an_hour_calls_for_it_for_others_wait_for_its_later_steps(
        self, index_settings: Settings, pace: Pace
    ) -> None:
        pace.at -= LATEST_SECONDS
        assert is_counting_due(index_settings, pace, now=NOW)


@pytest.mark.django_db
class TestTheKeeper:
    @pytest.fixture(autouse=True)
    def kept_connection(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The keeper lets go of connections; that of a test is inside its transaction."""
        monkeypatch.setattr("strongroom.site.keeper.close_old_connections", lambda: None)
        monkeypatch.setattr("strongroom.site.keeper.connection.close", lambda: None)
        monkeypatch.setattr("strongroom.site.keeper._PACE", Pace())
        monkeypatch.setattr("strongroom.site.noting._last", {})

    def test_counts_after_a_minute_and_a_half_and_then_every_five_minutes(
        self, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counted: list[int] = []
        current = [0]
        monkeypatch.setattr("strongroom.site.keeper.count_apart", lambda: counted.append(current[0]))
        write_segment(index_settings.events_folder, "host-1-a-1", [event()])

        for current[0] in range(700):
            _count_round(index_settings, current[0])

        assert counted == [89, 389, 689]
        assert JobState.objects.get().pk == "counting"

    def test_does_not_count_when_there_is_nothing_to_count(
        self, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        counted: list[int] = []
        monkeypatch.setattr("strongroom.site.keeper.count_apart", lambda: counted.append(1))

        _count_round(index_settings, FIRST_COUNT)
        _count_round(index_settings, FIRST_COUNT + COUNT_ROUNDS)

        assert counted == [1]

    def test_notes_what_failed(
        self, index_settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail() -> None:
            raise CountingFailed("these steps failed and will be tried again: taking segments")

        monkeypatch.setattr("strongroom.site.keeper.count_apart", fail)

        _count_round(index_settings, FIRST_COUNT)

        assert "taking segments" in JobState.objects.get(pk="counting").failure
        assert "the keeper's job counting failed" in caplog.text

    def test_is_overdue_after_three_hours(self) -> None:
        note_job(job=Job.COUNTING, begun_at=NOW, now=NOW)
        assert not is_overdue("counting", ended_at=NOW, now=NOW + timedelta(hours=2))
        assert is_overdue("counting", ended_at=NOW, now=NOW + timedelta(hours=4))


def test_a_step_that_fails_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def fail() -> None:
        raise OSError(28, "No space left on device")

    steps = [Step("one", fail), Step("two", lambda: done.append("two")), Step("three", fail)]

    assert run_steps(steps) == ["one", "three"]
    assert done == ["two"]
    assert "counting: one failed and will be tried again" in caplog.text


def test_a_child_that_fails_says_which_steps(capfd: pytest.CaptureFixture[str]) -> None:
    program = "import sys; print('these steps failed: one'); print('a trace', file=sys.stderr); sys.exit(1)"
    with pytest.raises(CountingFailed, match=r"^these steps failed: one$"):
        count_apart((sys.executable, "-c", program))
    assert "a trace" in capfd.readouterr().err


def test_a_child_that_is_killed_is_a_failure() -> None:
    with pytest.raises(CountingFailed, match="status -9"):
        count_apart((sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"))


@pytest.mark.parametrize(("failed", "said"), [([], None), (["one"], "tried again: one$")])
def test_a_child_that_ends_with_its_parent_says_by_itself_how_it_went(failed: list[str], said: str | None) -> None:
    program = (
        "import sys, strongroom.site.counting as counting\n"
        f"counting.LEAST_WEIGHT, counting.run_steps = 0, lambda steps: {failed}\n"
        "counting.steps_of = lambda chosen: []\n"
        f"sys.argv = ['counting', {ENDS_WITH_PARENT!r}]\n"
        "counting.main()\n"
    )
    expected = pytest.raises(CountingFailed, match=said) if said else nullcontext()
    with expected:
        count_apart((sys.executable, "-c", program))


def test_the_child_counts_what_there_is_and_says_nothing(tmp_path: Path) -> None:
    """The real child, on an index of its own: what was downloaded yesterday is counted when it ends."""
    with fresh_database() as url:
        found = Track(tmp_path, url).race({"call": "tests.site.test_counting:count_in_child", "told": None})

    assert found == {"status": 0, "said": "", "failed": "", "counted": 2, "segments": 0, "missing": 0}


def count_in_child() -> dict[str, object]:
    from django.conf import settings

    from strongroom.downloads.queries.days import list_known_days

    chosen: Settings = settings.STRONGROOM
    yesterday = timezone.now() - timedelta(days=1)
    told = [event(time=f"{yesterday:%Y-%m-%dT%H:%M:%S}.000Z") for _ in range(2)]
    write_segment(chosen.events_folder, "host-1-a-1", told)
    ran = subprocess.run(
        # All of the real child but its small claim to the processor: tests run beside others.
        [sys.executable, "-c", "from strongroom.site import counting; counting.LEAST_WEIGHT = 0; counting.main()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    before, today = list_known_days(day_of(yesterday), day_of(timezone.now()))
    return {
        "status": ran.returncode,
        "said": ran.stdout,
        "failed": ran.stderr if ran.returncode else "",
        "counted": before.counted.counted if before.counted else None,
        "segments": len(list(chosen.events_folder.iterdir())),
        "missing": sum(one.kind is None for one in (before, today)),
    }


PARENT = f"""
import sys, threading, time
from strongroom.site import counting
child = '''
import sys, threading, time
from strongroom.site import counting
threading.Thread(target=counting._end_with_parent, daemon=True).start()
open(sys.argv[1], "w").close()
time.sleep(60)
open(sys.argv[1] + ".survived", "w").close()
'''
command = (sys.executable, "-c", child, sys.argv[1], {ENDS_WITH_PARENT!r})
threading.Thread(target=counting.count_apart, args=(command,), daemon=True).start()
time.sleep(60)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_stops_neither_waits_for_the_child_nor_leaves_it_behind(
    how: signal.Signals, tmp_path: Path
) -> None:
    mark = tmp_path / "begun"
    with subprocess.Popen([sys.executable, "-c", PARENT, mark], cwd=ROOT) as parent:
        _wait_for(mark.exists)
        children = _children(parent.pid)
        assert len(children) == 1

        parent.send_signal(how)

        assert parent.wait(10) == -how
    _wait_for(lambda: not Path(f"/proc/{children[0]}").exists() or _is_dead(children[0]))


def _children(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def _is_dead(pid: int) -> bool:
    return ") Z " in Path(f"/proc/{pid}/stat").read_text()


def _wait_for(is_so: object) -> None:
    end = time.monotonic() + 30
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_child_gives_way_to_everybody_and_ends_with_its_parent_only_when_told() -> None:
    program = (
        "import os, sys, strongroom.site.counting as counting\n"
        "counting.run_steps = lambda steps: []\n"
        "counting.steps_of = lambda chosen: []\n"
        "sys.argv = ['counting']\n"
        "counting.main()\n"
        "assert os.nice(0) == 19, os.nice(0)\n"
    )
    ran = run(program)
    assert ran.returncode == 0, ran.stderr


def test_whoever_serves_never_loads_an_engine() -> None:
    program = SETUP + (
        "import sys\n"
        "from django.core.wsgi import get_wsgi_application\n"
        "get_wsgi_application()\n"
        "import strongroom.site.keeper, strongroom.site.reading\n"
        "from django.urls import get_resolver\n"
        "assert len(get_resolver().reverse_dict) > 20\n"
        "from strongroom.site.counting import Pace\n"
        "loaded = [name for name in ('duckdb', 'pyspark', 'pyarrow', 'pandas') if name in sys.modules]\n"
        "assert not loaded, loaded\n"
    )
    ran = run(program)
    assert ran.returncode == 0, ran.stderr


def test_every_step_of_counting_is_there(index_settings: Settings) -> None:
    names = [step.name for step in steps_of(index_settings)]
    assert len(names) == len(set(names)) == 9
    assert names[:2] == ["taking segments", "adding up days"]


@pytest.mark.django_db
def test_a_day_that_ends_while_it_is_counted_is_neither_added_up_nor_judged_before_its_last_events(
    index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    now = [midnight - timedelta(seconds=5)]
    monkeypatch.setattr(counting, "_now", lambda: now[0])
    write_segment(index_settings.events_folder, "host-1-a-1", [event(time="2026-11-23T23:59:50.000Z")])

    take, roll, compute = steps_of(index_settings)[:3]
    take.do()
    now[0] = midnight + timedelta(seconds=5)
    write_segment(index_settings.events_folder, "host-1-a-2", [event(time="2026-11-23T23:59:59.999Z")])
    roll.do()
    compute.do()
    (yesterday,) = list_known_days(date(2026, 11, 23), date(2026, 11, 23))
    assert yesterday.counted is None
    assert newest_run().day == date(2026, 11, 23)  # type: ignore[union-attr]

    assert run_steps(steps_of(index_settings)[:3]) == []
    (yesterday,) = list_known_days(date(2026, 11, 23), date(2026, 11, 23))
    assert yesterday.counted.counted == 2  # type: ignore[union-attr]
    assert newest_run().day == date(2026, 11, 24)  # type: ignore[union-attr]


@pytest.mark.django_db
def test_the_last_days_are_added_up_again_once_a_day(index_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    swept: list[bool] = []
    now = [NOW]
    monkeypatch.setattr(counting, "_now", lambda: now[0])
    monkeypatch.setattr("strongroom.downloads.actions.rolling.roll_days", lambda *, again, **_: asked.append(again))
    monkeypatch.setattr("strongroom.downloads.actions.taking.sweep_strays", lambda **_: swept.append(True))
    steps_of(index_settings)[0].do()

    for now[0] in (NOW, NOW, NOW + timedelta(days=1), NOW + timedelta(days=1)):
        steps_of(index_settings)[1].do()

    assert asked == [True, False, True, False]
    assert len(swept) == 2


@pytest.mark.django_db
def test_a_day_that_cannot_be_added_up_does_not_have_the_last_days_added_up_again_and_again(
    index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def fail(*, again: bool, **_: object) -> None:
        asked.append(again)
        raise EngineFailed("no such file")

    monkeypatch.setattr("strongroom.downloads.actions.rolling.roll_days", fail)
    take, roll = steps_of(index_settings)[:2]
    take.do()

    assert run_steps([roll, roll]) == [roll.name, roll.name]
    assert asked == [True, False]
