"""A program that counts downloads in processes that are killed, one at each step, and says what is counted then.

Each process is a fork of this one, which itself never counts: engines have threads, and those do not survive a fork.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from strongroom.downloads.actions import rolling, taking
from strongroom.downloads.models import DayCount, EventFile, Source
from strongroom.gear.dayfiles import DayFiles
from strongroom.gear.engines.duck import Duck
from tests.downloads.noting import DAY, NEXT_DAY, counted, counts_of, event, mill_here, write_segment

SEGMENTS, EVENTS = 3, 4
"""Written before each kill: so many segments, so many events in each."""


@dataclass(frozen=True)
class Step:
    """Where a process is killed: just before or just after the call, the so manieth, of what has this name."""

    owner: Any
    name: str
    is_after: bool
    nth: int = 1

    @property
    def words(self) -> str:
        when = "after" if self.is_after else "before"
        return f"{when} {getattr(self.owner, '__name__', self.owner)}.{self.name}, call {self.nth}"

    def arm(self) -> None:
        """Let this process be killed there."""
        do, calls = getattr(self.owner, self.name), [0]

        def armed(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever that takes and gives
            calls[0] += 1
            if calls[0] == self.nth and not self.is_after:
                os.kill(os.getpid(), signal.SIGKILL)
            found = do(*arguments, **named)
            if calls[0] == self.nth and self.is_after:
                os.kill(os.getpid(), signal.SIGKILL)
            return found

        setattr(self.owner, self.name, armed)


def _around(owner: Any, name: str, nth: int = 1) -> list[Step]:  # noqa: ANN401 - a module or a class
    return [Step(owner, name, is_after=False, nth=nth), Step(owner, name, is_after=True, nth=nth)]


STEPS = [
    Step(taking, "seal_abandoned", is_after=True),
    *_around(taking, "_read_batch"),
    Step(taking, "read_row", is_after=True, nth=EVENTS + 2),
    *_around(Duck, "press"),
    *_around(DayFiles, "place"),
    *_around(taking, "claim_days"),
    Step(EventFile.objects, "bulk_create", is_after=True),
    Step(Source.objects, "bulk_create", is_after=True),
    *_around(taking, "_list_batch"),
    *_around(taking, "_delete", nth=2),
    Step(taking, "_delete", is_after=True, nth=SEGMENTS),
    *_around(Duck, "answer"),
    *_around(Duck, "answer", nth=2),
    *_around(rolling, "_digested"),
    # The first is of events, the next two of the day.
    *_around(DayFiles, "place", nth=2),
    *_around(DayFiles, "place", nth=3),
    *_around(rolling, "_insert"),
    *_around(rolling, "_keep"),
]


def walk() -> dict[str, Any]:
    """Kill at each step, count again, and tell what each project was counted; and what is left when all is swept."""
    connections.close_all()
    failed = {}
    expected: dict[str, int] = {}
    for number, step in enumerate(STEPS):
        expected[f"p{number}"] = SEGMENTS * EVENTS
        for segment in range(SEGMENTS):
            told = [event(f"p{number}", f"{segment}.{place}") for place in range(EVENTS)]
            write_segment(settings.STRONGROOM.events_folder, f"host-{number}-{segment}", told)
        was_killed = _fork(partial(_count, step)) == -signal.SIGKILL
        is_right = _fork(partial(_check, dict(expected))) == 0
        if not (was_killed and is_right):
            failed[step.words] = {"was killed": was_killed, "is right": is_right}
    return {"steps": len(STEPS), "failed": failed, "strays": _fork(_sweep), "events": _events_left()}


def _count(killed_at: Step | None = None) -> None:
    if killed_at is not None:
        killed_at.arm()
    mill = mill_here(settings.STRONGROOM)
    taking.take_segments(now=NEXT_DAY, events=settings.STRONGROOM.events_folder, mill=mill)
    rolling.roll_days(now=NEXT_DAY, mill=mill)


def _check(expected: dict[str, int]) -> None:
    """Count again, as after a restart; everything ever written is counted once."""
    _count()
    found = {name: kinds["counted"] for name, kinds in counts_of(mill_here(settings.STRONGROOM)).items()}
    assert found == expected, (found, expected)
    day = counted()
    assert day is not None
    assert day.counted == sum(expected.values())
    assert day.revision == DayCount.objects.filter(day=DAY).count()
    assert not taking.list_segments(events=settings.STRONGROOM.events_folder)


def _sweep() -> None:
    mill = mill_here(settings.STRONGROOM)
    for path in mill.downloads.folder.rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    assert taking.sweep_strays(mill=mill)
    listed = set(EventFile.objects.values_list("path", flat=True))
    for pair in DayCount.objects.values_list("path", "details"):
        listed.update(pair)
    found = {path.relative_to(mill.downloads.folder).as_posix() for path in _files(mill.downloads.folder)}
    assert found == listed, found ^ listed


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"]


def _events_left() -> list[str]:
    return [path.name for path in settings.STRONGROOM.events_folder.iterdir()]


def _fork(do: Callable[[], object]) -> int:
    """Do it in a process of its own; how that ended, as ``subprocess`` says it."""
    process = os.fork()
    if not process:
        try:
            do()
        except BaseException:  # noqa: BLE001 - told, and then it ends without its parent's clean-up
            traceback.print_exc(file=sys.stderr)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
