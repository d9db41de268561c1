"""The critical ones of a run, read from its snapshot: the file of which the run keeps the digest."""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterator

from strongroom.criticality.rules.standings import COLUMNS, Standing
from strongroom.gear.dayfiles import DayFiles
from strongroom.terms.refusals import Reason, Refused

CSV_ENDING = ".csv.gz"


def read_cohort(snapshots: DayFiles, *, path: str, sha256: str) -> Iterator[Standing]:
    """The critical ones of a run in order of rank, then of name, one by one.

    Raises Refused(SNAPSHOT_ALTERED), before the first, when the file is not there or not the one that was written.
    """
    try:
        packed = snapshots.path_of(path + CSV_ENDING).read_bytes()
    except OSError:
        raise Refused(Reason.SNAPSHOT_ALTERED, path=path) from None
    if hashlib.sha256(packed).hexdigest() != sha256:
        raise Refused(Reason.SNAPSHOT_ALTERED, path=path)
    return _critical_in(packed)


def _critical_in(packed: bytes) -> Iterator[Standing]:
    with gzip.open(io.BytesIO(packed), "rt", encoding="ascii", newline="\n") as lines:
        next(lines)
        for line in lines:
            project, *numbers = line.rstrip("\n").split(",", len(COLUMNS) - 1)
            one = Standing(project, *map(int, numbers))
            # In order of rank: behind the first that is not critical, none is.
            if not one.is_critical:
                return
            yield one
