"""One WSGI callable for both planes: the read plane answers before Django is asked, and without it."""

from __future__ import annotations

import os
import threading
from wsgiref.types import WSGIApplication

from strongroom.gear.settings import load_settings
from strongroom.site.reading import load_read_plane


def _load_control_plane() -> WSGIApplication:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "strongroom.site.settings")
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def _start_control_plane() -> None:
    _load_control_plane()
    from strongroom.site.keeper import start_keeper

    start_keeper()


application = load_read_plane(load_settings(os.environ)[0], load_fallback=_load_control_plane)
# Loaded beside the first reads, not before them: installs do not wait for Django.
threading.Thread(target=_start_control_plane, name="control-plane", daemon=True).start()
