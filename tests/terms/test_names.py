"""Names of projects: what is one, and when two are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.terms.names import LONGEST_NAME, normalize, parse_project_name
from strongroom.terms.refusals import Reason, Refused, refusal_of

NAMES = st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9._-]{0,40}[A-Za-z0-9])?\Z")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a", id="one letter"),
        pytest.param("7", id="one digit"),
        pytest.param("Zope.Interface", id="capitals and a dot"),
        pytest.param("a-_.b", id="a run of separators"),
        pytest.param("x" * LONGEST_NAME, id="as long as a name may be"),
    ],
)
def test_a_project_name_keeps_the_spelling_of_its_people(text: str) -> None:
    assert parse_project_name(text).display == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("-", id="only a separator"),
        pytest.param("-demo", id="a separator at the start"),
        pytest.param("demo_", id="a separator at the end"),
        pytest.param("demo\n", id="a newline at the end"),
        pytest.param("de mo", id="a space"),
        pytest.param("démo", id="a letter outside ASCII"),
        pytest.param("demo١", id="a digit outside ASCII"),
        pytest.param("\N{KELVIN SIGN}elvin", id="a sign that folds to an ASCII letter"),
        pytest.param("de\x00mo", id="NUL"),
        pytest.param("de/mo", id="a slash"),
        pytest.param("<script>", id="markup"),
        pytest.param("x" * (LONGEST_NAME + 1), id="one character too long"),
        pytest.param("x" * 100_000, id="100 kB"),
    ],
)
def test_what_is_no_project_name_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_project_name(text)
    assert refused.value.reason is Reason.NAME_INVALID
    assert len(str(refused.value.facts["name"])) <= LONGEST_NAME


@pytest.mark.parametrize(
    "text", ["friendly-bard", "Friendly-Bard", "FRIENDLY.BARD", "friendly--bard", "FrIeNdLy-._.-bArD"]
)
def test_spellings_that_differ_in_case_and_separators_are_one_name(text: str) -> None:
    assert parse_project_name(text).normalized == "friendly-bard"


@given(NAMES)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once
    assert parse_project_name(once).normalized == parse_project_name(text).normalized


@given(NAMES)
def test_a_normalised_name_is_lower_case_with_single_hyphens(text: str) -> None:
    normalized = parse_project_name(text).normalized
    assert normalized == normalized.lower()
    assert not set(normalized) & set("._")
    assert "--" not in normalized


@given(st.text() | st.text(alphabet="aZ9-_.\n \x00é"))
def test_any_text_is_a_name_or_refused_as_none(text: str) -> None:
    assert refusal_of(lambda: _parse(text)) in {None, Reason.NAME_INVALID}


def _parse(text: str) -> None:
    parse_project_name(text)
