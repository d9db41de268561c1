"""``strongroom projects``: what those who run the index do to a project that is not theirs, from the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from strongroom.commands.index import outlet_here, somebody_here, with_index
from strongroom.terms.names import parse_project_name

_WHY = click.option("--why", required=True, help="Why you do it, for the record.")


@click.command()
@click.argument("project")
@with_index
def show(project: str) -> None:
    """Show the status of PROJECT, who owns and maintains it, and until when it can be restored if it was deleted."""
    from strongroom.projects.queries.shown import load_shown

    shown = load_shown(parse_project_name(project).normalized)
    click.echo(f"name\t{shown.name}")
    click.echo(f"status\t{shown.status.value}" + (f"\t{shown.status_reason}" if shown.status_reason else ""))
    for seat in shown.seats:
        note = "\taccount closed" if seat.is_closed else "\taccount suspended" if not seat.is_active else ""
        click.echo(f"{seat.role.value}\t{seat.name}{note}")
    if shown.is_purged:
        click.echo("deleted\tits files are gone")
    elif shown.restorable_until is not None:
        click.echo(f"deleted\tcan be restored until {shown.restorable_until:%Y-%m-%d %H:%M} UTC")
    for one in shown.held:
        what = one.filename or one.version or "the whole project"
        click.echo(f"to be deleted\t{what}\t{one.due_at:%Y-%m-%d %H:%M} UTC\tnumber {one.id}")


@click.command()
@click.argument("project")
@_WHY
@with_index
def restore(project: str, why: str) -> None:
    """Undo the deletion of PROJECT."""
    from strongroom.upkeep.actions.deleting import restore_project

    name = parse_project_name(project).normalized
    restore_project(by=somebody_here(), now=datetime.now(UTC), name=name, outlet=outlet_here(), office=why)
    click.echo(f"Restored {name}.", err=True)


@click.command("withdraw-deletion")
@click.argument("project")
@click.argument("number", type=click.IntRange(min=1))
@_WHY
@with_index
def withdraw_deletion(project: str, number: int, why: str) -> None:
    """Withdraw the deletion NUMBER of PROJECT, which waits because the project is critical."""
    from strongroom.upkeep.actions.holding import withdraw_deletion as withdraw

    name = parse_project_name(project).normalized
    withdraw(by=somebody_here(), now=datetime.now(UTC), name=name, hold=number, office=why)
    click.echo(f"Withdrew the deletion {number} of {name}.", err=True)


@click.command("give-role")
@click.argument("project")
@click.argument("account")
@click.argument("role", type=click.Choice(["owner", "maintainer"]))
@_WHY
@with_index
def give_role(*, project: str, account: str, role: str, why: str) -> None:
    """Make ACCOUNT an owner or a maintainer of PROJECT: of one that lost its Owners, say."""
    from strongroom.projects.rules.roles import Role
    from strongroom.upkeep.actions.collaborators import give_role as give

    name = parse_project_name(project).normalized
    give(by=somebody_here(), now=datetime.now(UTC), name=name, account=account, role=Role(role), office=why)
    click.echo(f"{account} is {role} of {name}.", err=True)


@click.command("remove-collaborator")
@click.argument("project")
@click.argument("account")
@_WHY
@with_index
def remove_collaborator(project: str, account: str, why: str) -> None:
    """Take its role on PROJECT from ACCOUNT."""
    from strongroom.upkeep.actions.collaborators import remove_collaborator as remove

    name = parse_project_name(project).normalized
    remove(by=somebody_here(), now=datetime.now(UTC), name=name, account=account, office=why)
    click.echo(f"{account} is no collaborator of {name} any more.", err=True)
