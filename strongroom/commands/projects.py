"""``strongroom projects``, ``releases`` and ``pages``: what operators do to them from the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from strongroom.commands.index import somebody_here, with_index
from strongroom.terms.names import NormalizedName, parse_project_name
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


@projects.command("list")
@with_index
def list_() -> None:
    """List every project with the serial of its last change."""
    from strongroom.projects.queries import list_names

    for name, serial in list_names():
        click.echo(f"{name}\t{serial}")


@projects.command()
@click.argument("project")
@click.argument("status", type=click.Choice([one.value for one in ProjectStatus]))
@click.option("--reason", default="", help="Why, in a sentence that visitors read.")
@with_index
def status(project: str, status: str, reason: str) -> None:
    """Give PROJECT a STATUS: archived and quarantined take no files, quarantined offers none (PEP 792)."""
    from strongroom.projects.actions import change_status

    name = parse_project_name(project).normalized
    change_status(by=somebody_here(), now=datetime.now(UTC), name=name, status=ProjectStatus(status), reason=reason)
    _publish(name)


@releases.command()
@click.argument("project")
@click.argument("version")
@click.option("--reason", default="", help="Why, in a sentence that installers show.")
@with_index
def yank(project: str, version: str, reason: str) -> None:
    """Ask installers to pass VERSION of PROJECT over unless it is pinned (PEP 592)."""
    from strongroom.projects.actions import yank_release

    name = parse_project_name(project).normalized
    canonical = _canonical(project, version)
    yank_release(by=somebody_here(), now=datetime.now(UTC), name=name, version=canonical, reason=reason)
    _publish(name, canonical)


@releases.command()
@click.argument("project")
@click.argument("version")
@with_index
def unyank(project: str, version: str) -> None:
    """Take a yank back."""
    from strongroom.projects.actions import unyank_release

    name = parse_project_name(project).normalized
    canonical = _canonical(project, version)
    unyank_release(by=somebody_here(), now=datetime.now(UTC), name=name, version=canonical)
    _publish(name, canonical)


@pages.command()
@with_index
def publish() -> None:
    """Publish every page anew, from the rows."""
    from django.conf import settings

    from strongroom.projects.publishing import publish_all_pages, tree_at
    from strongroom.projects.queries import list_names

    chosen = settings.STRONGROOM
    with click.progressbar(length=len(list_names()), label="Publishing pages") as bar:

        def advance(done: int, total: int) -> None:
            del done, total
            bar.update(1)

        count = publish_all_pages(tree_at(chosen.pages_folder), base_url=chosen.address, progress=advance)
    click.echo(f"Published the pages of {count} projects.")


def _canonical(project: str, version: str) -> str:
    from packaging.version import InvalidVersion, Version

    try:
        return str(Version(version))
    except InvalidVersion:
        raise Refused(Reason.RELEASE_UNKNOWN, name=project, version=version) from None


def _publish(name: NormalizedName, version: str | None = None) -> None:
    from django.conf import settings

    from strongroom.projects.publishing import publish_project_pages, tree_at

    chosen = settings.STRONGROOM
    changed = None if version is None else [version]
    publish_project_pages(tree_at(chosen.pages_folder), name, base_url=chosen.address, changed=changed)
