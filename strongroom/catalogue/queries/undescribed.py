"""Releases whose description must still be made."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max, Q

from strongroom.projects.models import Release

_STRETCH = 5000
"""Rows looked through at a time: among half a million of them that are as they should be it takes no one's time."""


@dataclass(frozen=True)
class Undescribed:
    """A release whose description is missing, or was made by an older edition."""

    release: int
    text: str
    content_type: str | None


def last_release() -> int:
    """The number of the newest release; 0 on an empty index."""
    return Release.objects.aggregate(last=Max("pk"))["last"] or 0


def list_undescribed(*, upto: int, edition: int, most: int) -> tuple[list[Undescribed], int]:
    """Some releases to be described, from the one numbered ``upto`` down, and where to go on; 0 at the end."""
    since = max(upto - _STRETCH, 0)
    missing = Q(description=None) | Q(description__edition__lt=edition)
    rows = Release.objects.filter(missing, pk__gt=since, pk__lte=upto, deleted_at=None).order_by("-pk")
    found = [_undescribed(pk, metadata) for pk, metadata in rows.values_list("pk", "metadata")[:most]]
    return found, found[-1].release - 1 if len(found) == most else since


def _undescribed(release: int, metadata: object) -> Undescribed:
    fields = metadata if isinstance(metadata, dict) else {}
    text, content_type = fields.get("description"), fields.get("description_content_type")
    return Undescribed(
        release,
        text if isinstance(text, str) and text.strip() != "UNKNOWN" else "",
        content_type if isinstance(content_type, str) else None,
    )
