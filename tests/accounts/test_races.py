"""The one-time link, used by two people at the same moment."""

from __future__ import annotations

from pathlib import Path

from tests.racing import Track, fresh_database


def test_a_setup_link_used_four_times_at_once_makes_one_account(tmp_path: Path) -> None:
    people = ["dee", "mallory", "trudy", "eve"]

    with fresh_database() as url:
        found = Track(tmp_path, url).race({"setup": people})

    assert sorted(found["answers"]) == ["made", "setup-link-invalid", "setup-link-invalid", "setup-link-invalid"]
    assert found["accounts"] == [people[found["answers"].index("made")]]
