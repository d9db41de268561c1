"""The definition of critical as an operator set it."""

from __future__ import annotations

from strongroom.criticality.rules.cohort import Policy
from strongroom.downloads.rules.counting import Counting
from strongroom.gear.settings import Settings


def policy_of(settings: Settings) -> Policy:
    """What the settings say of the definition."""
    return Policy(
        per_ten_thousand=settings.critical_per_ten_thousand,
        months=settings.critical_window_months,
        counting=Counting(settings.critical_counting),
        least=settings.critical_least_downloads,
    )
