"""What is good once is good once, whichever of several processes is asked, and when: at the same moment."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.racing import Job, Outcome, Track, fresh_database

RACERS = "tests.factors.racers"


def run(folder: Path, prepare: str, act: str, look: str, *, processes: int = 4) -> Outcome:
    job = Job(f"{RACERS}:{prepare}", f"{RACERS}:{act}", f"{RACERS}:{look}")
    with fresh_database() as url:
        return Track(folder, url).race_processes(job, processes=processes)


def test_one_code_of_an_app_shown_by_four_at_once_is_good_once(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_app", "show_app", "look_at_app")

    assert Counter(outcome.answers) == {"done": 1, "code-used": 3}
    assert outcome.found == {"burned": True, "refused": 3}


def test_one_recovery_code_shown_by_four_at_once_is_good_once(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_codes", "show_code", "look_at_codes")

    assert Counter(outcome.answers) == {"done": 1, "recovery-code-wrong": 3}
    assert outcome.found == {"left": 9, "letters": 1}


def test_a_used_recovery_code_is_replaced_once_by_four_windows_at_once(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_replacing", "replace", "look_at_sets")

    assert Counter(outcome.answers) == {1: 1, 0: 3}
    assert outcome.found == {"sets": 1, "codes": 10}


def test_four_sets_of_recovery_codes_made_at_once_leave_one(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_sets", "make_set", "look_at_sets")

    assert Counter(outcome.answers) == {"done": 4}
    assert outcome.found == {"sets": 1, "codes": 10}


def test_one_answer_of_a_key_posted_by_four_at_once_is_good_once(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_answer", "show_answer", "look_at_key")

    assert Counter(outcome.answers) == {"done": 1, "challenge-gone": 3}
    assert outcome.found == {"suspected": False, "letters": 0}


def test_of_a_key_and_its_copy_at_once_one_is_refused_and_the_person_is_told_once(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_clone", "show_one_of_two_keys", "look_at_key", processes=2)

    assert Counter(outcome.answers) == {"done": 1, "key-copied": 1}
    assert outcome.found == {"suspected": True, "letters": 1}


def test_one_proof_begins_one_enrolment_of_four_at_once(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_proof", "begin", "look_at_begun")

    assert Counter(outcome.answers) == {"done": 1, "proof-needed": 3}
    assert outcome.found == {"begun": 1}


def test_four_factors_removed_at_once_leave_one_to_whoever_must_hold_one(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_removals", "remove", "look_at_live")

    assert Counter(outcome.answers) == {"done": 3, "last-factor": 1}
    assert outcome.found == {"live": 1, "codes": True}


def test_of_four_browsers_that_finish_the_first_factor_at_once_one_does(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_first", "finish_first", "look_at_first")

    assert Counter(outcome.answers)["done"] == 1
    assert outcome.found == {"live": 1, "codes": 10, "sessions": 4}
