"""What an operation is: an address, a method, the function that does it, and the ways in which it may refuse."""

from __future__ import annotations

import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import quote

from strongroom.terms.actors import Actor
from strongroom.terms.refusals import Reason
from strongroom.tokens.queries import Holder
from strongroom.tokens.rules import Permission

BASE = "/api/v1/"

MOST_ROWS = 100
USUAL_ROWS = 50

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """Who asks, with which token, and when."""

    holder: Holder
    by: Actor
    now: datetime


@dataclass(frozen=True)
class Page:
    """Which rows of a list are wanted: so many, behind one that the caller knows."""

    after: str
    limit: int
    address: str

    @property
    def most(self) -> int:
        """How many rows to load: one more than is shown tells whether there are others."""
        return self.limit + 1

    def cut(self, rows: Sequence[T], mark: Callable[[T], str]) -> tuple[tuple[T, ...], str | None]:
        """The rows to show, and the address of those that follow; ``mark`` is what a row is known by."""
        shown = tuple(rows[: self.limit])
        if len(rows) <= self.limit:
            return shown, None
        return shown, f"{self.address}?after={quote(mark(shown[-1]), safe='')}&limit={self.limit}"


@dataclass(frozen=True)
class Operation:
    """One thing that programs can do.

    What ``does`` takes is read from its types: parts of the path by their names, ``wanted`` from the body, ``page``
    from the query; its first argument is always the call. ``permission`` is what the token must have been made for;
    ``after`` which part of an address the rows of a list are known by.
    """

    method: str
    path: str
    does: Callable[..., object]
    reasons: frozenset[Reason]
    permission: Permission | None = None
    status: int = 200
    after: str = ""
    takes_dead_tokens: bool = False

    @cached_property
    def hints(self) -> dict[str, Any]:
        """The types of the function's arguments and of its answer."""
        return typing.get_type_hints(self.does, include_extras=True)

    @property
    def name(self) -> str:
        """What the operation is called in the description."""
        return self.does.__name__

    @property
    def takes(self) -> type | None:
        """What a body must be; nothing when there is none."""
        return self.hints.get("wanted")

    @property
    def answers(self) -> Any:  # noqa: ANN401 - a type as it was written
        """What is answered; the type of None when there is no content."""
        return self.hints["return"]
