"""What the demo says before it serves: where things lie, whom to sign in as, and what to publish with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from strongroom.commands.demo.catalogue import PEOPLE, PLANS, STAFF
from strongroom.gear.settings import Settings

if TYPE_CHECKING:
    # Only once Django is set up can it be imported.
    from strongroom.commands.demo.filling import Filled
    from strongroom.commands.demo.knowing import KnownPerson


def tell_how_to_use(chosen: Settings, filled: Filled) -> None:
    """Say everything that somebody needs to try the index."""
    click.echo(f"\nEverything lies in {chosen.data_folder} and goes when you stop this.\n")
    click.echo(f"Sign in at {chosen.address}/account/sign-in/ as")
    _tell_person(filled.known)
    click.echo(f"or as one of those who run the index, whose console is at {chosen.address}/staff/")
    _tell_person(filled.staff)
    click.echo(f"A browser that is not known yet is asked for a mailed code too: mails lie in {chosen.mail_folder}")
    click.echo(f"\nPublish as user __token__ to {chosen.address}/legacy/ with the token of")
    for name in PEOPLE:
        owned = [plan.name for plan in PLANS if plan.people[0] == name]
        click.echo(f"  {name}  {filled.tokens[name]}")
        click.echo(f"       Owner of {', '.join(owned)}")
    click.echo(f"  {STAFF}  {filled.tokens[STAFF]}")
    click.echo("       staff, owns nothing")
    click.echo(f"\nInstall:  pip install --index-url {chosen.address}/simple/ harbourline\n")


def _tell_person(known: KnownPerson) -> None:
    click.echo(f"  account name       {known.name}")
    click.echo(f"  password           {known.password}")
    click.echo(f"  authenticator app  {known.secret}")
    click.echo(f"                     {known.otpauth}")
