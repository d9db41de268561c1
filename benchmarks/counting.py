"""Adding up downloads, beside the same question put to DuckDB by a bare script, and beside clusters.

Every question is asked in a process of its own, and its processor time and highest memory are what the system says of
the ended process. Each ratio is of neighbours in one run, the lowest of some rounds each: what else the machine does
lengthens all of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.counting_data import Index, make_index
from benchmarks.machine import cpu_seconds, peak_mib, say
from benchmarks.report import Target
from tests.engines.sail_server import Cluster, sail_server
from tests.engines.spark_cluster import has_java, spark_cluster
from tests.journeys.clients import ROOT
from tests.journeys.server import family

SHORT = (Index(projects=50_000, days=60, events=2_000_000),)
FULL = (
    Index(projects=350_000, days=182, events=20_000_000),
    Index(projects=700_000, days=182, events=2_000_000),
    Index(projects=3_500_000, days=182, events=2_000_000),
)

_MOST_RATIO = 1.2
_MOST_MIB = 300
_MOST_MICROSECONDS = 10
_MOST_MICROSECONDS_OF_AN_EVENT = 0.25  # four million in a second

# The same questions as anybody would put them who has only this to ask: no settings, no other ways to count.
_COHORT = """
    WITH totals AS (
        SELECT project, SUM(counted)::BIGINT AS total, MAX(counted) AS best_day, SUM(ci)::BIGINT AS ci,
               SUM(mirrors)::BIGINT AS mirrors
        FROM daily GROUP BY project),
    standings AS (
        SELECT project, COALESCE(total, 0) AS total, RANK() OVER (ORDER BY COALESCE(total, 0) DESC) AS rank,
               COALESCE(best_day, 0) AS best_day, COALESCE(ci, 0) AS ci, COALESCE(mirrors, 0) AS mirrors
        FROM eligible LEFT JOIN totals USING (project))
    SELECT *, (rank <= (SELECT k FROM bounds) AND total >= 1)::INT AS is_critical FROM standings ORDER BY rank, project
"""
_ROLLUP = """
    SELECT project, SUM(IF(kind IN ('partial', 'mirrors'), 0, amount))::BIGINT AS counted,
           SUM(IF(kind = 'mirrors', amount, 0))::BIGINT AS mirrors,
           SUM(IF(kind = 'proxies', amount, 0))::BIGINT AS proxies,
           SUM(IF(kind = 'partial', amount, 0))::BIGINT AS partial,
           SUM(IF(kind = 'browser', amount, 0))::BIGINT AS browser, SUM(IF(kind = 'ci', amount, 0))::BIGINT AS ci,
           SUM(IF(kind = 'unknown', amount, 0))::BIGINT AS unknown, SUM(IF(kind = 'other', amount, 0))::BIGINT AS other
    FROM (SELECT project, amount,
                 CASE WHEN status = 206 AND first_byte > 0 THEN 'partial'
                      WHEN client IN ('bandersnatch', 'pep381client', 'z3c.pypimirror') THEN 'mirrors'
                      WHEN client IN ('Artifactory', 'Nexus', 'devpi') THEN 'proxies'
                      WHEN ci THEN 'ci' WHEN client IS NULL OR client = '' THEN 'unknown'
                      WHEN client = 'Browser' THEN 'browser' ELSE 'other' END AS kind FROM events)
    GROUP BY project ORDER BY project
"""
_BARE = """
import json, sys, duckdb
question, to, tables = json.loads(sys.argv[1])
with duckdb.connect() as connection:
    connection.execute("SET enable_progress_bar = false")
    for name, files in tables.items():
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet({files})")
    connection.execute(f"COPY ({question}) TO '{to}' (FORMAT parquet, COMPRESSION zstd)")
"""

# A process counts as its own memory what the one had that it was split off from: so it is split off from a small one.
_MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, usage = os.wait4(process.pid, 0)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
process.returncode = os.waitstatus_to_exitcode(status)
sys.exit(1 if process.returncode else 0)
"""

Tables = dict[str, Sequence[Path]]


@dataclass(frozen=True)
class Taken:
    """What a question took."""

    cpu: float
    mib: float

    def __str__(self) -> str:
        """For the report."""
        return f"{self.cpu:.1f} CPU-s, {self.mib:,.0f} MiB"


def time_counting(folder: Path, *, short: bool) -> list[Target]:
    """Every part; a short run has one small index, and no clusters."""
    rounds = 1 if short else 3
    targets = [_noting(rounds=20 if short else 100)]
    costs = []
    for number, index in enumerate(SHORT if short else FULL):
        make_index(index)
        if number == 0:
            targets += _adding_up(index, folder, rounds=rounds, short=short)
        cohort, cost = _standing(index, folder, rounds=rounds if number < 2 else 1, short=short)
        targets += cohort
        costs.append(cost)
        if number == 0 and not short:
            targets += _beside(index, folder)
    for index, cost in zip(FULL[1:], costs[1:], strict=False):
        growth = f"{FULL[0].projects:,} to {index.projects:,} projects"
        note = "microseconds of a row there, as a multiple of here"
        targets.append(Target(f"cost of a row, {growth}", "×", 1.25, cost / costs[0], note))
    return targets


def _noting(rounds: int) -> Target:
    say("Noting downloads")
    command = [sys.executable, "-m", "benchmarks.counting_asks", "note", str(rounds)]
    ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Target("noting a download", "µs", _MOST_MICROSECONDS, float(ran.stdout), "processor time of the server")


def _adding_up(index: Index, folder: Path, *, rounds: int, short: bool) -> list[Target]:
    """Part (a), events to daily counts; and (c), one more day: its events, and the window in full."""
    say(f"Adding up {index.events:,} events")
    tables: Tables = {"events": [index.day_of_events]}
    ours, bare = _pair("rollup", _ROLLUP, tables, folder=folder, rounds=rounds)
    events = _rows(index.day_of_events)
    if short:
        ours, bare = _without_start(ours, bare)
    beside = f"{events:,} events: {ours}; DuckDB {bare}"
    return [
        Target(
            "events to daily counts",
            "µs/event",
            _MOST_MICROSECONDS_OF_AN_EVENT,
            ours.cpu / events * 1e6,
            beside,
        ),
        Target("… beside DuckDB", "×", _MOST_RATIO, ours.cpu / bare.cpu, "processor time"),
    ]


def _standing(index: Index, folder: Path, *, rounds: int, short: bool) -> tuple[list[Target], float]:
    """Part (b), the cohort, and what a row costs in microseconds."""
    name = f"cohort of {index.projects:,} projects, {index.days} days"
    say(f"Finding the {name}")
    ours, bare = _pair("cohort", _COHORT, _window(index, index.daily), folder=folder, rounds=rounds)
    cohort = bare
    if short:
        ours, bare = _without_start(ours, bare)
    rows = sum(map(_rows, index.daily))
    targets = [
        Target(name, "× DuckDB", _MOST_RATIO, ours.cpu / bare.cpu, f"{rows:,} rows: {ours}; DuckDB {bare}"),
    ]
    if index.projects <= FULL[1].projects:
        targets.append(Target("… memory", "MiB", _MOST_MIB, ours.mib, "resident, at its highest"))
    if index.projects <= FULL[0].projects:
        targets.append(_one_more_day(index, folder, cohort=cohort, rounds=rounds))
    return targets, ours.cpu / rows * 1e6


def _one_more_day(index: Index, folder: Path, *, cohort: Taken, rounds: int) -> Target:
    """Part (c): the oldest day leaves, the newest is added up from its events, and the window is asked in full."""
    day, answer = folder / "day.parquet", folder / "answer.parquet"

    def arrive() -> Taken:
        rolled = _ask("ours", "rollup", {"events": [index.day_of_events]}, to=day)
        found = _ask("ours", "cohort", _window(index, [*index.daily[1:], day]), to=answer)
        return Taken(rolled.cpu + found.cpu, max(rolled.mib, found.mib))

    taken = _least_of(arrive, rounds)
    rolled = _least_of(lambda: _bare(_ROLLUP, {"events": [index.day_of_events]}, to=day), rounds)
    note = f"{index.events:,} events, then the window in full: {taken}"
    return Target("one more day arrives", "× DuckDB", _MOST_RATIO, taken.cpu / (rolled.cpu + cohort.cpu), note)


def _beside(index: Index, folder: Path) -> list[Target]:
    """The cohort on clusters, for comparison: nothing is to be reached there."""
    targets = []
    for name, start in (("Sail", sail_server), ("Apache Spark", spark_cluster)):
        if name == "Apache Spark" and not has_java():
            say("Going on without Apache Spark: there is no Java")
            continue
        say(f"Finding the cohort on {name}")
        place = folder / name.replace(" ", "-")
        place.mkdir()
        with ExitStack() as stack:
            cluster = stack.enter_context(start(place))
            client = _ask(cluster.url, "cohort", _window(index, index.daily), to=place / "answer.parquet")
            there = _taken_by(cluster)
        note = f"for comparison; from its start: {there}; here {client}"
        targets.append(Target(f"the same on {name}", "CPU-s", float("inf"), there.cpu + client.cpu, note))
    return targets


def _taken_by(cluster: Cluster) -> Taken:
    pids = [pid for process in cluster.processes for pid in family(process.pid)]
    return Taken(cpu_seconds(pids), peak_mib(pids))


def _window(index: Index, daily: Sequence[Path]) -> Tables:
    return {"daily": daily, "eligible": [index.eligible], "bounds": [index.bounds]}


def _pair(name: str, question: str, tables: Tables, *, folder: Path, rounds: int) -> tuple[Taken, Taken]:
    """The product's question and the bare one, in turns; the least that each took."""
    ours, bare = [], []
    for _ in range(rounds):
        bare.append(_bare(question, tables, to=folder / "bare.parquet"))
        ours.append(_ask("ours", name, tables, to=folder / "ours.parquet"))
    _require_same(folder / "bare.parquet", folder / "ours.parquet")
    return min(ours, key=lambda one: one.cpu), min(bare, key=lambda one: one.cpu)


def _least_of(ask: Callable[[], Taken], rounds: int) -> Taken:
    return min((ask() for _ in range(rounds)), key=lambda one: one.cpu)


def _ask(engine: str, question: str, tables: Tables, *, to: Path) -> Taken:
    named = [f"{name}={file}" for name, files in tables.items() for file in files]
    to.unlink(missing_ok=True)
    return _measure([sys.executable, "-m", "benchmarks.counting_asks", engine, question, str(to), *named])


def _bare(question: str, tables: Tables, *, to: Path) -> Taken:
    asked = json.dumps([question, str(to), {name: list(map(str, files)) for name, files in tables.items()}])
    return _measure([sys.executable, "-c", _BARE, asked])


def _without_start(ours: Taken, bare: Taken) -> tuple[Taken, Taken]:
    """The same without what it takes to start Python and to import: on little data that is most of it."""
    imports = "benchmarks.counting_asks, duckdb", "json, duckdb"
    mine, others = (_measure([sys.executable, "-c", f"import {one}; duckdb.connect()"]).cpu for one in imports)
    return replace(ours, cpu=ours.cpu - mine), replace(bare, cpu=bare.cpu - others)


def _measure(command: list[str]) -> Taken:
    """Run to the end; what the system says that it took. Raises CalledProcessError."""
    ran = subprocess.run(
        [sys.executable, "-S", "-c", _MEASURE, *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise subprocess.CalledProcessError(ran.returncode, command[:4])
    cpu, kib = ran.stdout.split()
    return Taken(float(cpu), int(kib) / 1024)


def _require_same(one: Path, other: Path) -> None:
    """Two answers must have the same rows: what was compared is the same question."""
    import duckdb

    with duckdb.connect() as connection:
        ask = f"SELECT COUNT(*) FROM (FROM '{one}' EXCEPT ALL FROM '{other}')"
        differing = connection.execute(ask).fetchall()[0][0]
    if differing or _rows(one) != _rows(other):
        raise RuntimeError(f"{differing} rows of {one.name} are not in {other.name}")


def _rows(file: Path) -> int:
    import duckdb

    with duckdb.connect() as connection:
        return int(connection.execute(f"SELECT COUNT(*) FROM '{file}'").fetchall()[0][0])
