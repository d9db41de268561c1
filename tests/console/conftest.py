"""A clock for the pages, and Dee, who runs the index."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.console.staffing import Staff, add_person, add_staff
from tests.factors.people import Clock, Visitor


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.now)
    return clock


@pytest.fixture
def dee(clock: Clock) -> Staff:
    return add_staff("dee", clock)


@pytest.fixture
def ada(clock: Clock) -> Visitor:
    return add_person("ada", clock)
