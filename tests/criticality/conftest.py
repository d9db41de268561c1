"""What tests of runs may ask for."""

from __future__ import annotations

import pytest

from strongroom.gear.mill import Mill
from tests.criticality.harvest import mill_here


@pytest.fixture
def mill() -> Mill:
    """The mill of this test's own data folder."""
    return mill_here()
