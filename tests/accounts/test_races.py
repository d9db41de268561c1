"""What must happen once happens once, when several ask at the same moment: in threads, and in several processes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.racing import Job, Outcome, Track, fresh_database

RACERS = "tests.accounts.racers"


def run(folder: Path, prepare: str, act: str, look: str) -> Outcome:
    job = Job(f"{RACERS}:{prepare}", f"{RACERS}:{act}", f"{RACERS}:{look}")
    with fresh_database() as url:
        return Track(folder, url).race_processes(job)


def test_a_setup_link_used_four_times_at_once_makes_one_account(tmp_path: Path) -> None:
    people = ["dee", "mallory", "trudy", "eve"]

    with fresh_database() as url:
        found = Track(tmp_path, url).race({"setup": people})

    assert sorted(found["answers"]) == ["made", "setup-link-invalid", "setup-link-invalid", "setup-link-invalid"]
    assert found["accounts"] == [people[found["answers"].index("made")]]


def test_one_arrival_completed_by_four_at_once_begins_one_session(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_arrival", "complete_arrival", "look_at_sessions")

    assert Counter(outcome.answers) == {"done": 1, "arrival-gone": 3}
    assert outcome.found == {"sessions": 1, "recorded": 1}


def test_one_proof_spent_by_four_at_once_is_good_once(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_proof", "spend_one_proof", "look_at_proofs")

    assert Counter(outcome.answers) == {"done": 1, "proof-needed": 3}
    assert outcome.found == {"used": 1}


def test_one_mailed_code_typed_by_four_at_once_is_good_once(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_code", "type_code", "look_at_codes")

    assert Counter(outcome.answers) == {"done": 1, "mail-code-gone": 3}
    assert outcome.found["shown"] == 1


def test_forty_wrong_passwords_at_once_never_pass_the_limit(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_guesses", "guess", "look_at_guesses")

    told = Counter(answer for answers in outcome.answers for answer in answers)
    assert told == {"sign-in-failed": 10, "too-many-attempts": 30}
    assert outcome.found == {"recorded": 10, "counts": [10, 30]}


def test_a_count_is_exact_across_processes(tmp_path: Path) -> None:
    outcome = run(tmp_path, "prepare_guesses", "count_one", "look_at_count")

    told = Counter(answer for answers in outcome.answers for answer in answers)
    assert told == {"done": 17, "too-many-attempts": 23}
    assert outcome.found == {"count": 17}
