"""Announcements: those that are shown now, and all of them for those who make them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.console.models import Announcement
from strongroom.console.rules.announcements import MOST_SHOWN

LISTED = 50
SOON = timedelta(minutes=1)
"""Longer than a process keeps what it was told; what is planned for later must not crowd out what is shown now."""


@dataclass(frozen=True)
class Announced:
    """An announcement as pages show it, in every language that there is."""

    english: str
    french: str
    level: str
    begins_at: datetime
    ends_at: datetime

    def is_shown(self, *, now: datetime) -> bool:
        """Whether its time has come and is not over."""
        return self.begins_at <= now < self.ends_at


def load_announced(*, now: datetime) -> list[Announced]:
    """What is announced now, or will be within a minute; the newest first."""
    rows = Announcement.objects.filter(ended_at=None, ends_at__gt=now, begins_at__lte=now + SOON)
    rows = rows.order_by("-begins_at", "-id")[: 4 * MOST_SHOWN]
    return [Announced(one.english, one.french, one.level, one.begins_at, one.ends_at) for one in rows]


def list_announcements() -> list[Announcement]:
    """Every announcement, the newest first, as far as anybody cares to read."""
    return list(Announcement.objects.order_by("-id")[:LISTED])


def find_announcement(number: int) -> Announcement | None:
    """One announcement, or nothing."""
    return Announcement.objects.filter(pk=number).first()
