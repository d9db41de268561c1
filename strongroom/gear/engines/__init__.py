"""Engines that answer questions in SQL over Parquet files: DuckDB in this process, or a cluster over Spark Connect.

A question is one text, the same on every engine, kept as a file beside the app that asks it. It reads tables by
their names; a table is a list of Parquet files of one form. The answer is written as one Parquet file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Protocol

Tables = Mapping[str, Sequence[Path]]
"""The tables of a question, by name: each the Parquet files whose rows it has, at least one."""


class EngineFailed(Exception):
    """An engine could not answer; the text is one line for whoever runs the index."""


class Engine(Protocol):
    """Whatever answers a question."""

    @property
    def name(self) -> str:
        """Which engine, in which version: ``duckdb 2.0.0``."""

    def answer(self, question: str, tables: Tables, to: Path) -> int:
        """Write the answer to a file that is not there yet; how many rows it has. Raises EngineFailed."""


def read_question(app: str, name: str) -> str:
    """The text of a question of an app: ``read_question("criticality", "cohort")``."""
    return resources.files(f"strongroom.{app}").joinpath("questions", f"{name}.sql").read_text(encoding="utf-8")
