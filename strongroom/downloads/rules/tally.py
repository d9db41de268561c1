"""What came of reading a segment: how many lines, how many kept, of which days, and why the others were not."""

from __future__ import annotations

from dataclasses import dataclass, field

from strongroom.downloads.rules.events import Row
from strongroom.downloads.rules.sources import Skipped, SkippedLines

DAY_MS = 24 * 3600 * 1000


@dataclass
class Tally:
    """Counted while a segment is read, line by line. ``days`` counts the events of each day since 1970."""

    read: int = 0
    kept: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    days: dict[int, int] = field(default_factory=dict)
    skipped: SkippedLines = field(default_factory=SkippedLines)

    def count(self, line: Row | Skipped) -> None:
        """Count what the next line was."""
        self.read += 1
        if isinstance(line, Skipped):
            self.skipped.skip(line, self.read)
            return
        self.kept += 1
        at = line.at_ms
        day = at // DAY_MS
        self.days[day] = self.days.get(day, 0) + 1
        if self.first_ms is None or at < self.first_ms:
            self.first_ms = at
        if self.last_ms is None or at > self.last_ms:
            self.last_ms = at
