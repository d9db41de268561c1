"""A project's downloads over time, read from the files of the months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import cast

from strongroom.downloads.models import DayCount, HistoryMonth
from strongroom.downloads.rules.history import LAST_MONTH, OF_ALL, History, Recent, months_between, recent_of
from strongroom.gear.dayfiles import DayFiles
from strongroom.gear.lookups import read_lookups
from strongroom.terms.filenames import Sha256
from strongroom.terms.names import NormalizedName

_Counts = Mapping[str, int]

LEAST_OF_DIGEST = 12
"""So many of a digest's characters the name of a day's file has."""


def load_history(name: NormalizedName, *, first: date, last: date, folder: Path) -> History:
    """A project's downloads from one day to another, both among them; ``folder`` is that of the downloads.

    One file is read for each month; none when nothing was counted yet.
    """
    files = DayFiles(folder)
    months = months_between(first, last)
    days: dict[date, int] = {}
    versions: dict[str, int] = {}
    clients: dict[str, int] = {}
    in_months = 0
    for month, path in HistoryMonth.objects.filter(month__in=months).values_list("month", "path"):
        found = cast("dict[str, dict[str, _Counts]]", read_lookups(files.path_of(path), [OF_ALL, name]))
        own = found.get(name, {})
        counts = own.get("days", {})
        in_months += sum(counts.values())
        for number in found.get(OF_ALL, {}).get("days", {}):
            day = month.replace(day=int(number))
            if first <= day <= last:
                days[day] = counts.get(number, 0)
        _add(versions, own.get("versions", {}))
        _add(clients, own.get("clients", {}))
    return History(first, last, dict(sorted(days.items())), months[0], versions, clients, in_months)


def load_recent(name: NormalizedName, *, today: date, folder: Path) -> Recent:
    """A project's downloads on the last day, in the last week and in the last month before today."""
    first, last = today - timedelta(days=LAST_MONTH), today - timedelta(days=1)
    return recent_of(load_history(name, first=first, last=last, folder=folder).days, today=today)


def find_day_file(day: date, digest: str) -> tuple[str, Sha256] | None:
    """The name of the file with a day's counts, below the folder of the downloads, and the digest of the counts.

    Nothing for a day or a digest (its first characters) that was never counted.
    """
    if len(digest) < LEAST_OF_DIGEST:
        return None
    row = DayCount.objects.filter(day=day, sha256__startswith=digest).values_list("path", "sha256").first()
    return None if row is None else (row[0], Sha256(row[1]))


def _add(sums: dict[str, int], counts: _Counts) -> None:
    for one, count in counts.items():
        sums[one] = sums.get(one, 0) + count
