"""The cohort: how many projects are critical, over which days, and what is read to find out."""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from strongroom.downloads.rules.counting import Counting

RULE_VERSION = 1
"""Raised whenever the same downloads would make other projects critical."""

_ALL = 10_000


@dataclass(frozen=True)
class Policy:
    """What an operator may set of the definition; the defaults are what was announced."""

    per_ten_thousand: int = 100
    months: int = 6
    counting: Counting = Counting.NO_FULL_MIRRORS
    least: int = 1


@dataclass(frozen=True)
class Window:
    """Whole UTC days, both ends among them."""

    first: date
    last: date

    @property
    def expected(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def window_of(day: date, *, months: int) -> Window:
    """The days that count on a day: from the same day so many calendar months earlier, or the last of that month when
    it has no such day, to the day before. Today is never among them (rule 4).
    """
    month = day.year * 12 + day.month - 1 - months
    year, month = divmod(month, 12)
    last_of_month = calendar.monthrange(year, month + 1)[1]
    return Window(date(year, month + 1, min(day.day, last_of_month)), day - timedelta(days=1))


def size_of(projects: int, *, per_ten_thousand: int) -> int:
    """How many of the projects are critical, rounded up, in whole numbers: of 350,000 at 1 % just 3,500 (rule 6)."""
    return (projects * per_ten_thousand + _ALL - 1) // _ALL


def band_of(k: int) -> int:
    """The last rank of the warning band: half as many again as are critical (rule 14)."""
    return k + k // 2


def digest_manifest(days: Iterable[tuple[date, str]]) -> str:
    """SHA-256 over the manifest of a run: for each day, in order, ``2026-11-22`` and the digest of its counts."""
    return hashlib.sha256(render_manifest(days).encode()).hexdigest()


def render_manifest(days: Iterable[tuple[date, str]]) -> str:
    """The manifest as a file: a line for each day, as ``sha256sum`` writes them, but with a day for a name."""
    return "".join(f"{digest}  {day.isoformat()}\n" for day, digest in sorted(days))


def digest_names(names: Iterable[str]) -> str:
    """SHA-256 over names, each with a line feed, in the order of their letters in UTF-8."""
    return hashlib.sha256("".join(f"{name}\n" for name in sorted(names)).encode()).hexdigest()


def digest_inputs(policy: Policy, *, manifest: str, eligible: str) -> str:
    """SHA-256 over all that a run depends on: the same inputs give the same list, on every engine."""
    parts = [
        f"rule version {RULE_VERSION}",
        f"per ten thousand {policy.per_ten_thousand}",
        f"months {policy.months}",
        f"counting {policy.counting.value}",
        f"least {policy.least}",
        f"manifest {manifest}",
        f"eligible {eligible}",
    ]
    return hashlib.sha256("".join(f"{part}\n" for part in parts).encode()).hexdigest()
