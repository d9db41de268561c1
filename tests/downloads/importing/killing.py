"""A program that imports a log in processes that are killed, one at each step, and says what is counted then.

Each process is a fork of this one, which itself never imports: engines have threads, and those do not survive a fork.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from strongroom.downloads.actions import importing
from strongroom.downloads.actions.rolling import roll_days
from strongroom.downloads.models import EventFile, Source
from strongroom.gear.dayfiles import DayFiles
from strongroom.gear.engines.duck import Duck
from strongroom.gear.stagings import Staging
from strongroom.record.models import Event
from strongroom.terms.refusals import Reason, Refused
from tests.downloads.importing.samples import DAY, NOW, nginx_line, put, take, text
from tests.downloads.noting import counts_of, mill_here

LINES = 3
LISTED = "after _list_object"
STEPS: dict[str, tuple[Any, str]] = {
    "before stage": (importing, "stage"),
    "after take": (Staging, "take"),
    "before answer": (Duck, "answer"),
    "after answer": (Duck, "answer"),
    "before place": (DayFiles, "place"),
    "after place": (DayFiles, "place"),
    "after _place_days": (importing, "_place_days"),
    "after save": (Source, "save"),
    "after bulk_create": (EventFile.objects, "bulk_create"),
    "after claim_days": (importing, "claim_days"),
    "after record_event": (importing, "record_event"),
    LISTED: (importing, "_list_object"),
}
"""What is called while an object is imported, in order, and whether to be killed before it or after it."""


def walk(_told: object = None) -> dict[str, Any]:
    """Import an object for each step and die there; import it again; what the objects then add up to."""
    connections.close_all()
    folder = settings.STRONGROOM.data_folder / "logs"
    ends = {}
    for number, words in enumerate(STEPS):
        line = nginx_line(path=f"/packages/ab/p{number}-1.0.tar.gz")
        path = put(folder, text(*[line] * LINES), name=f"{number}.log")
        ends[words] = [_in_a_fork(partial(_die, path, words)), _in_a_fork(partial(_again, path))]
    return {
        "ends": ends,
        "is right": _in_a_fork(_count) == 0,
        "sources": Source.objects.count(),
        "recorded": Event.objects.filter(deed="downloads-imported").count(),
    }


def _die(path: Path, words: str) -> int:
    (owner, name), is_after = STEPS[words], words.startswith("after")
    do = getattr(owner, name)

    def armed(*arguments: Any, **named: Any) -> None:  # noqa: ANN401 - whatever that takes
        if is_after:
            do(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, armed)
    take(mill_here(settings.STRONGROOM), path)
    return 0


def _again(path: Path) -> int:
    """1 when it was taken now, 2 when it had been."""
    try:
        take(mill_here(settings.STRONGROOM), path)
    except Refused as refused:
        return 2 if refused.reason is Reason.IMPORT_KNOWN else 3
    return 1


def _count() -> int:
    """0 when every project has what its log tells, and nothing is left of what was begun."""
    mill = mill_here(settings.STRONGROOM)
    roll_days(now=NOW, mill=mill)
    found = {project: kinds["counted"] for project, kinds in counts_of(mill, DAY).items()}
    assert found == {f"p{number}": LINES for number in range(len(STEPS))}, found
    assert not list((mill.downloads.folder / importing.PLACE).glob("*/"))
    return 0


def _in_a_fork(do: Callable[[], int]) -> int:
    """Do it in a process of its own: its exit status, negative when it was killed."""
    connections.close_all()
    child = os.fork()
    if not child:
        status = 99
        try:
            status = do()
        except BaseException:  # noqa: BLE001 - said, and told by the status
            traceback.print_exc(file=sys.stderr)
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
