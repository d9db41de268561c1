"""What was deleted can be restored for a while; its names stay taken for ever. What many depend on waits before it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.statuses import ProjectStatus

UNDO_PERIOD = timedelta(days=30)
"""Long enough for a holiday; nothing is lost before it is over."""

HOLD_PERIOD = timedelta(days=30)
"""How long the deletion of something critical waits in public: long enough that whoever has pinned it can look for
something else, and that an Owner who comes back from a holiday can still withdraw it."""


class PieceKind(enum.Enum):
    """What of a project can be deleted."""

    FILE = "file"
    RELEASE = "release"
    PROJECT = "project"


@dataclass(frozen=True)
class Piece:
    """What of a project shall go: a file of a release, a release, or, when neither is named, the whole."""

    version: str = ""
    filename: str = ""

    @property
    def kind(self) -> PieceKind:
        """Which of the three it is."""
        if self.filename:
            return PieceKind.FILE
        return PieceKind.RELEASE if self.version else PieceKind.PROJECT

    @property
    def facts(self) -> dict[str, object]:
        """As the record and letters name it."""
        return {name: text for name, text in (("filename", self.filename), ("version", self.version)) if text}


class HoldOutcome(enum.Enum):
    """How the hold of a deletion ended. The value is stored."""

    CARRIED_OUT = "carried-out"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


def held_until(asked_at: datetime) -> datetime:
    """When the deletion of something critical is due that is asked for now."""
    return asked_at + HOLD_PERIOD


def require_not_held(due_at: datetime | None, *, thing: str) -> None:
    """A deletion that waits already is not asked for again: the first to ask has set its day."""
    if due_at is not None:
        raise Refused(Reason.DELETION_HELD_ALREADY, thing=thing, until=due_at.strftime("%Y-%m-%d %H:%M"))


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
