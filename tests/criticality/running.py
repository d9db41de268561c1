"""Running the computation of a day over an index made for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from strongroom.criticality.actions.computing import Computed, compute_day
from strongroom.criticality.models import Run
from strongroom.criticality.queries.runs import (
    RunReport,
    list_designations,
    load_run,
)
from strongroom.criticality.rules.cohort import Policy
from strongroom.criticality.rules.waiting import RunState
from strongroom.gear.mill import Mill
from strongroom.terms.actors import system
from tests.criticality.harvest import DAY, NOW, POLICY, add_projects, count_window

FIRST, LAST = date(2026, 5, 23), date(2026, 11, 22)
TOTALS = {"ham": 10, "spam": 5, **{f"p{number:03}": 1 for number in range(98)}}
"""A hundred projects, so one is critical: ham, with 184 days of 10 downloads."""


def compute(mill: Mill, day: date = DAY, policy: Policy = POLICY, now: datetime = NOW) -> RunReport:
    found = load_run(computed(mill, day, policy, now).run)
    assert found is not None
    return found


def computed(mill: Mill, day: date = DAY, policy: Policy = POLICY, now: datetime = NOW) -> Computed:
    return compute_day(by=system(), now=now, day=day, mill=mill, policy=policy)


def an_index(mill: Mill, totals: Mapping[str, int] = TOTALS) -> None:
    """A whole window of days that are alike."""
    add_projects(totals)
    count_window(mill, totals, first=FIRST, last=LAST)


def approved(cohort: int = 1) -> None:
    """Somebody has approved an earlier run, which found so many."""
    run = Run(
        day=date(2026, 1, 1), inputs="0" * 64, rule_version=1, per_ten_thousand=100, months=6, counting="all", least=1,
        window_first=FIRST, window_last=LAST, days_present=0, days_expected=1, projects=0, k=0, cohort=cohort, newly=0,
        total=0, manifest="", eligible="", result="", engine="", milliseconds=0, path="", parquet_sha256="",
        csv_sha256="", state=RunState.APPROVED.value, made_at=NOW, decided_at=NOW,
    )  # fmt: skip
    run.save()


def critical() -> list[str]:
    return [one.name for one in list_designations()]


def read(mill: Mill, name: str) -> bytes:
    return mill.snapshots.path_of(name).read_bytes()
