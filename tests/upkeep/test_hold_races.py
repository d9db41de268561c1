"""Deletions that wait, by several processes at the very same moment, and by processes that are killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.racing import Job, Outcome, Track
from tests.upkeep.hold_racers import STEPS
from tests.upkeep.racers import PROJECTS

RACERS = "tests.upkeep.hold_racers"


@pytest.fixture
def track(tmp_path: Path, database_url: str) -> Track:
    return Track(tmp_path, database_url)


def race(track: Track, prepare: str, run: str, look: str, *, processes: int = 2) -> Outcome:
    return track.race_processes(Job(*(f"{RACERS}:{name}" for name in (prepare, run, look))), processes=processes)


def test_of_two_owners_who_ask_at_once_one_sets_the_day(track: Track) -> None:
    outcome = race(track, "prepare_owners", "ask_both", "look_at_holds")

    for one, other in zip(*outcome.answers, strict=True):
        assert sorted([one, other]) == ["deletion-held-already", "done"]
    assert outcome.found == [[[""], False, 0]] * len(PROJECTS)


def test_a_deletion_is_withdrawn_or_carried_out_and_never_both(track: Track) -> None:
    outcome = race(track, "prepare_holds", "withdraw_or_carry_out", "look_at_the_end")

    (counted,) = (answers for answers in outcome.answers if len(answers) == 1)
    (withdrawn,) = (answers for answers in outcome.answers if len(answers) > 1)
    holds = outcome.found["holds"]
    for answer, found in zip(withdrawn, holds, strict=True):
        assert found == ([["withdrawn"], False, 0] if answer == "done" else [["carried-out"], True, 1])
    assert set(withdrawn) <= {"done", "deletion-not-held"}
    assert counted == [str(withdrawn.count("deletion-not-held"))]
    stay = [name for name, answer in zip(PROJECTS, withdrawn, strict=True) if answer == "done"]
    assert (outcome.found["shown"], outcome.found["due"]) == (stay, 0)


def test_two_keepers_carry_each_deletion_out_once(track: Track) -> None:
    outcome = race(track, "prepare_holds", "carry_out_twice", "look_at_the_end")

    assert sum(outcome.answers) == len(PROJECTS)
    assert outcome.found == {"holds": [[["carried-out"], True, 1]] * len(PROJECTS), "shown": [], "due": 0}


def test_a_keeper_killed_at_any_step_leaves_each_deletion_done_whole_or_not_at_all(track: Track) -> None:
    outcome = race(track, "prepare_holds", "be_killed", "look_at_the_end", processes=1)

    (after,) = outcome.answers
    assert len(after) == len(STEPS)
    for found in after:
        assert all(one in ([[""], False, 0], [["carried-out"], True, 1]) for one in found)
    assert [sum(gone for _, gone, _ in found) for found in after] == [1, 2, 4]
    assert outcome.found == {"holds": [[["carried-out"], True, 1]] * len(PROJECTS), "shown": [], "due": 0}
