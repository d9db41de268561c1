"""A cluster that speaks Spark Connect: Apache Spark, or Sail. It reads the very files that DuckDB would read here.

docs/spark.md says when an index needs one. The client is the extra ``strongroom[spark]``; no Java is needed here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from strongroom.gear.engines import EngineFailed, Tables

_CLIENT_MISSING = (
    "spark_url is set, but the Spark Connect client is not installed: install strongroom[spark], or leave spark_url "
    "empty to add up here."
)

_ROWS_AT_ONCE = 128 * 1024
"""Rows of the answer in one group of the file; about as many as DuckDB writes."""

_TRIES = 3
"""How often a server that is away is asked again, over some four seconds. The client by itself would go on for ten
minutes; whoever asks tries again later anyway.
"""


class Spark:
    """Answers questions on the server at ``url`` (``sc://host:port``), which finds the folder ``here`` at ``there``;
    under the same path where ``there`` is empty. A session lasts for one answer.
    """

    def __init__(self, url: str, *, here: Path, there: str) -> None:
        self._url = url
        self._here = here.absolute()
        self._there = (there or str(self._here)).rstrip("/")
        self._name = ""

    @property
    def name(self) -> str:
        """Which engine, in which version, as the server tells it. Raises EngineFailed."""
        if not self._name:
            with self._session() as session:
                self._name = f"spark {session.version}"
        return self._name

    def answer(self, question: str, tables: Tables, to: Path) -> int:
        """Write the answer as Parquet (zstd); it passes through the memory of this process. Raises EngineFailed."""
        with self._session() as session:
            from pyarrow import parquet

            for name, files in tables.items():
                session.read.parquet(*map(self._path_there, files)).createOrReplaceTempView(name)
            self._require_all(session, tables)
            answer = session.sql(question).toArrow()
        parquet.write_table(answer, to, compression="zstd", row_group_size=_ROWS_AT_ONCE)
        return int(answer.num_rows)

    def _path_there(self, file: Path) -> str:
        return f"{self._there}/{file.absolute().relative_to(self._here).as_posix()}"

    def _require_all(self, session: Any, tables: Tables) -> None:  # noqa: ANN401 - the client's own
        """Raises EngineFailed unless the server finds every row of every table.

        Sail takes a file that it does not find for an empty one, and what would come of that is for good.
        """
        from pyarrow import parquet

        if not tables:
            return
        asked = " UNION ALL ".join(f"SELECT '{name}' AS name, COUNT(*) AS found FROM {name}" for name in tables)  # noqa: S608 - names of ours
        found = {row["name"]: row["found"] for row in session.sql(asked).toArrow().to_pylist()}
        for name, files in tables.items():
            wanted = sum(parquet.read_metadata(file).num_rows for file in files)
            if found[name] != wanted:
                raise EngineFailed(
                    f"The Spark Connect server finds {found[name]} of {wanted} rows of {name} below {self._there}: "
                    "check spark_folder, and that the server sees what is written here."
                )

    @contextmanager
    def _session(self) -> Iterator[Any]:
        # The client remarks on versions and on trying again; what matters comes as an exception.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                session = self._connect()
            except ImportError as error:
                raise EngineFailed(_CLIENT_MISSING) from error
            except ValueError as error:
                raise EngineFailed("spark_url is no address of a Spark Connect server: sc://host:port.") from error
            with self._telling(session):
                session.conf.set("spark.sql.session.timeZone", "UTC")
                yield session

    def _connect(self) -> Any:  # noqa: ANN401 - the client's own
        """A session; nothing is asked of the server yet."""
        from pyspark.sql.connect.client.retries import DefaultPolicy
        from pyspark.sql.connect.session import SparkSession

        session = SparkSession(self._url)
        session.client.set_retry_policies([DefaultPolicy(max_retries=_TRIES, initial_backoff=200)])
        return session

    @contextmanager
    def _telling(self, session: Any) -> Iterator[None]:  # noqa: ANN401 - the client's own
        """End a session, and tell in one line what went wrong in it."""
        from grpc import RpcError, StatusCode
        from pyspark.errors import PySparkException

        try:
            yield
        except (PySparkException, RpcError) as error:
            if isinstance(error, RpcError) or _status_of(error) is StatusCode.UNAVAILABLE:
                session.release_session_on_close = False  # nobody is there to ask
                raise EngineFailed(self._away()) from error
            raise EngineFailed(_first_line(error)) from error
        finally:
            session.stop()

    def _away(self) -> str:
        # Of the address only this much: the rest of it may hold a token.
        address = urlsplit(self._url)
        return (
            f"The Spark Connect server at {address.hostname}:{address.port or 15002} does not answer, or went away: "
            "start it, or check spark_url."
        )


def _status_of(error: Exception) -> object:
    """What a call ended with, where the exception comes of one."""
    asked = getattr(error, "getGrpcStatusCode", None)
    return asked() if asked is not None else None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
