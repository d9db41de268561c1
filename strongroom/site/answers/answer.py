"""How one refusal is told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


_PLACEHOLDER = re.compile(r"%\(\w+\)s")


@dataclass(frozen=True)
class Answer:
    """How a refusal is told: ``sentence`` is filled with the refusal's facts, ``help`` stands on the help page."""

    status: int
    sentence: _StrPromise
    help: _StrPromise

    @property
    def general(self) -> str:
        """The sentence with an ellipsis where a refusal's own facts would stand."""
        return _PLACEHOLDER.sub("…", str(self.sentence))
