"""Downloads of a believable index: daily counts of half a year, and the events of one day, as Parquet.

Projects are spread as PyPI's were in July 2022: its rank 3,500 had 119,655 downloads in 30 days and its first 5,000
together 14.6 thousand millions; between such ranks lines in the logarithms, beyond them an exponent of -2.2, and under
everything what scanners and mirrors fetch (log-normal). Days of the week differ, the whole grows, each day has noise
(gamma), 13 % of the projects are born within the window and 1 % deleted. Everything is drawn from hashes of numbers,
so the same sizes give the same files; they are kept in ``.cache/bench`` and made once.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb

from benchmarks.machine import say
from tests.journeys.clients import ROOT

FOLDER = ROOT / ".cache" / "bench" / "counting"
FIRST_DAY = date(2026, 1, 1)

# Rank and downloads in 30 days.
_RANKS = ((1, 480e6), (10, 190e6), (100, 31e6), (1000, 1.55e6), (2000, 390e3), (3500, 119_655), (5000, 55e3))
_TAIL = -2.2
_WORDS = (
    "py",
    "django",
    "flask",
    "aws",
    "google-cloud",
    "data",
    "test",
    "odoo14-addon",
    "lib",
    "simple",
    "async",
    "ml",
)
_CLIENTS = ("pip", "uv", "poetry", "pdm", "requests", "bandersnatch", "Nexus", "Artifactory", "Browser")
_FORM = "(FORMAT parquet, COMPRESSION zstd)"


@dataclass(frozen=True)
class Index:
    """A generated index: how many projects over how many days, and how many events on one more day."""

    projects: int
    days: int
    events: int

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return FOLDER / f"{self.projects}x{self.days}-{self.events}"

    @property
    def daily(self) -> list[Path]:
        """Its daily counts, in order of the days."""
        return [self.folder / f"{FIRST_DAY + timedelta(days=number)}.parquet" for number in range(self.days)]

    @property
    def eligible(self) -> Path:
        """The names of its projects."""
        return self.folder / "eligible.parquet"

    @property
    def bounds(self) -> Path:
        """The one row that the cohort is asked with."""
        return self.folder / "bounds.parquet"

    @property
    def day_of_events(self) -> Path:
        """The events of one day."""
        return self.folder / "events.parquet"


def make_index(index: Index) -> Index:
    """Generate an index, unless it is there from another run."""
    if index.folder.exists():
        return index
    say(f"Generating {index.projects:,} projects over {index.days} days (kept for the next run)")
    making = index.folder.with_suffix(f".{os.getpid()}")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    with duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(making / ".spill")}) as connection:
        _make_projects(connection, index)
        for number in range(index.days):
            file = making / f"{FIRST_DAY + timedelta(days=number)}.parquet"
            connection.execute(f"COPY ({_day(number, index.days)}) TO '{file}' {_FORM}")
        connection.execute(
            f"COPY (SELECT project FROM projects WHERE dies > {index.days}) TO '{making / 'eligible.parquet'}' {_FORM}"
        )
        k = (index.projects + 99) // 100
        bounds = f"SELECT {k}::BIGINT AS k, 1::BIGINT AS least, 0::BIGINT AS mirrors_count, 1::BIGINT AS proxies_count"
        connection.execute(f"COPY ({bounds}) TO '{making / 'bounds.parquet'}' {_FORM}")
        connection.execute(f"COPY ({_events(index.events)}) TO '{making / 'events.parquet'}' {_FORM}")
    making.rename(index.folder)
    return index


def _make_projects(connection: duckdb.DuckDBPyConnection, index: Index) -> None:
    """A table of the projects in order of their names: the downloads of a usual day, birth, death, and mix of each."""
    words = ", ".join(f"'{word}'" for word in _WORDS)
    connection.execute(f"""
        CREATE TABLE projects AS
        SELECT [{words}][1 + (seed % {len(_WORDS)})::INT] || '-' || left(md5(rank::VARCHAR), 2 + (seed % 5)::INT)
                   || printf('%x', rank) AS project,
               rank, seed,
               ({_downloads("rank")}) / 30 AS level,
               {_log_normal("seed", "seed2", median=1.1, sigma=1.15)} AS floor,
               CASE WHEN seed % 100 < 13 THEN (seed2 % {index.days})::INT ELSE 0 END AS born,
               CASE WHEN seed2 % 100 = 7 THEN (seed % {index.days})::INT ELSE 1000000 END AS dies,
               CASE WHEN seed2 % 10 < 8 THEN (seed % 40) / 100.0 ELSE 0 END AS ci
        FROM (SELECT range + 1 AS rank, hash(range) >> 1 AS seed, hash(range + 900000007) >> 1 AS seed2
              FROM range({index.projects}))
        ORDER BY project
    """)


def _downloads(rank: str) -> str:
    """Downloads of a rank in 30 days, as SQL: lines between the known ranks in the logarithms of both."""
    cases = []
    for (low, high_count), (high, low_count) in pairwise(_RANKS):
        slope = f"(ln({low_count}) - ln({high_count})) / (ln({high}) - ln({low}))"
        cases.append(f"WHEN {rank} <= {high} THEN {high_count} * pow({rank} / {low}.0, {slope})")
    last, count = _RANKS[-1]
    return f"CASE {' '.join(cases)} ELSE {count} * pow({rank} / {last}.0, {_TAIL}) END"


def _log_normal(one: str, other: str, *, median: float, sigma: float) -> str:
    """A log-normal number from two hashes, as SQL (Box and Muller)."""
    first, second = (f"((({seed} >> 20) % 1000003) + 1) / 1000004.0" for seed in (one, other))
    return f"{median} * exp({sigma} * sqrt(-2 * ln({first})) * cos(2 * pi() * {second}))"


def _day(number: int, days: int) -> str:
    """The counts of a day, as SQL: in the columns of the product, in order of project."""
    week = (1.12, 1.15, 1.16, 1.14, 1.08, 0.68, 0.67)[number % 7]
    growth = 0.93 + 0.14 * number / days
    pieces = " * ".join(f"(((dice >> {shift}) & 65535) + 1)" for shift in (0, 16, 32))
    gamma = f"(-ln({pieces} / pow(65536.0, 3)) / 3)"
    return f"""
        SELECT project, counted, mirrors, proxies, partial, browser, ci, unknown,
               counted - proxies - browser - ci - unknown AS other
        FROM (
            SELECT project, counted, mirrors,
                   (counted * 0.03)::BIGINT AS proxies, (counted * 0.004)::BIGINT AS partial,
                   (counted * 0.01)::BIGINT AS browser, (counted * ci)::BIGINT AS ci,
                   (counted * 0.04)::BIGINT AS unknown
            FROM (
                SELECT project, ci, (level * {week} * {growth} * noise + floor * 0.6 * noise)::BIGINT AS counted,
                       (floor * 0.7 * (((dice >> 48) & 255) / 128.0))::BIGINT AS mirrors
                FROM (SELECT project, level, floor, ci, dice, {gamma} AS noise
                      FROM (SELECT *, hash(rank * 1000 + {number}) >> 1 AS dice FROM projects
                            WHERE born <= {number} AND dies > {number}))
            )
            WHERE counted > 0 OR mirrors > 0
        )
        ORDER BY project
    """


def _events(count: int) -> str:
    """The events of a day, as SQL: in the columns of the product, in order of project."""
    clients = ", ".join(f"'{client}'" for client in _CLIENTS)
    return f"""
        WITH sizes AS (SELECT project, level + floor AS size FROM projects),
        shares AS (SELECT project, ceil(size * {count} / (SELECT sum(size) FROM sizes))::BIGINT AS events FROM sizes),
        drawn AS (SELECT project, hash(project) AS name, hash(project, n) AS dice
                  FROM (SELECT project, unnest(range(events)) AS n FROM shares))
        SELECT project, '1.' || (dice % 7) || '.' || (name % 9) AS version,
               project || '-1.' || (dice % 7) || '.' || (name % 9)
                   || CASE WHEN dice % 5 = 0 THEN '.tar.gz' ELSE '-py3-none-any.whl' END AS filename,
               CASE WHEN dice % 20 = 3 THEN NULL ELSE [{clients}][1 + least(dice % 23, 8)::INT] END AS client,
               (20 + dice % 6) || '.' || (dice % 4) AS client_version,
               '3.' || (8 + dice % 6) || '.' || (dice % 11) AS python,
               ['Linux', 'Darwin', 'Windows'][1 + least((dice >> 8) % 9, 2)::INT] AS system,
               CASE WHEN (dice >> 12) % 5 = 0 THEN TRUE END AS ci,
               CASE WHEN (dice >> 16) % 50 = 0 THEN 206 ELSE 200 END::SMALLINT AS status,
               CASE WHEN (dice >> 16) % 100 = 0 THEN 65536 ELSE 0 END::BIGINT AS first_byte,
               (1000 + dice % 4000000)::BIGINT AS bytes,
               (1790000000000 + dice % 86400000)::BIGINT AS at_ms,
               1::BIGINT AS amount
        FROM drawn ORDER BY project
    """
