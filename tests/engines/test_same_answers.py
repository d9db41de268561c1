from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from strongroom.criticality.rules.standings import Standing, digest_standings
from strongroom.downloads.rules.days import digest_counts
from strongroom.gear.engines import Engine, Tables, read_question
from strongroom.gear.engines.duck import Duck
from strongroom.gear.engines.spark import Spark
from tests.engines.hostile import LARGE, NAMES, Hostile

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("engines")]

POLICIES = [
    "k=16 least=1 mirrors=0 proxies=1",
    "k=700 least=1 mirrors=1 proxies=1",
    "k=1500 least=40 mirrors=0 proxies=0",
    "k=0 least=1 mirrors=0 proxies=1",
]


def read(path: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT * FROM '{path}'").fetchall()


def form(path: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        described = connection.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
    return [row[:2] for row in described]


def cohort_of(hostile: Hostile, policy: str) -> Tables:
    return {"daily": hostile.daily, "eligible": hostile.eligible, "bounds": [hostile.bounds[policy]]}


def asked(engine: Engine, question: str, tables: Tables, *, to: Path) -> list[tuple[Any, ...]]:
    count = engine.answer(question, tables, to)
    rows = read(to)
    assert count == len(rows)
    return rows


@pytest.mark.parametrize("name", ["rollup", "details"])
def test_a_cluster_adds_up_a_day_as_duckdb_does_row_by_row(
    name: str, *, spark: Spark, duck: Duck, hostile: Hostile, tmp_path: Path
) -> None:
    question = read_question("downloads", name)
    here, there = tmp_path / "here.parquet", tmp_path / "there.parquet"
    expected = asked(duck, question, {"events": hostile.events}, to=here)
    assert asked(spark, question, {"events": hostile.events}, to=there) == expected
    assert form(there) == form(here)
    assert digest_counts(read(there)) == digest_counts(expected)


def test_a_cluster_adds_up_a_day_without_events(spark: Spark, *, duck: Duck, hostile: Hostile, tmp_path: Path) -> None:
    tables, question = {"events": hostile.events[:1]}, read_question("downloads", "rollup")
    here, there = tmp_path / "here.parquet", tmp_path / "there.parquet"
    assert asked(spark, question, tables, to=there) == asked(duck, question, tables, to=here) == []
    assert form(there) == form(here)


@pytest.mark.parametrize("policy", POLICIES[:3])
def test_a_cluster_finds_the_same_standings_as_duckdb_row_by_row(
    policy: str, *, spark: Spark, duck: Duck, hostile: Hostile, tmp_path: Path
) -> None:
    question, tables = read_question("criticality", "cohort"), cohort_of(hostile, policy)
    here, there = tmp_path / "here.parquet", tmp_path / "there.parquet"
    expected = asked(duck, question, tables, to=here)
    assert asked(spark, question, tables, to=there) == expected
    assert form(there) == form(here)
    assert digest_standings(map(Standing._make, read(there))) == digest_standings(map(Standing._make, expected))


@pytest.mark.parametrize("policy", POLICIES)
def test_the_standings_are_those_that_counting_by_hand_gives(
    policy: str, *, duck: Duck, hostile: Hostile, tmp_path: Path
) -> None:
    wanted = dict(part.split("=") for part in policy.split())
    k, least, mirrors, proxies = (int(wanted[name]) for name in ("k", "least", "mirrors", "proxies"))
    days: dict[str, list[int]] = {name: [] for (name,) in read(hostile.eligible[0])}
    for file in hostile.daily:
        for row in read(file):
            if row[0] in days:
                days[row[0]].append(row[1] + mirrors * row[2] - (1 - proxies) * row[3])
    totals = {name: sum(counts) for name, counts in days.items()}
    ranks = {name: 1 + sum(other > total for other in totals.values()) for name, total in totals.items()}
    expected = [
        (name, totals[name], ranks[name], max(days[name], default=0), int(ranks[name] <= k and totals[name] >= least))
        for name in sorted(totals, key=lambda name: (ranks[name], name.encode()))
    ]
    rows = asked(duck, read_question("criticality", "cohort"), cohort_of(hostile, policy), to=tmp_path / "a.parquet")
    assert [(row[0], row[1], row[2], row[3], row[6]) for row in rows] == expected


def test_what_a_day_adds_up_to_is_what_counting_by_hand_gives(duck: Duck, hostile: Hostile, tmp_path: Path) -> None:
    counted: dict[str, int] = {}
    partial = mirrors = 0
    for file in hostile.events:
        for project, _, _, client, _, _, _, _, status, first_byte, _, _, amount in read(file):
            counted.setdefault(project, 0)
            if status == 206 and first_byte > 0:
                partial += amount
            elif client in {"bandersnatch", "pep381client", "z3c.pypimirror"}:
                mirrors += amount
            else:
                counted[project] += amount
    rows = asked(duck, read_question("downloads", "rollup"), {"events": hostile.events}, to=tmp_path / "a.parquet")
    assert [(row[0], row[1]) for row in rows] == sorted(counted.items(), key=lambda pair: pair[0].encode())
    assert (sum(row[4] for row in rows), sum(row[2] for row in rows)) == (partial, mirrors)
    assert all(row[1] == row[3] + sum(row[5:]) for row in rows)


def test_numbers_above_two_to_the_53_stay_apart(duck: Duck, hostile: Hostile, tmp_path: Path) -> None:
    tables = cohort_of(hostile, POLICIES[0])
    first, second = asked(duck, read_question("criticality", "cohort"), tables, to=tmp_path / "a.parquet")[:2]
    assert first[:3] == (NAMES[1], 7 * LARGE + 1, 1)
    assert second[:3] == (NAMES[0], 7 * LARGE, 2)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_threads_and_the_order_of_files_change_nothing(threads: int, *, hostile: Hostile, tmp_path: Path) -> None:
    question, tables = read_question("criticality", "cohort"), dict(cohort_of(hostile, POLICIES[0]))
    plain = asked(Duck(folder=tmp_path, threads=1), question, tables, to=tmp_path / "plain.parquet")
    tables["daily"] = random.Random(threads).sample(list(hostile.daily), len(hostile.daily))
    duck = Duck(folder=tmp_path, threads=threads)
    assert asked(duck, question, tables, to=tmp_path / "shuffled.parquet") == plain
    question, events = read_question("downloads", "rollup"), list(reversed(hostile.events))
    plain = asked(Duck(folder=tmp_path, threads=1), question, {"events": hostile.events}, to=tmp_path / "a.parquet")
    shuffled = asked(duck, question, {"events": events}, to=tmp_path / "b.parquet")
    assert digest_counts(shuffled) == digest_counts(plain)
