"""Spikes of downloads, as those who run the index look at them."""

from __future__ import annotations


def target_of_spike(spike: int) -> str:
    """What a proof is for when somebody notes that they looked at a spike."""
    return f"spike {spike}"
