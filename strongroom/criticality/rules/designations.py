"""Why a name is critical."""

from __future__ import annotations

import enum

from strongroom.terms.names import NormalizedName


class Ground(enum.Enum):
    """What made a name critical. The value is stored, and published."""

    DOWNLOADS = "downloads"
    OPERATOR = "operator"


def target_of_run(run: int) -> str:
    """What a proof is for when a run is decided."""
    return f"run {run}"


def target_of_name(name: NormalizedName) -> str:
    """What a proof is for when those who run the index make a name critical: no other deed on it takes that proof."""
    return f"critical {name}"
