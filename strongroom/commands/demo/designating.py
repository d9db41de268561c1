"""The demo's critical projects: its downloads counted, its last week computed day by day, the first run approved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from strongroom.commands.demo.downloading import Life, write_downloads
from strongroom.console.actions.criticality import approve_run, designate_name
from strongroom.criticality.actions.computing import compute_day
from strongroom.criticality.queries.policy import policy_of
from strongroom.downloads.actions.importing import import_object
from strongroom.downloads.actions.rolling import roll_days
from strongroom.downloads.actions.staging import Wanted
from strongroom.gear.mill import Mill, mill_of
from strongroom.gear.settings import Settings
from strongroom.site.counting import run_steps, steps_of
from strongroom.terms.actors import operator, system
from strongroom.terms.names import parse_project_name

PARTS = 4
DAYS_COMPUTED = 7

_NAMED = ("candlewick", "Made for the demo: servers of many others keep their secrets in it.")


def count_downloads(lives: list[Life], *, advance: Callable[[], None]) -> None:
    """Take half a year of downloads in, and find out who is critical; calls ``advance`` after each of its parts."""
    chosen: Settings = settings.STRONGROOM
    mill = mill_of(chosen)
    now = datetime.now(UTC)
    with TemporaryDirectory() as folder:
        table = Path(folder) / "downloads.csv"
        write_downloads(table, lives, today=now.date())
        import_object(by=operator("demo"), now=now, mill=mill, wanted=Wanted(table, "demo/downloads.csv"))
    advance()
    roll_days(now=now, mill=mill)
    advance()
    _compute_week(chosen, mill)
    advance()
    # What counting does by itself every day: pages, plots, spikes, letters.
    failed = run_steps(steps_of(chosen))
    if failed:
        raise RuntimeError(f"the demo could not be counted: {', '.join(failed)}")
    advance()


def _compute_week(chosen: Settings, mill: Mill) -> None:
    """The first run of an index waits for those who run it; those after it are applied."""
    now = datetime.now(UTC)
    for days_ago in range(DAYS_COMPUTED, -1, -1):
        then = now - timedelta(days=days_ago)
        computed = compute_day(by=system(), now=then, day=then.date(), mill=mill, policy=policy_of(chosen))
        if days_ago == DAYS_COMPUTED:
            by, why = operator("demo"), "Made for the demo."
            approve_run(by=by, now=then, run=computed.run, snapshots=mill.snapshots, office=why)
            name, sentence = _NAMED
            designate_name(by=by, now=then, name=parse_project_name(name), office=sentence)
