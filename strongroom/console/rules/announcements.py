"""What an announcement must be, and when it is shown."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from strongroom.terms.refusals import Reason, Refused

LONGEST_TEXT = 500
"""Characters: it stands above every page, on phones too."""

MOST_SHOWN = 3
"""At a time: more than that nobody reads."""

MAKING = "new announcement"
"""What a proof is for when an announcement is made."""


class Level(enum.Enum):
    """How much an announcement stands out. The value is stored."""

    INFO = "info"
    WARNING = "warning"


@dataclass(frozen=True)
class NewAnnouncement:
    """An announcement as somebody wants it: in both languages of the pages, from then until then."""

    english: str
    french: str
    level: Level
    begins_at: datetime
    ends_at: datetime


def require_announcement(wanted: NewAnnouncement, *, now: datetime) -> None:
    """An announcement says something in both languages, and ends after it begins and after now."""
    for text in (wanted.english, wanted.french):
        if not 1 <= len(text.strip()) <= LONGEST_TEXT:
            raise Refused(Reason.ANNOUNCEMENT_TEXT, most=LONGEST_TEXT)
        if not text.isprintable():
            raise Refused(Reason.ANNOUNCEMENT_TEXT, most=LONGEST_TEXT)
    if wanted.ends_at <= wanted.begins_at:
        raise Refused(Reason.ANNOUNCEMENT_TIMES)
    if wanted.ends_at <= now:
        raise Refused(Reason.ANNOUNCEMENT_TIMES)


def ending(announcement: int) -> str:
    """What a proof is for when an announcement is ended."""
    return f"announcement {announcement}"
