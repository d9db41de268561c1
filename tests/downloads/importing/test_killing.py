"""Killed at any step of an import and started again, every download counts once."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.downloads.importing.killing import LISTED, STEPS
from tests.racing import Track, fresh_database


@pytest.mark.slow
def test_killed_at_any_step_and_imported_again_every_download_counts_once(tmp_path: Path) -> None:
    with fresh_database() as url:
        found = Track(tmp_path, url).race({"call": "tests.downloads.importing.killing:walk", "told": None})

    # Taken again when it was not listed, and known when it was.
    ends = {words: [-signal.SIGKILL, 2 if words == LISTED else 1] for words in STEPS}
    assert found == {"ends": ends, "is right": True, "sources": len(STEPS), "recorded": len(STEPS)}
