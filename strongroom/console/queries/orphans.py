"""Which projects nobody owns."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from strongroom.console.models import Orphan
from strongroom.projects.models import Collaboration
from strongroom.projects.rules.roles import Role


def owned(project: OuterRef | int) -> QuerySet[Collaboration]:
    """Who owns a project with a live account or a suspended one: a suspension passes."""
    return Collaboration.objects.filter(project=project, role=Role.OWNER.value, account__closed_at=None)


def orphans() -> QuerySet[Orphan]:
    """Those that the keeper has found and that are still so."""
    return Orphan.objects.filter(project__deleted_at=None).exclude(Exists(owned(OuterRef("project_id"))))
