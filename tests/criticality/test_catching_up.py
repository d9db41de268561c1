"""Days that were missed, engines that fail, processes that are killed; and runs, read."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from strongroom.criticality.actions import computing
from strongroom.criticality.actions.computing import Computed, compute_day, compute_due
from strongroom.criticality.models import Run
from strongroom.criticality.queries.inputs import Inputs
from strongroom.criticality.queries.runs import (
    count_critical,
    list_runs,
    list_waiting,
    load_run,
    newest_decided_run,
    newest_run,
)
from strongroom.criticality.rules.waiting import RunState
from strongroom.downloads.models import Day
from strongroom.gear.engines import EngineFailed, Tables
from strongroom.gear.mill import Mill
from strongroom.gear.settings import Settings
from strongroom.projects.models import Designation
from strongroom.record.models import Event
from strongroom.terms.actors import system
from strongroom.terms.refusals import Reason, Refused
from tests.criticality.harvest import DAY, NOW, POLICY, count_day
from tests.criticality.running import LAST, TOTALS, an_index, approved, compute, computed

pytestmark = pytest.mark.django_db


def test_the_very_first_time_only_today_is_looked_at(mill: Mill) -> None:
    assert [load_run(one).day for one in due(mill)] == [DAY]  # type: ignore[union-attr]
    assert due(mill) == []


def due(mill: Mill, now: datetime = NOW) -> list[int]:
    return compute_due(by=system(), now=now, mill=mill, policy=POLICY)


def days_of_runs() -> list[date]:
    return list(Run.objects.order_by("id").values_list("day", flat=True))


def test_missed_days_are_caught_up_in_order(mill: Mill) -> None:
    due(mill)
    due(mill, NOW + timedelta(days=3))

    assert days_of_runs() == [DAY, *(DAY + timedelta(days=number) for number in (1, 2, 3))]


def test_catching_up_goes_on_where_it_was_killed(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    due(mill)
    once = compute_day
    seen: list[date] = []

    def killed(*, day: date, **more: object) -> Computed:
        if len(seen) == 1:
            raise KeyboardInterrupt
        seen.append(day)
        return once(day=day, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(computing, "compute_day", killed)
    with pytest.raises(KeyboardInterrupt):
        due(mill, NOW + timedelta(days=2))
    monkeypatch.setattr(computing, "compute_day", once)

    due(mill, NOW + timedelta(days=2))
    assert days_of_runs() == [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]


def test_a_run_waits_until_the_last_day_that_it_reads_is_added_up(mill: Mill) -> None:
    due(mill)
    later = NOW + timedelta(days=2)
    Day.objects.update_or_create(day=DAY, defaults={"kind": "own", "is_stale": True})

    assert due(mill, later) == []
    with pytest.raises(Refused) as refused:
        compute(mill, DAY + timedelta(days=1), now=later)
    assert refused.value.reason is Reason.DAY_NOT_COUNTED
    assert refused.value.facts == {"day": DAY.isoformat()}
    assert days_of_runs() == [DAY]

    Day.objects.update(is_stale=False)
    due(mill, later)
    assert days_of_runs() == [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]


def test_a_day_that_can_never_be_added_up_holds_up_the_runs_for_three_days(mill: Mill) -> None:
    due(mill)
    Day.objects.update_or_create(day=DAY, defaults={"kind": "own", "is_stale": True})

    assert due(mill, NOW + timedelta(days=3)) == []
    assert len(due(mill, NOW + timedelta(days=4))) == 4


def test_a_clock_that_moved_back_computes_nothing(mill: Mill) -> None:
    due(mill)

    assert due(mill, NOW - timedelta(days=1)) == []
    assert due(mill, NOW - timedelta(days=3)) == []
    assert days_of_runs() == [DAY]


def test_a_clock_that_once_ran_far_ahead_does_not_stop_everything(mill: Mill) -> None:
    due(mill)
    computed(mill, DAY + timedelta(days=9_000), now=NOW + timedelta(days=9_000))

    assert len(due(mill, NOW + timedelta(days=1))) == 1


def test_no_more_than_four_hundred_days_are_caught_up(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    due(mill)
    asked: list[date] = []

    def noted(*, day: date, **_: object) -> Computed:
        asked.append(day)
        return Computed(0, is_new=True)

    monkeypatch.setattr(computing, "compute_day", noted)
    due(mill, NOW + timedelta(days=1_000))

    assert (len(asked), asked[-1]) == (400, DAY + timedelta(days=1_000))
    assert asked == sorted(asked)


def test_of_two_that_find_the_same_at_once_the_first_is_the_run(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    approved()
    an_index(mill)
    first = computed(mill)
    Run.objects.filter(pk=first.run).update(state=RunState.DISMISSED.value)
    find = computing._find
    asked: list[Inputs] = []

    def blind_at_first(inputs: Inputs) -> int | None:
        asked.append(inputs)
        return None if len(asked) == 1 else find(inputs)

    monkeypatch.setattr(computing, "_find", blind_at_first)

    assert computed(mill) == Computed(first.run, is_new=False)
    assert Run.objects.filter(day=DAY).count() == 1
    assert (Designation.objects.count(), Event.objects.count()) == (1, 1)


class Failing:
    """An engine that is not there."""

    name = "none"

    def answer(self, question: str, tables: Tables, to: Path) -> int:
        del question, tables
        to.write_bytes(b"half of it")
        raise EngineFailed("nobody answers")


def test_an_engine_that_fails_leaves_nothing_behind(mill: Mill) -> None:
    an_index(mill)

    with pytest.raises(EngineFailed):
        computed(replace(mill, engine=Failing()))

    assert not Run.objects.exists()
    assert [path.name for path in mill.snapshots.folder.rglob("*") if path.is_file()] == [".lock"]
    assert computed(mill).is_new


def test_what_a_killed_run_left_behind_is_swept_away_a_day_later(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    an_index(mill)
    monkeypatch.setattr(computing, "_store", _killed)
    with pytest.raises(KeyboardInterrupt):
        computed(mill)
    monkeypatch.undo()
    left = [path.name for path in mill.snapshots.folder.iterdir() if path.is_file() and path.name != ".lock"]
    assert len(left) == 3
    torn = mill.snapshots.begin(".parquet")
    torn.write_bytes(b"torn")
    others = mill.snapshots.path_of("standings/1.sqlite3")
    others.parent.mkdir()
    for path in (others, mill.snapshots.path_of("notes.txt")):
        path.write_bytes(b"of others")
    count_day(mill, LAST, {**TOTALS, "ham": 11})

    run = compute(mill)
    assert all(mill.snapshots.path_of(name).exists() for name in left)
    assert torn.exists()
    old = (NOW - timedelta(days=2)).timestamp()
    for path in (*map(mill.snapshots.path_of, left), torn, others, mill.snapshots.path_of("notes.txt")):
        os.utime(path, (old, old))
    count_day(mill, LAST, {**TOTALS, "ham": 12})
    later = compute(mill)

    names = {path.relative_to(mill.snapshots.folder).as_posix() for path in mill.snapshots.folder.rglob("*.*")}
    kept = {f"{one.path}{ending}" for one in (run, later) for ending in (".parquet", ".csv.gz", ".manifest")}
    assert names == kept | {".lock", ".writing", "standings/1.sqlite3", "notes.txt"}


def _killed(*_: object, **__: object) -> Computed:
    raise KeyboardInterrupt


def test_the_newest_run_and_the_newest_that_was_decided(mill: Mill) -> None:
    assert (newest_run(), newest_decided_run()) == (None, None)
    an_index(mill)
    yesterday = compute(mill, DAY - timedelta(days=1))
    today = compute(mill)
    assert newest_run() == today
    assert newest_decided_run() is None

    Run.objects.filter(pk=today.id).update(state="dismissed")
    Run.objects.filter(pk=yesterday.id).update(state="approved")

    assert newest_run().id == yesterday.id  # type: ignore[union-attr]
    assert newest_decided_run().id == yesterday.id  # type: ignore[union-attr]
    assert [one.id for one in list_runs(most=1)] == [today.id]
    assert [one.id for one in list_runs(before=today.id)] == [yesterday.id]
    assert list_waiting() == []
    assert count_critical() == 0


def test_the_few_lines_of_the_documentation_compute_a_snapshot_anew(
    mill: Mill, capsys: pytest.CaptureFixture[str]
) -> None:
    an_index(mill)
    run = compute(mill)
    page = (Path(__file__).parents[2] / "docs" / "criticality.md").read_text(encoding="utf-8")
    begin = page.index("    import gzip")
    lines = page[begin : page.index("\n\n", begin)].splitlines()
    program = "\n".join(line.removeprefix("    ") for line in lines)
    snapshot = mill.snapshots.path_of(f"{run.path}.csv.gz")

    exec(program.replace("2026-11-23.csv.gz", str(snapshot)), {})

    assert capsys.readouterr().out.splitlines() == [run.result, "['ham']"]


def test_the_documentation_names_every_setting_of_the_definition(index_settings: Settings) -> None:
    page = (Path(__file__).parents[2] / "docs" / "criticality.md").read_text(encoding="utf-8")

    for name in vars(index_settings):
        assert not name.startswith("critical_") or f"`{name}`" in page
