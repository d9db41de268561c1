"""What a release says of itself, as far as a page shows it: everything here is a stranger's word.

Essential reading: the core metadata specification, "Well-known labels in project metadata" (PEP 753).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_TEXT = 512
"""Characters of a single field; licences were once given as their whole text."""

LONGEST_LINK = 400
MOST_LINKS = 12
MOST_KEYWORDS = 30
LONGEST_KEYWORD = 80
MOST_CLASSIFIERS = 40
"""More than any popular project has; the metadata itself holds the others."""


@dataclass(frozen=True)
class Link:
    """A link that leads away from the index, with the host that it leads to."""

    label: str
    address: str
    host: str


@dataclass(frozen=True)
class About:
    """The fields that a page shows; ``classifiers_left`` are those beyond what it has room for."""

    summary: str
    author: str
    licence: str
    requires_python: str
    keywords: tuple[str, ...]
    classifiers: tuple[str, ...]
    classifiers_left: int
    links: tuple[Link, ...]


def read_about(metadata: Mapping[str, object]) -> About:
    """Core Metadata in PEP 566's JSON form, as a page shows it."""
    classifiers = _texts(metadata.get("classifiers"))
    return About(
        summary=_text(metadata.get("summary")),
        author=_text(metadata.get("author")) or _text(metadata.get("maintainer")),
        licence=_text(metadata.get("license_expression")) or _text(metadata.get("license")),
        requires_python=_text(metadata.get("requires_python")),
        keywords=tuple(_keywords(metadata.get("keywords"))),
        classifiers=classifiers[:MOST_CLASSIFIERS],
        classifiers_left=max(len(classifiers) - MOST_CLASSIFIERS, 0),
        links=tuple(_links(metadata))[:MOST_LINKS],
    )


def read_line(text: str) -> str:
    """A stranger's words as one line of signs that can be seen."""
    return _clip(text, LONGEST_TEXT)


def host_of(address: str) -> str:
    """The host that a link leads to, as a reader must see it; empty for a link that is not shown.

    Only http and https. A link that a browser and a reader would read differently is not shown: one with a name
    before its host, a backslash, a space or a sign that is not ASCII.
    """
    if (
        not address.isascii()
        or not address.isprintable()
        or len(address) > LONGEST_LINK
        or set(address) & set(' \\<>"')
    ):
        return ""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return ""
    return host if parts.scheme in {"http", "https"} and "@" not in parts.netloc else ""


def _links(metadata: Mapping[str, object]) -> Iterable[Link]:
    urls = metadata.get("project_urls")
    named = [(str(label), str(address)) for label, address in urls.items()] if isinstance(urls, Mapping) else []
    home = _text(metadata.get("home_page"))
    if home and home not in {address for _, address in named}:
        named.insert(0, ("", home))
    for label, address in named:
        host = host_of(address)
        if host:
            yield Link(_clip(label, LONGEST_KEYWORD), address, host)


def _keywords(value: object) -> Iterable[str]:
    given = (
        value.replace(",", " ").split()
        if isinstance(value, str)
        else [part for one in _texts(value) for part in one.split(",")]
    )
    seen: dict[str, None] = {}
    for one in given:
        word = _clip(one, LONGEST_KEYWORD)
        if word:
            seen.setdefault(word)
    return list(seen)[:MOST_KEYWORDS]


def _text(value: object) -> str:
    text = _clip(value, LONGEST_TEXT) if isinstance(value, str) else ""
    return "" if text == "UNKNOWN" else text


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_clip(one, LONGEST_TEXT) for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _clip(text: str, most: int) -> str:
    """One line of signs that can be seen, with an ellipsis where it is cut."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
