"""Which clients count. Essential reading: docs/criticality.md, rules 1 and 2."""

from __future__ import annotations

import enum


class Counting(enum.Enum):
    """Whose downloads count. The value is a setting's, and is stored with each run."""

    ALL = "all"
    NO_FULL_MIRRORS = "no_full_mirrors"
    NO_MIRRORS = "no_mirrors"

    @property
    def mirrors_count(self) -> bool:
        """Whether tools that copy whole indexes count, as they did at PyPI in 2022."""
        return self is Counting.ALL

    @property
    def proxies_count(self) -> bool:
        """Whether caching proxies count: each hit of one stands for the people behind it."""
        return self is not Counting.NO_MIRRORS
