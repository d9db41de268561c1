"""Runs: what a day's run finds, keeps and leads to; when it waits; and that the same day twice changes nothing."""

from __future__ import annotations

import gzip
import hashlib
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from strongroom.criticality.actions.computing import Computed
from strongroom.criticality.models import Nearby, Run, Untold
from strongroom.criticality.queries.policy import policy_of
from strongroom.criticality.queries.runs import (
    list_nearby,
    list_runs,
    list_waiting,
)
from strongroom.criticality.rules.cohort import Policy, digest_manifest, digest_names, render_manifest
from strongroom.criticality.rules.standings import COLUMNS, Standing, digest_standings
from strongroom.criticality.rules.waiting import Doubt, RunState
from strongroom.downloads.models import DayCount
from strongroom.downloads.rules.counting import Counting
from strongroom.gear.engines.duck import quoted
from strongroom.gear.mill import Mill
from strongroom.gear.settings import Settings
from strongroom.projects.models import Designation, Project
from strongroom.projects.queries.critical import load_designation
from strongroom.record.models import Event
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from tests.criticality.harvest import DAY, NOW, POLICY, Counts, add_projects, count_day, count_window
from tests.criticality.running import FIRST, LAST, TOTALS, an_index, approved, compute, computed, critical, read

pytestmark = pytest.mark.django_db


def test_a_run_keeps_everything_that_it_read_and_found(mill: Mill) -> None:
    an_index(mill)

    run = compute(mill)

    assert (run.day, run.window_first, run.window_last) == (DAY, FIRST, LAST)
    assert (run.days_present, run.days_expected, run.projects, run.k) == (184, 184, 100, 1)
    assert (run.threshold, run.cohort, run.newly, run.total) == (1840, 1, 1, 184 * 113)
    assert (run.rule_version, run.per_ten_thousand, run.months, run.counting) == (1, 100, 6, Counting.NO_FULL_MIRRORS)
    assert run.engine.startswith("duckdb ")
    assert run.made_at == NOW
    days = [(row.day, row.sha256) for row in DayCount.objects.all()]
    assert run.manifest == digest_manifest(days)
    assert run.eligible == digest_names(TOTALS)


def test_a_snapshot_is_two_files_and_the_manifest_that_anybody_can_check(mill: Mill) -> None:
    an_index(mill)

    run = compute(mill)

    assert run.path == f"2026-11-23-{run.result[:12]}-{run.inputs[:8]}"
    assert hashlib.sha256(read(mill, f"{run.path}.parquet")).hexdigest() == run.parquet_sha256
    assert hashlib.sha256(read(mill, f"{run.path}.csv.gz")).hexdigest() == run.csv_sha256
    manifest = read(mill, f"{run.path}.manifest")
    assert hashlib.sha256(manifest).hexdigest() == run.manifest
    assert manifest.decode() == render_manifest((row.day, row.sha256) for row in DayCount.objects.all())
    lines = gzip.decompress(read(mill, f"{run.path}.csv.gz")).decode().splitlines()
    assert lines[:3] == [",".join(COLUMNS), "ham,1840,1,10,0,0,1", "spam,920,2,5,0,0,0"]
    assert len(lines) == 101
    parquet = mill.snapshots.path_of(f"{run.path}.parquet")
    rows = [Standing(*row) for row in mill.duck.rows("SELECT * FROM t ORDER BY rank, project", {"t": [parquet]})]
    assert digest_standings(rows) == run.result
    kinds = mill.duck.run([f"DESCRIBE SELECT * FROM read_parquet({quoted(parquet)})"])
    assert [kind[1] for kind in kinds[:-1]] == ["VARCHAR", *["BIGINT"] * 5]
    assert [kind[0] for kind in kinds] == list(COLUMNS)


def test_a_run_that_found_nobody_is_not_the_first_that_was_looked_at(mill: Mill) -> None:
    approved(cohort=0)
    an_index(mill)

    assert compute(mill).doubts == (Doubt.FIRST_RUN,)


def test_the_first_run_waits_and_makes_nobody_critical(mill: Mill) -> None:
    an_index(mill)

    run = compute(mill)

    assert (run.state, run.doubts, run.decided_at) == (RunState.PROPOSED, (Doubt.FIRST_RUN,), None)
    assert critical() == []
    assert not Untold.objects.exists()
    assert not Event.objects.exists()
    assert [one.id for one in list_waiting()] == [run.id]


def test_a_run_without_doubts_makes_critical_what_it_found(mill: Mill) -> None:
    approved()
    add_projects(TOTALS)
    Project.objects.filter(normalized_name="ham").update(display_name="Ham")
    each = {name: Counts(total) for name, total in TOTALS.items()}
    count_window(mill, {**each, "ham": Counts(10, mirrors=7, ci=3)}, first=FIRST, last=LAST)

    run = compute(mill)

    assert (run.state, run.doubts, run.decided_at) == (RunState.APPLIED, (), NOW)
    found = load_designation(NormalizedName("ham"))
    assert found is not None
    assert (found.display_name, found.since, found.run, found.reason) == ("Ham", DAY, run.id, "downloads")
    assert (found.rank, found.total, found.threshold, found.projects, found.k) == (1, 1840, 1840, 100, 1)
    assert (found.best_day, found.ci, found.mirrors, found.rule_version) == (10, 184 * 3, 184 * 7, 1)
    assert Designation.objects.get().project_id == Project.objects.get(normalized_name="ham").pk
    assert Untold.objects.get().normalized_name == "ham"
    event = Event.objects.get()
    assert (event.deed, event.subject_name, event.actor_kind) == ("became-critical", "ham", "system")
    assert (event.details["run"], event.details["rank"], event.details["total"]) == (run.id, 1, 1840)
    assert critical() == ["ham"]


def test_the_same_day_twice_changes_nothing(mill: Mill) -> None:
    approved()
    an_index(mill)
    first = computed(mill)
    before = (list(Run.objects.values()), list(Designation.objects.values()), Event.objects.count())
    files = {path: path.stat().st_mtime_ns for path in mill.snapshots.folder.iterdir() if path.is_file()}

    second = computed(mill, now=NOW + timedelta(hours=2))

    assert (first.is_new, second) == (True, Computed(first.run, is_new=False))
    assert (list(Run.objects.values()), list(Designation.objects.values()), Event.objects.count()) == before
    assert {path: path.stat().st_mtime_ns for path in mill.snapshots.folder.iterdir() if path.is_file()} == files


def test_other_inputs_on_the_same_day_are_another_run(mill: Mill) -> None:
    an_index(mill)
    first = compute(mill)

    count_day(mill, LAST, {**TOTALS, "spam": 6})
    second = compute(mill)

    assert second.id != first.id
    assert second.manifest != first.manifest
    assert [one.id for one in list_runs()] == [second.id, first.id]
    assert compute(mill, policy=replace(POLICY, per_ten_thousand=200)).cohort == 2


def test_a_designation_stays_when_its_day_is_replaced_by_lower_numbers(mill: Mill) -> None:
    approved()
    an_index(mill)
    compute(mill)
    assert critical() == ["ham"]

    DayCount.objects.all().delete()
    count_window(mill, {**TOTALS, "ham": 1}, first=FIRST, last=LAST)
    run = compute(mill)

    assert (run.state, run.newly) == (RunState.APPLIED, 1)
    assert critical() == ["ham", "spam"]


def test_only_the_latest_revision_of_a_day_counts(mill: Mill) -> None:
    add_projects(["ham", "spam"])
    count_day(mill, LAST, {"ham": 9, "spam": 1})
    count_day(mill, LAST, {"ham": 1, "spam": 2})

    run = compute(mill)

    assert (run.threshold, run.total, run.days_present) == (2, 3, 1)


@pytest.mark.parametrize(
    ("day", "total"),
    [
        pytest.param(FIRST - timedelta(days=1), 0, id="the day before the window"),
        pytest.param(FIRST, 7, id="its first day"),
        pytest.param(LAST, 7, id="its last day, yesterday"),
        pytest.param(DAY, 0, id="today"),
    ],
)
def test_the_window_has_both_of_its_ends_and_not_today(mill: Mill, day: date, total: int) -> None:
    add_projects(["ham"])
    count_day(mill, day, {"ham": 7})

    run = compute(mill)

    assert (run.total, run.cohort) == (total, 1 if total else 0)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_days_are_utc_whatever_the_zone_of_the_machine(mill: Mill, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        an_index(mill)
        add_projects(["late"], at=datetime(2026, 11, 23, tzinfo=UTC))
        run = compute(mill, now=datetime(2026, 11, 23, 0, 0, 1, tzinfo=UTC))
        with pytest.raises(Refused):
            computed(mill, DAY, now=datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC))
    finally:
        monkeypatch.undo()
        time.tzset()

    assert (run.window_first, run.window_last, run.days_present, run.projects) == (FIRST, LAST, 184, 100)


def test_a_missing_day_is_missing_and_a_quiet_one_is_not(mill: Mill) -> None:
    add_projects(["ham"])
    count_window(mill, {"ham": 1}, first=FIRST, last=LAST - timedelta(days=2))
    count_day(mill, LAST, {})

    run = compute(mill)

    assert (run.days_present, run.days_expected, run.total) == (183, 184, 182)


def test_a_day_whose_file_was_lost_is_missing_and_stops_no_run(mill: Mill) -> None:
    approved()
    an_index(mill)
    lost = count_day(mill, LAST, TOTALS | {"ham": 20})
    mill.downloads.path_of(lost.path).unlink()

    run = compute(mill)

    assert (run.days_present, run.days_expected, run.state) == (183, 184, RunState.APPLIED)
    assert run.total == 183 * sum(TOTALS.values())


@pytest.mark.parametrize(("missing", "state"), [(9, RunState.APPLIED), (10, RunState.PROPOSED)])
def test_a_run_waits_when_more_than_one_day_in_twenty_is_missing(mill: Mill, missing: int, state: RunState) -> None:
    approved()
    add_projects(TOTALS)
    count_window(mill, TOTALS, first=FIRST + timedelta(days=missing), last=LAST)

    run = compute(mill)

    assert run.days_present == 184 - missing
    assert run.state is state
    assert run.doubts == (() if state is RunState.APPLIED else (Doubt.DAYS_MISSING,))


@pytest.mark.parametrize(("times", "state"), [(5, RunState.APPLIED), (6, RunState.PROPOSED)])
def test_a_run_waits_when_its_newest_day_is_far_above_its_week(mill: Mill, times: int, state: RunState) -> None:
    approved()
    add_projects(TOTALS)
    count_window(mill, TOTALS, first=FIRST, last=LAST - timedelta(days=1))
    count_day(mill, LAST, {name: total * times for name, total in TOTALS.items()})

    run = compute(mill)

    assert run.state is state
    assert run.doubts == (() if state is RunState.APPLIED else (Doubt.NEWEST_DAY_HIGH,))


@pytest.mark.parametrize(
    ("answer", "doubts"),
    [
        pytest.param(None, (Doubt.DAY_IN_QUESTION,), id="nobody decided"),
        pytest.param(RunState.DISMISSED, (), id="it was dismissed"),
        pytest.param(RunState.APPROVED, (), id="it was approved"),
    ],
)
def test_a_day_for_which_a_run_waits_makes_nobody_critical_a_day_later(
    answer: RunState | None, doubts: tuple[Doubt, ...], mill: Mill
) -> None:
    approved()
    an_index(mill)
    count_day(mill, LAST, {"spam": 10_000})
    waits = compute(mill)
    assert (waits.doubts, critical()) == ((Doubt.NEWEST_DAY_HIGH,), [])
    if answer:
        Run.objects.filter(pk=waits.id).update(state=answer.value)
    count_day(mill, DAY, TOTALS)

    tomorrow = DAY + timedelta(days=1)
    assert compute(mill, tomorrow, now=NOW + timedelta(days=1)).doubts == doubts
    assert critical() == ([] if doubts else ["spam"])


def test_a_day_is_in_question_until_a_later_run_was_approved_and_in_no_earlier_window(mill: Mill) -> None:
    approved()
    an_index(mill)
    count_day(mill, LAST, {"spam": 10_000})
    compute(mill)
    assert compute(mill, LAST).doubts == ()

    for number, doubts in ((1, (Doubt.DAY_IN_QUESTION,)), (2, ())):
        count_day(mill, DAY + timedelta(days=number - 1), TOTALS)
        run = compute(mill, DAY + timedelta(days=number), now=NOW + timedelta(days=number))
        assert run.doubts == doubts
        Run.objects.filter(pk=run.id).update(state=RunState.APPROVED.value)


@pytest.mark.parametrize(("newest", "doubts"), [(500, ()), (501, (Doubt.NEWEST_DAY_HIGH,))])
def test_the_week_is_the_last_seven_days_and_no_more(mill: Mill, newest: int, doubts: tuple[Doubt, ...]) -> None:
    approved()
    add_projects(["ham"])
    count_window(mill, {"ham": 1}, first=FIRST, last=LAST - timedelta(days=4))
    count_window(mill, {"ham": 100}, first=LAST - timedelta(days=3), last=LAST - timedelta(days=1))
    count_day(mill, LAST, {"ham": newest})

    # Of 1, 1, 1, 100, 100, 100 and the newest, the median is 100; one day more and it would be half of that.
    assert compute(mill).doubts == doubts


@pytest.mark.parametrize(("tied", "state"), [(10, RunState.APPLIED), (11, RunState.PROPOSED)])
def test_a_run_waits_when_it_would_make_too_many_critical(mill: Mill, tied: int, state: RunState) -> None:
    approved()
    totals = {f"p{number:03}": 2 if number < tied else 1 for number in range(100)}
    an_index(mill, totals)

    run = compute(mill)

    assert (run.cohort, run.newly, run.state) == (tied, tied, state)
    assert run.doubts == (() if state is RunState.APPLIED else (Doubt.TOO_MANY_NEW,))
    assert len(critical()) == (tied if state is RunState.APPLIED else 0)


def test_when_everybody_is_equal_nobody_becomes_critical_unseen(mill: Mill) -> None:
    approved()
    an_index(mill, dict.fromkeys(TOTALS, 3))

    run = compute(mill)

    assert (run.cohort, run.threshold, run.doubts) == (100, 184 * 3, (Doubt.TOO_MANY_NEW,))
    assert critical() == []


def test_an_empty_index_has_a_run_that_found_nothing(mill: Mill) -> None:
    run = compute(mill)

    assert (run.projects, run.k, run.cohort, run.threshold, run.total, run.days_present) == (0, 0, 0, None, 0, 0)
    assert run.doubts == (Doubt.FIRST_RUN, Doubt.DAYS_MISSING)


def test_what_was_deleted_before_the_day_leaves_the_ranking_and_keeps_its_designation(mill: Mill) -> None:
    approved()
    an_index(mill)
    compute(mill)
    Project.objects.filter(normalized_name="ham").update(deleted_at=NOW)
    count_day(mill, DAY, TOTALS)

    run = compute(mill, DAY + timedelta(days=1), now=NOW + timedelta(days=1))

    assert (run.projects, run.threshold) == (99, 184 * 5)
    assert critical() == ["ham", "spam"]


def test_what_was_deleted_and_restored_is_counted_as_before(mill: Mill) -> None:
    approved()
    an_index(mill)
    before = compute(mill)
    Project.objects.filter(normalized_name="ham").update(deleted_at=NOW)
    Project.objects.filter(normalized_name="ham").update(deleted_at=None)

    assert compute(mill) == before


def test_what_is_in_quarantine_is_not_ranked(mill: Mill) -> None:
    approved()
    an_index(mill)
    Project.objects.filter(normalized_name="ham").update(status="quarantined")

    run = compute(mill)

    assert (run.projects, critical()) == (99, ["spam"])


def test_numbers_beyond_two_to_the_fiftythird_stay_whole_to_the_last_row(mill: Mill) -> None:
    approved()
    add_projects(["ham", "spam"])
    large = 2**53 + 1
    count_window(mill, {"ham": 2**40, "spam": 1}, first=FIRST, last=LAST - timedelta(days=1))
    count_day(mill, LAST, {"ham": large - 183 * 2**40, "spam": 1})

    run = compute(mill, policy=replace(POLICY, per_ten_thousand=1))

    assert (run.threshold, run.total) == (large, large + 184)
    [waiting] = list_waiting()
    assert waiting.doubts == (Doubt.NEWEST_DAY_HIGH,)
    assert f"ham,{large},1,".encode() in gzip.decompress(read(mill, f"{run.path}.csv.gz"))


@pytest.mark.parametrize(
    ("counting", "critical_one"), [("all", "mirrored"), ("no_full_mirrors", "cached"), ("no_mirrors", "used")]
)
def test_the_setting_decides_whose_downloads_count(
    mill: Mill, counting: str, critical_one: str, index_settings: Settings
) -> None:
    approved()
    add_projects(["mirrored", "cached", "used"])
    told = {"mirrored": Counts(1, mirrors=99), "cached": Counts(50, proxies=49), "used": Counts(20)}
    count_window(mill, told, first=FIRST, last=LAST)

    run = compute(mill, policy=policy_of(replace(index_settings, critical_counting=counting)))

    assert run.counting.value == counting
    assert critical() == [critical_one]


def test_the_policy_is_what_the_settings_say(index_settings: Settings) -> None:
    assert policy_of(index_settings) == Policy(100, 6, Counting.NO_FULL_MIRRORS, 1)
    chosen = replace(
        index_settings,
        critical_per_ten_thousand=5,
        critical_window_months=3,
        critical_counting="all",
        critical_least_downloads=9,
    )
    assert policy_of(chosen) == Policy(5, 3, Counting.ALL, 9)


@pytest.mark.parametrize("ahead", [1, 2, 400])
def test_a_day_that_has_not_come_is_refused(mill: Mill, ahead: int) -> None:
    with pytest.raises(Refused) as refused:
        computed(mill, DAY + timedelta(days=ahead))

    assert refused.value.reason is Reason.DAY_NOT_OVER
    assert not Run.objects.exists()


def test_any_past_day_can_be_computed(mill: Mill) -> None:
    an_index(mill)

    run = compute(mill, date(2026, 8, 31))

    assert (run.window_first, run.window_last, run.days_present) == (date(2026, 2, 28), date(2026, 8, 30), 100)


def test_near_the_line_are_those_of_the_newest_day(mill: Mill) -> None:
    totals = {f"p{number:03}": number for number in range(400)}
    an_index(mill, totals)

    compute(mill)
    assert [(one.name, one.rank, one.total) for one in list_nearby()] == [
        ("p395", 5, 395 * 184),
        ("p394", 6, 394 * 184),
    ]

    compute(mill, DAY - timedelta(days=1))
    assert Nearby.objects.first().run.day == DAY  # type: ignore[union-attr]

    count_day(mill, LAST, {**totals, "p000": 10**6})
    compute(mill)
    assert [one.name for one in list_nearby()] == ["p396", "p395"]


def test_what_is_critical_is_not_near_the_line(mill: Mill) -> None:
    approved()
    an_index(mill, {f"p{number:03}": number for number in range(400)})
    Designation.objects.create(
        normalized_name="p395", display_name="p395", day=DAY, reason="operator", rule_version=1, made_at=NOW
    )

    compute(mill)

    assert [one.name for one in list_nearby()] == ["p394"]
