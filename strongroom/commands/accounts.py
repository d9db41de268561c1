"""``strongroom accounts``: add and list."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from strongroom.commands.index import somebody_here, with_index


@click.group()
def accounts() -> None:
    """Accounts of people."""


@accounts.command()
@click.argument("name")
@click.option("--email", "address", required=True, help="The primary e-mail address.")
@click.option("--verified", is_flag=True, help="You vouch that the person reads that address.")
@with_index
def add(name: str, address: str, verified: bool) -> None:
    """Add the account NAME. It has no password: make tokens for it with `strongroom tokens add`."""
    from strongroom.accounts.actions import add_account

    add_account(by=somebody_here(), now=datetime.now(UTC), name=name, address=address, is_verified=verified)
    click.echo(f"Added {name}.", err=True)
    if not verified:
        click.echo("Nobody has vouched for the address yet, so this account cannot publish (--verified).", err=True)


@accounts.command("list")
@with_index
def list_() -> None:
    """List every account."""
    from strongroom.accounts.queries import list_accounts

    for name, address, is_staff, is_active in list_accounts():
        marks = " ".join(mark for mark, holds in (("staff", is_staff), ("suspended", not is_active)) if holds)
        click.echo("\t".join(part for part in (name, address, marks) if part))
