"""What the index does by itself about what visitors see."""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.catalogue.actions import keep_description
from strongroom.catalogue.queries.undescribed import last_release, list_undescribed
from strongroom.gear.readmes import EDITION


@dataclass
class Renderer:
    """Goes once through all releases, the newest first, a few at a time; an upload renders its own."""

    upto: int | None = None

    def render_missing(self, *, most: int) -> int:
        """Render some descriptions that are missing or of an older edition; how many, and 0 once all are done."""
        if self.upto is None:
            self.upto = last_release()
        while self.upto > 0:
            found, self.upto = list_undescribed(upto=self.upto, edition=EDITION, most=most)
            for one in found:
                keep_description(one)
            if found:
                return len(found)
        return 0
