"""What every command needs first: the index of this folder, migrated, and who is at the keyboard."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from strongroom.terms.actors import Actor, operator

if TYPE_CHECKING:
    from strongroom.projects.publishing import Outlet

_P = ParamSpec("_P")
_T = TypeVar("_T")


def with_index(command: Callable[_P, _T]) -> Callable[_P, _T]:
    """Open the index before the command runs: Django set up, the database migrated."""

    @wraps(command)
    def opened(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        open_index()
        return command(*args, **kwargs)

    return opened


def open_index() -> None:
    """Set Django up and bring the database to this version's form."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "strongroom.site.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    name = str(settings.DATABASES["default"]["NAME"])
    if connection.vendor == "sqlite" and not name.startswith("file:"):
        # It holds hashes of passwords and tokens; the files that SQLite puts beside it get the same mode.
        Path(name).touch(mode=0o600)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def somebody_here() -> Actor:
    """Whoever is logged in to the machine."""
    try:
        return operator(getpass.getuser())
    except (KeyError, OSError):
        return operator("operator")


def outlet_here() -> Outlet:
    """What installers of this index are served from."""
    from django.conf import settings

    from strongroom.projects.publishing import outlet_of

    return outlet_of(settings.STRONGROOM)
