"""Labels by which a person tells one factor from another."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.factors.rules.labels import LONGEST_LABEL, fold_label, require_label
from strongroom.terms.refusals import Reason, Refused


def read(label: str) -> str | Reason:
    try:
        return require_label(label)
    except Refused as refused:
        return refused.reason


@pytest.mark.parametrize(
    ("label", "kept"),
    [
        pytest.param("Blue key", "Blue key", id="two words"),
        pytest.param("x", "x", id="one character"),
        pytest.param("  on my\u00a0keyring \n", "on my keyring", id="spaces around and of other kinds"),
        pytest.param("a   b", "a b", id="many spaces"),
        pytest.param("Cle\u0301 d'Ada", "Clé d'Ada", id="an accent of its own"),
        pytest.param("電話", "電話", id="another script"),
        pytest.param("مفتاح", "مفتاح", id="a script from right to left"),
        pytest.param("🔑", "🔑", id="a picture"),
        pytest.param("❤\ufe0f", "❤\ufe0f", id="a picture that says it is one"),
        pytest.param("<b>&", "<b>&", id="what a page must escape"),
        pytest.param("é" * LONGEST_LABEL, "é" * LONGEST_LABEL, id="64 characters"),
        pytest.param("e\u0301" * LONGEST_LABEL, "é" * LONGEST_LABEL, id="64 characters once composed"),
    ],
)
def test_a_label_is_kept_composed_and_without_spare_spaces(label: str, kept: str) -> None:
    assert require_label(label) == kept
    assert require_label(kept) == kept


@pytest.mark.parametrize(
    "label",
    [
        pytest.param("", id="nothing"),
        pytest.param(" \t\u3000", id="spaces alone"),
        pytest.param("x" * (LONGEST_LABEL + 1), id="65 characters"),
        pytest.param(" " * 300 + "x", id="a label behind many spaces"),
        pytest.param("a\nb", id="two lines"),
        pytest.param("a\u2028b", id="a line separator"),
        pytest.param("a\u2029b", id="a paragraph separator"),
        pytest.param("a\tb", id="a tab"),
        pytest.param("a\x00b", id="a zero byte"),
        pytest.param("a\x1b[31mb", id="an order to a terminal"),
        pytest.param("key\u202egnp", id="text turned around"),
        pytest.param("\u2066key\u2069", id="text set apart"),
        pytest.param("ke\u200by", id="a space without width"),
        pytest.param("ke\u00ady", id="a hyphen that is not shown"),
        pytest.param("\ufeffkey", id="a byte order mark"),
        pytest.param("key\U000e0041", id="a tag"),
        pytest.param("key\ufe00", id="a variation that is not shown"),
        pytest.param("key\U000e0100", id="another variation that is not shown"),
        pytest.param("key\u034f", id="a joiner"),
        pytest.param("\u3164", id="a Hangul filler"),
        pytest.param("\uffa0\u115f\u1160", id="other Hangul fillers"),
        pytest.param("\u2800", id="an empty Braille pattern"),
        pytest.param("\u0301\u0302", id="accents on nothing"),
        pytest.param("\ufe0f", id="a choice of picture without one"),
        pytest.param("\ue000", id="a private sign"),
        pytest.param("\ud800", id="half a sign"),
        pytest.param("\uffff", id="no sign at all"),
    ],
)
def test_a_label_that_cannot_be_seen_or_plays_tricks_is_refused(label: str) -> None:
    assert read(label) is Reason.LABEL_INVALID


@given(st.text(max_size=300))
def test_any_text_is_refused_or_kept_visible_and_short(label: str) -> None:
    kept = read(label)
    if isinstance(kept, Reason):
        assert kept is Reason.LABEL_INVALID
        return
    assert 1 <= len(kept) <= LONGEST_LABEL
    assert unicodedata.is_normalized("NFC", kept)
    assert kept == kept.strip()
    assert not any(unicodedata.category(one)[0] == "C" or one in "\u2028\u2029" for one in kept)
    assert require_label(kept) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Blue Key", "blue key", id="case"),
        pytest.param("Straße", "STRASSE", id="case that changes the length"),
        pytest.param("Ｋｅｙ", "Key", id="width"),
        pytest.param("ﬁle", "file", id="ligatures"),
        pytest.param("key ①", "key 1", id="numbers in circles"),
        pytest.param("❤\ufe0f", "❤", id="text or picture"),
        pytest.param("a  b", "a b", id="spaces"),
    ],
)
def test_labels_that_look_much_the_same_fold_to_the_same(one: str, other: str) -> None:
    assert fold_label(one) == fold_label(other)


def test_labels_that_differ_fold_to_something_else() -> None:
    assert len({fold_label(label) for label in ("blue key", "bluekey", "blue key 2", "clé", "cle")}) == 5


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing(label: str) -> None:
    assert fold_label(fold_label(label)) == fold_label(label)
