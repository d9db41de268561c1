"""``strongroom secrets``: what lies sealed in the database."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from strongroom.commands.index import somebody_here, with_index


@click.group()
def secrets() -> None:
    """The secrets that the database keeps sealed."""


@secrets.command()
@with_index
def reseal() -> None:
    """Seal every secret anew with the newest key (docs/runbooks/keys-of-the-index.md)."""
    from django.conf import settings

    from strongroom.factors.actions.resealing import reseal_secrets
    from strongroom.gear.sealing import CannotUnseal, Sealer

    try:
        count = reseal_secrets(
            by=somebody_here(), now=datetime.now(UTC), sealer=Sealer(settings.STRONGROOM.secrets_folder)
        )
    except CannotUnseal as error:
        raise click.ClickException(
            f"A secret cannot be opened: {error}. Put the key back, then do this again."
        ) from None
    click.echo(f"Sealed anew: {count}.")
