"""Several processes at once, and processes that are killed: a run is made once, and designates once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.racing import ROOT, Job, Outcome, Track, fresh_database

RACERS = "tests.criticality.racers"


def race(folder: Path, act: str, *, prepare: str = "prepare", processes: int = 3) -> Outcome:
    job = Job(f"{RACERS}:{prepare}", f"{RACERS}:{act}", f"{RACERS}:look")
    with fresh_database() as url:
        return Track(folder, url).race_processes(job, processes=processes)


@pytest.mark.parametrize("act", ["compute", "compute_elsewhere"])
def test_the_same_day_computed_by_several_at_once_is_one_run(tmp_path: Path, act: str) -> None:
    outcome = race(tmp_path, act)

    assert len(set(outcome.answers)) == 1
    assert outcome.found == {"runs": 2, "critical": ["ham"], "told": ["ham"], "approved": 1}


def test_a_run_approved_by_several_at_once_designates_once(tmp_path: Path) -> None:
    outcome = race(tmp_path, "approve", prepare="prepare_waiting")

    assert Counter(outcome.answers) == {"done": 1, "run-decided": 2}
    assert outcome.found == {"runs": 2, "critical": ["ham", "spam"], "told": ["ham", "spam"], "approved": 2}


def test_a_name_made_critical_while_a_run_with_it_is_approved_is_told_of_once(tmp_path: Path) -> None:
    outcome = race(tmp_path, "name_or_approve", prepare="prepare_waiting", processes=4)

    assert outcome.found["critical"] == ["ham", "spam"]
    assert outcome.found["told"] == ["ham", "spam"]


def test_a_run_that_is_killed_at_each_of_its_steps_is_made_whole_by_the_next(tmp_path: Path) -> None:
    with fresh_database() as url:
        track = Track(tmp_path, url)
        track.race({"call": f"{RACERS}:prepare", "told": None})
        environ = {**os.environ, "STRONGROOM_DATA_FOLDER": str(tmp_path), "STRONGROOM_DATABASE_URL": url}
        for step in ("ask_cohort", "place_snapshot", "_store", "designate", "sweep_snapshots"):
            program = (
                "from strongroom.commands.index import open_index; open_index();"
                f"from {RACERS} import compute_until; compute_until({step!r})"
            )
            killed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environ, timeout=120, check=False)
            assert killed.returncode == -signal.SIGKILL, step

        found = track.race({"call": f"{RACERS}:compute_and_look", "told": 0})

    assert found == {"runs": 2, "critical": ["ham"], "told": ["ham"], "approved": 1}
