"""On real input: the public list of the most downloaded projects, as daily counts, gives what sorting it gives."""

from __future__ import annotations

import csv
import gzip
from datetime import date, timedelta
from pathlib import Path

import pytest

from strongroom.criticality.actions.computing import compute_day
from strongroom.criticality.queries.runs import load_run
from strongroom.terms.actors import system
from strongroom.terms.names import normalize
from tests.criticality.harvest import DAY, NOW, POLICY, add_projects, count_day, count_window, mill_here

LIST = Path(__file__).parents[3] / "shared" / "data" / "top_packages.csv.gz"
DAYS, LAST = 30, date(2026, 11, 22)


def read_list() -> dict[str, int]:
    """15,000 projects with their downloads of 30 days; made up, with many ties, where the real list is not there."""
    if not LIST.is_file():
        return {f"project-{number:05}": 2_000_000_000 // (1 + number // 3) for number in range(15_000)}
    with gzip.open(LIST, "rt", encoding="utf-8", newline="") as file:
        return {normalize(row["project"]): int(row["download_count"]) for row in csv.DictReader(file)}


@pytest.mark.django_db
def test_the_public_list_gives_the_cohort_that_sorting_it_by_hand_gives() -> None:
    listed = read_list()
    assert len(listed) > 10_000
    mill = mill_here()
    add_projects(listed)
    usual = {name: total // DAYS for name, total in listed.items()}
    count_window(mill, usual, first=LAST - timedelta(days=DAYS - 1), last=LAST - timedelta(days=1))
    count_day(mill, LAST, {name: total - usual[name] * (DAYS - 1) for name, total in listed.items()})

    run = load_run(compute_day(by=system(), now=NOW, day=DAY, mill=mill, policy=POLICY).run)

    assert run is not None
    by_hand = sorted(listed.items(), key=lambda item: (-item[1], item[0]))
    k = -(-len(listed) // 100)
    line = by_hand[k - 1][1]
    expected = [(name, total) for name, total in by_hand if total >= line]
    assert (run.projects, run.k, run.threshold, run.cohort, run.days_present) == (
        len(listed), k, line, len(expected), DAYS,
    )  # fmt: skip
    lines = gzip.decompress(mill.snapshots.path_of(f"{run.path}.csv.gz").read_bytes()).decode().splitlines()[1:]
    found = [(name, int(total)) for name, total, *_, inside in (one.split(",") for one in lines) if inside == "1"]
    assert found == expected
    assert run.total == sum(listed.values())
