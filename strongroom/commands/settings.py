"""``strongroom settings``: each setting with its value and where that came from."""

from __future__ import annotations

import os

import click

from strongroom.gear.settings import load_settings


@click.command()
def settings() -> None:
    """List every setting, its value, and where that came from."""
    _, origins = load_settings(os.environ)
    width = max(len(origin.name) for origin in origins)
    for origin in origins:
        click.echo(f"{origin.name:<{width}}  {origin.value or '(empty)'}  [{origin.source}]")
        click.echo(f"{'':<{width}}  {origin.meaning}")
