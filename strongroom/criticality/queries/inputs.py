"""Everything that a run depends on, gathered: the projects, the days, and the definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from strongroom.criticality.rules.cohort import (
    Policy,
    Window,
    digest_inputs,
    digest_manifest,
    digest_names,
    render_manifest,
    size_of,
    window_of,
)
from strongroom.downloads.queries.days import CountedDay, list_counted_days
from strongroom.downloads.rules.days import begin_of
from strongroom.gear.dayfiles import DayFiles
from strongroom.projects.queries.eligible import list_installable
from strongroom.terms.names import NormalizedName

_WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Inputs:
    """What a run of a day reads. The same inputs give the same list, whenever and wherever."""

    day: date
    policy: Policy
    window: Window
    names: Sequence[NormalizedName]
    days: Sequence[CountedDay]

    @property
    def k(self) -> int:
        """How many of the projects are critical, but for ties."""
        return size_of(len(self.names), per_ten_thousand=self.policy.per_ten_thousand)

    @property
    def manifest(self) -> str:
        """The manifest as a file."""
        return render_manifest(self._digests)

    @cached_property
    def manifest_digest(self) -> str:
        """SHA-256 of the manifest."""
        return digest_manifest(self._digests)

    @cached_property
    def names_digest(self) -> str:
        """SHA-256 over the names of the projects."""
        return digest_names(self.names)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all of it."""
        return digest_inputs(self.policy, manifest=self.manifest_digest, eligible=self.names_digest)

    @property
    def newest(self) -> int | None:
        """The downloads of the last day of the window that count; nothing when that day is missing."""
        return next((self._sum(one) for one in self.days if one.day == self.window.last), None)

    @property
    def week(self) -> list[int]:
        """The downloads of each of the last seven days of the window, as far as known, the newest last."""
        return [self._sum(one) for one in self.days if one.day >= self.window.last - _WEEK]

    @property
    def _digests(self) -> list[tuple[date, str]]:
        return [(one.day, one.sha256) for one in self.days]

    def _sum(self, one: CountedDay) -> int:
        counting = self.policy.counting
        total = one.counted + (one.mirrors if counting.mirrors_count else 0)
        return total - (0 if counting.proxies_count else one.proxies)


def load_inputs(day: date, policy: Policy, *, now: datetime, files: DayFiles) -> Inputs:
    """What a run of that day reads, as far as it is known now; a day whose file was lost is missing."""
    window = window_of(day, months=policy.months)
    return Inputs(
        day=day,
        policy=policy,
        window=window,
        names=list_installable(begin_of(day), now=now),
        days=[one for one in list_counted_days(window.first, window.last) if files.path_of(one.path).is_file()],
    )
