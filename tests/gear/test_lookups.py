"""Files that tell what is known of a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from strongroom.gear.lookups import read_lookup, read_lookups, write_lookup, write_lookup_texts

ENTRIES: dict[str, object] = {
    "": {"days": [1, 2]},
    "ham": [2**62 + 1, "é"],
    "eggs": {"long": ["x" * 500, "<script>"]},
    "'; DROP TABLE entries; --": 1,
}


def test_what_was_written_of_a_name_is_read(tmp_path: Path) -> None:
    assert write_lookup(tmp_path / "one.sqlite3", ENTRIES.items()) == len(ENTRIES)

    for name, known in ENTRIES.items():
        assert read_lookup(tmp_path / "one.sqlite3", name) == known
    assert read_lookups(tmp_path / "one.sqlite3", [*ENTRIES, "nothing"]) == ENTRIES


def test_json_is_kept_as_it_is_given(tmp_path: Path) -> None:
    write_lookup_texts(tmp_path / "one.sqlite3", [("ham", '{"a":1}'), ("eggs", f'["{"y" * 300}"]')])

    assert read_lookup(tmp_path / "one.sqlite3", "ham") == {"a": 1}
    assert read_lookup(tmp_path / "one.sqlite3", "eggs") == ["y" * 300]


def test_more_names_than_one_question_takes_are_read(tmp_path: Path) -> None:
    entries = {f"name-{number}": number for number in range(1200)}
    write_lookup(tmp_path / "one.sqlite3", entries.items())

    assert read_lookups(tmp_path / "one.sqlite3", entries) == entries


@pytest.mark.parametrize("name", ["nothing.sqlite3", "folder", "text.sqlite3", "a?mode=rw&x=#.sqlite3"])
def test_of_a_file_that_is_not_there_or_is_none_nothing_is_known(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.sqlite3").write_text("no database" * 100)

    assert read_lookup(tmp_path / name, "ham") is None
    assert not (tmp_path / "nothing.sqlite3").exists()
