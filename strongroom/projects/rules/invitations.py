"""Whom a project may ask to collaborate, how often, and for how long the question stands."""

from __future__ import annotations

from datetime import timedelta

from strongroom.terms.refusals import Reason, Refused

INVITATION_LIFE = timedelta(days=14)
MOST_OPEN_INVITATIONS = 20
"""On one project at a time: an invitation is a mail to somebody who did not ask for it."""

LONGEST_ADDRESS = 320


def require_room_for_invitation(open_now: int) -> None:
    """A project has only so many open invitations."""
    if open_now >= MOST_OPEN_INVITATIONS:
        raise Refused(Reason.TOO_MANY_INVITATIONS, most=MOST_OPEN_INVITATIONS)


def require_new_to_project(*, is_collaborator: bool, is_invited: bool) -> None:
    """Who collaborates already, or has been asked already, is not asked again."""
    if is_collaborator:
        raise Refused(Reason.ALREADY_COLLABORATOR)
    if is_invited:
        raise Refused(Reason.ALREADY_INVITED)
