"""Lists that are too long for one page: never counted, never loaded whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ON_A_PAGE = 100

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows of a list, and after which one the next page begins; empty when there is none."""

    rows: Sequence[Row]
    next_after: str = ""


def page_of(found: Sequence[Row], key: Callable[[Row], object]) -> Page[Row]:
    """One page of what was found by asking for one row more than a page holds."""
    rows = found[:ON_A_PAGE]
    return Page(rows, str(key(rows[-1])) if len(found) > ON_A_PAGE else "")
