"""Which form and which content coding a client gets. Pure.

Essential reading: the Simple repository API, "Version + format selection" (PEP 691); RFC 9110,
section 12 (content negotiation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from urllib.parse import unquote_plus

from strongroom.reads.layout import ENCODINGS, Form

_MEMORY = 1024
"""Pairs of headers remembered; the clients in the wild send a few dozen."""

_WEIGHT = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\Z")


class ContentType(Enum):
    """What a page of the Simple API may be sent as; the richest first, text/html last."""

    JSON = "application/vnd.pypi.simple.v1+json"
    HTML = "application/vnd.pypi.simple.v1+html"
    TEXT = "text/html"

    @property
    def form(self) -> Form:
        """The published form behind it."""
        return Form.JSON if self is ContentType.JSON else Form.HTML

    @property
    def header(self) -> str:
        """As sent in Content-Type: the version 1 types take no charset."""
        return "text/html; charset=utf-8" if self is ContentType.TEXT else self.value


# Each name a client may write, and the type it is answered with: never "latest" itself.
_NAMED = {kind.value: kind for kind in ContentType} | {
    "application/vnd.pypi.simple.latest+json": ContentType.JSON,
    "application/vnd.pypi.simple.latest+html": ContentType.HTML,
}
_RICHEST_FIRST = {kind: -place for place, kind in enumerate(ContentType)}


@lru_cache(_MEMORY)
def choose_content_type(accept: str | None) -> ContentType | None:
    """The best type for an Accept header; nothing when none is acceptable.

    Who names a type gets it, the richest of equals. Who names none (``*/*``: curl, hatch, a
    browser's last resort) gets text/html, which everything that reads an index has always
    understood, and JSON only where ``application/*`` leaves text/html out.
    """
    weights = _weights_by_type(accept or "*/*")
    acceptable = [kind for kind, (weight, _) in weights.items() if weight > 0]
    if not acceptable:
        return None

    def rank(kind: ContentType) -> tuple[float, bool, bool, int]:
        weight, is_named = weights[kind]
        return weight, is_named, not is_named and kind is ContentType.TEXT, _RICHEST_FIRST[kind]

    return max(acceptable, key=rank)


def choose_format(query: str) -> ContentType | str | None:
    """What ``?format=`` asks for: a type, the text that names none of ours, or nothing when absent."""
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name == "format":
            # A "+" typed as it is stands for a space in a query, and no type has a space.
            text = unquote_plus(value).replace(" ", "+").lower()
            return _NAMED.get(text, text)
    return None


@lru_cache(_MEMORY)
def choose_coding(accept_encoding: str | None) -> str | None:
    """The best content coding, ours first among equals; nothing when even identity is refused."""
    weights = {name.removeprefix("x-"): weight for name, weight, _ in _items(accept_encoding or "")}
    anything = weights.get("*")
    best, best_weight = None, 0.0
    for coding in ENCODINGS:
        weight = weights.get(coding, anything)
        if weight is None:
            # Identity is always acceptable unless excluded, but whoever lists codings wants them more.
            weight = 0.0001 if coding == "identity" else 0.0
        if weight > best_weight:
            best, best_weight = coding, weight
    return best


def _weights_by_type(accept: str) -> dict[ContentType, tuple[float, bool]]:
    # The most specific range decides for each type (RFC 9110, 12.5.1): named, then type/*, then */*.
    found: dict[ContentType, tuple[int, float]] = {}
    for name, weight, _ in _items(accept):
        for kind in ContentType:
            closeness = _closeness(name, kind)
            if closeness and (closeness, weight) > found.get(kind, (0, 0.0)):
                found[kind] = (closeness, weight)
    return {kind: (weight, closeness == _EXACT) for kind, (closeness, weight) in found.items()}


_EXACT = 3


def _closeness(name: str, kind: ContentType) -> int:
    if _NAMED.get(name) is kind:
        return _EXACT
    if name == f"{kind.value.partition('/')[0]}/*":
        return 2
    return 1 if name == "*/*" else 0


def _items(header: str) -> Iterator[tuple[str, float, list[str]]]:
    for item in header.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        if name:
            yield name, _weight(parameters), parameters


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            value = value.strip()
            # An unreadable weight excludes: better the next type than one perhaps refused.
            return float(value) if _WEIGHT.match(value) else 0.0
    return 1.0
