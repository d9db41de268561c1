"""The same clock, and the same people at their browsers, as where factors are tested."""

from __future__ import annotations

from tests.factors.conftest import ada, clock, cyd

__all__ = ["ada", "clock", "cyd"]
