"""Counting downloads in a process of its own: ``python -m strongroom.site.counting``.

Adding up takes processor time and memory that whoever serves has not to spare, and loads an engine that it never
does. Each step is apart: one that fails is logged, and the others go on.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING

from strongroom.downloads.rules.days import day_of
from strongroom.gear.settings import Settings
from strongroom.reads.segments import OPEN, SEALED

if TYPE_CHECKING:
    from strongroom.gear.mill import Mill

LEAST_WEIGHT = 19
"""The system's words for: when nobody else wants the processor."""

ENDS_WITH_PARENT = "--ends-with-parent"

LATEST_SECONDS = 3600
"""So often it counts though nothing calls for it: letters that wait for Monday, runs that staff approved."""

ABANDONED_SECONDS = 300
"""A segment is sealed after a minute; one that nobody wrote to for so long is of a process that died."""

COMMAND = (sys.executable, "-m", "strongroom.site.counting", ENDS_WITH_PARENT)

_ROLLED = ".rolled"
_log = logging.getLogger(__name__)


class CountingFailed(Exception):
    """Some steps of counting failed; the text is one line that names them."""


@dataclass(frozen=True)
class Step:
    """One step of counting, by what the log calls it."""

    name: str
    do: Callable[[], object]


@dataclass
class Pace:
    """When this process had downloads counted last."""

    day: date | None = None
    at: float = 0.0

    def begin(self, now: datetime) -> None:
        """Note that it begins now."""
        self.day, self.at = day_of(now), time.monotonic()


def is_counting_due(chosen: Settings, pace: Pace, *, now: datetime) -> bool:
    """Whether there is anything to count: sealed or abandoned segments, a day that is over, a new day, an hour gone."""
    from strongroom.downloads.queries.days import list_stale_days

    today = day_of(now)
    return (
        pace.day != today
        or time.monotonic() - pace.at >= LATEST_SECONDS
        or _has_segments(chosen.events_folder)
        or bool(list_stale_days(today))
    )


def count_apart(command: tuple[str, ...] = COMMAND) -> None:
    """Count in a child process that gives way to everybody else, and ends when this process does.

    Raises CountingFailed when a step failed; what it said of that is on standard error.
    """
    # The child reads from a pipe that nobody writes to: its end tells that this process is gone, however it went.
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as child:
        assert child.stdout is not None  # noqa: S101 - asked for above
        said = child.stdout.read().strip()
    if child.returncode:
        raise CountingFailed(said.splitlines()[-1] if said else f"counting ended with status {child.returncode}")


def main() -> None:
    """The child: every step in order; exit status 1 when one failed."""
    os.nice(LEAST_WEIGHT)
    if ENDS_WITH_PARENT in sys.argv[1:]:
        threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "strongroom.site.settings")
    import django

    django.setup()
    from django.conf import settings

    failed = run_steps(steps_of(settings.STRONGROOM))
    if failed:
        # For the parent, which shows it to those who run the index.
        sys.stdout.write(f"these steps failed and will be tried again: {', '.join(failed)}\n")
        sys.exit(1)


def run_steps(steps: list[Step]) -> list[str]:
    """Do each; the names of those that failed."""
    failed = []
    for step in steps:
        try:
            step.do()
        except Exception:  # noqa: BLE001 - logged whole
            _log.exception("counting: %s failed and will be tried again", step.name)
            failed.append(step.name)
    return failed


def steps_of(chosen: Settings) -> list[Step]:
    """What counting consists of, in order."""
    from strongroom.gear.mill import mill_of

    mill = mill_of(chosen)
    # One moment for these: a day that ends meanwhile is added up, and judged, when its last events were taken too.
    now = _now()
    return [
        Step("taking segments", lambda: _take(chosen, mill, now=now)),
        Step("adding up days", lambda: _roll(mill, now=now)),
        Step("computing who is critical", lambda: _compute(chosen, mill, now=now)),
        Step("showing who is critical", _show),
        Step("writing histories", lambda: _refresh_histories(mill)),
        Step("marking spikes", lambda: _mark_spikes(mill)),
        Step("reading who depends on whom", _refresh_reliances),
        Step("writing standings", lambda: _refresh_standings(mill)),
        Step("telling people", _tell),
    ]


def _now() -> datetime:
    return datetime.now(UTC)


def _take(chosen: Settings, mill: Mill, *, now: datetime) -> None:
    from strongroom.downloads.actions.taking import take_segments

    taken = take_segments(now=now, events=chosen.events_folder, mill=mill)
    for reason, count in taken.skipped.items():
        _log.warning("counting: %d lines of segments were skipped: %s", count, reason)


def _roll(mill: Mill, *, now: datetime) -> None:
    """Add up; once a day the last days anew, and what killed processes left is swept."""
    from strongroom.downloads.actions.rolling import roll_days
    from strongroom.downloads.actions.taking import sweep_strays

    mark, today = mill.downloads.path_of(_ROLLED), day_of(now).isoformat()
    is_first = not mark.exists() or mark.read_text() != today
    if is_first:
        sweep_strays(mill=mill)
        # Before it is done: a day that cannot be added up must not have the others added up every five minutes. What
        # is stale is added up in any case.
        mark.write_text(today)
    roll_days(now=now, mill=mill, again=is_first)


def _compute(chosen: Settings, mill: Mill, *, now: datetime) -> None:
    from strongroom.criticality.actions.computing import compute_due
    from strongroom.criticality.queries.policy import policy_of
    from strongroom.terms.actors import system

    compute_due(by=system(), now=now, mill=mill, policy=policy_of(chosen))


def _show() -> None:
    from strongroom.criticality.actions.showing import show_designations
    from strongroom.terms.actors import system

    show_designations(by=system(), now=_now())


def _refresh_histories(mill: Mill) -> None:
    from strongroom.downloads.actions.histories import refresh_histories

    refresh_histories(now=_now(), mill=mill)


def _mark_spikes(mill: Mill) -> None:
    from strongroom.downloads.actions.spikes import mark_spikes

    mark_spikes(now=_now(), mill=mill)


def _refresh_reliances() -> None:
    from strongroom.criticality.actions.relying import refresh_reliances

    refresh_reliances(now=_now())


def _refresh_standings(mill: Mill) -> None:
    from strongroom.criticality.actions.placing import refresh_standings

    refresh_standings(now=_now(), mill=mill)


def _tell() -> None:
    from strongroom.criticality.actions.telling import send_digests

    send_digests(now=_now())


def _has_segments(events: Path) -> bool:
    if not events.is_dir():
        return False
    if next(events.glob(f"*{SEALED}"), None) is not None:
        return True
    oldest = time.time() - ABANDONED_SECONDS
    return any(_modified(path) < oldest for path in events.glob(f"*{OPEN}"))


def _modified(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except FileNotFoundError:
        return time.time()


def _end_with_parent() -> None:
    # Not by sys.stdin: a thread that still reads from that when this process is done makes it end with an abort.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    # At once: whatever is half done is done again, as after a kill.
    os._exit(1)


if __name__ == "__main__":
    main()
