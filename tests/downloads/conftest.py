"""What tests of downloads may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.gear.mill import Mill
from strongroom.gear.settings import Settings
from tests.downloads.noting import mill_here


@pytest.fixture
def mill(index_settings: Settings) -> Mill:
    """The mill of this test's index."""
    return mill_here(index_settings)


@pytest.fixture
def segments(index_settings: Settings) -> Path:
    """The folder in which the read plane of this test's index leaves segments."""
    return index_settings.events_folder
