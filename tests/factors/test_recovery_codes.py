"""Recovery codes as text: random enough, readable, and read back however they were copied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.factors.rules.recovery import ALPHABET, CODE_BYTES, CODES, parse_recovery_code, render_code
from strongroom.terms.refusals import Reason, Refused

RANDOM = st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES)


ALSO_TYPED = {"0": ["0", "o", "O"], "1": ["1", "i", "I", "l", "L"], "-": ["-", " ", "", "\u2013", "\t"]}


def read(text: str) -> str | Refused:
    try:
        return parse_recovery_code(text)
    except Refused as refused:
        return refused


def test_a_set_has_ten_codes_of_more_than_112_random_bits() -> None:
    assert CODES == 10
    assert CODE_BYTES * 8 >= 112


@pytest.mark.parametrize(
    ("random_bytes", "text"),
    [
        (bytes(15), "0000-0000-0000-0000-0000-0000"),
        (b"\xff" * 15, "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ"),
        (bytes(14) + b"\x01", "0000-0000-0000-0000-0000-0001"),
        (b"\x08" + bytes(14), "1000-0000-0000-0000-0000-0000"),
        (bytes.fromhex("00443214c74254b635cf84653a56d7"), "0123-4567-89AB-CDEF-GHJK-MNPQ"),
    ],
)
def test_a_code_is_24_characters_of_five_bits_in_groups_of_four(random_bytes: bytes, text: str) -> None:
    assert render_code(random_bytes) == text


@pytest.mark.parametrize("length", [0, 8, CODE_BYTES - 1, CODE_BYTES + 1])
def test_a_code_of_fewer_or_more_random_bytes_is_not_made(length: int) -> None:
    with pytest.raises(ValueError, match="15 random bytes"):
        render_code(bytes(length))


def test_no_sign_looks_like_another() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set("OILU") & set(ALPHABET)


@given(RANDOM)
def test_every_random_bit_is_in_the_text_and_the_text_is_read_back_as_itself(random_bytes: bytes) -> None:
    text = render_code(random_bytes)
    digits = [ALPHABET.index(character) for character in text.replace("-", "")]
    assert sum(digit << 5 * place for place, digit in enumerate(reversed(digits))) == int.from_bytes(random_bytes)
    assert parse_recovery_code(text) == text


@given(random_bytes=RANDOM, data=st.data())
def test_case_spaces_dashes_and_look_alikes_do_not_matter(random_bytes: bytes, data: st.DataObject) -> None:
    text = render_code(random_bytes)
    typed = "".join(data.draw(st.sampled_from(ALSO_TYPED.get(one, [one, one.lower()]))) for one in text)
    assert parse_recovery_code(f" {typed}\r\n") == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("----", id="dashes alone"),
        pytest.param("0123-4567-89AB-CDEF-GHJK-MNP", id="23 characters"),
        pytest.param("0123-4567-89AB-CDEF-GHJK-MNPQ-R", id="25 characters"),
        pytest.param("U123-4567-89AB-CDEF-GHJK-MNPQ", id="a letter that is in no code"),
        pytest.param("0123-4567-89AB-CDEF-GHJK-MNP\u0131", id="a dotless i, whose upper case is an I"),
        pytest.param("0123-4567-89AB-CDEF-GHJK-MNP\u017f", id="a long s, whose upper case is an S"),
        pytest.param("0123-4567-89AB-CDEF-GHJK-MN\ufb02", id="a ligature of two letters"),
        pytest.param("\uff10123-4567-89AB-CDEF-GHJK-MNPQ", id="a full-width digit"),
        pytest.param("0123_4567_89AB_CDEF_GHJK_MNPQ", id="underscores"),
        pytest.param("123456", id="a code of an app"),
        pytest.param("0123-4567-89AB-CDEF-GHJK-MNPQ" + " " * 100, id="more than 128 characters"),
    ],
)
def test_what_cannot_be_a_code_is_refused_as_an_unknown_code_is(text: str) -> None:
    told = read(text)
    assert isinstance(told, Refused)
    assert (told.reason, told.facts) == (Reason.RECOVERY_CODE_WRONG, {})


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    told = read(text)
    assert isinstance(told, Refused) or set(told) <= {*ALPHABET, "-"}
