"""Labels by which a person tells one factor from another."""

from __future__ import annotations

import unicodedata

from strongroom.terms.refusals import Reason, Refused

LONGEST_LABEL = 64
"""Characters: a line of a list, on a phone."""

_LONGEST_TYPED = 256
# What Unicode counts as letters, marks or symbols and nobody sees: joiners, Hangul fillers, Khmer inherent vowels,
# Mongolian and other variation selectors, the empty Braille pattern. Those that choose between text and picture stay.
_UNSEEN = frozenset(
    map(
        chr,
        (
            0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2800, 0x3164, *range(0xFE00, 0xFE0E),
            0xFFA0, *range(0xE0100, 0xE01F0),
        ),
    )
)  # fmt: skip
_PRESENTATION = dict.fromkeys((0xFE0E, 0xFE0F))
_SEEN_ALONE = frozenset("LNPS")


def require_label(label: str) -> str:
    """A label has 1 to 64 characters that can be seen, none that controls, joins or turns the text around it.

    Answers it composed (NFC), without spaces at the ends, and with one between words. Raises Refused(LABEL_INVALID).
    """
    text = unicodedata.normalize("NFC", label).strip() if len(label) <= _LONGEST_TYPED else ""
    kinds = {character: unicodedata.category(character) for character in text}
    if not any(kind[0] in _SEEN_ALONE for kind in kinds.values()):
        raise Refused(Reason.LABEL_INVALID)
    if any(kind[0] == "C" or kind in {"Zl", "Zp"} for kind in kinds.values()) or _UNSEEN & kinds.keys():
        raise Refused(Reason.LABEL_INVALID)
    text = " ".join(text.split())
    if len(text) > LONGEST_LABEL:
        raise Refused(Reason.LABEL_INVALID)
    return text


def fold_label(label: str) -> str:
    """The form under which a label is unique in an account: what looks much the same is the same."""
    folded = unicodedata.normalize("NFKC", label.translate(_PRESENTATION)).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())
