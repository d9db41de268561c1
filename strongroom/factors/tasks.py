"""What the keeper does for factors from time to time."""

from __future__ import annotations

from datetime import datetime

from strongroom.factors.actions.sweeping import drop_old_challenges


def sweep_challenges(*, now: datetime) -> None:
    """Drop questions to security keys that nobody can answer any more."""
    drop_old_challenges(now=now)
