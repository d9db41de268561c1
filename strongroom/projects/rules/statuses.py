"""What the status of a project closes, and who may give it which (PEP 792)."""

from __future__ import annotations

from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.statuses import ProjectStatus
from strongroom.terms.texts import plain_line

CLOSED_TO_UPLOADS = {
    ProjectStatus.ARCHIVED: Reason.PROJECT_ARCHIVED,
    ProjectStatus.QUARANTINED: Reason.PROJECT_QUARANTINED,
}

OF_THE_OWNERS = frozenset({ProjectStatus.ACTIVE, ProjectStatus.ARCHIVED, ProjectStatus.DEPRECATED})
"""What Owners may choose; quarantine belongs to those who run the index."""


LONGEST_REASON = 500
"""Characters of a reason that visitors and installers read."""


def clip_reason(text: str) -> str:
    """A reason as it is kept: one line of plain text, as long as pages show."""
    return plain_line(text)[:LONGEST_REASON].rstrip()


def require_open_to_uploads(status: ProjectStatus, *, name: str) -> None:
    """An archived or quarantined project takes no files (PEP 792)."""
    if status in CLOSED_TO_UPLOADS:
        raise Refused(CLOSED_TO_UPLOADS[status], name=name)


def require_status_of_owners(now_is: ProjectStatus, shall_be: ProjectStatus) -> None:
    """Owners neither put a project into quarantine nor lift it."""
    if now_is not in OF_THE_OWNERS:
        raise Refused(Reason.STATUS_OF_STAFF)
    if shall_be not in OF_THE_OWNERS:
        raise Refused(Reason.STATUS_OF_STAFF)
