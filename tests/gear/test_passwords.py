"""What is known of a password without asking anybody."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.gear.passwords import estimate_strength, is_breached

STOLEN = "a sentence that was stolen"


@pytest.fixture
def ranges(tmp_path: Path) -> Path:
    """An operator's folder that knows one stolen password, among others of the same range."""
    digest = hashlib.sha1(STOLEN.encode()).hexdigest().upper()
    (tmp_path / digest[:5]).write_text(f"{'0' * 35}:7\r\n{digest[5:]}:3\r\n{'F' * 35}:1\r\n")
    return tmp_path


def test_a_password_on_the_shipped_list_is_known_in_any_case() -> None:
    assert is_breached("password123", None)
    assert is_breached("PassWord123", None)
    assert not is_breached("tidal lantern ermine quarry", None)


def test_a_password_in_the_operators_range_files_is_known(ranges: Path) -> None:
    assert is_breached(STOLEN, ranges)
    assert not is_breached(STOLEN + "!", ranges)
    assert not is_breached(STOLEN, None)


def test_range_files_may_end_in_txt_and_be_in_lower_case(ranges: Path) -> None:
    (found,) = ranges.iterdir()
    (ranges / f"{found.name}.txt").write_text(found.read_text().lower())
    found.unlink()
    assert is_breached(STOLEN, ranges)


def test_a_range_file_that_cannot_be_read_is_a_fault_and_no_yes(ranges: Path) -> None:
    (found,) = ranges.iterdir()
    found.write_bytes(b"\xff\xfe")
    with pytest.raises(UnicodeDecodeError):
        is_breached(STOLEN, ranges)


@pytest.mark.parametrize(
    ("password", "strength"),
    [
        pytest.param("aaaaaaaaaaaaaaaaaa", 0, id="one letter again and again"),
        pytest.param("qwertyuiopasdfghjkl", 1, id="rows of keys"),
        pytest.param("tidal lantern ermine quarry", 4, id="four words"),
        pytest.param("k3y" * 4000, 1, id="twelve thousand characters"),
        pytest.param("", 0, id="nothing"),
    ],
)
def test_strength_is_estimated_from_0_to_4(password: str, strength: int) -> None:
    assert estimate_strength(password, ()) == strength


def test_a_persons_own_details_make_a_password_weaker() -> None:
    assert estimate_strength("zqvlovelace7", ("zqvlovelace",)) < estimate_strength("zqvlovelace7", ())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_is_estimated_without_a_fault(password: str, details: list[str]) -> None:
    assert 0 <= estimate_strength(password, details) <= 4
