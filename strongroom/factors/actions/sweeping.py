"""Dropping what only served a ceremony."""

from __future__ import annotations

from datetime import datetime, timedelta

from strongroom.factors.models import Challenge

KEPT_FOR = timedelta(days=1)
"""Long dead by then; a day is for whoever looks into what happened."""


def drop_old_challenges(*, now: datetime) -> None:
    """Drop challenges that expired a day ago or earlier."""
    Challenge.objects.filter(expires_at__lte=now - KEPT_FOR).delete()
