"""Killed at any step and started again, the index counts every download once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.downloads.killing import STEPS
from tests.racing import Track, fresh_database


@pytest.mark.slow
def test_killed_at_any_step_and_started_again_every_download_counts_once(tmp_path: Path) -> None:
    with fresh_database() as url:
        found = Track(tmp_path, url).race({"call": "tests.downloads.killing:walk", "told": None})

    assert found == {"steps": len(STEPS), "failed": {}, "strays": 0, "events": []}
