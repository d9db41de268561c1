"""Where the read plane finds what it serves, and what it may take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Places:
    """One index's folders and limits.

    ``pages`` is the published tree, ``files`` the folder that holds ``packages/``, ``readers`` that
    of the published readers, ``events`` where downloads are noted (nothing: they are not).
    ``most_downloads`` and ``most_uploads`` must stay below the server's threads: each holds one.
    """

    pages: Path
    files: Path
    readers: Path
    events: Path | None = None
    is_private: bool = False
    realm: str = "Strongroom"
    page_cache_bytes: int = 64 * 1024 * 1024
    most_downloads: int = 240
    most_uploads: int = 16
