"""Counting attempts in the database, so that guessing ends whichever process answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from strongroom.accounts.models import AttemptCount
from strongroom.accounts.rules.limits import DAY, Limit, minutes_left, slot_of
from strongroom.terms.refusals import Reason, Refused


def count_attempt(*, now: datetime, bucket: str, limits: Sequence[Limit]) -> None:
    """Count one attempt before it is made. Raises Refused(TOO_MANY_ATTEMPTS) when one of the windows is full.

    Raises RuntimeError inside a transaction: what was counted stays counted, whatever follows.
    """
    at = now.timestamp()
    for limit in limits:
        if not _take(bucket, limit, at):
            raise Refused(Reason.TOO_MANY_ATTEMPTS, minutes=minutes_left(limit, at=at))


def give_attempt_back(*, now: datetime, bucket: str, limits: Sequence[Limit]) -> None:
    """One attempt succeeded and shall not count. Only its own: no success ever clears what others tried."""
    for limit in limits:
        rows = AttemptCount.objects.filter(
            bucket=bucket, window_seconds=limit.seconds, slot=slot_of(limit, at=now.timestamp()), count__gt=0
        )
        rows.update(count=F("count") - 1)


def forget_old_attempts(*, now: datetime) -> None:
    """Drop the counts of windows that are long over; no window is longer than a day."""
    for seconds in AttemptCount.objects.order_by().values_list("window_seconds", flat=True).distinct():
        AttemptCount.objects.filter(
            window_seconds=seconds, slot__lt=(int(now.timestamp()) - 2 * DAY) // seconds
        ).delete()


def _take(bucket: str, limit: Limit, at: float) -> bool:
    key = {"bucket": bucket, "window_seconds": limit.seconds, "slot": slot_of(limit, at=at)}
    with transaction.atomic(durable=True):
        AttemptCount.objects.bulk_create([AttemptCount(**key)], ignore_conflicts=True)
        return AttemptCount.objects.filter(**key, count__lt=limit.most).update(count=F("count") + 1) == 1
