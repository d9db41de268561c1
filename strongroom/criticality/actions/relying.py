"""Reading what the latest release of each project needs, a slice at a time. Nobody's deed: publishing it was one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from strongroom.criticality.models import Reliance
from strongroom.criticality.rules.relying import read_needs
from strongroom.projects.models import Project, Release
from strongroom.projects.queries.installers import latest_of
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus

SLICE = 200
"""Projects of one commit: a few hundredths of a second, so that nobody who uploads waits."""

_GONE_AT_ONCE = 500


def refresh_reliances(*, now: datetime) -> int:
    """Read the projects that have changed since they were read, and forget those that are gone; how many those were.

    What is in quarantine counts as gone. A process that is killed goes on where it was: each slice is kept by itself.
    """
    del now
    count, after = 0, ""
    while behind := _list_behind(after):
        rows = _read(behind)
        with transaction.atomic():
            Reliance.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["normalized_name"], update_fields=["serial", "needs"]
            )
        count += len(rows)
        after = behind[-1].normalized_name
    return count + _forget_gone()


def _there() -> QuerySet[Project]:
    return Project.objects.filter(deleted_at=None).exclude(status=ProjectStatus.QUARANTINED.value)


def _list_behind(after: str) -> Sequence[Project]:
    read = Reliance.objects.filter(pk=OuterRef("normalized_name"), serial=OuterRef("serial"))
    rows = _there().filter(~Exists(read), normalized_name__gt=after).order_by("normalized_name")
    return list(rows.only("pk", "normalized_name", "serial")[:SLICE])


def _read(projects: Sequence[Project]) -> list[Reliance]:
    """What the projects need as they now are; one that changes meanwhile has another serial, and is read again."""
    versions = defaultdict(list)
    releases = {}
    rows = Release.objects.filter(project__in=projects, deleted_at=None)
    for pk, project, version, yanked_at in rows.values_list("pk", "project_id", "version", "yanked_at"):
        versions[project].append((version, yanked_at))
        releases[project, version] = pk
    latest = [releases[project, shown] for project, told in versions.items() if (shown := latest_of(told))]
    # The one field alone: the description beside it may be a hundred times as long.
    asked = dict(Release.objects.filter(pk__in=latest).values_list("project_id", "metadata__requires_dist"))
    return [
        Reliance(normalized_name=name, serial=one.serial, needs=list(read_needs(asked.get(one.pk), own=name)))
        for one in projects
        for name in [NormalizedName(one.normalized_name)]
    ]


def _forget_gone() -> int:
    still = _there().filter(normalized_name=OuterRef("pk"))
    gone = list(Reliance.objects.filter(~Exists(still)).values_list("pk", flat=True))
    for start in range(0, len(gone), _GONE_AT_ONCE):
        Reliance.objects.filter(pk__in=gone[start : start + _GONE_AT_ONCE]).delete()
    return len(gone)
