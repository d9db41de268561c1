"""What the index does by itself about what visitors see."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import DatabaseError

from strongroom.catalogue.actions import keep_description
from strongroom.catalogue.queries.undescribed import Undescribed, last_release, list_undescribed
from strongroom.gear.readmes import EDITION

_log = logging.getLogger(__name__)


@dataclass
class Renderer:
    """Goes once through all releases, the newest first, a few at a time; an upload renders its own."""

    upto: int | None = None

    def render_missing(self, *, most: int) -> int:
        """Render some descriptions that are missing or of an older edition; how many, and 0 once all are done."""
        if self.upto is None:
            self.upto = last_release()
        while self.upto > 0:
            found, upto = list_undescribed(upto=self.upto, edition=EDITION, most=most)
            for one in found:
                _keep(one)
            # Only now: when the database was away meanwhile, these are asked for again.
            self.upto = upto
            if found:
                return len(found)
        return 0


def _keep(one: Undescribed) -> None:
    try:
        keep_description(one)
    except DatabaseError:
        raise
    except Exception:  # noqa: BLE001 - logged whole; one that cannot be rendered holds up no other
        _log.exception("a description could not be rendered; its page goes without it")
