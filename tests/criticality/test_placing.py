"""How every project stands, placed where pages find it quickly: after each run, whole, and once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from strongroom.criticality.actions import placing
from strongroom.criticality.actions.placing import refresh_standings
from strongroom.criticality.models import Reliance, Run
from strongroom.criticality.queries import standings
from strongroom.criticality.queries.standings import STANDINGS, StandingFacts, list_standing_files, load_standing
from strongroom.gear.engines import EngineFailed
from strongroom.gear.engines.duck import quoted
from strongroom.gear.lookups import read_lookup
from strongroom.gear.mill import Mill
from strongroom.projects.models import Listing
from strongroom.terms.names import NormalizedName
from tests.cast import NOW
from tests.criticality.harvest import mill_here
from tests.criticality.test_telling import add_run
from tests.projects.shelved import shelve

pytestmark = pytest.mark.django_db

HAM, SPAM = NormalizedName("ham"), NormalizedName("spam")
BIG = 2**60


@pytest.fixture
def mill() -> Mill:
    return mill_here()


def place_run(mill: Mill, *rows: tuple[object, ...], result: str = "abcdef012345", **changed: object) -> Run:
    """A run with its snapshot: rows of project, total, rank, best day, CI, mirrors."""
    path = f"2026-11-23-{result}"
    listed = ", ".join(f"({quoted(str(row[0]))}, {', '.join(map(str, row[1:]))}, 1)" for row in rows)
    columns = "project, total, rank, best_day, ci, mirrors, is_critical"
    written = mill.snapshots.begin(".parquet")
    mill.duck.run([f"COPY (SELECT * FROM (VALUES {listed}) AS t({columns})) TO {quoted(written)} (FORMAT parquet)"])
    mill.snapshots.place(written, f"{path}.parquet")
    return add_run(path=path, result=result.ljust(64, "0"), inputs=result, **changed)


def place(mill: Mill) -> int:
    return refresh_standings(now=NOW, mill=mill)


def names(mill: Mill) -> list[str]:
    return [path.name for path in list_standing_files(mill.snapshots.folder)]


def test_a_page_finds_how_a_project_stands_and_who_relies_on_it(mill: Mill) -> None:
    run = place_run(mill, ("ham", BIG, 1, 9, 8, 7), ("spam", 5, 2, 4, 3, 2), ("eggs", 0, 3, 0, 0, 0))
    Reliance.objects.create(normalized_name="ham", serial=1, needs=[])
    Reliance.objects.create(normalized_name="spam", serial=1, needs=["ham"])
    Reliance.objects.create(normalized_name="eggs", serial=1, needs=["spam"])

    assert place(mill) == 3

    assert load_standing(HAM) == StandingFacts(BIG, 1, 9, 8, 7, direct=1, through=2, weight=5)
    assert load_standing(SPAM, mill.snapshots.folder) == StandingFacts(5, 2, 4, 3, 2, direct=1, through=1, weight=0)
    assert load_standing(NormalizedName("nobody")) is None
    assert names(mill) == [f"{run.pk}-abcdef012345.sqlite3"]
    assert not list((mill.snapshots.folder / ".writing").iterdir())


def test_without_a_run_there_is_nothing_to_find(mill: Mill) -> None:
    assert place(mill) == 0
    assert load_standing(HAM) is None
    assert names(mill) == []


def test_it_is_placed_once(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    place_run(mill, ("ham", 5, 1, 1, 0, 0))
    assert place(mill) == 1
    monkeypatch.setattr(placing, "load_needs", lambda: pytest.fail("it was placed already"))

    assert place(mill) == 0


def test_the_newest_run_that_nobody_dismissed_counts_and_the_file_before_it_goes(mill: Mill) -> None:
    place_run(mill, ("ham", 5, 1, 1, 0, 0), result="a" * 12)
    place(mill)
    newer = place_run(mill, ("ham", 6, 1, 1, 0, 0), result="b" * 12, state="proposed")

    assert place(mill) == 1
    assert names(mill) == [f"{newer.pk}-{'b' * 12}.sqlite3"]
    assert load_standing(HAM) == StandingFacts(6, 1, 1, 0, 0, 0, 0, 0)

    Run.objects.filter(pk=newer.pk).update(state="dismissed")
    assert place(mill) == 1
    assert load_standing(HAM) == StandingFacts(5, 1, 1, 0, 0, 0, 0, 0)


def test_searches_rank_by_the_new_numbers(mill: Mill) -> None:
    for name, downloads in (("ham", 1), ("spam", 5), ("eggs", 2)):
        shelve(name, downloads=downloads)
    place_run(mill, ("ham", 70, 1, 1, 0, 0), ("spam", 5, 2, 1, 0, 0))

    place(mill)

    assert dict(Listing.objects.values_list("name", "downloads")) == {"ham": 70, "spam": 5, "eggs": 2}


def test_only_numbers_that_changed_are_written(mill: Mill, monkeypatch: pytest.MonkeyPatch) -> None:
    shelve("ham", downloads=70)
    shelve("spam", downloads=5)
    place_run(mill, ("ham", 70, 1, 1, 0, 0), ("spam", 6, 2, 1, 0, 0))
    told: list[dict[str, int]] = []
    monkeypatch.setattr(placing, "note_downloads", told.append)

    place(mill)

    assert told == [{"spam": 6}]


@pytest.mark.parametrize("step", ["load_needs", "write_lookup", "note_downloads"])
def test_a_process_that_is_killed_does_the_whole_again(mill: Mill, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    shelve("ham")
    place_run(mill, ("ham", 5, 1, 1, 0, 0))

    def dying(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(placing, step, dying)
        with pytest.raises(KeyboardInterrupt):
            place(mill)
    assert names(mill) == []

    assert place(mill) == 1
    assert Listing.objects.get().downloads == 5
    assert load_standing(HAM) is not None


def test_a_run_whose_snapshot_is_gone_is_one_clear_error(mill: Mill) -> None:
    add_run()

    with pytest.raises(EngineFailed):
        place(mill)


def test_the_newer_of_two_files_is_read_and_one_that_vanishes_is_passed_over(
    mill: Mill, monkeypatch: pytest.MonkeyPatch
) -> None:
    place_run(mill, ("ham", 5, 1, 1, 0, 0))
    place(mill)
    folder = mill.snapshots.folder / STANDINGS
    (old,) = folder.iterdir()
    newer = folder / "0-zero.sqlite3"
    newer.write_bytes(old.read_bytes().replace(b"ham", b"hem"))
    os.utime(old, (1, 1))

    assert load_standing(NormalizedName("hem")) is not None
    assert load_standing(HAM) is None

    def vanishing(path: Path, name: str, *, real: Callable[[Path, str], object] = read_lookup) -> object:
        newer.unlink(missing_ok=True)
        return real(path, name)

    monkeypatch.setattr(standings, "read_lookup", vanishing)
    assert load_standing(HAM) == StandingFacts(5, 1, 1, 0, 0, 0, 0, 0)
