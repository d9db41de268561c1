"""The same house for every door."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.factors.people import Clock
from tests.upkeep.keeping import House, open_house


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


@pytest.fixture
def house(clock: Clock, db: None) -> House:
    return open_house(clock)
