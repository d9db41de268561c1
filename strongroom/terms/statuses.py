"""The status of a project (PEP 792)."""

from __future__ import annotations

import enum


class ProjectStatus(enum.Enum):
    """Exactly one holds at any time; the value is the marker of PEP 792."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DEPRECATED = "deprecated"
    QUARANTINED = "quarantined"
