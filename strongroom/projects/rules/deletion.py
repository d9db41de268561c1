"""What was deleted can be restored for a while; its names stay taken for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.statuses import ProjectStatus

UNDO_PERIOD = timedelta(days=30)
"""Long enough for a holiday; nothing is lost before it is over."""


def restorable_until(deleted_at: datetime) -> datetime:
    """Until when what was deleted can be restored."""
    return deleted_at + UNDO_PERIOD


def require_open_to_deletion(status: ProjectStatus, *, name: str) -> None:
    """What is looked into stays where it is: nothing of a project in quarantine is deleted."""
    if status is ProjectStatus.QUARANTINED:
        raise Refused(Reason.PROJECT_QUARANTINED, name=name)


def require_restorable(deleted_at: datetime | None, *, is_purged: bool = False, now: datetime) -> None:
    """Only what was deleted can be restored, while its undo period lasts and its files are there."""
    if deleted_at is None:
        raise Refused(Reason.NOT_DELETED)
    if is_purged:
        raise Refused(Reason.UNDO_OVER)
    if now >= restorable_until(deleted_at):
        raise Refused(Reason.UNDO_OVER)


def require_named(typed: str, name: str) -> None:
    """Whoever deletes says what: its name is typed, so that no slip of the hand is enough."""
    if typed.strip() != name:
        raise Refused(Reason.NAME_NOT_TYPED, name=name)
