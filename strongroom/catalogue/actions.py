"""Descriptions made anew: of releases from before descriptions were kept, and by an older edition of the renderer."""

from __future__ import annotations

from strongroom.catalogue.queries.undescribed import Undescribed
from strongroom.gear.readmes import EDITION, render, render_plain
from strongroom.projects.models import Description, Release


def keep_description(found: Undescribed) -> None:
    """Render one release's description and keep it. What does not render is shown as plain text: it is published."""
    rendered = render(found.text, found.content_type)
    html = render_plain(found.text) if rendered is None else rendered
    if Release.objects.filter(pk=found.release).exists():
        Description.objects.update_or_create(pk=found.release, defaults={"html": html, "edition": EDITION})
