"""Where download events come from, in which forms they are written, and why one is skipped."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence


class SourceKind(enum.Enum):
    """What told of downloads. One of them counts on each day: the day's authority. The value is stored."""

    OWN = "own"
    NGINX = "nginx"
    FASTLY = "fastly"
    EVENTS = "events"
    COUNTS = "counts"


class Form(enum.Enum):
    """How an object that is imported is written. The value is what an operator says to name it."""

    NGINX = "nginx"
    COMBINED = "combined"
    FASTLY = "fastly"
    EVENTS = "events"
    COUNTS = "counts"

    @property
    def kind(self) -> SourceKind:
        """As which kind of source it counts: both forms of a web server's log tell of the same requests."""
        return SourceKind.NGINX if self is Form.COMBINED else SourceKind(self.value)

    @property
    def is_table(self) -> bool:
        """Whether it has columns: CSV or Parquet."""
        return self in {Form.EVENTS, Form.COUNTS}


class Skipped(enum.Enum):
    """Why a line or a row of a source is not counted. The value is stored, and shown."""

    BROKEN = "cannot be read"
    FORMAT = "a format that this version does not know"
    METHOD = "no GET"
    STATUS = "neither 200 nor 206"
    NO_FILE = "no distribution file"
    NO_TIME = "no time that can be read"
    FUTURE = "a time that has not come yet"
    TOO_OLD = "a time before there was any package index"
    NO_PROJECT = "no project name"
    NO_COUNT = "no whole number of downloads"


class SkippedLines:
    """The lines of one source that were skipped: how many for each reason, and the number of the first, from 1."""

    def __init__(self) -> None:
        self._found: dict[Skipped, tuple[int, int]] = {}

    def skip(self, reason: Skipped, line: int, count: int = 1) -> None:
        """Note that so many lines are skipped; ``line`` is the number of the first of them."""
        before, first = self._found.get(reason, (0, line))
        self._found[reason] = (before + count, min(first, line))

    @property
    def total(self) -> int:
        """How many lines are skipped."""
        return sum(count for count, _ in self._found.values())

    @property
    def told(self) -> dict[str, list[int]]:
        """As it is stored, in order of the lines: how many for each reason, and the number of the first."""
        ordered = sorted(self._found.items(), key=lambda entry: entry[1][1])
        return {why.value: [count, first] for why, (count, first) in ordered}


def render_skips(told: Mapping[str, Sequence[int]]) -> list[str]:
    """What was skipped and why, for a person; ``told`` is as it is stored."""
    return [f"{count:,} skipped: {why}; the first is line {first:,}" for why, (count, first) in told.items()]
