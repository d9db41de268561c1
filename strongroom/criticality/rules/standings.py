"""How a project stands on a day, and the digest that tells two results apart."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

COLUMNS = ("project", "total", "rank", "best_day", "ci", "mirrors", "is_critical")
"""What the question answers (questions/cohort.sql), and what a snapshot has, in this order."""


class Standing(NamedTuple):
    """One project of a run. Numbers are downloads of the window, but for the rank."""

    project: str
    total: int
    rank: int
    best_day: int
    ci: int
    mirrors: int
    is_critical: int


def digest_standings(rows: Iterable[Standing]) -> str:
    """SHA-256 over the standings in order of rank, then of name: name, total and rank with commas, and a line feed."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.project},{row.total},{row.rank}\n".encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Distance:
    """How far a project is from the line: its rank over k, and the downloads that it lacks for the threshold."""

    rank: int
    k: int
    lacking: int
    is_near: bool


def distance_of(standing: Standing, *, k: int, threshold: int | None, band: int) -> Distance:
    """How far away a project that is not critical is; ``lacking`` 0 when nobody is inside to compare with."""
    lacking = 0 if threshold is None else max(0, threshold - standing.total)
    return Distance(standing.rank, k, lacking, is_near=standing.total > 0 and standing.rank <= band)
