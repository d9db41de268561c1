"""What an account's name, address and password must be."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.accounts.rules.names import fold_name, require_account_name, require_email_address
from strongroom.accounts.rules.passwords import (
    LEAST_BESIDE_FACTOR,
    LEAST_PASSWORD,
    LEAST_STRENGTH,
    LEAST_STRENGTH_BESIDE_FACTOR,
    ChosenPassword,
    details_of,
    is_alone_enough,
    normalize_password,
    require_password,
)
from strongroom.terms.refusals import Reason, Refused, refusal_of

NAME, EMAIL = Reason.ACCOUNT_NAME_INVALID, Reason.EMAIL_INVALID


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("a", None, id="one letter"),
        pytest.param("Ada.Lovelace-1_x", None, id="letters, digits, dot, hyphen, underscore"),
        pytest.param("a" * 40, None, id="40 characters"),
        pytest.param("a" * 41, NAME, id="41 characters"),
        pytest.param("", NAME, id="nothing"),
        pytest.param("-ada", NAME, id="a hyphen at the start"),
        pytest.param("ada.", NAME, id="a dot at the end"),
        pytest.param("ada\n", NAME, id="a newline at the end"),
        pytest.param("ada lovelace", NAME, id="a space"),
        pytest.param("аda", NAME, id="a Cyrillic letter that looks Latin"),
        pytest.param("\N{KELVIN SIGN}ay", NAME, id="a sign that folds to an ASCII letter"),
        pytest.param("<b>ada</b>", NAME, id="markup"),
        pytest.param("ada@example.org", NAME, id="an address"),
    ],
)
def test_an_account_name_is_1_to_40_plain_characters(name: str, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_account_name(name)) is reason


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        pytest.param("ada@example.org", None, id="a plain address"),
        pytest.param("ada.l+pypi@mail.example.org", None, id="a dot and a plus"),
        pytest.param("zoë@example.org", None, id="a mailbox outside ASCII"),
        pytest.param("a" * 64 + "@example.org", None, id="a mailbox of 64 characters"),
        pytest.param("a" * 65 + "@example.org", EMAIL, id="a mailbox of 65 characters"),
        pytest.param("ada@" + "e" * 252, None, id="a domain of 252 characters"),
        pytest.param("ada@" + "e" * 253, EMAIL, id="a domain of 253 characters"),
        pytest.param("", EMAIL, id="nothing"),
        pytest.param("ada", EMAIL, id="no @"),
        pytest.param("@example.org", EMAIL, id="no mailbox"),
        pytest.param("ada@", EMAIL, id="no domain"),
        pytest.param("ada@b@example.org", EMAIL, id="two @"),
        pytest.param("ada@example..org", EMAIL, id="two dots in the domain"),
        pytest.param("ada@-example.org", EMAIL, id="a domain that begins with a hyphen"),
        pytest.param("ada@example.org\nBcc: eve@example.org", EMAIL, id="a header behind a newline"),
        pytest.param("ada\r@example.org", EMAIL, id="a carriage return"),
        pytest.param("Ada <ada@example.org>", EMAIL, id="a name and angle brackets"),
        pytest.param('"ada"@example.org', EMAIL, id="quotation marks"),
        pytest.param("ada@example.org\n", EMAIL, id="a newline at the end"),
    ],
)
def test_an_email_address_is_one_that_mail_could_reach(address: str, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_email_address(address)) is reason


GOOD = ChosenPassword("tidal lantern ermine quarry", details=("ada", "example"), strength=4, is_breached=False)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({}, None, id="several words"),
        pytest.param({"text": "x" * (LEAST_PASSWORD - 1)}, Reason.PASSWORD_TOO_SHORT, id="14 characters"),
        pytest.param({"text": "x" * LEAST_PASSWORD}, None, id="15 characters"),
        pytest.param({"text": "🔑" * LEAST_PASSWORD}, None, id="15 characters of four bytes each"),
        pytest.param({"text": "x" * 100_000}, None, id="100,000 characters"),
        pytest.param({"text": ""}, Reason.PASSWORD_TOO_SHORT, id="nothing"),
        pytest.param({"strength": LEAST_STRENGTH}, None, id="just strong enough"),
        pytest.param({"strength": LEAST_STRENGTH - 1}, Reason.PASSWORD_GUESSABLE, id="not strong enough"),
        pytest.param({"is_breached": True}, Reason.PASSWORD_BREACHED, id="stolen"),
        pytest.param({"text": "Ada" * 9}, Reason.PASSWORD_PERSONAL, id="the own name again and again"),
        pytest.param({"text": "ada@EXAMPLE.org!"}, Reason.PASSWORD_PERSONAL, id="the own address in capitals"),
        pytest.param({"text": "Strongroom-pypi-1"}, Reason.PASSWORD_PERSONAL, id="words of the index"),
        pytest.param({"text": "ada-example-" + "x" * 8}, None, id="the own name and eight characters beside it"),
        pytest.param({"text": "ada-example" + "x" * 6}, Reason.PASSWORD_PERSONAL, id="and seven with the hyphen"),
        pytest.param({"text": "to be or not to be", "details": ("be", "or")}, None, id="details of two characters"),
    ],
)
def test_a_password_that_stands_alone_is_long_unknown_and_of_its_own(
    changes: dict[str, Any], reason: Reason | None
) -> None:
    assert refusal_of(lambda: require_password(dataclasses.replace(GOOD, **changes))) is reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"text": "x" * 7}, Reason.PASSWORD_TOO_SHORT, id="7 characters"),
        pytest.param({"text": "x" * 8}, None, id="8 characters"),
        pytest.param({"text": "🔑" * 8}, None, id="8 characters of four bytes each"),
        pytest.param(
            {"text": "x" * 8, "strength": LEAST_STRENGTH_BESIDE_FACTOR - 1},
            Reason.PASSWORD_GUESSABLE,
            id="not strong enough",
        ),
        pytest.param({"text": "x" * 8, "strength": LEAST_STRENGTH_BESIDE_FACTOR}, None, id="just strong enough"),
        pytest.param({"text": "x" * 8, "is_breached": True}, Reason.PASSWORD_BREACHED, id="stolen"),
        pytest.param({"text": "ada-pypi-xxx"}, Reason.PASSWORD_PERSONAL, id="little of its own"),
    ],
)
def test_a_password_beside_a_factor_may_have_8_characters_and_nothing_else_is_let_go(
    changes: dict[str, Any], reason: Reason | None
) -> None:
    assert refusal_of(lambda: require_password(dataclasses.replace(GOOD, has_factor=True, **changes))) is reason


def test_how_many_characters_are_missing_is_said_for_the_standing_of_the_person() -> None:
    for has_factor, least in [(False, LEAST_PASSWORD), (True, LEAST_BESIDE_FACTOR)]:
        with pytest.raises(Refused) as refused:
            require_password(dataclasses.replace(GOOD, text="short", has_factor=has_factor))
        assert refused.value.facts == {"least": least}


@pytest.mark.parametrize(("length", "is_enough"), [(8, False), (14, False), (15, True), (200, True)])
def test_a_short_password_is_remembered_as_one_that_cannot_stand_alone(length: int, is_enough: bool) -> None:
    assert is_alone_enough("x" * length) is is_enough


def test_a_text_made_to_take_hours_is_normalised_at_once() -> None:
    hostile = "a" + "\u0301\u0327" * 1_000_000

    assert normalize_password(hostile) == hostile


def test_a_password_is_the_same_however_a_keyboard_composes_it() -> None:
    assert normalize_password("caf\u0065\u0301") == normalize_password("caf\u00e9")
    assert normalize_password(" Spaces and Capitals stay ") == " Spaces and Capitals stay "


def test_what_others_know_of_a_person_is_the_name_and_the_parts_of_the_address() -> None:
    assert details_of("ada", "lovelace@mail.example.org") == ("ada", "lovelace", "mail", "example", "org")


@given(st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9._-]{0,38}[A-Za-z0-9])?\Z"))
def test_names_that_differ_in_case_alone_are_one_account(name: str) -> None:
    assert fold_name(name.upper()) == fold_name(name.lower()) == fold_name(fold_name(name))


@given(st.text())
def test_any_text_is_judged_without_a_fault(text: str) -> None:
    assert refusal_of(lambda: require_account_name(text)) in {None, NAME}
    assert refusal_of(lambda: require_email_address(text)) in {None, EMAIL}
    require = dataclasses.replace(GOOD, text=normalize_password(text))
    assert refusal_of(lambda: require_password(require)) in {None, Reason.PASSWORD_TOO_SHORT, Reason.PASSWORD_PERSONAL}
