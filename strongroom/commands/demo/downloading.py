"""Half a year of downloads of the demo's projects, as daily counts that come in by the door for other people's logs."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from strongroom.commands.demo.catalogue import Plan

COLUMNS = ("day", "project", "file_version", "installer_name", "ci", "download_count")

_WEEKEND = 0.55
_CLIENTS = (
    ("pip", True, 0.24),
    ("pip", None, 0.30),
    ("uv", True, 0.14),
    ("uv", None, 0.13),
    ("poetry", None, 0.06),
    ("Artifactory", None, 0.04),
    ("bandersnatch", None, 0.03),
    ("", None, 0.04),
    ("Browser", None, 0.02),
)
"""Installer, whether it says that it is CI, and its part of all downloads."""

_LOVED = ("lanternlib", "tidepool", "harbourline", "pebblecount", "quillfeather", "mothlight", "copperkettle")
"""What the others are built on is fetched the most."""

_RISING = "osprey"
"""Comes from nowhere, and crosses the line in the last week."""


@dataclass(frozen=True)
class Life:
    """A project's versions, each with the day from which it could be installed, the oldest first."""

    plan: Plan
    published: tuple[tuple[date, str], ...]


class _Dice:
    """Numbers that look thrown, and are the same each time: a story needs no chance."""

    def __init__(self) -> None:
        self._thrown = 0

    def between(self, low: float, high: float) -> float:
        """The next number."""
        self._thrown += 1
        digest = hashlib.blake2b(self._thrown.to_bytes(8, "big"), digest_size=4).digest()
        return low + (high - low) * int.from_bytes(digest, "big") / 0xFFFFFFFF


def write_downloads(path: Path, lives: list[Life], *, today: date) -> None:
    """Write a table of daily counts up to yesterday. The same on every day that it is made for."""
    dice = _Dice()
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for number, life in enumerate(lives):
            place = _LOVED.index(life.plan.name) if life.plan.name in _LOVED else len(_LOVED) + number
            for days_ago in range((today - life.published[0][0]).days, 0, -1):
                amount = _amount(life.plan.name, place, days_ago) * dice.between(0.85, 1.15)
                table.writerows(_rows(life, today - timedelta(days=days_ago), amount, dice=dice))


def _rows(life: Life, day: date, amount: float, *, dice: _Dice) -> Iterator[tuple[object, ...]]:
    amount *= _WEEKEND if day.weekday() > 4 else 1.0  # noqa: PLR2004 - Saturday and Sunday
    for version, part in _versions_on(life, day):
        for client, is_ci, share in _CLIENTS:
            count = round(max(amount, 0.0) * part * share * dice.between(0.8, 1.2))
            if count:
                yield day, life.plan.name, version, client, "true" if is_ci else "", count


def _amount(name: str, place: int, days_ago: int) -> float:
    """How often a project is fetched on a working day: by its place, slowly growing."""
    if name == _RISING:
        return 2_850.0 + 22_000.0 / (1.0 + math.exp((days_ago - 7) / 2.5))
    return 26_000.0 * math.pow(1.0 + place, -1.35) * math.exp(-days_ago / 500.0)


def _versions_on(life: Life, day: date) -> Iterator[tuple[str, float]]:
    """The newest version of a day with most of the downloads, and the one before it with the rest."""
    there = [version for since, version in life.published if since <= day]
    if len(there) == 1:
        yield there[0], 1.0
        return
    yield there[-1], 0.7
    yield there[-2], 0.3
