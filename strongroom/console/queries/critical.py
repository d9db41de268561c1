"""Critical projects as those who run the index look at them: what waits, and whom a run would make critical."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from strongroom.criticality.queries.runs import RunReport
from strongroom.criticality.queries.snapshots import read_cohort
from strongroom.criticality.rules.standings import Standing
from strongroom.gear.dayfiles import DayFiles
from strongroom.projects.models import Project
from strongroom.projects.queries.critical import critical_among
from strongroom.terms.names import NormalizedName

NEWLY_ON_A_PAGE = 100
_AT_ONCE = 500


@dataclass(frozen=True)
class NewLine:
    """A project that a run would make critical. ``place`` is its place among the critical ones of the run."""

    place: int
    name: NormalizedName
    display_name: str
    status: str
    standing: Standing


def list_newly(run: RunReport, snapshots: DayFiles, *, after: int = 0) -> list[NewLine]:
    """Those a run would make critical that are not so now, behind that place; one more than the page has, if there is.

    Raises Refused(SNAPSHOT_ALTERED).
    """
    cohort = read_cohort(snapshots, path=run.path, sha256=run.csv_sha256)
    found = list(islice(_not_yet(cohort, after), NEWLY_ON_A_PAGE + 1))
    rows = Project.objects.filter(normalized_name__in=[one.project for _, one in found])
    shown = {name: (display, status) for name, display, status in rows.values_list("normalized_name", *_SHOWN)}
    return [
        NewLine(place, NormalizedName(one.project), *shown.get(one.project, (one.project, "")), standing=one)
        for place, one in found
    ]


_SHOWN = ("display_name", "status")


def _not_yet(cohort: Iterator[Standing], after: int) -> Iterator[tuple[int, Standing]]:
    numbered = islice(enumerate(cohort, start=1), after, None)
    while some := list(islice(numbered, _AT_ONCE)):
        known = critical_among([NormalizedName(one.project) for _, one in some])
        yield from ((place, one) for place, one in some if one.project not in known)
