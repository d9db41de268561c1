"""What an account's name, address and password must be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.accounts.rules import (
    LEAST_PASSWORD,
    fold_name,
    require_account_name,
    require_email_address,
    require_password,
)
from strongroom.terms.refusals import Reason, refusal_of

NAME, EMAIL, PASSWORD = Reason.ACCOUNT_NAME_INVALID, Reason.EMAIL_INVALID, Reason.PASSWORD_TOO_SHORT


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


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        pytest.param("x" * (LEAST_PASSWORD - 1), PASSWORD, id="14 characters"),
        pytest.param("x" * LEAST_PASSWORD, None, id="15 characters"),
        pytest.param("é" * LEAST_PASSWORD, None, id="15 characters outside ASCII"),
        pytest.param("a whole sentence with spaces", None, id="spaces"),
        pytest.param("x" * 100_000, None, id="100,000 characters"),
        pytest.param("", PASSWORD, id="nothing"),
    ],
)
def test_a_password_that_stands_alone_has_15_characters_or_more(password: str, reason: Reason | None) -> None:
    assert refusal_of(lambda: require_password(password)) is reason


@given(st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9._-]{0,38}[A-Za-z0-9])?\Z"))
def test_names_that_differ_in_case_alone_are_one_account(name: str) -> None:
    assert fold_name(name.upper()) == fold_name(name.lower()) == fold_name(fold_name(name))


@given(st.text())
def test_any_text_is_judged_without_a_fault(text: str) -> None:
    assert refusal_of(lambda: require_account_name(text)) in {None, NAME}
    assert refusal_of(lambda: require_email_address(text)) in {None, EMAIL}
    assert refusal_of(lambda: require_password(text)) in {None, PASSWORD}
