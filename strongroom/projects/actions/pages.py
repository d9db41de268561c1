"""Noting that the pages of a project are behind its rows."""

from __future__ import annotations

from django.db.models import F

from strongroom.projects.actions.listing import refresh_listing, sketch_listing
from strongroom.projects.models import DuePage, Ledger, Project


def mark_pages_due(project: Project) -> None:
    """Give the project the next serial and note that its pages are behind; last in the caller's transaction.

    The ledger's row is locked until the commit, so serials are committed in their order and a mirror that
    has seen one has seen all before it. Visitors find the project as it now is from the same commit on.
    """
    sketch = sketch_listing(project)
    if not Ledger.objects.filter(pk=1).update(last_serial=F("last_serial") + 1):
        Ledger.objects.create(pk=1, last_serial=1)
    serial = Ledger.objects.values_list("last_serial", flat=True).get(pk=1)
    Project.objects.filter(pk=project.pk).update(serial=serial)
    # A row that is still there belongs to a change whose publisher may have died: its pages must not be forgotten.
    DuePage.objects.update_or_create(
        pk=project.normalized_name,
        defaults={"serial": serial, "whole": True},
        create_defaults={"serial": serial, "whole": False},
    )
    refresh_listing(project, sketch)
