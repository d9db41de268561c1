"""Tokens made at the very moment in which their factor is reported lost."""

from __future__ import annotations

from pathlib import Path

from tests.racing import Job, Track, fresh_database
from tests.tokens.racers import PEOPLE

RACERS = "tests.tokens.racers"


def test_no_token_outlives_the_key_that_is_reported_lost_while_it_is_made(tmp_path: Path) -> None:
    job = Job(f"{RACERS}:prepare_losing", f"{RACERS}:make_or_lose", f"{RACERS}:look_at_tokens")

    with fresh_database() as url:
        outcome = Track(tmp_path, url).race_processes(job, processes=2)

    made, lost = sorted(outcome.answers, key=lambda answers: "lost" in answers)
    assert lost == ["lost"] * PEOPLE
    assert set(made) <= {"made", "proof-needed"}
    assert outcome.found == {"live": 0, "published": 0}
