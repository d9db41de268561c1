"""How a project stands, for pages: out of a file that is made anew after each run, beside the database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from django.conf import settings

from strongroom.gear.lookups import read_lookup
from strongroom.terms.names import NormalizedName

STANDINGS = "standings"
"""The folder of these files, below that of the snapshots; no run names them, so a sweep must leave it alone."""


@dataclass(frozen=True)
class StandingFacts:
    """How a project stands: downloads of the window, of its best day, by CI and by mirrors, and its rank among all.

    ``direct`` projects need it themselves, ``through`` themselves or through others; ``weight`` is the downloads of
    all those.
    """

    total: int
    rank: int
    best_day: int
    ci: int
    mirrors: int
    direct: int
    through: int
    weight: int


def load_standing(name: NormalizedName, folder: Path | None = None) -> StandingFacts | None:
    """How a project stands by the newest run; nothing when no run knows it. ``folder`` is that of the snapshots."""
    for path in list_standing_files(folder or settings.STRONGROOM.snapshots_folder):
        known = read_lookup(path, name)
        # A file that went while it was being opened has a newer one in its place.
        if known is not None or path.exists():
            return None if known is None else StandingFacts(*cast("list[int]", known))
    return None


def list_standing_files(folder: Path) -> list[Path]:
    """The files there are, the newest first: one, but for the moment in which another takes its place."""
    found = []
    for path in (folder / STANDINGS).glob("*.sqlite3"):
        try:
            found.append((path.stat().st_mtime_ns, path))
        except FileNotFoundError:
            continue
    return [path for _, path in sorted(found, reverse=True)]
