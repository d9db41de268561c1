"""The ``strongroom`` command and its groups; every error is one line that names the next step."""

from __future__ import annotations

import sys

import click

from strongroom import __version__
from strongroom.commands.accounts import accounts
from strongroom.commands.announcements import announcements
from strongroom.commands.criticality import criticality
from strongroom.commands.demo import demo
from strongroom.commands.downloads import downloads
from strongroom.commands.projects import pages, projects, releases
from strongroom.commands.record import record
from strongroom.commands.secrets import secrets
from strongroom.commands.serve import serve
from strongroom.commands.settings import settings
from strongroom.commands.tokens import tokens
from strongroom.gear.settings import WrongSetting
from strongroom.terms.refusals import Refused

WRONG_SETTING_STATUS = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="strongroom")
def strongroom() -> None:
    """A Python package index that protects what other people depend on."""


for command in (
    serve,
    demo,
    accounts,
    tokens,
    projects,
    releases,
    pages,
    record,
    downloads,
    announcements,
    criticality,
    secrets,
    settings,
):
    strongroom.add_command(command)


def main() -> None:
    """Run the command line."""
    try:
        strongroom()
    except WrongSetting as wrong:
        _stop(str(wrong), WRONG_SETTING_STATUS)
    except Refused as refused:
        from strongroom.site.refusals import sentence_of

        _stop(sentence_of(refused), 1)
    except PermissionError as error:
        _stop(f"{error}.", 1)
    except Exception as error:
        from django.db import DatabaseError

        if not isinstance(error, DatabaseError):
            raise
        _stop(f"The database cannot be used: {str(error).strip().splitlines()[0]}. Check database_url.", 1)


def _stop(line: str, status: int) -> None:
    click.echo(f"strongroom: {line}", err=True)
    sys.exit(status)
