"""How long somebody stays signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

IDLE = timedelta(hours=1)
"""NIST SP 800-63B-4, 2.2.3: at most an hour without use."""

OVERALL = timedelta(hours=24)
"""The same: at most a day, however busy."""

STAFF_IDLE = timedelta(minutes=15)
STAFF_OVERALL = timedelta(hours=12)
"""2.3.3: the limits of the highest level, for those who can change other people's accounts."""

SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is noted this often: the idle limit needs no more."""

MOST_SESSIONS = 20
"""Of one account at a time (ASVS 7.1.2); one more ends the oldest."""

DEVICE_LIFE = timedelta(days=365)
"""A browser that was not used for a year is not known any more."""


@dataclass(frozen=True)
class SessionFacts:
    """A session as it stands."""

    last_seen_at: datetime
    ends_at: datetime
    is_staff: bool
    is_account_active: bool


def is_live(session: SessionFacts, *, now: datetime) -> bool:
    """Whether somebody is still signed in: not idle for too long, not for too long at all, their account live."""
    idle = STAFF_IDLE if session.is_staff else IDLE
    if not session.is_account_active:
        return False
    if now >= session.ends_at:
        return False
    return now - session.last_seen_at < idle


def overall_of(*, is_staff: bool) -> timedelta:
    """How long a session lives at the most."""
    return STAFF_OVERALL if is_staff else OVERALL
