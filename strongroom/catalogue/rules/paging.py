"""Long lists, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

_LONGEST_NUMBER = 6
"""Digits; nobody leafs further."""


@dataclass(frozen=True)
class Span:
    """Which part of a list is shown: ``number`` is the page, from 1, ``first`` the place of its first row, from 0."""

    number: int
    pages: int
    total: int
    size: int

    @property
    def first(self) -> int:
        """The place of the page's first row in the list."""
        return (self.number - 1) * self.size

    @property
    def end(self) -> int:
        """The place behind the page's last row."""
        return self.first + self.size


def read_page(text: str) -> int:
    """The number of a page as an address has it; the first one when it is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return max(int(text), 1) if is_number else 1


def span_of(total: int, *, page: int, size: int) -> Span:
    """The page asked for, or the last one when there are fewer."""
    pages = max(-(-total // size), 1)
    return Span(number=min(page, pages), pages=pages, total=total, size=size)
