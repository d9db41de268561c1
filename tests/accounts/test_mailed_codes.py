"""Codes that are mailed: made so that none is likelier, read however they are typed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.accounts.rules.mailed_codes import ALPHABET, LETTERS, parse_mail_code, render_mail_code
from strongroom.terms.refusals import Reason, refusal_of


@given(st.binary(min_size=16, max_size=32))
def test_a_code_is_read_back_however_it_is_typed(dice: bytes) -> None:
    code = render_mail_code(dice)

    assert len(code) == LETTERS + 1
    assert set(code.replace("-", "")) <= set(ALPHABET)
    for typed in [code, code.lower(), code.replace("-", ""), f"  {code} ", " ".join(code), f"{code}\n"]:
        assert parse_mail_code(typed) == code


def test_no_two_letters_look_alike_and_guessing_is_hopeless() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert not set("01OILU") & set(ALPHABET)
    assert LETTERS * math.log2(len(ALPHABET)) > 39


def test_every_letter_comes_in_every_place() -> None:
    codes = [
        render_mail_code(number.to_bytes(16))
        for number in (len(ALPHABET) ** place * n for place in range(8) for n in range(30))
    ]

    for place in (0, 1, 2, 3, 5, 6, 7, 8):
        assert {code[place] for code in codes} == set(ALPHABET)


def test_other_bytes_make_another_code() -> None:
    assert len({render_mail_code(number.to_bytes(16)) for number in range(30_000)}) == 30_000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("ABCD-234", id="one letter short"),
        pytest.param("ABCD-23456", id="one letter more"),
        pytest.param("ABCD-2340", id="a nought"),
        pytest.param("ABCD-234I", id="an I"),
        pytest.param("ABCD-234\N{FULLWIDTH DIGIT FIVE}", id="a full-width digit"),
        pytest.param("ABCD-234\N{ARABIC-INDIC DIGIT FIVE}", id="a digit of another script"),
        pytest.param("АBCD-2345", id="a Cyrillic letter that looks Latin"),
        pytest.param("ABCD_2345", id="another stroke"),
        pytest.param("ABCD-2345\0", id="a NUL"),
        pytest.param(" " * 40 + "ABCD-2345", id="a flood of spaces"),
        pytest.param("A" * 1_000_000, id="a flood of letters"),
    ],
)
def test_what_is_no_code_is_refused(text: str) -> None:
    assert refusal_of(lambda: _parse(text)) is Reason.MAIL_CODE_WRONG


def _parse(text: str) -> None:
    parse_mail_code(text)
