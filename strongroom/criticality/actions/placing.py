"""Placing how every project stands where pages find it quickly. Nobody's deed: it copies what a run has found."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from strongroom.criticality.models import Run
from strongroom.criticality.queries.reliances import load_needs
from strongroom.criticality.queries.standings import STANDINGS, list_standing_files
from strongroom.criticality.rules.relying import MOST_REACHED, NOBODY, Reliers, count_reliance
from strongroom.criticality.rules.waiting import RunState
from strongroom.gear.lookups import write_lookup
from strongroom.gear.mill import Mill
from strongroom.projects.actions.listing import note_downloads
from strongroom.projects.models import Listing
from strongroom.terms.names import NormalizedName

_TOTALS = "SELECT project, total FROM snapshot"
_STANDINGS = "SELECT project, total, rank, best_day, ci, mirrors FROM snapshot ORDER BY project"

_log = logging.getLogger(__name__)


def refresh_standings(*, now: datetime, mill: Mill) -> int:
    """Place the standings of the newest run that nobody dismissed, with who relies on whom; of how many projects.

    Nothing is done when they are placed already. The order by which searches rank is set first, so that a process
    that is killed does the whole again. Raises EngineFailed.
    """
    del now
    run = Run.objects.exclude(state=RunState.DISMISSED.value).order_by("-day", "-id").first()
    name = "" if run is None else f"{STANDINGS}/{run.pk}-{run.result[:12]}.sqlite3"
    if run is None or mill.snapshots.path_of(name).exists():
        return 0
    snapshot = mill.snapshots.path_of(f"{run.path}.parquet")

    downloads = {str(project): int(total) for project, total in mill.duck.rows(_TOTALS, {"snapshot": [snapshot]})}
    counted = count_reliance(load_needs(), downloads)
    if counted.cut_short:
        _log.info("%d projects need more than %d others each", len(counted.cut_short), MOST_REACHED)

    written = mill.snapshots.begin(".sqlite3")
    count = write_lookup(written, _entries(mill, snapshot, counted.reliers))
    _rank_by(downloads)
    placed = mill.snapshots.place(written, name)
    for path in list_standing_files(mill.snapshots.folder):
        if path != placed:
            path.unlink(missing_ok=True)
    return count


def _entries(mill: Mill, snapshot: Path, reliers: Mapping[str, Reliers]) -> Iterator[tuple[str, list[int]]]:
    for project, *numbers in mill.duck.rows(_STANDINGS, {"snapshot": [snapshot]}):
        yield str(project), [*map(int, numbers), *reliers.get(str(project), NOBODY)]


def _rank_by(downloads: Mapping[str, int]) -> None:
    """Tell the list that is searched of the numbers that are others now."""
    rows = Listing.objects.values_list("name", "downloads").iterator(chunk_size=5_000)
    changed = {NormalizedName(name): downloads[name] for name, noted in rows if downloads.get(name, noted) != noted}
    note_downloads(changed)
