"""Tokens as text, and how clients send them."""

from __future__ import annotations

import base64
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from strongroom.terms.passes import (
    PREFIX,
    SECRET_BYTES,
    TOKEN_USER,
    Credentials,
    present,
    read_authorization,
    render_token,
)

SECRETS = st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES)
CHARACTERS = string.ascii_letters + string.digits + "-_=+/ \n"


@given(SECRETS)
def test_a_token_can_be_read_back_and_says_neither_hash_nor_secret(secret: bytes) -> None:
    text = render_token(secret)
    presented = present(text)
    assert presented is not None
    assert text.startswith(PREFIX)
    assert presented.token not in presented.sha256
    assert presented.token not in text


@given(SECRETS, SECRETS)
def test_two_secrets_make_two_tokens(one: bytes, other: bytes) -> None:
    assume(one != other)
    first, second = present(render_token(one)), present(render_token(other))
    assert first is not None
    assert second is not None
    assert first.token != second.token
    assert first.sha256 != second.sha256


@given(SECRETS, st.data())
def test_any_one_wrong_character_is_noticed(secret: bytes, data: st.DataObject) -> None:
    text = render_token(secret)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([one for one in CHARACTERS if one != text[place]]))
    assert present(text[:place] + other + text[place + 1 :]) is None


@given(SECRETS, st.data())
def test_a_token_that_lost_or_gained_a_character_is_noticed(secret: bytes, data: st.DataObject) -> None:
    text = render_token(secret)
    place = data.draw(st.integers(0, len(text) - 1))
    more = data.draw(st.sampled_from(CHARACTERS))
    assert present(text[:place] + text[place + 1 :]) is None
    assert present(text[:place] + more + text[place:]) is None
    assert present(text + more) is None


@given(st.text() | st.text().map(lambda text: PREFIX + text))
def test_any_other_text_is_no_token(text: str) -> None:
    assert present(text) is None


def _basic(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "credentials"),
    [
        pytest.param(f"Basic {_basic('__token__:abc')}", Credentials(TOKEN_USER, "abc"), id="basic"),
        pytest.param(f"BASIC  {_basic('__token__:abc')} ", Credentials(TOKEN_USER, "abc"), id="capitals and spaces"),
        pytest.param(f"Basic {_basic('ada:a:b')}", Credentials("ada", "a:b"), id="a colon in the secret"),
        pytest.param(
            f"Basic {_basic('__token__:abc ')}", Credentials(TOKEN_USER, "abc"), id="a space behind the secret"
        ),
        pytest.param(f"Basic {_basic(':')}", Credentials("", ""), id="both empty"),
        pytest.param("Bearer abc", Credentials(TOKEN_USER, "abc"), id="bearer"),
        pytest.param("bearer   abc", Credentials(TOKEN_USER, "abc"), id="bearer in small letters"),
    ],
)
def test_credentials_are_read_from_basic_and_bearer(header: str, credentials: Credentials) -> None:
    assert read_authorization(header) == credentials


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("", id="nothing"),
        pytest.param("Bearer", id="a bearer of nothing"),
        pytest.param("Basic", id="basic with nothing"),
        pytest.param("Basic !!!", id="not base64"),
        pytest.param(f"Basic {_basic('no colon')}", id="no colon"),
        pytest.param("Basic " + base64.b64encode(b"\xff:\xff").decode(), id="not UTF-8"),
        pytest.param("Basic ééé", id="not ASCII"),
        pytest.param("Digest username=ada", id="another scheme"),
    ],
)
def test_what_is_neither_basic_nor_bearer_says_nothing_of_anybody(header: str) -> None:
    assert read_authorization(header) is None


@given(
    st.text() | st.text().map("Basic ".__add__) | st.binary().map(lambda raw: f"Basic {base64.b64encode(raw).decode()}")
)
def test_any_header_is_credentials_or_nothing(header: str) -> None:
    assert isinstance(read_authorization(header), Credentials | None)
