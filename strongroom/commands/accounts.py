"""``strongroom accounts``: add, list, show; and what those who run the index do to accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from strongroom.commands.index import somebody_here, with_index

if TYPE_CHECKING:
    from strongroom.accounts.queries.people import PersonLine
    from strongroom.terms.actors import AccountId


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


WHY = click.option("--why", required=True, help="Why you do it: for the record, and for the person.")


@accounts.command()
@click.argument("name")
@WHY
@with_index
def suspend(name: str, why: str) -> None:
    """Suspend the account NAME at once: no session, no token and no sign-in works until it is lifted."""
    from strongroom.console.actions.people import suspend_person

    is_new = suspend_person(by=somebody_here(), now=datetime.now(UTC), name=name, office=why)
    lifting = f'To lift it: strongroom accounts lift {name} --why "…"'
    click.echo(f"Suspended {name}. {lifting}" if is_new else f"{name} is suspended already. {lifting}", err=True)


@accounts.command()
@click.argument("name")
@WHY
@with_index
def lift(name: str, why: str) -> None:
    """Lift the suspension of the account NAME, whatever it was for. Its tokens work again; its sessions have ended."""
    from strongroom.console.actions.people import lift_persons_suspension

    is_lifted = lift_persons_suspension(by=somebody_here(), now=datetime.now(UTC), name=name, office=why)
    click.echo(f"Lifted the suspension of {name}." if is_lifted else f"{name} is not suspended.", err=True)


@accounts.command()
@click.argument("name")
@WHY
@with_index
def staff(name: str, why: str) -> None:
    """Make NAME one of those who run the index; they must hold a second factor already."""
    from strongroom.console.actions.people import make_staff

    is_new = make_staff(by=somebody_here(), now=datetime.now(UTC), name=name, office=why)
    click.echo(f"{name} runs the index now." if is_new else f"{name} runs the index already.", err=True)


@accounts.command()
@click.argument("name")
@WHY
@with_index
def unstaff(name: str, why: str) -> None:
    """Take that from NAME; the last one who runs the index keeps it."""
    from strongroom.console.actions.people import take_staff_away

    was_staff = take_staff_away(by=somebody_here(), now=datetime.now(UTC), name=name, office=why)
    click.echo(f"{name} runs the index no more." if was_staff else f"{name} does not run the index.", err=True)


@accounts.command("end-sessions")
@click.argument("name")
@WHY
@with_index
def end_sessions(name: str, why: str) -> None:
    """End every session of the account NAME, in every browser; its tokens go on working."""
    from strongroom.console.actions.people import end_persons_sessions

    ended = end_persons_sessions(by=somebody_here(), now=datetime.now(UTC), name=name, office=why)
    click.echo(f"Ended {ended} session{'' if ended == 1 else 's'} of {name}.", err=True)


@accounts.command()
@click.argument("name")
@with_index
def show(name: str) -> None:
    """Show what is known of the account NAME: standing, addresses, factors, tokens, roles."""
    from strongroom.accounts.queries.people import load_person
    from strongroom.terms.refusals import Reason, Refused

    found = load_person(name)
    if found is None:
        raise Refused(Reason.ACCOUNT_UNKNOWN, name=name)
    for term, fact in _facts(*found):
        click.echo(f"{term}\t{fact}")


def _facts(account: AccountId, line: PersonLine) -> Iterator[tuple[str, str]]:
    from strongroom.accounts.queries.people import count_live_sessions, list_address_lines
    from strongroom.console.queries.projects import list_roles
    from strongroom.console.rules.showing import plain
    from strongroom.factors.queries import count_codes_left, list_held
    from strongroom.tokens.queries import list_own_tokens

    now = datetime.now(UTC)
    yield "name", line.name
    yield "since", f"{line.since:%Y-%m-%d}"
    yield "standing", "closed" if line.closed_at else "suspended" if line.suspended_at else "live"
    yield "staff", "yes" if line.is_staff else "no"
    for one in list_address_lines(account):
        verified = f"verified {one.verified_at:%Y-%m-%d}" if one.verified_at else "not verified"
        yield "address", f"{plain(one.address)}\t{verified}{', primary' if one.is_primary else ''}"
    for held in list_held(account):
        yield "factor", f"{held.kind.value}\t{plain(held.label)}{', switched off' if held.is_off else ''}"
    yield "recovery codes", str(count_codes_left(account))
    yield "sessions", str(count_live_sessions(account, now=now))
    for token in list_own_tokens(account, now=now).live:
        yield "token", f"{token.pk}\t{'+'.join(token.permissions)}"
    for role in list_roles(account):
        yield "project", f"{role.project}\t{role.role}"


@accounts.command("list")
@with_index
def list_() -> None:
    """List every account."""
    from strongroom.accounts.queries.accounts import list_accounts

    for name, address, is_staff, is_active in list_accounts():
        marks = " ".join(mark for mark, holds in (("staff", is_staff), ("suspended", not is_active)) if holds)
        click.echo("\t".join(part for part in (name, address, marks) if part))
