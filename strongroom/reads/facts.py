"""What a published page is made of: a project, its releases and its files, as plain facts.

Essential reading: the Simple repository API of the packaging specifications (PEP 503, 592, 629,
658, 691, 700, 714, 740, 792, 833), and the legacy JSON API as PyPI documents it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from strongroom.terms.filenames import Kind, Sha256
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file. ``path`` is where it is served, without a leading slash, beginning ``packages/``."""

    filename: str
    path: str
    kind: Kind
    version: str
    python_tag: str
    size: int
    sha256: Sha256
    blake2b_256: str
    md5: str
    uploaded_at: datetime
    requires_python: str | None
    metadata_sha256: Sha256 | None
    yanked: bool
    yanked_reason: str


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """One release: its canonical version and its Core Metadata in PEP 566's JSON form."""

    version: str
    metadata: Mapping[str, object]
    yanked: bool
    yanked_reason: str


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """One project as installers see it. ``versions`` newest first, ``files`` in order of upload.

    ``critical_since`` is the day since when its name is critical; nothing while it is not.
    """

    name: NormalizedName
    display_name: str
    serial: int
    status: ProjectStatus
    status_reason: str
    versions: tuple[str, ...]
    files: tuple[FileFacts, ...]
    critical_since: date | None = None


@dataclass(frozen=True, slots=True)
class ReaderFacts:
    """Who may read a private index with one token: what the read plane knows of it.

    ``projects`` is nothing for a token of a whole account, else the projects it is limited to.
    """

    token: str
    sha256: str
    expires_at: datetime | None
    projects: tuple[NormalizedName, ...] | None
