"""Deeds on one project at the very same moment, by several processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.racing import Job, Outcome, Track
from tests.upkeep.racers import PROJECTS

RACERS = "tests.upkeep.racers"


@pytest.fixture
def track(tmp_path: Path, database_url: str) -> Track:
    return Track(tmp_path, database_url)


def race(track: Track, prepare: str, run: str, look: str, *, processes: int = 2) -> Outcome:
    return track.race_processes(Job(*(f"{RACERS}:{name}" for name in (prepare, run, look))), processes=processes)


def test_of_two_owners_who_remove_each_other_one_stays(track: Track) -> None:
    outcome = race(track, "prepare_two_owners", "remove_each_other", "look_at_owners")

    assert outcome.found == [1] * len(PROJECTS)
    for one, other in zip(*outcome.answers, strict=True):
        assert sorted([one, other]) == ["done", "not-a-collaborator"]


def test_an_invitation_is_accepted_or_withdrawn_and_never_both(track: Track) -> None:
    outcome = race(track, "prepare_invitations", "accept_or_withdraw", "look_at_invitations")

    for one, other, found in zip(*outcome.answers, outcome.found, strict=True):
        assert sorted([one, other]) == ["done", "invitation-unknown"]
        assert found in (["accepted", 1], ["withdrawn", 0])


def test_an_invitation_that_is_accepted_many_times_at_once_counts_once(track: Track) -> None:
    outcome = race(track, "prepare_invitations", "accept_all", "look_at_invitations", processes=4)

    for answers in zip(*outcome.answers, strict=True):
        assert sorted(answers) == ["done", *["invitation-unknown"] * 3]
    assert outcome.found == [["accepted", 1]] * len(PROJECTS)


def test_a_project_deleted_beside_an_upload_to_it_offers_nothing_and_loses_nothing(track: Track) -> None:
    outcome = race(track, "prepare_deletions", "delete_or_upload", "look_at_deleted")

    deleted, uploaded = sorted(outcome.answers, key=lambda answers: "done" not in answers)
    assert deleted == ["done"] * len(PROJECTS)
    assert set(uploaded) <= {"200", "project-deleted"}
    assert outcome.found == {"shown": [], "shelf": [], "due": 0, "lost": []}


def test_what_is_restored_beside_a_purge_is_there_whole_or_gone_whole(track: Track) -> None:
    outcome = race(track, "prepare_restoring", "restore_or_purge", "look_at_restored")

    found = outcome.found
    assert sorted([*found["restored"], *found["purged"]]) == PROJECTS
    assert found["listed"] == found["restored"] == found["files"]
    assert (found["lost"], found["due"]) == ([], 0)
    (restored,) = (answers for answers in outcome.answers if answers != ["purged"])
    assert [answer == "done" for answer in restored] == [name in found["restored"] for name in PROJECTS]
    assert set(restored) <= {"done", "undo-over"}
