"""Changing the status of a project (PEP 792)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.mandate.actions import spend_office
from strongroom.projects.actions.pages import mark_pages_due
from strongroom.projects.publishing import Outlet, publish_or_leave_due
from strongroom.projects.rules.roles import ProjectDeed
from strongroom.projects.rules.statuses import clip_reason, require_status_of_owners
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from strongroom.terms.texts import plain_line
from strongroom.upkeep.actions.asking import require_standing
from strongroom.upkeep.actions.telling import tell_project


def change_status(
    *,
    by: Actor,
    now: datetime,
    name: NormalizedName,
    status: ProjectStatus,
    reason: str,
    outlet: Outlet,
    office: str | None = None,
) -> bool:
    """Give a project one of the statuses of PEP 792, with a reason that visitors read; whether that changed anything.

    Its Owners choose among those that are theirs; those who run the index, who say in ``office`` why they do it, among
    all. Raises Refused: STATUS_OF_STAFF, PROJECT_UNKNOWN, PROJECT_DELETED, what the one question raises, and what
    ``mandate.actions.spend_office`` raises.
    """
    reason = clip_reason(reason)
    with transaction.atomic():
        if office is not None:
            by = spend_office(by=by, now=now, target=name, reason=office)
        project = require_standing(
            by=by, now=now, deed=ProjectDeed.CHANGE_STATUS, name=name, is_office=office is not None
        )
        if office is None:
            require_status_of_owners(ProjectStatus(project.status), status)
        if (project.status, project.status_reason) == (status.value, reason):
            return False

        project.status, project.status_reason = status.value, reason
        project.save(update_fields=["status", "status_reason"])
        facts: dict[str, object] = {"status": status.value, "reason": reason}
        if office is not None:
            facts["office"] = plain_line(office)
        tell_project(by=by, now=now, project=project, deed=Deed.STATUS_CHANGED, facts=facts)
        mark_pages_due(project)

    publish_or_leave_due(outlet, name)
    return True
