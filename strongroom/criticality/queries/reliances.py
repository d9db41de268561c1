"""What projects need of each other, as it was read of their latest releases."""

from __future__ import annotations

from strongroom.criticality.models import Reliance


def load_needs() -> dict[str, list[str]]:
    """Every project that was read, with the names that its latest release needs."""
    kept: dict[str, str] = {}
    rows = Reliance.objects.values_list("normalized_name", "needs")
    # A name that ten thousand projects need is kept once.
    return {
        kept.setdefault(name, name): [kept.setdefault(one, one) for one in needs]
        for name, needs in rows.iterator(chunk_size=5_000)
    }
