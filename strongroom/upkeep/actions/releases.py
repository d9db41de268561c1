"""Yanking and un-yanking releases (PEP 592)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.projects.actions.pages import mark_pages_due
from strongroom.projects.publishing import Outlet, publish_or_leave_due
from strongroom.projects.rules.roles import ProjectDeed
from strongroom.projects.rules.statuses import clip_reason
from strongroom.record.rules import Deed
from strongroom.terms.actors import Actor
from strongroom.terms.names import NormalizedName
from strongroom.upkeep.actions.asking import require_release, require_standing
from strongroom.upkeep.actions.telling import tell_project


def yank_release(*, by: Actor, now: datetime, name: NormalizedName, version: str, reason: str, outlet: Outlet) -> None:
    """Ask installers to pass a release over unless it is pinned (PEP 592); its files stay.

    A release that is yanked already gets the new reason; with the same one nothing changes. Raises Refused:
    PROJECT_UNKNOWN, PROJECT_DELETED, RELEASE_UNKNOWN, RELEASE_DELETED, and what the one question raises.
    """
    reason = clip_reason(reason)
    with transaction.atomic():
        project = require_standing(by=by, now=now, deed=ProjectDeed.YANK, name=name)
        release = require_release(project, version)
        if release.yanked_at is not None and release.yanked_reason == reason:
            return

        release.yanked_at, release.yanked_reason = now, reason
        release.save(update_fields=["yanked_at", "yanked_reason"])
        facts: dict[str, object] = {"version": version, "reason": reason}
        tell_project(by=by, now=now, project=project, deed=Deed.RELEASE_YANKED, facts=facts)
        mark_pages_due(project)

    publish_or_leave_due(outlet, name, changed=[version])


def unyank_release(*, by: Actor, now: datetime, name: NormalizedName, version: str, outlet: Outlet) -> None:
    """Take a yank back; nothing changes when there was none. Raises as ``yank_release``."""
    with transaction.atomic():
        project = require_standing(by=by, now=now, deed=ProjectDeed.YANK, name=name)
        release = require_release(project, version)
        if release.yanked_at is None:
            return

        release.yanked_at, release.yanked_reason = None, ""
        release.save(update_fields=["yanked_at", "yanked_reason"])
        tell_project(by=by, now=now, project=project, deed=Deed.RELEASE_UNYANKED, facts={"version": version})
        mark_pages_due(project)

    publish_or_leave_due(outlet, name, changed=[version])
