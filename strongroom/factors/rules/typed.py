"""What people type or paste along with a code, and what is left of it."""

from __future__ import annotations

import re

# Spaces of every width, and the dashes and the minus sign that editors put in place of a hyphen.
_FILLING = re.compile("[\\s\u2010-\u2015\u2212-]+")


def without_filling(text: str) -> str:
    """What was typed, without the spaces and dashes that only help the eye."""
    return _FILLING.sub("", text)
