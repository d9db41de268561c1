"""The definition: the window, the size of the cohort, the warning band, and the circuit breaker."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.criticality.rules.cohort import (
    Policy,
    band_of,
    digest_inputs,
    digest_manifest,
    digest_names,
    render_manifest,
    size_of,
    window_of,
)
from strongroom.criticality.rules.standings import Standing, digest_standings, distance_of
from strongroom.criticality.rules.waiting import Doubt, RunFacts, doubts_about, is_far_above, is_too_many
from strongroom.downloads.rules.counting import Counting


@pytest.mark.parametrize(
    ("projects", "k"),
    [(0, 0), (1, 1), (99, 1), (100, 1), (101, 2), (199, 2), (200, 2), (201, 3), (350_000, 3_500), (350_001, 3_501)],
)
def test_one_in_a_hundred_is_critical_rounded_up(projects: int, k: int) -> None:
    assert size_of(projects, per_ten_thousand=100) == k
    assert k == -(-projects // 100)


@pytest.mark.parametrize(("share", "k"), [(1, 1), (50, 5), (100, 10), (10_000, 1_000)])
def test_an_operator_sets_the_share(share: int, k: int) -> None:
    assert size_of(1_000, per_ten_thousand=share) == k


@pytest.mark.parametrize(
    ("day", "first", "last", "expected"),
    [
        pytest.param(date(2026, 11, 23), date(2026, 5, 23), date(2026, 11, 22), 184, id="184 days"),
        pytest.param(date(2026, 8, 31), date(2026, 2, 28), date(2026, 8, 30), 184, id="31 August, February has 28"),
        pytest.param(date(2028, 8, 31), date(2028, 2, 29), date(2028, 8, 30), 184, id="31 August in a leap year"),
        pytest.param(date(2028, 8, 29), date(2028, 2, 29), date(2028, 8, 28), 182, id="from the leap day itself"),
        pytest.param(date(2028, 2, 29), date(2027, 8, 29), date(2028, 2, 28), 184, id="on the leap day"),
        pytest.param(date(2027, 3, 1), date(2026, 9, 1), date(2027, 2, 28), 181, id="181 days"),
        pytest.param(date(2026, 5, 31), date(2025, 11, 30), date(2026, 5, 30), 182, id="31 May, November has 30"),
        pytest.param(date(2026, 1, 1), date(2025, 7, 1), date(2025, 12, 31), 184, id="across the new year"),
    ],
)
def test_the_window_is_six_calendar_months_up_to_yesterday(day: date, first: date, last: date, expected: int) -> None:
    window = window_of(day, months=6)

    assert (window.first, window.last, window.expected) == (first, last, expected)


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_window_never_has_today_and_has_181_to_184_days(day: date) -> None:
    window = window_of(day, months=6)

    assert window.first < window.last < day
    assert 181 <= window.expected <= 184


@pytest.mark.parametrize(("k", "band"), [(0, 0), (1, 1), (2, 3), (3, 4), (3_500, 5_250)])
def test_the_warning_band_ends_at_half_as_many_again(k: int, band: int) -> None:
    assert band_of(k) == band


FINE = RunFacts(is_first=False, newly=0, k=1_000, days_present=184, days_expected=184, newest=100, week=[100] * 7)


@pytest.mark.parametrize(
    ("changed", "doubts"),
    [
        pytest.param({}, (), id="nothing"),
        pytest.param({"is_first": True}, (Doubt.FIRST_RUN,), id="the first run"),
        pytest.param({"newly": 50}, (), id="5 % of k"),
        pytest.param({"newly": 51}, (Doubt.TOO_MANY_NEW,), id="more than 5 % of k"),
        pytest.param({"k": 10, "newly": 10}, (), id="ten of few"),
        pytest.param({"k": 10, "newly": 11}, (Doubt.TOO_MANY_NEW,), id="eleven of few"),
        pytest.param({"days_present": 95, "days_expected": 100}, (), id="5 % of the days missing"),
        pytest.param({"days_present": 94, "days_expected": 100}, (Doubt.DAYS_MISSING,), id="more than 5 % missing"),
        pytest.param({"days_present": 0}, (Doubt.DAYS_MISSING,), id="no day at all"),
        pytest.param({"newest": 500, "week": [100] * 6 + [500]}, (), id="five times the week"),
        pytest.param({"newest": 501, "week": [100] * 6 + [501]}, (Doubt.NEWEST_DAY_HIGH,), id="more than five times"),
        pytest.param({"newest": 2, "week": [0, 0, 2]}, (Doubt.NEWEST_DAY_HIGH,), id="after days of nothing"),
        pytest.param({"newest": 9, "week": [9]}, (), id="no other day is known"),
        pytest.param({"newest": None, "week": []}, (), id="the newest day is missing"),
        pytest.param({"has_day_in_question": True}, (Doubt.DAY_IN_QUESTION,), id="an earlier run waits for its day"),
        pytest.param(
            {"is_first": True, "newly": 51, "days_present": 0, "newest": 501},
            (Doubt.FIRST_RUN, Doubt.TOO_MANY_NEW, Doubt.DAYS_MISSING, Doubt.NEWEST_DAY_HIGH),
            id="everything at once",
        ),
    ],
)
def test_a_run_that_looks_wrong_waits(changed: dict[str, object], doubts: tuple[Doubt, ...]) -> None:
    assert doubts_about(replace(FINE, **changed)) == doubts  # type: ignore[arg-type]


@given(newly=st.integers(0, 10**6), k=st.integers(0, 10**7))
def test_too_many_is_more_than_ten_and_more_than_five_percent(newly: int, k: int) -> None:
    assert is_too_many(newly, k=k) is (newly > max(10, k / 20))


@pytest.mark.parametrize("week", [[2**60 + 1], [2**60, 2**60 + 1], [1, 2**60 + 1, 2**61]])
def test_the_breaker_is_exact_for_numbers_of_any_size(week: Sequence[int]) -> None:
    ordered = sorted(week)
    twice_median = ordered[(len(week) - 1) // 2] + ordered[len(week) // 2]
    border = 5 * twice_median // 2

    assert not is_far_above(border, week)
    assert is_far_above(border + 1, week)


def test_a_manifest_is_a_file_that_sha256sum_could_have_written() -> None:
    days = [(date(2026, 11, 2), "b" * 64), (date(2026, 11, 1), "a" * 64)]

    assert render_manifest(days) == f"{'a' * 64}  2026-11-01\n{'b' * 64}  2026-11-02\n"
    assert digest_manifest(days) == hashlib.sha256(render_manifest(days).encode()).hexdigest()
    assert digest_manifest(reversed(days)) == digest_manifest(days)


@pytest.mark.parametrize(
    "policy",
    [Policy(per_ten_thousand=101), Policy(months=5), Policy(counting=Counting.ALL), Policy(least=2)],
    ids=["share", "window", "counting", "least"],
)
def test_another_definition_is_another_input(policy: Policy) -> None:
    assert digest_inputs(policy, manifest="m", eligible="e") != digest_inputs(Policy(), manifest="m", eligible="e")
    assert digest_inputs(policy, manifest="m", eligible="e") != digest_inputs(policy, manifest="n", eligible="e")
    assert digest_inputs(policy, manifest="m", eligible="e") != digest_inputs(policy, manifest="m", eligible="f")


def test_names_are_digested_in_their_order_whatever_order_they_come_in() -> None:
    assert digest_names(["b", "a-1", "a"]) == hashlib.sha256(b"a\na-1\nb\n").hexdigest()


def test_standings_are_digested_by_name_total_and_rank_alone() -> None:
    row = Standing("ham", 2**60, 1, 5, 3, 2, 1)

    assert digest_standings([row]) == hashlib.sha256(f"ham,{2**60},1\n".encode()).hexdigest()
    assert digest_standings([row._replace(ci=9)]) == digest_standings([row])
    assert digest_standings([row._replace(rank=2)]) != digest_standings([row])


@pytest.mark.parametrize(
    ("standing", "threshold", "lacking", "is_near"),
    [
        pytest.param(Standing("ham", 90, 11, 1, 0, 0, 0), 100, 10, True, id="near"),
        pytest.param(Standing("ham", 90, 15, 1, 0, 0, 0), 100, 10, True, id="the last rank of the band"),
        pytest.param(Standing("ham", 90, 16, 1, 0, 0, 0), 100, 10, False, id="behind the band"),
        pytest.param(Standing("ham", 0, 11, 0, 0, 0, 0), 100, 100, False, id="without downloads"),
        pytest.param(Standing("ham", 90, 11, 1, 0, 0, 0), None, 0, True, id="nobody inside"),
    ],
)
def test_how_far_a_project_is_from_the_line(
    standing: Standing, threshold: int | None, lacking: int, *, is_near: bool
) -> None:
    distance = distance_of(standing, k=10, threshold=threshold, band=15)

    assert (distance.rank, distance.k, distance.lacking, distance.is_near) == (standing.rank, 10, lacking, is_near)
