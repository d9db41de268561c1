"""Whether a page is HTML as the standard has it, and one that everybody can use: ``assert_valid_page``.

Read by a parser that follows the standard's algorithm and names every error (WHATWG, HTML: Parsing); on top what the
parser does not say: ids given once, one heading above all and none skipped, a language, a title, a name for every
input, links with words, tables with scopes, nothing that the content security policy would stop.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from django.http import HttpResponse
from justhtml import JustHTML

MOST_BYTES = 100_000
"""What a page may weigh, before it is compressed."""

_OUR_EVENTS = re.compile(r"on[a-z]+\Z")
_UNLABELLED = {"hidden", "submit", "button", "reset", "image"}


def assert_valid_page(response: HttpResponse, *, most_bytes: int = MOST_BYTES) -> str:
    """The page is valid HTML that everybody can use; its text."""
    assert response["Content-Type"].startswith("text/html"), response["Content-Type"]
    text = response.content.decode()
    found = errors_of_page(text)
    assert not found, "\n".join(found)
    assert len(response.content) < most_bytes, f"the page has {len(response.content)} bytes"
    return text


def errors_of_page(text: str) -> list[str]:
    """What is wrong with a whole page."""
    document: Any = JustHTML(text, collect_errors=True, sanitize=False)
    found = _parse_errors(document)
    if not text.lower().startswith("<!doctype html>"):
        found.append("it does not begin with its doctype")
    [root] = document.query("html")
    if not (root.attrs or {}).get("lang"):
        found.append("it does not say its language")
    if len(document.query("head > title")) != 1 or not document.query("head > title")[0].to_text().strip():
        found.append("it has no title")
    for landmark in ("h1", "main"):
        if len(document.query(landmark)) != 1:
            found.append(f"it has {len(document.query(landmark))} {landmark}")
    return [*found, *_errors_within(document), *_headings(document)]


def errors_of_fragment(text: str) -> list[str]:
    """What is wrong with a part of a page."""
    return errors_of_page(
        f'<!doctype html><html lang="en"><head><title>x</title></head><body><main><h1>x</h1><h2>x</h2>{text}'
        "</main></body></html>"
    )


def _parse_errors(document: Any) -> list[str]:  # noqa: ANN401 - the parser's own types
    return [f"line {one.line}, column {one.column}: {one.code}" for one in document.errors]


def _errors_within(document: Any) -> list[str]:  # noqa: ANN401 - as above
    elements = [one for one in document.query("*") if not one.name.startswith("#")]
    ids = [one.attrs["id"] for one in elements if (one.attrs or {}).get("id") is not None]
    found = [f"the id {one} is given twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
    labelled = {(one.attrs or {}).get("for") for one in document.query("label")}
    for one in elements:
        attrs = one.attrs or {}
        for name in attrs:
            if name == "style" or _OUR_EVENTS.match(name):
                found.append(f"<{one.name}> has the attribute {name}")
        if one.name in {"script", "style"} and not attrs.get("src"):
            found.append(f"<{one.name}> stands in the page")
        found += _named(one, attrs, labelled)
        for name in ("aria-labelledby", "aria-describedby", "for"):
            found += [
                f"{name} names {to}, which is not there" for to in (attrs.get(name) or "").split() if to not in ids
            ]
    return found


def _named(one: Any, attrs: dict[str, str], labelled: set[str | None]) -> list[str]:  # noqa: ANN401 - as above
    words = one.to_text().strip() or attrs.get("aria-label", "") or attrs.get("aria-labelledby", "")
    if one.name in {"input", "select", "textarea"}:
        is_shown = attrs.get("type", "text") not in _UNLABELLED
        has_label = attrs.get("id") in labelled or _is_within(one, "label") or "aria-label" in attrs
        return [] if not is_shown or has_label else [f"<{one.name} name={attrs.get('name')}> has no label"]
    if one.name in {"a", "button", "h1", "h2", "h3", "h4", "h5", "h6", "label", "legend"} and not words:
        return [] if one.name == "a" and "href" not in attrs else [f"<{one.name}> has no words"]
    if one.name == "img" and "alt" not in attrs:
        return ["an image has no alternative text"]
    if one.name == "th" and "scope" not in attrs:
        return ["a <th> has no scope"]
    if one.name == "form" and attrs.get("method", "get").lower() == "post":
        tokens = [found for found in one.query("input") if (found.attrs or {}).get("name") == "csrfmiddlewaretoken"]
        return [] if len(tokens) == 1 else ["a form that changes something has no CSRF token"]
    return []


def _is_within(one: Any, name: str) -> bool:  # noqa: ANN401 - as above
    above = one.parent
    while above is not None:
        if above.name == name:
            return True
        above = above.parent
    return False


def _headings(document: Any) -> list[str]:  # noqa: ANN401 - as above
    levels = [int(one.name[1]) for one in document.query("h1, h2, h3, h4, h5, h6")]
    return [f"h{level} follows h{before}" for before, level in itertools.pairwise(levels) if level > before + 1]
