"""The read plane as an index sets it up."""

from __future__ import annotations

from wsgiref.types import WSGIApplication

from strongroom.gear.settings import Settings
from strongroom.reads.app import LoadFallback, make_application
from strongroom.reads.lending import lend_threads
from strongroom.reads.places import Places

KEPT_FREE = 8
"""Of the server's own threads so many are never taken by those who send or receive at length."""


def load_read_plane(chosen: Settings, *, load_fallback: LoadFallback | None = None) -> WSGIApplication:
    """The read plane of an index; called while the server loads its application, for it lends it threads."""
    lent = lend_threads(chosen.downloads)
    free = max(1, chosen.threads - KEPT_FREE)
    places = Places(
        pages=chosen.pages_folder,
        files=chosen.files_folder,
        readers=chosen.readers_folder,
        events=chosen.events_folder,
        is_private=chosen.private,
        page_cache_bytes=chosen.page_cache_bytes,
        most_downloads=chosen.downloads if lent else free,
        most_uploads=min(chosen.uploads, free),
    )
    return make_application(places, load_fallback=load_fallback)
