"""``strongroom demo``: a believable index in a throw-away folder."""

from __future__ import annotations

import os
import shutil
import tempfile

import click

from strongroom.commands.demo.catalogue import PEOPLE, PLANS, STAFF
from strongroom.commands.serve import prepare, run_server
from strongroom.gear.settings import PREFIX, load_settings


@click.command()
def demo() -> None:
    """Serve a throw-away index with people, projects, releases and yanks in it."""
    folder = tempfile.mkdtemp(prefix="strongroom-demo-")
    os.environ[f"{PREFIX}DATA_FOLDER"] = folder
    # A believable past makes forty projects in one go.
    os.environ[f"{PREFIX}NEW_PROJECTS_PER_HOUR"] = "0"
    os.environ[f"{PREFIX}DATABASE_URL"] = ""
    try:
        _serve(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(folder: str) -> None:
    from strongroom.commands.index import open_index

    open_index()
    from strongroom.commands.demo.filling import fill

    with click.progressbar(length=len(PLANS), label="Filling the index") as bar:
        tokens = fill(lambda: bar.update(1))
    prepare()
    chosen, _ = load_settings(os.environ)
    click.echo(f"\nEverything lies in {folder} and goes when you stop this.\n")
    click.echo(f"Publish as user __token__ to {chosen.address}/legacy/ with the token of")
    for name in PEOPLE:
        owned = [plan.name for plan in PLANS if plan.people[0] == name]
        click.echo(f"  {name}  {tokens[name]}")
        click.echo(f"       Owner of {', '.join(owned)}")
    click.echo(f"  {STAFF}  {tokens[STAFF]}")
    click.echo("       staff, owns nothing")
    click.echo(f"\nInstall:  pip install --index-url {chosen.address}/simple/ harbourline\n")
    run_server(chosen, reads_only=False)
