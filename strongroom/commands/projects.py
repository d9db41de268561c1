"""``strongroom projects``, ``releases`` and ``pages``: what operators do to them from the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from strongroom.commands.index import outlet_here, somebody_here, with_index
from strongroom.commands.keeping import give_role, remove_collaborator, restore, show, withdraw_deletion
from strongroom.terms.names import parse_project_name
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.statuses import ProjectStatus


@click.group()
def projects() -> None:
    """Projects."""


@click.group()
def releases() -> None:
    """Releases of projects."""


@click.group()
def pages() -> None:
    """The published pages that installers read."""


for command in (show, restore, withdraw_deletion, give_role, remove_collaborator):
    projects.add_command(command)


@projects.command("list")
@with_index
def list_() -> None:
    """List every project with the serial of its last change."""
    from strongroom.projects.queries.installers import list_names

    for name, serial in list_names():
        click.echo(f"{name}\t{serial}")


@projects.command()
@click.argument("project")
@click.argument("status", type=click.Choice([one.value for one in ProjectStatus]))
@click.option("--reason", default="", help="Why, in a sentence that visitors read.")
@click.option("--why", required=True, help="Why you do it, for the record.")
@with_index
def status(*, project: str, status: str, reason: str, why: str) -> None:
    """Give PROJECT a STATUS: archived and quarantined take no files, quarantined offers none (PEP 792)."""
    from strongroom.upkeep.actions.statuses import change_status

    change_status(
        by=somebody_here(),
        now=datetime.now(UTC),
        name=parse_project_name(project).normalized,
        status=ProjectStatus(status),
        reason=reason,
        outlet=outlet_here(),
        office=why,
    )


@releases.command()
@click.argument("project")
@click.argument("version")
@click.option("--reason", default="", help="Why, in a sentence that installers show.")
@with_index
def yank(project: str, version: str, reason: str) -> None:
    """Ask installers to pass VERSION of PROJECT over unless it is pinned (PEP 592)."""
    from strongroom.upkeep.actions.releases import yank_release

    name = parse_project_name(project).normalized
    canonical = _canonical(project, version)
    yank_release(
        by=somebody_here(), now=datetime.now(UTC), name=name, version=canonical, reason=reason, outlet=outlet_here()
    )


@releases.command()
@click.argument("project")
@click.argument("version")
@with_index
def unyank(project: str, version: str) -> None:
    """Take a yank back."""
    from strongroom.upkeep.actions.releases import unyank_release

    name = parse_project_name(project).normalized
    canonical = _canonical(project, version)
    unyank_release(by=somebody_here(), now=datetime.now(UTC), name=name, version=canonical, outlet=outlet_here())


@pages.command()
@with_index
def publish() -> None:
    """Publish every page anew, from the rows."""
    from strongroom.projects.publishing import publish_all_pages
    from strongroom.projects.queries.installers import list_names

    with click.progressbar(length=len(list_names()), label="Publishing pages") as bar:

        def advance(done: int, total: int) -> None:
            del done, total
            bar.update(1)

        count = publish_all_pages(outlet_here(), progress=advance)
    click.echo(f"Published the pages of {count} projects.")


def _canonical(project: str, version: str) -> str:
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(version))
    except InvalidVersion:
        raise Refused(Reason.RELEASE_UNKNOWN, name=project, version=version) from None
