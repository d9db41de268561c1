"""Spikes: one client or one file far above its own past is marked, and what only looks like it is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from statistics import median

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from strongroom.downloads.actions import spikes
from strongroom.downloads.actions.spikes import mark_spikes
from strongroom.downloads.models import DayCount, Spike, SpikeCheck
from strongroom.downloads.queries.spikes import (
    SPIKES_ON_A_PAGE,
    SpikePlace,
    count_open_spikes,
    find_spike,
    list_spike_page,
    list_spikes,
)
from strongroom.downloads.rules.days import COLUMNS
from strongroom.downloads.rules.spikes import DAYS_BEFORE, Fetched, is_spike, middle_places
from strongroom.gear.engines import read_question
from strongroom.gear.engines.duck import quoted
from strongroom.gear.mill import Mill, mill_of
from tests.cast import NOW

DAY = date(2026, 11, 22)
Row = tuple[str, str, str, int]
_digests = count()


@pytest.fixture
def mill() -> Mill:
    return mill_of(settings.STRONGROOM)


def details(rows: Iterable[Row], to: Path) -> str:
    """A statement that writes a file as details.sql gives it, of rows of project, filename, client, counted."""
    listed = ", ".join(f"({quoted(p)}, '1.0', {quoted(f)}, {quoted(c)}, {n}::BIGINT)" for p, f, c, n in rows)
    empty = "SELECT '' AS project, '' AS version, '' AS filename, '' AS client, 0::BIGINT AS counted WHERE false"
    told = f"SELECT * FROM (VALUES {listed}) AS t(project, version, filename, client, counted)" if listed else empty
    return f"COPY ({told}) TO {quoted(to)} (FORMAT parquet)"


def count_same(mill: Mill, days: Iterable[date], rows: Iterable[Row], *, kind: str = "own") -> None:
    """Days as counting leaves them, each in its next revision, with the same downloads on each."""
    digest = f"{next(_digests):064}"
    name = f"days/{digest[-12:]}-details.parquet"
    written = mill.downloads.begin(".parquet")
    mill.duck.run([details(rows, written)])
    mill.downloads.place(written, name)
    numbers = dict.fromkeys(COLUMNS, 0)
    DayCount.objects.bulk_create(
        DayCount(
            day=day, revision=DayCount.objects.filter(day=day).count() + 1, kind=kind, sha256=digest, path="unread",
            details=name, projects=1, made_at=NOW, **numbers,
        )
        for day in days
    )  # fmt: skip


def count_day(mill: Mill, day: date, *rows: Row, kind: str = "own") -> None:
    count_same(mill, [day], rows, kind=kind)


def count_days(
    mill: Mill, rows: Sequence[Row], *, also: Mapping[int, Sequence[Row]] | None = None, of: int = 28
) -> None:
    """So many days before DAY, searched already: the same rows on each, but for those so many days ago."""
    other = also or {}
    count_same(mill, [DAY - timedelta(days=ago) for ago in range(1, of + 1) if ago not in other], rows)
    for ago, told in other.items():
        count_day(mill, DAY - timedelta(days=ago), *told)
    SpikeCheck.objects.bulk_create(
        SpikeCheck(day=day, revision=1) for day in DayCount.objects.values_list("day", flat=True)
    )


def marked() -> set[tuple[str, str, str, int, int]]:
    return set(Spike.objects.values_list("project", "kind", "name", "counted", "usual"))


class TestRule:
    @pytest.mark.parametrize(
        ("fetched", "is_one"),
        [
            pytest.param(Fetched(1_001, own=200, first_seen=28, whole=10**9), True, id="above ten times its own past"),
            pytest.param(Fetched(1_000, own=200, first_seen=28, whole=0), False, id="just ten times"),
            pytest.param(Fetched(1_000, own=199, first_seen=28, whole=0), True, id="the middle of two days is halved"),
            pytest.param(Fetched(999, own=0, first_seen=28, whole=0), False, id="too few to matter"),
            pytest.param(Fetched(1_000, own=0, first_seen=0, whole=0), True, id="new, of a project that nobody used"),
            pytest.param(Fetched(9_000, own=0, first_seen=0, whole=1_800), False, id="a new file of a used project"),
            pytest.param(Fetched(9_001, own=0, first_seen=6, whole=1_800), True, id="more than the project ever had"),
            pytest.param(Fetched(9_001, own=0, first_seen=7, whole=9**9), True, id="a week old: its own past counts"),
            pytest.param(Fetched(2**60, own=2**59, first_seen=28, whole=0), False, id="large numbers, four times"),
        ],
    )
    def test_what_is_marked(self, fetched: Fetched, is_one: bool) -> None:
        assert is_spike(fetched) is is_one

    @given(st.lists(st.integers(0, 2**60), min_size=1, max_size=40))
    def test_the_middle_places_are_those_of_the_median(self, values: list[int]) -> None:
        ordered = sorted(values, reverse=True)
        upper, lower = middle_places(len(values))

        assert ordered[upper - 1] + ordered[lower - 1] == round(median([value * 2 for value in values])) or (
            ordered[upper - 1] + ordered[lower - 1]
            == sum(sorted(values)[(len(values) - 1) // 2 : len(values) // 2 + 1])
        )


@pytest.mark.django_db
class TestMarking:
    def test_one_client_far_above_its_own_past_is_marked_and_nothing_else(self, mill: Mill) -> None:
        usual = [("ham", "ham-1.tar.gz", "pip", 900), ("ham", "ham-1.tar.gz", "uv", 500), ("spam", "s", "pip", 2000)]
        count_days(mill, usual)
        count_day(
            mill,
            DAY,
            ("ham", "ham-1.tar.gz", "pip", 1000),
            ("ham", "ham-1.tar.gz", "uv", 5001),
            ("spam", "s", "pip", 9),
        )

        assert mark_spikes(now=NOW, mill=mill) == 1

        assert marked() == {("ham", "client", "uv", 5001, 500)}
        (found,) = list_spikes(DAY)
        assert (found.day, found.looked_at, Spike.objects.get().found_at) == (DAY, None, NOW)
        assert list_spikes(DAY - timedelta(days=1)) == []

    def test_one_file_far_above_its_own_past_is_marked(self, mill: Mill) -> None:
        count_days(mill, [("ham", "ham-1.tar.gz", "pip", 10), ("ham", "ham-2.tar.gz", "pip", 5_000)])
        count_day(mill, DAY, ("ham", "ham-1.tar.gz", "pip", 700), ("ham", "ham-1.tar.gz", "uv", 400))

        mark_spikes(now=NOW, mill=mill)

        assert marked() == {("ham", "file", "ham-1.tar.gz", 1100, 10)}

    def test_days_on_which_it_was_absent_are_nothing(self, mill: Mill) -> None:
        count_days(mill, [("ham", "f", "pip", 100_000)], of=28)
        nothing = f"{next(_digests):064}"
        empty = mill.downloads.begin(".parquet")
        mill.duck.run([details([], empty)])
        mill.downloads.place(empty, nothing)
        DayCount.objects.filter(day__lt=DAY - timedelta(days=14)).update(details=nothing)
        count_day(mill, DAY, ("ham", "f", "pip", 500_000))
        mark_spikes(now=NOW, mill=mill)
        # Fourteen days of 28: the median is the middle of 0 and 100,000, so ten times 50,000 is not passed.
        assert marked() == set()

        count_day(mill, DAY, ("ham", "f", "pip", 500_001))
        mark_spikes(now=NOW, mill=mill)
        assert marked() == {("ham", "client", "pip", 500_001, 50_000), ("ham", "file", "f", 500_001, 50_000)}

    def test_a_new_release_that_takes_over_is_no_spike_and_one_that_explodes_is(self, mill: Mill) -> None:
        count_days(mill, [("ham", "ham-1.tar.gz", "pip", 3_000)])
        count_day(mill, DAY, ("ham", "ham-2.tar.gz", "pip", 29_000))
        mark_spikes(now=NOW, mill=mill)
        assert marked() == set()

        count_day(mill, DAY, ("ham", "ham-2.tar.gz", "pip", 30_001))
        mark_spikes(now=NOW, mill=mill)
        assert marked() == {("ham", "client", "pip", 30_001, 3_000), ("ham", "file", "ham-2.tar.gz", 30_001, 3_000)}

    @pytest.mark.parametrize(("since", "is_marked"), [(6, False), (7, True)])
    def test_what_is_a_week_old_has_a_past_of_its_own(self, mill: Mill, since: int, is_marked: bool) -> None:
        usual = [("ham", "old", "pip", 1_000)]
        count_days(mill, usual, also={since: [*usual, ("ham", "new", "uv", 1)]})
        count_day(mill, DAY, ("ham", "new", "uv", 9_000))

        mark_spikes(now=NOW, mill=mill)

        assert bool(marked()) is is_marked

    def test_a_file_that_is_not_known_is_none_and_clients_that_are_not_known_are_one(self, mill: Mill) -> None:
        count_days(mill, [("ham", "", "", 10)])
        count_day(mill, DAY, ("ham", "", "", 1_001))

        mark_spikes(now=NOW, mill=mill)

        assert marked() == {("ham", "client", "", 1_001, 10)}

    def test_days_of_another_kind_of_source_say_nothing(self, mill: Mill) -> None:
        count_days(mill, [("ham", "f", "pip", 10)])
        count_day(mill, DAY, ("ham", "", "", 90_000), kind="counts")

        assert mark_spikes(now=NOW, mill=mill) == 0

    @pytest.mark.parametrize(("known", "new"), [(6, 0), (7, 2)])
    def test_an_index_that_has_just_begun_to_count_marks_nothing(self, mill: Mill, known: int, new: int) -> None:
        count_days(mill, [("ham", "f", "pip", 10)], of=known)
        count_day(mill, DAY, ("ham", "f", "pip", 90_000))

        assert mark_spikes(now=NOW, mill=mill) == new
        assert SpikeCheck.objects.filter(day=DAY).exists()

    def test_days_that_are_not_known_are_left_out_and_not_taken_for_nothing(self, mill: Mill) -> None:
        count_days(mill, [("ham", "f", "pip", 1_000)], of=10)
        count_day(mill, DAY, ("ham", "f", "pip", 9_000))

        assert mark_spikes(now=NOW, mill=mill) == 0

    def test_each_counting_of_a_day_is_searched_once(self, mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
        count_days(mill, [("ham", "f", "pip", 10)])
        count_day(mill, DAY, ("ham", "f", "pip", 2_000))
        assert mark_spikes(now=NOW, mill=mill) == 2
        with monkeypatch.context() as patched:
            patched.setattr(spikes, "_ask", lambda *_: pytest.fail("it was searched already"))
            assert mark_spikes(now=NOW, mill=mill) == 0

        count_day(mill, DAY, ("ham", "f", "pip", 3_000))

        assert mark_spikes(now=NOW, mill=mill) == 0
        assert {counted for *_, counted, _ in marked()} == {3_000}
        assert Spike.objects.count() == 2

    def test_a_mark_of_an_earlier_counting_goes_unless_somebody_looked_at_it(self, mill: Mill) -> None:
        count_days(mill, [("ham", "f", "pip", 10)])
        count_day(mill, DAY, ("ham", "f", "pip", 2_000))
        mark_spikes(now=NOW, mill=mill)
        Spike.objects.filter(kind="file").update(looked_at=NOW)

        count_day(mill, DAY, ("ham", "f", "pip", 20))
        mark_spikes(now=NOW, mill=mill)

        assert list(Spike.objects.values_list("kind", "counted")) == [("file", 2_000)]

    def test_many_days_are_searched_bit_by_bit_the_newest_first(
        self, mill: Mill, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(spikes, "MOST_DAYS", 2)
        for ago in range(5):
            count_day(mill, DAY - timedelta(days=ago), ("ham", "f", "pip", 1))

        seen = []
        for _ in range(4):
            mark_spikes(now=NOW, mill=mill)
            seen.append(SpikeCheck.objects.count())

        assert seen == [2, 4, 5, 5]
        assert SpikeCheck.objects.filter(day=DAY).exists()

    def test_a_process_that_is_killed_searches_the_day_again(self, mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
        count_days(mill, [("ham", "f", "pip", 10)])
        count_day(mill, DAY, ("ham", "f", "pip", 2_000))

        def dying(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(SpikeCheck.objects, "update_or_create", dying)
            with pytest.raises(KeyboardInterrupt):
                mark_spikes(now=NOW, mill=mill)
        assert not Spike.objects.exists()

        assert mark_spikes(now=NOW, mill=mill) == 2
        assert not list((mill.downloads.folder / ".writing").iterdir())

    def test_whatever_a_log_names_is_kept_as_text(self, mill: Mill) -> None:
        client = "<b>'\"\u202e" + "x" * 400
        count_days(mill, [("ham", "f", "pip", 1)])
        count_day(mill, DAY, ("ham'; DROP TABLE x; --", "f\\", client, 2_000))

        mark_spikes(now=NOW, mill=mill)

        assert marked() == {
            ("ham'; DROP TABLE x; --", "client", client[:250], 2_000, 0),
            ("ham'; DROP TABLE x; --", "file", "f\\", 2_000, 0),
        }

    def test_large_numbers_stay_whole(self, mill: Mill) -> None:
        count_days(mill, [("ham", "f", "pip", 2**55 + 1)])
        count_day(mill, DAY, ("ham", "f", "pip", 2**59 + 2**57 + 11), ("ham", "f", "uv", 0))

        mark_spikes(now=NOW, mill=mill)

        assert {(counted, usual) for *_, counted, usual in marked()} == {(2**59 + 2**57 + 11, 2**55 + 1)}


def slowly(today: Sequence[Row], before: Mapping[int, Sequence[Row]]) -> set[tuple[str, str, str, int, int, int, int]]:
    """The same by the definition."""

    def fetched(rows: Sequence[Row], project: str, kind: str, name: str) -> int:
        return sum(n for p, f, c, n in rows if p == project and name == {"client": c, "file": f}.get(kind, ""))

    def doubled(project: str, kind: str, name: str) -> int:
        return round(2 * median(fetched(rows, project, kind, name) for rows in before.values()))

    items = {(p, "client", c) for p, _, c, _ in today} | {(p, "file", f) for p, f, _, _ in today if f}
    found = set()
    for project, kind, name in items:
        counted = fetched(today, project, kind, name)
        own = {ago for ago, rows in before.items() if any(
            p == project and name == {"client": c, "file": f}[kind] for p, f, c, _ in rows
        )}  # fmt: skip
        if counted >= 10:
            numbers = (counted, doubled(project, kind, name), max(own, default=0), doubled(project, "whole", ""))
            found.add((project, kind, name, *numbers))
    return found


ROWS = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.sampled_from(["", "f", "g"]), st.sampled_from(["", "x", "y"]), st.integers(1, 40)
    ),
    max_size=6,
    unique_by=lambda row: row[:3],
)


@hypothesis_settings(max_examples=15)
@given(ROWS, st.dictionaries(st.integers(1, DAYS_BEFORE), ROWS, min_size=1, max_size=5))
def test_the_question_answers_what_the_definition_says(
    tmp_path_factory: pytest.TempPathFactory, today: list[Row], before: dict[int, list[Row]]
) -> None:
    import dataclasses

    folder: Path = tmp_path_factory.mktemp("spikes")
    mill = mill_of(dataclasses.replace(settings.STRONGROOM, data_folder=folder))
    upper, lower = middle_places(len(before))
    bounds = (
        f"COPY (SELECT 10 AS least, {upper} AS upper, {lower} AS lower) TO {quoted(folder / 'bounds')} (FORMAT parquet)"
    )
    written = [details(before[ago], folder / f"before-{ago}") for ago in before]
    mill.duck.run([details(today, folder / "today"), details([], folder / "empty"), bounds, *written])
    tables = {"details": [folder / "today"], "bounds": [folder / "bounds"]}
    for ago in range(1, DAYS_BEFORE + 1):
        tables[f"before_{ago:02}"] = [folder / (f"before-{ago}" if ago in before else "empty")]

    rows = list(mill.duck.rows(read_question("downloads", "spikes"), tables))

    assert set(rows) == slowly(today, before)
    assert len(rows) == len(set(rows))


@pytest.mark.django_db
def test_a_lost_file_holds_up_no_other_day(mill: Mill) -> None:
    usual = [("ham", "ham-1.0.tar.gz", "pip", 200)]
    count_days(mill, usual, also={3: [("ham", "ham-1.0.tar.gz", "pip", 201)]})
    mill.downloads.path_of(DayCount.objects.get(day=DAY - timedelta(days=3)).details).unlink()
    count_day(mill, DAY, ("ham", "ham-1.0.tar.gz", "pip", 9_000))
    count_day(mill, DAY + timedelta(days=1), *usual)
    mill.downloads.path_of(DayCount.objects.get(day=DAY + timedelta(days=1)).details).unlink()

    mark_spikes(now=NOW, mill=mill)

    assert marked() == {("ham", "client", "pip", 9_000, 200), ("ham", "file", "ham-1.0.tar.gz", 9_000, 200)}
    assert SpikeCheck.objects.filter(day=DAY + timedelta(days=1)).exists()


@pytest.mark.django_db
class TestListing:
    def test_those_that_nobody_looked_at_come_first_each_the_newest_day_first(self) -> None:
        rows = [
            Spike(
                day=DAY - timedelta(days=number % 7), project="ham", kind="file", name=str(number), counted=1, usual=0,
                found_at=NOW, looked_at=NOW if number % 3 == 0 else None,
            )
            for number in range(2 * SPIKES_ON_A_PAGE + 20)
        ]  # fmt: skip
        Spike.objects.bulk_create(rows)

        seen, after = [], None
        for _ in range(3):
            page = list_spike_page(after)
            assert len(page) == SPIKES_ON_A_PAGE + 1 or after is not None
            seen += page[:SPIKES_ON_A_PAGE]
            last = seen[-1]
            after = SpikePlace(is_seen=last.looked_at is not None, day=last.day, id=last.id)

        assert len({one.id for one in seen}) == len(rows)
        keys = [(one.looked_at is not None, -one.day.toordinal(), -one.id) for one in seen]
        assert keys == sorted(keys)
        assert list_spike_page(after) == []
        assert (count_open_spikes(most=100), count_open_spikes(most=5)) == (80, 5)
        assert find_spike(seen[0].id) == seen[0]
        assert find_spike(0) is None
