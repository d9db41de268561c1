"""Words, as the search knows them: the same on every database, because no database makes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from strongroom.projects.rules.names import lookalike_key
from strongroom.terms.names import NormalizedName

LONGEST_QUESTION = 200
"""Characters of what is typed that are looked at: no name is longer."""

MOST_ASKED = 8
"""Words of what is typed that are looked for: each must be found, so more of them only find less."""

LONGEST_WORD = 50
"""Characters by which a word is known; a longer one is a name of its own, and found by that."""

LONGEST_HEAD = 3
"""Letters of a beginning that is kept for itself: so short, it begins too many words to look through them."""

LONGEST_SUMMARY = 500
"""Characters of a summary that lists show."""

LONGEST_CLASSIFIER = 200
"""Characters; the longest of the known classifiers has 84, a private one may be anything."""

MOST_KEPT = 150
"""Words by which one project is found: a name, some keywords, a line of summary; more would be a trick to be found."""

SHORTEST_MENDED, LONGEST_MENDED = 3, 40
"""Letters of a name in which a typing mistake is looked for: in fewer any name is near, more are no mistake."""

_NO_LETTERS = re.compile(r"[^a-z0-9]+")
# Those of look-alike keys: l and i are 1 there, o is 0.
_ALPHABET = "0123456789abcdefghjkmnpqrstuvwxyz"
_LONGEST_TEXT = 5000


@dataclass(frozen=True)
class Wording:
    """What a project says of itself, as it is found and shown."""

    summary: str
    keywords: str
    classifiers: frozenset[str]
    words: str
    heads: str


def split_words(text: str) -> list[str]:
    """The words of a text: lower case, without accents; whatever is neither letter nor digit parts them."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text[:_LONGEST_TEXT]).casefold())
    parted = _NO_LETTERS.sub(" ", text) if text.isascii() else "".join(_letter(one) for one in text)
    return [word[:LONGEST_WORD] for word in parted.split()]


def words_asked(text: str) -> list[str]:
    """The words to look for in what somebody typed."""
    return split_words(text[:LONGEST_QUESTION])[:MOST_ASKED]


def word_project(name: NormalizedName, metadata: Mapping[str, Any]) -> Wording:
    """How a project is found and shown, by its name and the Core Metadata of the release shown first."""
    keywords = dict.fromkeys(split_words(" ".join(_texts(metadata.get("keywords")))))
    summary = one_line(metadata.get("summary"))
    in_name = split_words(name)
    words = dict.fromkeys([*in_name, *list(keywords)[:MOST_KEPT], *split_words(summary)])
    return Wording(
        summary=summary,
        keywords=" ".join(list(keywords)[:MOST_KEPT]),
        classifiers=frozenset(
            text for text in map(one_line, _texts(metadata.get("classifiers"))) if 0 < len(text) <= LONGEST_CLASSIFIER
        ),
        words=" ".join(list(words)[:MOST_KEPT]),
        heads=" ".join(_heads(in_name)),
    )


def one_line(text: object) -> str:
    """A text as lists show it: one line, without control characters, not too long; nothing for what is no text."""
    if not isinstance(text, str):
        return ""
    shown = "".join(one if one.isprintable() else " " for one in text[:_LONGEST_TEXT])
    return " ".join(shown.split())[:LONGEST_SUMMARY]


def near_keys(name: str) -> Collection[str]:
    """The look-alike keys at one edit's distance (delete, insert, replace, swap) from a name's, and its own.

    None for a name that is too short or too long to be a mistake.
    """
    key = lookalike_key(NormalizedName(name))
    if not SHORTEST_MENDED <= len(key) <= LONGEST_MENDED:
        return frozenset()
    parts = [(key[:at], key[at:]) for at in range(len(key) + 1)]
    return {
        key,
        *(before + after[1:] for before, after in parts if after),
        *(before + after[1] + after[0] + after[2:] for before, after in parts if len(after) > 1),
        *(before + letter + after[1:] for before, after in parts if after for letter in _ALPHABET),
        *(before + letter + after for before, after in parts for letter in _ALPHABET),
    }


def _letter(one: str) -> str:
    if one.isalnum():
        return one
    if unicodedata.combining(one):
        return ""
    # Vowels of some scripts are marks that stand in the middle of words.
    return one if unicodedata.category(one).startswith("M") else " "


def _heads(words: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(word[:length] for word in words for length in range(1, LONGEST_HEAD + 1))


def _texts(found: object) -> list[str]:
    if isinstance(found, str):
        return [found]
    return [one for one in found if isinstance(one, str)] if isinstance(found, list | tuple) else []
