"""Taking the database away from a running index, and bringing it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.databases import with_name
from tests.journeys.server import Index


@contextmanager
def database_away(index: Index) -> Iterator[None]:
    """While this lasts, the index's database is nowhere to be found."""
    url = index.settings["STRONGROOM_DATABASE_URL"]
    with _postgresql_away(url) if url else _sqlite_away(index):
        yield


@contextmanager
def _sqlite_away(index: Index) -> Iterator[None]:
    """Move the database's files away and leave a folder in the way, so that none can be made anew."""
    files = sorted(index.data.glob("strongroom.sqlite3*"))
    assert files, "The index keeps its SQLite database elsewhere."
    aside = index.data.with_name("database-aside")
    aside.mkdir()
    for file in files:
        file.rename(aside / file.name)
    hurdle = index.data / "strongroom.sqlite3"
    hurdle.mkdir()
    try:
        yield
    finally:
        hurdle.rmdir()
        for file in files:
            (aside / file.name).rename(file)
        aside.rmdir()


@contextmanager
def _postgresql_away(url: str) -> Iterator[None]:
    """Let nobody connect to the database, and end every connection to it."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    database = url.partition("?")[0].rpartition("/")[2]
    end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    allow = SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    with psycopg.connect(with_name(url, "postgres"), autocommit=True) as server:
        server.execute(allow.format(Identifier(database), SQL("false")))
        try:
            server.execute(end_all, [database])
            yield
        finally:
            server.execute(allow.format(Identifier(database), SQL("true")))
