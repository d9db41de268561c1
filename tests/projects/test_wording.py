"""Words, points and marks of the search: what holds for every text and every number."""

from __future__ import annotations

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.projects.rules.names import lookalike_key
from strongroom.projects.rules.ranking import (
    Candidate,
    Order,
    in_order,
    month_marks,
    points_of,
    size_mark,
    size_marks,
)
from strongroom.projects.rules.wording import (
    LONGEST_WORD,
    MOST_ASKED,
    MOST_KEPT,
    near_keys,
    one_line,
    split_words,
    word_project,
    words_asked,
)
from strongroom.terms.names import NormalizedName

WHEN = datetime(2026, 11, 23, tzinfo=UTC)
LETTERS = string.ascii_lowercase + string.digits
NUMBERS = st.integers(0, 10**15)


def candidate(number: int, name: str, *, downloads: int = 0, keywords: str = "") -> Candidate:
    return Candidate(number, NormalizedName(name), downloads, WHEN, keywords)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Flask_Login", ["flask", "login"], id="separators part words"),
        pytest.param("C++ & C#!", ["c", "c"], id="signs are no words"),
        pytest.param("Café CAFE\u0301 ŁÓDŹ", ["cafe", "cafe", "łodz"], id="accents are left out"),
        pytest.param("Straße ﬁne İstanbul", ["strasse", "fine", "istanbul"], id="letters are folded"),
        pytest.param("हिन्दी भाषा", ["हिनदी", "भाषा"], id="vowels of other scripts stay"),
        pytest.param("机器学习", ["机器学习"], id="a script without spaces is one word"),
        pytest.param("a\x00b\ud800c😀d", ["a", "b", "c", "d"], id="what is no letter parts words"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_text_is_split_into_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@given(st.text())
def test_words_are_letters_and_digits_that_no_database_reads_as_syntax(text: str) -> None:
    for word in split_words(text):
        assert 0 < len(word) <= LONGEST_WORD
        assert not set(word) & set(string.punctuation + string.whitespace + string.ascii_uppercase + "\x00")
        word.encode()


@given(st.text())
def test_words_of_words_are_the_same_words(text: str) -> None:
    words = split_words(text)
    assert split_words(" ".join(words)) == words


def test_of_what_is_typed_a_sensible_length_is_looked_at() -> None:
    assert len(words_asked("a " * 10_000)) == MOST_ASKED
    assert words_asked("x" * 10_000) == ["x" * LONGEST_WORD]


def test_a_project_cannot_be_found_by_more_than_so_many_words() -> None:
    wording = word_project(
        NormalizedName("ham"), {"keywords": [f"k{number}" for number in range(900)], "summary": "the last"}
    )

    assert len(wording.words.split()) == MOST_KEPT
    assert wording.words.startswith("ham k0 k1 ")


@pytest.mark.parametrize("metadata", [{}, {"summary": None, "keywords": None}, {"summary": 1, "keywords": [1, {}]}])
def test_metadata_of_any_form_is_worded(metadata: dict[str, object]) -> None:
    wording = word_project(NormalizedName("ham-spam"), metadata)

    assert (wording.summary, wording.keywords, wording.words) == ("", "", "ham spam")
    assert wording.heads.split() == ["h", "ha", "ham", "s", "sp", "spa"]


@given(st.text())
def test_a_line_is_one_line_that_any_page_and_database_takes(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert line == line.strip()
    line.encode()


@given(st.text(LETTERS, min_size=3, max_size=40), st.integers(0, 39), st.sampled_from(LETTERS))
def test_every_name_at_one_edit_is_near(name: str, at: int, letter: str) -> None:
    at = min(at, len(name) - 1)
    before, here, after = name[:at], name[at], name[at + 1 :]
    edited = [
        before + after,
        before + letter + after,
        before + letter + here + after,
        before + after[:1] + here + after[1:],
    ]

    near = near_keys(name)

    assert {lookalike_key(NormalizedName(one)) for one in edited} <= set(near)
    assert len(near) <= 75 * (len(name) + 1)


@pytest.mark.parametrize("name", ["", "a", "ab", "a-b", "x" * 41])
def test_a_name_too_short_or_too_long_is_no_mistake(name: str) -> None:
    assert not near_keys(name)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_marks_of_a_span_have_every_number_in_it(one: int, two: int, three: int) -> None:
    least, between, most = sorted((one, two, three))
    marks = size_marks(least, most)
    assert size_mark(between) in marks
    assert len(marks) == len(set(marks)) <= 9 * 17


@given(NUMBERS, NUMBERS)
def test_marks_of_a_span_have_few_numbers_below_it(least: int, below: int) -> None:
    if below * 2 < least:
        assert size_mark(below) not in size_marks(least, 10**15)


def test_marks_of_months_have_both_ends() -> None:
    first, last = datetime(2025, 11, 30, 23, 59, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)

    assert month_marks(first, last) == ["u202511", "u202512", "u202601", "u202602"]
    assert month_marks(last, last) == ["u202602"]


def test_the_name_comes_first_then_what_looks_like_it_then_what_begins_with_it() -> None:
    rows = [
        candidate(1, "other", downloads=10**9, keywords="ham spam"),
        candidate(2, "ham-spam-eggs", downloads=5),
        candidate(3, "hamspam", downloads=0),
        candidate(4, "ham-spam", downloads=0),
        candidate(5, "ham-spam-more", downloads=50),
    ]

    assert [one.number for one in in_order(rows, ["ham", "spam"], Order.RELEVANCE)] == [4, 3, 5, 2, 1]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        pytest.param({"name": "x-ham"}, {"name": "y", "keywords": "ham"}, id="name before keyword"),
        pytest.param({"name": "y", "keywords": "ham"}, {"name": "x"}, id="keyword before summary"),
        pytest.param({"name": "y", "keywords": "hamster"}, {"name": "x"}, id="the beginning of a keyword"),
        pytest.param({"name": "x-ham"}, {"name": "y", "downloads": 300}, id="a name outweighs 300 downloads"),
        pytest.param({"name": "y", "downloads": 330}, {"name": "x-ham"}, id="330 downloads outweigh a name"),
    ],
)
def test_points_weigh_words_and_downloads(better: dict[str, object], worse: dict[str, object]) -> None:
    first, second = (candidate(1, **one) for one in (better, worse))  # type: ignore[arg-type]

    assert points_of(first, ["ham"]) > points_of(second, ["ham"])


def test_an_earlier_word_is_not_worth_its_beginning() -> None:
    assert points_of(candidate(1, "hamster-spam"), ["ham", "spam"]) < points_of(
        candidate(1, "ham-spam"), ["ham", "spam"]
    )
