"""``strongroom accounts``: add, list, suspend and lift."""

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
    from strongroom.accounts.actions.adding import add_account

    add_account(by=somebody_here(), now=datetime.now(UTC), name=name, address=address, is_verified=verified)
    click.echo(f"Added {name}.", err=True)
    if not verified:
        click.echo("Nobody has vouched for the address yet, so this account cannot publish (--verified).", err=True)


@accounts.command()
@click.argument("name")
@with_index
def suspend(name: str) -> None:
    """Suspend the account NAME at once: no session, no token and no sign-in works until it is lifted here."""
    from strongroom.accounts.actions.ending import BY_OPERATOR, suspend_account
    from strongroom.accounts.queries.accounts import load_account_id

    suspend_account(by=somebody_here(), now=datetime.now(UTC), account=load_account_id(name), why=BY_OPERATOR)
    click.echo(f"Suspended {name}. To lift it: strongroom accounts lift {name}", err=True)


@accounts.command()
@click.argument("name")
@with_index
def lift(name: str) -> None:
    """Lift the suspension of the account NAME, whatever it was for. Its tokens work again; its sessions have ended."""
    from strongroom.accounts.actions.ending import lift_suspension
    from strongroom.accounts.queries.accounts import load_account_id

    is_lifted = lift_suspension(by=somebody_here(), now=datetime.now(UTC), account=load_account_id(name))
    click.echo(f"Lifted the suspension of {name}." if is_lifted else f"{name} is not suspended.", err=True)


@accounts.command("list")
@with_index
def list_() -> None:
    """List every account."""
    from strongroom.accounts.queries.accounts import list_accounts

    for name, address, is_staff, is_active in list_accounts():
        marks = " ".join(mark for mark, holds in (("staff", is_staff), ("suspended", not is_active)) if holds)
        click.echo("\t".join(part for part in (name, address, marks) if part))
