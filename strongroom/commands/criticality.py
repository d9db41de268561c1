"""``strongroom criticality``: which projects are critical, found and decided from the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from strongroom.commands.index import somebody_here, with_index
from strongroom.terms.names import parse_project_name

if TYPE_CHECKING:
    from strongroom.criticality.queries.runs import RunReport
    from strongroom.gear.dayfiles import DayFiles

_DAY = click.DateTime(["%Y-%m-%d"])
_WHY = click.option("--why", required=True, help="Why you do it, for the record.")
USUAL = 30


@click.group()
def criticality() -> None:
    """Which projects are critical, since when, and why."""


@criticality.command()
@click.option("--day", type=_DAY, help="Of which day (UTC) [default: today].")
@with_index
def compute(*, day: datetime | None) -> None:
    """Find the critical projects of a day; the same downloads and projects change nothing."""
    from django.conf import settings

    from strongroom.criticality.actions.computing import compute_day
    from strongroom.criticality.queries.policy import policy_of
    from strongroom.criticality.queries.runs import load_run
    from strongroom.gear.engines import EngineFailed
    from strongroom.gear.mill import mill_of

    chosen, now = settings.STRONGROOM, datetime.now(UTC)
    wanted = now.date() if day is None else day.date()
    try:
        computed = compute_day(by=somebody_here(), now=now, day=wanted, mill=mill_of(chosen), policy=policy_of(chosen))
    except EngineFailed as error:
        raise click.ClickException(f"The engine could not answer: {error}. Nothing was changed; try again.") from error
    if not computed.is_new:
        click.echo(f"The same as run {computed.run}: nothing changed.", err=True)
    run = load_run(computed.run)
    if run is not None:
        _tell(run)


@criticality.command()
@click.option("--most", type=click.IntRange(1, 10_000), default=USUAL, show_default=True, help="So many at most.")
@with_index
def runs(*, most: int) -> None:
    """List runs, newest day first: number, day, state, projects, k, threshold, cohort, newly critical, doubts."""
    from strongroom.criticality.queries.runs import list_runs

    for run in list_runs(most=most):
        numbers = f"{run.projects}\t{run.k}\t{_or_dash(run.threshold)}\t{run.cohort}\t{run.newly}"
        click.echo(f"{run.id}\t{run.day}\t{run.state.value}\t{numbers}\t{_doubts(run)}")


@criticality.command()
@click.argument("run", type=int)
@_WHY
@with_index
def approve(*, run: int, why: str) -> None:
    """Approve RUN, which waits: what it found becomes critical, for good."""
    from strongroom.console.actions.criticality import approve_run

    newly = approve_run(by=somebody_here(), now=datetime.now(UTC), run=run, snapshots=_snapshots(), office=why)
    click.echo(f"Approved run {run}: {newly} newly critical.")


@criticality.command()
@click.argument("run", type=int)
@_WHY
@with_index
def dismiss(*, run: int, why: str) -> None:
    """Dismiss RUN, which waits: it makes nobody critical."""
    from strongroom.console.actions.criticality import dismiss_run

    dismiss_run(by=somebody_here(), now=datetime.now(UTC), run=run, office=why)
    click.echo(f"Dismissed run {run}.")


@criticality.command()
@click.argument("name")
@click.option("--why", required=True, help="Why, in a sentence that everybody reads.")
@with_index
def designate(*, name: str, why: str) -> None:
    """Make NAME critical, for good, whether there is such a project or not."""
    from strongroom.console.actions.criticality import designate_name

    wanted = parse_project_name(name)
    designate_name(by=somebody_here(), now=datetime.now(UTC), name=wanted, office=why)
    click.echo(f"{wanted.normalized} is critical from now on.")


@criticality.command()
@click.argument("name")
@with_index
def show(*, name: str) -> None:
    """Say since when and why NAME is critical; exit status 1 when it is not."""
    from strongroom.projects.queries.critical import load_designation

    wanted = parse_project_name(name).normalized
    found = load_designation(wanted)
    if found is None:
        click.echo(f"{wanted} is not critical.")
        raise click.exceptions.Exit(1)
    click.echo(f"{wanted} is critical since {found.since}.")
    if found.run is None:
        click.echo(f"reason     {found.reason}: {found.sentence}")
        return
    click.echo(f"reason     {found.reason}, run {found.run}, rule version {found.rule_version}")
    click.echo(f"rank       {found.rank} of {found.projects}, where {found.k} are critical")
    click.echo(f"downloads  {found.total}; the last one inside had {found.threshold}")
    click.echo(f"of them    {found.best_day} on the best day, {found.ci} by continuous integration")
    click.echo(f"mirrors    {found.mirrors}")


@criticality.command("list")
@with_index
def list_() -> None:
    """List every critical name: name, since, reason, rank, downloads."""
    from strongroom.criticality.queries.runs import MOST_LISTED, list_designations

    after = ""
    while page := list_designations(after=after, most=MOST_LISTED):
        for one in page:
            click.echo(f"{one.name}\t{one.since}\t{one.reason}\t{_or_dash(one.rank)}\t{_or_dash(one.total)}")
        after = page[-1].name


def _tell(run: RunReport) -> None:
    told: dict[str, date | int | str] = {
        "run": run.id,
        "day": run.day,
        "window": f"{run.window_first} to {run.window_last}",
        "days": f"{run.days_present} of {run.days_expected}",
        "projects": run.projects,
        "k": run.k,
        "threshold": _or_dash(run.threshold),
        "cohort": run.cohort,
        "newly": run.newly,
        "state": run.state.value,
        "doubts": _doubts(run),
        "engine": f"{run.engine}, {run.milliseconds} ms",
        "manifest": run.manifest,
        "eligible": run.eligible,
        "inputs": run.inputs,
        "result": run.result,
    }
    for name, value in told.items():
        click.echo(f"{name:<10} {value}")


def _doubts(run: RunReport) -> str:
    return ", ".join(doubt.value for doubt in run.doubts) or "-"


def _or_dash(number: int | None) -> str:
    return "-" if number is None else str(number)


def _snapshots() -> DayFiles:
    from django.conf import settings

    from strongroom.gear.dayfiles import DayFiles

    return DayFiles(settings.STRONGROOM.snapshots_folder)
