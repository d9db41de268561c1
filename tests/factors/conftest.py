"""A clock for the pages, and the same people at their browsers."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.factors.people import Clock, Visitor, add_visitor


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


@pytest.fixture
def ada(clock: Clock) -> Visitor:
    return add_visitor("ada", clock)


@pytest.fixture
def cyd(clock: Clock) -> Visitor:
    return add_visitor("cyd", clock)
