"""Files of a run: what the engine is asked over, what it answered, and the snapshot that everybody may read.

Nobody's deeds: what a run found is told by its row, and what that led to by the record.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import re
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from strongroom.criticality.queries.inputs import Inputs
from strongroom.criticality.rules.cohort import band_of
from strongroom.criticality.rules.standings import COLUMNS, Standing, digest_standings
from strongroom.downloads.rules.days import COLUMNS as COUNTS
from strongroom.gear.dayfiles import DayFiles
from strongroom.gear.engines import read_question
from strongroom.gear.engines.duck import quoted
from strongroom.gear.mill import Mill

PARQUET, CSV, MANIFEST = ".parquet", ".csv.gz", ".manifest"
"""The endings of a snapshot; before them stands the path of its run."""

LEFT_BEHIND = timedelta(days=1)
"""What no run names and is older than this, a killed process left. What is younger may be in the making elsewhere."""

_OF_A_RUN = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}-[0-9a-f]{8}\.")
_LEVEL = 6
_IN_ORDER = "SELECT project, total, rank, best_day, ci, mirrors, is_critical FROM answer ORDER BY rank, project"
_NO_DAYS = f"SELECT '' AS project, {', '.join(f'CAST(0 AS BIGINT) AS {name}' for name in COUNTS)} WHERE FALSE"


@dataclass
class Found:
    """What the engine answered, and its files under names that nobody reads yet. Numbers are downloads.

    ``near`` are those that are not critical but within the warning band.
    """

    parquet: Path
    csv: Path
    manifest: Path
    result: str = ""
    total: int = 0
    inside: list[Standing] = field(default_factory=list)
    near: list[Standing] = field(default_factory=list)

    @property
    def threshold(self) -> int | None:
        """The downloads of the last project inside; nothing when nobody is."""
        return self.inside[-1].total if self.inside else None


@contextmanager
def locked_snapshots(snapshots: DayFiles) -> Iterator[None]:
    """One run at a time on this machine; whoever comes second waits."""
    snapshots.folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(snapshots.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def ask_cohort(mill: Mill, inputs: Inputs) -> Iterator[Found]:
    """Ask the engine how every project stands, and read its answer once. Raises EngineFailed."""
    with ExitStack() as stack:
        eligible, bounds, answer, csv, manifest = (
            stack.enter_context(_written(mill.snapshots, ending))
            for ending in (PARQUET, PARQUET, PARQUET, CSV, MANIFEST)
        )
        _write_names(mill, inputs, eligible)
        mill.duck.run([f"COPY ({_bounds(inputs)}) TO {quoted(bounds)} (FORMAT parquet)"])
        daily = [mill.downloads.path_of(one.path) for one in inputs.days]
        if not daily:
            empty = stack.enter_context(_written(mill.snapshots, PARQUET))
            mill.duck.run([f"COPY ({_NO_DAYS}) TO {quoted(empty)} (FORMAT parquet)"])
            daily = [empty]
        question = read_question("criticality", "cohort")
        mill.engine.answer(question, {"daily": daily, "eligible": [eligible], "bounds": [bounds]}, answer)
        found = Found(parquet=answer, csv=csv, manifest=manifest)
        manifest.write_text(inputs.manifest, encoding="ascii")
        _read_answer(mill, inputs, found)
        yield found


def place_snapshot(snapshots: DayFiles, inputs: Inputs, found: Found) -> tuple[str, str, str]:
    """Give the files of a run their names; where they begin, and the SHA-256 of Parquet and CSV."""
    path = f"{inputs.day.isoformat()}-{found.result[:12]}-{inputs.digest[:8]}"
    digests = []
    for written, ending in ((found.parquet, PARQUET), (found.csv, CSV)):
        with written.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
        snapshots.place(written, path + ending)
    snapshots.place(found.manifest, path + MANIFEST)
    return path, digests[0], digests[1]


def sweep_snapshots(snapshots: DayFiles, *, paths: Collection[str], now: datetime) -> int:
    """Take away what killed runs left behind; how many files that were. What others keep here stays."""
    known = {path + ending for path in paths for ending in (PARQUET, CSV, MANIFEST)}
    writing = snapshots.begin("").parent
    count = 0
    for path in [*snapshots.folder.iterdir(), *writing.iterdir()]:
        of_a_run = path.parent == writing or _OF_A_RUN.match(path.name)
        if of_a_run and path.is_file() and path.name not in known and _is_old(path, now):
            path.unlink(missing_ok=True)
            count += 1
    return count


@contextmanager
def _written(snapshots: DayFiles, ending: str) -> Iterator[Path]:
    path = snapshots.begin(ending)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _write_names(mill: Mill, inputs: Inputs, to: Path) -> None:
    with _written(mill.snapshots, ".txt") as listed:
        listed.write_text("".join(f"{name}\n" for name in inputs.names), encoding="ascii")
        # Normalised names have neither commas nor quotes, and one called "null" is a name like others.
        read = (
            f"read_csv({quoted(listed)}, header = false, auto_detect = false, delim = ',', quote = '', escape = '',"
            " columns = {'project': 'VARCHAR'})"
        )
        mill.duck.run([f"COPY (SELECT project FROM {read} ORDER BY project) TO {quoted(to)} (FORMAT parquet)"])  # noqa: S608 - a path of ours


def _bounds(inputs: Inputs) -> str:
    counting = inputs.policy.counting
    numbers = {
        "k": inputs.k,
        "least": max(1, inputs.policy.least),
        "mirrors_count": int(counting.mirrors_count),
        "proxies_count": int(counting.proxies_count),
    }
    return "SELECT " + ", ".join(f"CAST({number} AS BIGINT) AS {name}" for name, number in numbers.items())


def _read_answer(mill: Mill, inputs: Inputs, found: Found) -> None:
    """Digest the standings, write them as CSV, and keep those that matter: all of them need not fit into memory."""
    band = band_of(inputs.k)

    def rows() -> Iterator[Standing]:
        for told in mill.duck.rows(_IN_ORDER, {"answer": [found.parquet]}):
            one = Standing(*told)
            found.total += one.total
            if one.is_critical:
                found.inside.append(one)
            elif one.rank <= band and one.total > 0:
                found.near.append(one)
            packed.write(f"{','.join(map(str, one))}\n".encode("ascii"))
            yield one

    # No time and no name in its head: the same standings give the same bytes.
    with found.csv.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as packed:
        packed.write(f"{','.join(COLUMNS)}\n".encode("ascii"))
        found.result = digest_standings(rows())


def _is_old(path: Path, now: datetime) -> bool:
    try:
        return path.stat().st_mtime < (now - LEFT_BEHIND).timestamp()
    except FileNotFoundError:
        return False
