"""The question itself: how every project stands, held against a slow, obvious count, and each edge by name."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.criticality.actions.snapshots import Found, ask_cohort
from strongroom.criticality.queries.inputs import Inputs
from strongroom.criticality.rules.cohort import Policy, band_of, size_of, window_of
from strongroom.criticality.rules.standings import COLUMNS, Standing
from strongroom.downloads.queries.days import CountedDay
from strongroom.downloads.rules.counting import Counting
from strongroom.downloads.rules.days import COLUMNS as COUNTS
from strongroom.downloads.rules.sources import SourceKind
from strongroom.gear.dayfiles import DayFiles
from strongroom.gear.engines.duck import Duck
from strongroom.gear.mill import Mill
from strongroom.terms.names import NormalizedName
from tests.criticality.harvest import DAY, NOW, POLICY, Counts, write_counts

Days = Sequence[Mapping[str, Counts]]


@dataclass(frozen=True)
class Answer:
    """What the engine found: every standing, and the rest of it."""

    standings: list[Standing]
    found: Found

    @property
    def critical(self) -> list[str]:
        return [one.project for one in self.standings if one.is_critical]

    @property
    def ranks(self) -> list[int]:
        return [one.rank for one in self.standings]


@pytest.fixture(scope="module")
def mill(tmp_path_factory: pytest.TempPathFactory) -> Mill:
    folder = tmp_path_factory.mktemp("mill")
    duck = Duck(folder=folder / "spill")
    return Mill(duck, duck, DayFiles(folder / "downloads"), DayFiles(folder / "snapshots"))


def ask(mill: Mill, names: Sequence[str], days: Days, policy: Policy = POLICY) -> Answer:
    """Ask over projects and days, each day a file of its own."""
    window = window_of(DAY, months=policy.months)
    counted = []
    for number, day in enumerate(days):
        written = mill.downloads.begin(".parquet")
        write_counts(mill, [one.row(name) for name, one in day.items()], written)
        counted.append(day_at(window.last - timedelta(days=number), str(written.relative_to(mill.downloads.folder))))
    inputs = Inputs(DAY, policy, window, sorted(map(NormalizedName, names)), counted)
    with ask_cohort(mill, inputs) as found:
        return Answer(read_csv(found.csv), found)


def day_at(day: date, path: str) -> CountedDay:
    zeros = dict.fromkeys(("projects", "counted", "mirrors", "proxies", *(COUNTS[3:])), 0)
    return CountedDay(
        day=day, revision=1, kind=SourceKind.OWN, sha256=path[-40:], path=path, details="", made_at=NOW, **zeros
    )


def read_csv(path: Path) -> list[Standing]:
    head, *lines = gzip.decompress(path.read_bytes()).decode("ascii").splitlines()
    assert head == ",".join(COLUMNS)
    told = (line.split(",") for line in lines)
    return [Standing(project, *map(int, numbers)) for project, *numbers in told]


def ask_totals(mill: Mill, totals: Mapping[str, int], policy: Policy = POLICY) -> Answer:
    """Ask over projects that were all downloaded on one day, if at all."""
    return ask(mill, list(totals), [{name: Counts(total) for name, total in totals.items()}], policy)


def slow_and_obvious(names: Sequence[str], days: Days, policy: Policy) -> list[Standing]:
    """Rules 2 to 8, as one would do them by hand."""
    totals: Counter[str] = Counter()
    best: Counter[str] = Counter()
    ci: Counter[str] = Counter()
    mirrors: Counter[str] = Counter()
    for day in days:
        for name, one in day.items():
            downloads = one.counted
            if policy.counting is Counting.ALL:
                downloads += one.mirrors
            if policy.counting is Counting.NO_MIRRORS:
                downloads -= one.proxies
            totals[name] += downloads
            best[name] = max(best[name], downloads)
            ci[name] += one.ci
            mirrors[name] += one.mirrors
    k = size_of(len(names), per_ten_thousand=policy.per_ten_thousand)
    standings = []
    for name in names:
        rank = 1 + sum(totals[other] > totals[name] for other in names)
        is_critical = int(rank <= k and totals[name] >= max(1, policy.least))
        standings.append(Standing(name, totals[name], rank, best[name], ci[name], mirrors[name], is_critical))
    return sorted(standings, key=lambda one: (one.rank, one.project))


NAMES = ["a", "a-1", "a0", "b", "null", "nan", "true", "z" * 200, "0", "1e5", "c-d", "cd"]
numbers = st.integers(0, 5) | st.sampled_from([2**32 + 1, 2**53 + 1, 2**55])
counts = st.builds(
    lambda counted, proxies, ci, mirrors: Counts(counted + proxies + ci, mirrors, proxies, ci),
    numbers,
    st.integers(0, 3),
    st.integers(0, 3),
    numbers,
)
days = st.lists(st.dictionaries(st.sampled_from(NAMES), counts), max_size=4)
policies = st.builds(
    Policy,
    per_ten_thousand=st.sampled_from([1, 100, 1_000, 2_500, 5_000, 10_000]),
    counting=st.sampled_from(list(Counting)),
    least=st.integers(1, 4),
)


@settings(max_examples=30)
@given(names=st.sets(st.sampled_from(NAMES)), days=days, policy=policies)
def test_the_question_answers_as_a_slow_and_obvious_count_does(
    mill: Mill, names: set[str], days: Days, policy: Policy
) -> None:
    answer = ask(mill, sorted(names), days, policy)

    expected = slow_and_obvious(sorted(names), days, policy)
    assert answer.standings == expected
    assert answer.found.inside == [one for one in expected if one.is_critical]
    assert answer.found.total == sum(one.total for one in expected)


@pytest.mark.parametrize(
    ("totals", "critical"),
    [
        pytest.param({}, [], id="no project"),
        pytest.param({"a": 0}, [], id="one without downloads"),
        pytest.param({"a": 1}, ["a"], id="one with one"),
        pytest.param({f"p{number:03}": number for number in range(99)}, ["p098"], id="99 projects"),
        pytest.param({f"p{number:03}": number for number in range(100)}, ["p099"], id="100 projects"),
        pytest.param({f"p{number:03}": number for number in range(101)}, ["p100", "p099"], id="101 projects"),
        pytest.param({f"p{number:03}": number for number in range(199)}, ["p198", "p197"], id="199 projects"),
        pytest.param({f"p{number:03}": number for number in range(200)}, ["p199", "p198"], id="200 projects"),
        pytest.param({f"p{number:03}": 7 for number in range(200)}, [f"p{n:03}" for n in range(200)], id="all equal"),
        pytest.param(
            {**{f"p{number:03}": 1 for number in range(198)}, "x": 9, "y": 9}, ["x", "y"], id="a tie exactly at k"
        ),
        pytest.param(
            {**{f"p{number:03}": 1 for number in range(197)}, "w": 10, "x": 9, "y": 9}, ["w", "x", "y"],
            id="a tie across k",
        ),
        pytest.param(
            {**{f"p{number:03}": 1 for number in range(197)}, "w": 9, "x": 9, "y": 9}, ["w", "x", "y"],
            id="a tie of more than k",
        ),
        pytest.param({**{f"p{number:03}": 0 for number in range(199)}, "x": 3}, ["x"], id="fewer than k downloaded"),
        pytest.param({f"p{number:03}": 0 for number in range(200)}, [], id="the k-th has none"),
    ],
)  # fmt: skip
def test_who_is_critical(mill: Mill, totals: Mapping[str, int], critical: list[str]) -> None:
    answer = ask_totals(mill, totals)

    assert answer.critical == critical
    assert answer.found.threshold == (totals[critical[-1]] if critical else None)
    assert len(answer.standings) == len(totals)


def test_a_rank_is_one_and_the_number_of_those_with_more(mill: Mill) -> None:
    assert ask_totals(mill, {"a": 5, "b": 5, "c": 9, "d": 0, "e": 1}).ranks == [1, 2, 2, 4, 5]


def test_an_operator_may_ask_for_a_least_number_of_downloads(mill: Mill) -> None:
    assert ask_totals(mill, {"a": 9}, replace(POLICY, least=10)).critical == []
    assert ask_totals(mill, {"a": 10}, replace(POLICY, least=10)).critical == ["a"]


@pytest.mark.parametrize(
    ("counting", "total"), [(Counting.ALL, 1_111), (Counting.NO_FULL_MIRRORS, 111), (Counting.NO_MIRRORS, 101)]
)
def test_whose_downloads_count_is_a_setting(mill: Mill, counting: Counting, total: int) -> None:
    day = {"a": Counts(counted=111, mirrors=1_000, proxies=10, ci=100)}

    answer = ask(mill, ["a"], [day], replace(POLICY, counting=counting))

    assert answer.standings == [Standing("a", total, 1, total, 100, 1_000, 1)]


def test_of_what_cannot_be_installed_nothing_is_ranked(mill: Mill) -> None:
    answer = ask(mill, ["a", "b"], [{"a": Counts(1), "b": Counts(2), "gone": Counts(1_000)}])

    assert [(one.project, one.rank) for one in answer.standings] == [("b", 1), ("a", 2)]
    assert answer.found.total == 3


@pytest.mark.parametrize("total", [2**32 + 1, 2**53 + 1, 2**62])
def test_numbers_stay_whole_whatever_their_size(mill: Mill, total: int) -> None:
    answer = ask(mill, ["a", "b"], [{"a": Counts(total - 1), "b": Counts(total - 2)}, {"a": Counts(1), "b": Counts(1)}])

    assert [(one.project, one.total, one.rank) for one in answer.standings] == [("a", total, 1), ("b", total - 1, 2)]
    assert answer.found.threshold == total


def test_neither_the_order_of_rows_nor_the_number_of_files_matters(mill: Mill) -> None:
    totals = {f"p{number:03}": number % 17 for number in range(300)}
    one_file = {name: Counts(total) for name, total in totals.items()}
    shuffled = dict(sorted(one_file.items(), key=lambda item: item[0][::-1]))
    eight = [{name: one for name, one in shuffled.items() if int(name[1:]) % 8 == part} for part in range(8)]

    whole = ask(mill, list(totals), [one_file])
    parts = ask(mill, list(totals), eight)

    assert parts.standings == whole.standings
    assert parts.found.result == whole.found.result
    assert ask(mill, list(totals), list(reversed(eight))).found.result == whole.found.result


def test_the_warning_band_has_those_within_half_as_many_again(mill: Mill) -> None:
    answer = ask_totals(mill, {f"p{number:03}": number for number in range(400)})

    assert answer.critical == ["p399", "p398", "p397", "p396"]
    assert [one.project for one in answer.found.near] == ["p395", "p394"]


def test_nobody_without_downloads_is_near_the_line(mill: Mill) -> None:
    totals = {"a": 3, "b": 2, **{f"p{number:03}": 0 for number in range(198)}}

    answer = ask_totals(mill, totals)

    assert (answer.critical, answer.ranks[2], band_of(2)) == (["a", "b"], 3, 3)
    assert answer.found.near == []


def test_nothing_is_left_of_what_was_being_written(mill: Mill) -> None:
    ask_totals(mill, {"a": 1})

    assert list((mill.snapshots.folder / ".writing").iterdir()) == []
