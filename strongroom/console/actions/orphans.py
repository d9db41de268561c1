"""Finding the projects that nobody owns, a slice at a time. Nobody's deed: what left them so was recorded."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef

from strongroom.console.models import Orphan
from strongroom.console.queries.orphans import owned
from strongroom.projects.models import Project

SLICE = 5_000
"""Projects that are looked at in one go: a few hundredths of a second."""


def note_orphans(*, now: datetime, after: int) -> int:
    """Look at the projects behind that one; where to go on, and 0 when it was the last slice."""
    numbers = list(Project.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:SLICE])
    if not numbers:
        Orphan.objects.filter(project_id__gt=after).delete()
        return 0
    last = numbers[-1]
    within = Project.objects.filter(pk__gt=after, pk__lte=last, deleted_at=None)
    found = set(within.exclude(Exists(owned(OuterRef("pk")))).values_list("pk", flat=True))
    known = set(Orphan.objects.filter(project_id__gt=after, project_id__lte=last).values_list("pk", flat=True))
    Orphan.objects.filter(pk__in=known - found).delete()
    Orphan.objects.bulk_create(
        [Orphan(project_id=one, found_at=now) for one in sorted(found - known)], ignore_conflicts=True
    )
    return last if len(numbers) == SLICE else 0
