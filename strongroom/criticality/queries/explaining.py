"""Why a project is critical, or how far it is from that: what its page and its JSON say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from strongroom.criticality.queries.runs import RunReport, load_run, newest_run
from strongroom.criticality.queries.standings import StandingFacts, load_standing
from strongroom.criticality.rules.cohort import band_of
from strongroom.criticality.rules.standings import Standing, distance_of
from strongroom.projects.models import Project
from strongroom.projects.queries.critical import Designated, load_designation
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus


@dataclass(frozen=True)
class RunFigures:
    """The computation that numbers are of."""

    run: int
    day: date
    state: Annotated[str, "applied, proposed (it waits for those who run the index), approved or dismissed."]
    rule_version: int
    counting: Annotated[str, "Whose downloads count: all, no_full_mirrors or no_mirrors."]
    window_first: date
    window_last: date
    days_present: Annotated[int, "Of so many days of the window downloads are known."]
    days_expected: Annotated[int, "So many days the window has."]
    projects: Annotated[int, "N: the projects that could be installed."]
    k: Annotated[int, "The first so many of them are critical."]
    threshold: Annotated[int | None, "The downloads of the last one inside; null when nobody is."]


@dataclass(frozen=True)
class Numbers:
    """How a project stood in a run. Downloads are those of the window."""

    total: int
    rank: Annotated[int, "1 and the number of projects with more downloads."]
    best_day: Annotated[int, "Downloads of its best single day."]
    ci: Annotated[int, "Downloads by installers that know that they run in continuous integration."]
    mirrors: Annotated[int, "Downloads by tools that copy whole indexes."]


@dataclass(frozen=True)
class DesignationState:
    """Since when and why a name is critical. It is so for good."""

    display_name: Annotated[str, "As its people wrote it then."]
    since: date
    reason: Annotated[str, "downloads, or operator: named by those who run the index."]
    sentence: Annotated[str, "Why, in the words of those who run the index; empty for downloads."]
    rule_version: int
    run: Annotated[RunFigures | None, "The computation that found it."]
    numbers: Numbers | None


@dataclass(frozen=True)
class DependentsState:
    """The projects on this index whose latest release depends on it, for information: they make nothing critical."""

    direct: int
    through: Annotated[int, "Directly or through others, each once."]
    downloads: Annotated[int, "The downloads of all of those, in the window of the newest run."]


@dataclass(frozen=True)
class StandingState:
    """How the project stands in the newest run."""

    run: RunFigures
    numbers: Numbers
    lacking: Annotated[int, "Downloads that it lacks for the threshold; 0 for one that has them."]
    is_near: Annotated[bool, "Not critical, and its rank is within one and a half times k."]
    dependents: DependentsState


@dataclass(frozen=True)
class CriticalityState:
    """Whether a name is critical, and why."""

    name: str
    is_critical: bool
    designation: DesignationState | None
    standing: Annotated[StandingState | None, "Null while nothing was computed, or for what cannot be installed."]


def find_criticality(name: NormalizedName, *, folder: Path) -> CriticalityState | None:
    """Whether a name is critical, why, and how it stands; ``folder`` is that of the snapshots.

    Nothing for a name that is not, when it has no project that visitors see: none, a deleted one, one in quarantine.
    """
    designated = load_designation(name)
    if designated is None and not _is_seen(name):
        return None
    run = newest_run()
    facts = None if run is None else load_standing(name, folder)
    return CriticalityState(
        name=name,
        is_critical=designated is not None,
        designation=None if designated is None else _designation(designated),
        standing=None if run is None or facts is None else _standing(name, facts, run, critical=designated is not None),
    )


def _is_seen(name: NormalizedName) -> bool:
    rows = Project.objects.filter(normalized_name=name, deleted_at=None)
    return rows.exclude(status=ProjectStatus.QUARANTINED.value).exists()


def _designation(found: Designated) -> DesignationState:
    run = None if found.run is None else load_run(found.run)
    numbers = None
    if found.total is not None and found.rank is not None:
        numbers = Numbers(found.total, found.rank, found.best_day or 0, found.ci or 0, found.mirrors or 0)
    return DesignationState(
        display_name=found.display_name,
        since=found.since,
        reason=found.reason,
        sentence=found.sentence,
        rule_version=found.rule_version,
        run=None if run is None else run_figures(run),
        numbers=numbers,
    )


def _standing(name: NormalizedName, facts: StandingFacts, run: RunReport, *, critical: bool) -> StandingState:
    standing = Standing(name, facts.total, facts.rank, facts.best_day, facts.ci, facts.mirrors, int(critical))
    distance = distance_of(standing, k=run.k, threshold=run.threshold, band=band_of(run.k))
    return StandingState(
        run=run_figures(run),
        numbers=Numbers(facts.total, facts.rank, facts.best_day, facts.ci, facts.mirrors),
        lacking=distance.lacking,
        is_near=distance.is_near and not critical,
        dependents=DependentsState(facts.direct, facts.through, facts.weight),
    )


def run_figures(run: RunReport) -> RunFigures:
    """A run as far as pages and programs are told of it beside a project."""
    return RunFigures(
        run=run.id,
        day=run.day,
        state=run.state.value,
        rule_version=run.rule_version,
        counting=run.counting.value,
        window_first=run.window_first,
        window_last=run.window_last,
        days_present=run.days_present,
        days_expected=run.days_expected,
        projects=run.projects,
        k=run.k,
        threshold=run.threshold,
    )
