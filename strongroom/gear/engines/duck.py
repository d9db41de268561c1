"""DuckDB, in this process, in memory: it keeps no database file, and reads Parquet where it lies."""

from __future__ import annotations

import os
import secrets
import shutil
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from strongroom.gear.engines import EngineFailed, Tables

LEAST_MEMORY_BYTES = 2 * 1024**3
"""Less makes the sum over a large index fail, or cost four times as much, though it uses far less than this."""


class Duck:
    """Answers questions with DuckDB. ``threads`` 0: as many as the machine has cores."""

    def __init__(self, *, folder: Path, memory_bytes: int = LEAST_MEMORY_BYTES, threads: int = 0) -> None:
        self._settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{max(memory_bytes, LEAST_MEMORY_BYTES)}B",
            "preserve_insertion_order": "false",
            # Nothing is fetched, whatever a question says.
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        if threads:
            self._settings["threads"] = threads
        self._folder = folder
        self._lock = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._process = 0

    @property
    def name(self) -> str:
        """Which engine, in which version."""
        return f"duckdb {duckdb.__version__}"

    def answer(self, question: str, tables: Tables, to: Path) -> int:
        """Write the answer as Parquet (zstd). Raises EngineFailed."""
        with self._opened(tables) as connection:
            # Text of ours in an order of its own is kept in it; the path is of our making.
            connection.execute(f"COPY ({question}) TO {quoted(to)} (FORMAT parquet, COMPRESSION zstd)")
            return int(connection.fetchall()[0][0])

    def press(self, rows: Path, columns: Mapping[str, str], *, question: str, to: Path) -> int:
        r"""Write rows of text as Parquet (zstd), by a question over ``told``: a line each, tabs between the columns,
        ``\N`` for nothing, no quotes; how many there were. Raises EngineFailed.
        """
        typed = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in columns.items())
        form = f"auto_detect = false, header = false, delim = '\\t', quote = '', escape = '', columns = {{{typed}}}"
        with self._opened({}) as connection:
            # Names of columns and paths are ours; a view takes no values.
            told = f"read_csv({quoted(rows)}, {form}, nullstr = '\\N', new_line = '\\n')"
            connection.execute(f"CREATE TEMP VIEW told AS SELECT * FROM {told}")  # noqa: S608
            connection.execute(f"COPY ({question}) TO {quoted(to)} (FORMAT parquet, COMPRESSION zstd)")
            return int(connection.fetchall()[0][0])

    def blank(self, columns: Mapping[str, str], *, to: Path) -> None:
        """Write a Parquet file that has columns and no rows. Raises EngineFailed."""
        typed = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns.items())
        with self._opened({}) as connection:
            connection.execute(f"COPY (SELECT {typed} WHERE FALSE) TO {quoted(to)} (FORMAT parquet)")

    def rows(self, question: str, tables: Tables, *, values: Mapping[str, object] | None = None) -> Iterator[Any]:
        """The answer row by row, as tuples. Raises EngineFailed."""
        with self._opened(tables) as connection:
            answer = connection.execute(question, dict(values or {}))
            while batch := answer.fetchmany(10_000):
                yield from batch

    def run(self, statements: Sequence[str]) -> list[Any]:
        """Run statements of ours that read and write files by themselves; the rows of the last. Raises EngineFailed."""
        with self._opened({}) as connection:
            for statement in statements:
                connection.execute(statement)
            return connection.fetchall()

    @contextmanager
    def _opened(self, tables: Tables) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            with self._open().cursor() as connection:
                # It would be drawn into what a command says.
                connection.execute("SET enable_progress_bar = false")
                for name, files in tables.items():
                    listed = ", ".join(quoted(file) for file in files)
                    # Names and paths are ours; a view takes no values.
                    connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet([{listed}])")  # noqa: S608
                yield connection
        except duckdb.Error as error:
            raise EngineFailed((str(error).strip().splitlines() or [type(error).__name__])[0]) from error

    def _open(self) -> duckdb.DuckDBPyConnection:
        """The engine, started with the first question: that takes longer than most questions do."""
        with self._lock:
            # After a fork as well: an engine's threads stay with the parent.
            if self._connection is None or self._process != os.getpid():
                self._process = os.getpid()
                # What does not fit into memory is put here meanwhile; two engines must not share it.
                spill = self._folder / f"{secrets.token_hex(12)}.spill"
                self._connection = duckdb.connect(config={**self._settings, "temp_directory": str(spill)})
                self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
                weakref.finalize(self, _close, self._connection, spill, process=self._process)
            return self._connection


def _close(connection: duckdb.DuckDBPyConnection, spill: Path, *, process: int) -> None:
    if process == os.getpid():
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)


def quoted(text: Path | str) -> str:
    """A text as it stands in SQL."""
    return "'" + str(text).replace("'", "''") + "'"
