"""``strongroom serve``: the index, in one process, from one command."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime

import click

from strongroom.gear.settings import Settings, load_settings

STOP_SECONDS = 10


@click.command()
@click.option(
    "--reads-only", is_flag=True, help="Serve installers alone: no uploads, no pages for people, no database."
)
def serve(reads_only: bool) -> None:
    """Serve the index until it is told to stop."""
    chosen, _ = load_settings(os.environ)
    if not reads_only:
        prepare()
    run_server(chosen, reads_only=reads_only)


def prepare() -> None:
    """Migrate, repair what an unclean end left, and say how to make the first staff account when there is none."""
    from strongroom.commands.index import open_index

    open_index()
    from django.conf import settings
    from django.db import connections

    from strongroom.accounts.actions.adding import make_setup_link
    from strongroom.reads.readers import Readers
    from strongroom.site.keeper import set_right
    from strongroom.terms.actors import system
    from strongroom.tokens.actions import publish_readers

    chosen: Settings = settings.STRONGROOM
    now = datetime.now(UTC)
    set_right(chosen)
    publish_readers(now=now, readers=Readers(chosen.readers_folder))
    secret = make_setup_link(by=system(), now=now)
    if secret is not None:
        click.echo("Nobody runs this index yet. Make the first staff account at")
        click.echo(f"    {chosen.address}/setup/{secret}/")
        click.echo("The link works once, for a day.")
    # The workers open their own: a connection does not survive being inherited.
    connections.close_all()


def run_server(chosen: Settings, *, reads_only: bool) -> None:
    """Run Granian in the foreground until it is told to stop."""
    from granian.constants import HTTPModes, Interfaces
    from granian.server import Server

    # It holds more threads than cores for a mistake; here they wait for uploads and the disk, as measured.
    logging.getLogger("_granian").addFilter(lambda line: "Python threads" not in line.getMessage())
    target = "strongroom.site.reads_only:application" if reads_only else "strongroom.site.wsgi:application"
    click.echo(f"Strongroom listens on http://{_host(chosen)}:{chosen.port}; people reach it at {chosen.address}")
    Server(
        target,
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.WSGI,
        workers=chosen.workers,
        blocking_threads=chosen.threads,
        http=HTTPModes.http1,
        websockets=False,
        log_access=False,
        # A client that stands still must not keep the index from stopping.
        workers_kill_timeout=STOP_SECONDS,
    ).serve()


def _host(chosen: Settings) -> str:
    return f"[{chosen.host}]" if ":" in chosen.host else chosen.host
