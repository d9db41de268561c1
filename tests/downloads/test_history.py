"""What plots are drawn from: the files of the months, and what is read of them."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

import pytest

from strongroom.downloads.actions import histories
from strongroom.downloads.actions.histories import KEPT, refresh_histories
from strongroom.downloads.models import DayCount, HistoryMonth
from strongroom.downloads.queries.history import load_history, load_recent
from strongroom.downloads.rules.history import History, largest, months_between, recent_of
from strongroom.gear.engines import EngineFailed
from strongroom.gear.engines.duck import quoted
from strongroom.gear.mill import Mill
from strongroom.terms.names import NormalizedName
from tests.criticality.harvest import count_day

NOW = datetime(2026, 11, 23, 0, 10, tzinfo=UTC)
TODAY = NOW.date()
HAM, EGGS = NormalizedName("ham"), NormalizedName("eggs")
NAUGHTY = "\"},{'\\ \N{RIGHT-TO-LEFT OVERRIDE}</script>"

Details = list[tuple[str, str, str, int]]
"""Of a day: project, version, client, counted."""


def count(mill: Mill, day: date, counts: dict[str, int], details: Details | None = None) -> None:
    """A day as counting leaves it, with its versions and clients."""
    row = count_day(mill, day, dict(counts))
    written = mill.downloads.begin(".parquet")
    known = [("nothing", "", "", 0)] if details is None else details
    values = ", ".join(f"({quoted(a)}, {quoted(b)}, '', {quoted(c)}, {number})" for a, b, c, number in known)
    select = f"SELECT * FROM (VALUES {values}) t(project, version, filename, client, counted)"
    mill.duck.run([f"COPY ({select}) TO {quoted(written)} (FORMAT parquet)"])
    mill.downloads.place(written, row.details)


def history(mill: Mill, name: NormalizedName = HAM, *, days: int = 60) -> History:
    return load_history(
        name, first=TODAY - timedelta(days=days), last=TODAY - timedelta(days=1), folder=mill.downloads.folder
    )


@pytest.mark.django_db
def test_counts_are_read_back_by_day_over_several_months(mill: Mill) -> None:
    count(mill, date(2026, 10, 31), {"ham": 5, "eggs": 2**54 + 1})
    count(mill, date(2026, 11, 1), {"ham": 7})
    count(mill, date(2026, 11, 22), {"eggs": 1})

    assert refresh_histories(now=NOW, mill=mill) == [date(2026, 10, 1), date(2026, 11, 1)]

    assert history(mill).days == {date(2026, 10, 31): 5, date(2026, 11, 1): 7, date(2026, 11, 22): 0}
    assert history(mill, EGGS).days[date(2026, 10, 31)] == 2**54 + 1
    assert history(mill, days=22).days == {date(2026, 11, 1): 7, date(2026, 11, 22): 0}
    assert history(mill, NormalizedName("nobody")).total == 0


@pytest.mark.django_db
def test_versions_and_clients_add_up_over_whole_months(mill: Mill) -> None:
    count(mill, date(2026, 10, 31), {"ham": 9}, [("ham", "1.0", "pip", 5), ("ham", "1.0", "uv", 3), ("ham", "", "", 1)])
    count(mill, date(2026, 11, 1), {"ham": 3}, [("ham", "2.0", NAUGHTY, 2), ("ham", NAUGHTY, "pip", 1)])
    refresh_histories(now=NOW, mill=mill)

    found = history(mill)

    assert found.versions == {"1.0": 8, "": 1, "2.0": 2, NAUGHTY: 1}
    assert found.clients == {"pip": 6, "uv": 3, "": 1, NAUGHTY: 2}
    assert found.in_months == 12
    assert found.since == date(2026, 9, 1)


@pytest.mark.django_db
def test_of_many_versions_and_clients_the_largest_are_kept(mill: Mill) -> None:
    details = [("ham", f"1.{number}", f"client-{number}", 100 + number) for number in range(40)]
    count(mill, date(2026, 11, 1), {"ham": sum(one[3] for one in details)}, details)
    refresh_histories(now=NOW, mill=mill)

    found = history(mill)

    assert set(found.versions) == {f"1.{number}" for number in range(10, 40)}
    assert set(found.clients) == {f"client-{number}" for number in range(20, 40)}


@pytest.mark.django_db
def test_a_month_is_made_anew_only_when_a_day_of_it_was_counted_anew(mill: Mill) -> None:
    count(mill, date(2026, 10, 31), {"ham": 5})
    count(mill, date(2026, 11, 1), {"ham": 7})
    refresh_histories(now=NOW, mill=mill)
    before = dict(HistoryMonth.objects.values_list("month", "path"))

    assert refresh_histories(now=NOW, mill=mill) == []

    count(mill, date(2026, 11, 1), {"ham": 6})
    assert refresh_histories(now=NOW, mill=mill) == [date(2026, 11, 1)]
    assert history(mill).days[date(2026, 11, 1)] == 6
    after = dict(HistoryMonth.objects.values_list("month", "path"))
    assert after[date(2026, 10, 1)] == before[date(2026, 10, 1)]
    assert after[date(2026, 11, 1)] != before[date(2026, 11, 1)]


@pytest.mark.django_db
def test_a_file_that_was_replaced_stays_for_those_who_read_it_and_goes_later(mill: Mill) -> None:
    count(mill, date(2026, 11, 1), {"ham": 7})
    refresh_histories(now=NOW, mill=mill)
    old = mill.downloads.path_of(HistoryMonth.objects.get().path)
    os.utime(old, (NOW.timestamp(), NOW.timestamp()))
    count(mill, date(2026, 11, 1), {"ham": 8})

    refresh_histories(now=NOW, mill=mill)
    assert old.exists()
    refresh_histories(now=NOW + KEPT + timedelta(seconds=1), mill=mill)

    assert not old.exists()
    assert mill.downloads.path_of(HistoryMonth.objects.get().path).exists()
    assert history(mill).days == {date(2026, 11, 1): 8}


@pytest.mark.django_db
def test_a_day_that_is_not_over_is_not_shown(mill: Mill) -> None:
    count(mill, TODAY, {"ham": 7})

    assert refresh_histories(now=NOW, mill=mill) == []
    assert refresh_histories(now=NOW + timedelta(days=1), mill=mill) == [date(2026, 11, 1)]


@pytest.mark.django_db
def test_a_large_index_is_added_up_in_parts_to_the_same(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {f"project-{number}": number + 1 for number in range(50)}
    count(mill, date(2026, 11, 1), counts, [(name, "1.0", "pip", number) for name, number in counts.items()])
    monkeypatch.setattr(histories, "PROJECTS_AT_ONCE", 7)

    refresh_histories(now=NOW, mill=mill)

    for name, number in counts.items():
        found = history(mill, NormalizedName(name))
        assert found.days == {date(2026, 11, 1): number}
        assert found.versions == {"1.0": number}


@pytest.mark.django_db
def test_what_could_not_be_finished_leaves_no_file_and_the_month_as_it_was(mill: Mill) -> None:
    count(mill, date(2026, 11, 1), {"ham": 7})
    refresh_histories(now=NOW, mill=mill)
    count(mill, date(2026, 11, 2), {"ham": 8})
    mill.downloads.path_of(DayCount.objects.get(day=date(2026, 11, 2)).path).write_bytes(b"no Parquet")

    with pytest.raises(EngineFailed):
        refresh_histories(now=NOW, mill=mill)

    assert history(mill).days == {date(2026, 11, 1): 7}
    assert list(mill.downloads.path_of(".writing").glob("*.sqlite3")) == []


@pytest.mark.django_db
def test_a_month_that_cannot_be_made_holds_up_no_other(mill: Mill) -> None:
    count(mill, date(2026, 10, 31), {"ham": 5})
    count(mill, date(2026, 11, 1), {"ham": 7})
    mill.downloads.path_of(DayCount.objects.get(day=date(2026, 10, 31)).path).unlink()

    with pytest.raises(EngineFailed):
        refresh_histories(now=NOW, mill=mill)

    assert history(mill).days == {date(2026, 11, 1): 7}


@pytest.mark.django_db
def test_while_a_file_is_gone_its_days_are_missing_and_not_nought_until_it_is_made_anew(mill: Mill) -> None:
    count(mill, date(2026, 10, 31), {"ham": 5})
    count(mill, date(2026, 11, 1), {"ham": 7})
    refresh_histories(now=NOW, mill=mill)
    mill.downloads.path_of(HistoryMonth.objects.get(month=date(2026, 11, 1)).path).unlink()

    assert history(mill).days == {date(2026, 10, 31): 5}

    assert refresh_histories(now=NOW, mill=mill) == [date(2026, 11, 1)]
    assert history(mill).days == {date(2026, 10, 31): 5, date(2026, 11, 1): 7}


@pytest.mark.django_db
def test_the_newest_numbers_are_those_of_whole_days(mill: Mill) -> None:
    for ago, number in ((1, 1), (2, 10), (7, 100), (8, 1_000), (30, 10_000), (31, 100_000)):
        count(mill, TODAY - timedelta(days=ago), {"ham": number})
    refresh_histories(now=NOW, mill=mill)

    recent = load_recent(HAM, today=TODAY, folder=mill.downloads.folder)

    assert (recent.last_day, recent.last_week, recent.last_month) == (1, 111, 11_111)
    assert recent.through == date(2026, 11, 22)
    assert recent.days_known == 5


def test_without_any_day_the_newest_numbers_are_nought_and_none_is_known() -> None:
    recent = recent_of({}, today=TODAY)

    assert (recent.last_day, recent.last_week, recent.last_month, recent.days_known) == (0, 0, 0, 0)


def test_the_months_of_a_span_are_all_that_it_touches() -> None:
    months = months_between(date(2025, 11, 30), date(2026, 2, 1))

    assert months == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert months_between(TODAY, TODAY) == [date(2026, 11, 1)]


def test_the_largest_come_first_and_the_others_are_added_up() -> None:
    counts = {"b": 5, "a": 5, "c": 9, "d": 1}

    assert largest(counts, most=2, total=100) == ([("c", 9), ("a", 5)], 86)
    assert largest(counts, most=9, total=20)[1] == 0
