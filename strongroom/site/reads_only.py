"""The read plane by itself, for a machine that only serves installers: no Django, no database."""

from __future__ import annotations

import os

from strongroom.gear.settings import load_settings
from strongroom.site.reading import load_read_plane

application = load_read_plane(load_settings(os.environ)[0])
