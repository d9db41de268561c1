"""Which projects could be installed at an instant: those among whom the critical ones are found."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from strongroom.projects.models import File, Project, Release
from strongroom.record.queries import list_changes, load_last_changes
from strongroom.record.rules import Deed
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus

_AT_ONCE = 1000


def list_installable(at: datetime, *, now: datetime) -> list[NormalizedName]:
    """The projects that existed at an instant, were not quarantined, and had a file that was not deleted; sorted.

    Rows say how things are; the record corrects what has changed since: statuses, and projects deleted and restored.
    What it does not correct: a file or a release that was deleted before the instant and restored after it counts as
    if it had been there; of a file that was deleted by itself after the instant and purged since, nothing is left.
    A purged release stands for the files that it had.
    """
    there = _there(at)
    quarantined = ProjectStatus.QUARANTINED.value
    names = set(there.exclude(status=quarantined).values_list("normalized_name", flat=True))
    # Read after the rows: what changes in between is then corrected too.
    changed, deleted = _quarantined_then(at, now=now)
    names -= {name for name, was in changed.items() if was}
    freed = [name for name, was in changed.items() if not was]
    for start in range(0, len(freed), _AT_ONCE):
        some = there.filter(status=quarantined, normalized_name__in=freed[start : start + _AT_ONCE])
        names.update(some.values_list("normalized_name", flat=True))
    return [NormalizedName(name) for name in sorted(names - deleted)]


def _there(at: datetime) -> QuerySet[Project]:
    """The projects with something to install, whatever their status."""
    not_deleted = Q(deleted_at=None) | Q(deleted_at__gte=at)
    files = File.objects.filter(
        not_deleted,
        Q(release__deleted_at=None) | Q(release__deleted_at__gte=at),
        release__project=OuterRef("pk"),
        uploaded_at__lt=at,
    )
    purged = Release.objects.filter(not_deleted, project=OuterRef("pk"), created_at__lt=at, purged_at__isnull=False)
    return Project.objects.filter(not_deleted, Exists(files) | Exists(purged), created_at__lt=at)


def _quarantined_then(at: datetime, *, now: datetime) -> tuple[dict[str, bool], set[str]]:
    """Of the projects whose status has changed since the instant, whether they were in quarantine at it; and those
    that were deleted at it and restored since.
    """
    restored = Deed.PROJECT_RESTORED.value
    since = list_changes([Deed.STATUS_CHANGED, Deed.PROJECT_DELETED, Deed.PROJECT_RESTORED], since=at, until=now)
    first: dict[str, str] = {}
    for change in since:
        if change.deed != Deed.STATUS_CHANGED.value:
            first.setdefault(change.name, change.deed)
    moved = {change.name for change in since if change.deed == Deed.STATUS_CHANGED.value}
    before = load_last_changes(Deed.STATUS_CHANGED, names=moved, before=at)
    # A project is made active: what has no status before the instant was that.
    was = {
        name: name in before and before[name].details.get("status") == ProjectStatus.QUARANTINED.value for name in moved
    }
    return was, {name for name, deed in first.items() if deed == restored}
