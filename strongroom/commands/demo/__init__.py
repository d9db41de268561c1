"""``strongroom demo``: a believable index in a throw-away folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime

import click

from strongroom.commands.demo.catalogue import PLANS
from strongroom.commands.demo.telling import tell_how_to_use
from strongroom.commands.serve import prepare, run_server
from strongroom.gear.settings import PREFIX, load_settings

TENTH = 1_000
"""Of ten thousand projects so many are critical in the demo: of its forty, the usual hundredth is a single one."""


@click.command()
def demo() -> None:
    """Serve a throw-away index with people, projects, releases, half a year of downloads, and critical ones."""
    folder = tempfile.mkdtemp(prefix="strongroom-demo-")
    os.environ[f"{PREFIX}DATA_FOLDER"] = folder
    # A believable past makes forty projects in one go.
    os.environ[f"{PREFIX}NEW_PROJECTS_PER_HOUR"] = "0"
    os.environ[f"{PREFIX}DATABASE_URL"] = ""
    os.environ[f"{PREFIX}CRITICAL_PER_TEN_THOUSAND"] = str(TENTH)
    os.environ[f"{PREFIX}SPARK_URL"] = ""
    # Mails lie in the folder, to be read there, and go to nobody.
    os.environ[f"{PREFIX}SMTP_URL"] = ""
    try:
        _serve()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve() -> None:
    from strongroom.commands.index import open_index

    open_index()
    from strongroom.commands.demo.designating import PARTS, count_downloads
    from strongroom.commands.demo.filling import fill, lives_of

    with click.progressbar(length=len(PLANS) + PARTS, label="Filling the index") as bar:
        filled = fill(lambda: bar.update(1))
        count_downloads(lives_of(datetime.now(UTC)), advance=lambda: bar.update(1))
    prepare()
    chosen, _ = load_settings(os.environ)
    tell_how_to_use(chosen, filled)
    run_server(chosen, reads_only=False)
