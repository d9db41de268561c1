"""Letting pages show who is critical: a designation is written first, and published after it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from strongroom.criticality.models import Untold
from strongroom.projects.actions.pages import mark_pages_due
from strongroom.projects.models import Project
from strongroom.terms.actors import Actor

_AT_ONCE = 50
"""Projects in one transaction: it holds the ledger's row, for which every upload waits."""


def show_designations(*, by: Actor, now: datetime) -> int:
    """Mark the pages of newly critical projects as behind, so that they are published anew; how many projects.

    Killed and begun again, it goes on with those that are left.
    """
    del by, now  # nobody's deed: the designation is recorded, and pages have no time of their own
    count = 0
    while True:
        with transaction.atomic():
            rows = Untold.objects.select_for_update().filter(is_shown=False).order_by("normalized_name")
            names = list(rows.values_list("normalized_name", flat=True)[:_AT_ONCE])
            if not names:
                return count
            for project in Project.objects.filter(normalized_name__in=names, deleted_at=None).order_by("pk"):
                mark_pages_due(project)
                count += 1
            Untold.objects.filter(normalized_name__in=names).update(is_shown=True)
