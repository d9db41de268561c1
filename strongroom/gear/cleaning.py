"""What of a rendered description is let through, and as what; runs in the child of gear/readmes.py.

The renderer's own cleaning has left a small set of tags, well nested. This second pass makes the page of an index of
it: nothing is loaded from elsewhere, so an image becomes a link to itself; headings stand below those of the page; ids
cannot meet the page's own; only classes that the stylesheet knows remain. A last cleaning with a list that is shorter
still sees to it that a mistake here does no harm.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import nh3

ID_PREFIX = "d-"
FIRST_LEVEL, LAST_LEVEL = 3, 6
"""The page has an h1, and an h2 above the description."""

_RENAMED = {"nav": "div", "section": "div", "aside": "div", "acronym": "abbr", "tt": "code"}
_UNWRAPPED = frozenset({"picture", "input", "img"})
_VOID = frozenset({"br", "hr", "col", "img", "input"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_KEPT = {
    "abbr": ("title",),
    "ol": ("start",),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan"),
}
_ALIGNED = {"right": "to-right", "center": "to-centre"}
_ADMONITIONS = {
    "warning": "alert warn", "caution": "alert warn", "attention": "alert warn", "important": "alert warn",
    "danger": "alert bad", "error": "alert bad",
}  # fmt: skip
_CODE = (
    (("k", "ow"), "hl-word"),
    (("s", "dl"), "hl-text"),
    (("c",), "hl-note"),
    (("m", "il"), "hl-number"),
    (("nf", "nc", "nd", "nt", "fm"), "hl-name"),
    (("gi",), "hl-added"),
    (("gd",), "hl-removed"),
)
"""Pygments' short classes by how they begin, and ours, which the stylesheet has in light and dark."""

_LONGEST_CODE_CLASS = 3

_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del", "details", "div",
    "dl", "dt", "em", "figcaption", "figure", "h3", "h4", "h5", "h6", "hr", "i", "kbd", "li", "ol", "p", "pre", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul", "var",
}  # fmt: skip
_OURS = {"alert", "warn", "bad", "picture", "scrolls", *_ALIGNED.values(), *(ours for _, ours in _CODE)}
_WITH_CLASS = ("a", "div", "p", "span", "td", "th")
_ID = re.compile(r"[^\s\"'<>&]{1,200}")


def clean(rendered: str) -> str:
    """Rendered HTML as it may stand in a page of ours."""
    known = _Ids()
    known.feed(rendered)
    known.close()
    rewriter = _Rewriter(known.found)
    rewriter.feed(rendered)
    rewriter.close()
    return nh3.clean(
        "".join(rewriter.out),
        tags=_TAGS,
        attributes={
            "*": {"id"},
            "a": {"href"},
            "div": {"tabindex"},
            "abbr": {"title"},
            "ol": {"start"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan", "scope"},
        },
        allowed_classes=dict.fromkeys(_WITH_CLASS, _OURS),
        link_rel="nofollow noopener",
        url_schemes={"http", "https", "mailto"},
    )


def _bare_id(text: str | None) -> str:
    """An id without the renderer's own prefix; empty for one that is none."""
    bare = (text or "").removeprefix("user-content-")
    return bare if _ID.fullmatch(bare) else ""


class _Ids(HTMLParser):
    """Collects the ids that links may lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an id."""
        del tag
        self.found.add(_bare_id(dict(attrs).get("id")))


class _Rewriter(HTMLParser):
    """Writes what may stand in our page into ``out``; what it reads is well nested, for nh3 has written it."""

    def __init__(self, ids: set[str]) -> None:
        super().__init__()
        self.out: list[str] = []
        self._ids = ids - {""}
        self._used: set[str] = set()
        self._open: list[tuple[str, str]] = []
        self._levels: list[int] = []
        self._link = -1
        self._is_in_head = False

    def handle_data(self, data: str) -> None:
        """Text stays text."""
        self.out.append(escape(data, quote=False))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write a tag as one of ours."""
        found = dict(attrs)
        if tag in _UNWRAPPED:
            self._write_instead(tag, found)
        elif tag in _VOID:
            self.out.append(f"<{tag}>")
        elif tag == "a":
            self._open_link(found)
        else:
            self._open_other(tag, found)

    def handle_endtag(self, tag: str) -> None:
        """Close what this tag became."""
        if tag in _UNWRAPPED or not any(tag == opened for opened, _ in self._open):
            return
        while True:
            opened, closing = self._open.pop()
            if opened == "thead":
                self._is_in_head = False
            self.out.append(closing if opened != "a" or self._is_link_read() else "")
            if opened == tag:
                return

    def _write_instead(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "input" and attrs.get("type") == "checkbox":
            self.out.append("\N{BALLOT BOX WITH CHECK} " if "checked" in attrs else "\N{BALLOT BOX} ")
        elif tag == "img":
            address = (attrs.get("src") or "").strip()
            is_web = _is_web(address)
            words = " ".join((attrs.get("alt") or "").split())
            # docutils gives an image without an alternative text its address instead.
            if not words or words == address:
                words = _file_name(address) if is_web else ""
            if words and is_web and self._link < 0:
                self.out.append(f'<a class="picture" href="{escape(address)}">{escape(words)}</a>')
            elif words:
                self.out.append(f'<span class="picture">{escape(words)}</span>')

    def _open_link(self, attrs: dict[str, str | None]) -> None:
        href = (attrs.get("href") or "").strip()
        own = self._id(attrs)
        if href.startswith("#"):
            to = _bare_id(href[1:])
            href = f"#{ID_PREFIX}{to}" if to in self._ids else ""
        elif not _is_web(href) and not href.lower().startswith("mailto:"):
            # It leads to a file beside the readme, and there is none here.
            href = ""
        if own:
            self.out.append(f"<span{own}></span>")
        self._link = len(self.out)
        self.out.append(f'<a href="{escape(href)}">' if href else "")
        self._open.append(("a", "</a>" if href else ""))

    def _is_link_read(self) -> bool:
        """A link that nobody can read or hear, such as the anchor beside a heading, is none, and is taken back."""
        begun, self._link = self._link, -1
        words = re.sub(r"<[^>]*>", "", "".join(self.out[begun + 1 :]))
        if not words.strip():
            self.out[begun] = ""
        return bool(self.out[begun])

    def _open_other(self, tag: str, attrs: dict[str, str | None]) -> None:
        name = self._heading(tag) if tag in _HEADINGS else _RENAMED.get(tag, tag)
        given = self._id(attrs) + _attribute("class", self._classes(tag, attrs))
        for kept in _KEPT.get(tag, ()):
            given += _attribute(kept, attrs.get(kept) or "")
        if tag == "thead":
            self._is_in_head = True
        if tag == "th" and self._is_in_head:
            given += ' scope="col"'
        if tag == "span" and not given:
            self._open.append((tag, ""))
        elif tag == "table":
            # A wide table is moved inside its frame, by keyboard too, and the page stays as wide as it is.
            self.out.append(f'<div class="scrolls" tabindex="0"><table{given}>')
            self._open.append((tag, "</table></div>"))
        else:
            self.out.append(f"<{name}{given}>")
            self._open.append((tag, f"</{name}>"))

    def _heading(self, tag: str) -> str:
        """The heading one below the last one that stands above it, whatever the author's count: none is skipped."""
        level = int(tag[1])
        while self._levels and self._levels[-1] >= level:
            self._levels.pop()
        self._levels.append(level)
        return f"h{min(FIRST_LEVEL + len(self._levels) - 1, LAST_LEVEL)}"

    def _id(self, attrs: dict[str, str | None]) -> str:
        own = _bare_id(attrs.get("id"))
        if not own or own in self._used:
            return ""
        self._used.add(own)
        return f' id="{ID_PREFIX}{escape(own)}"'

    def _classes(self, tag: str, attrs: dict[str, str | None]) -> str:
        said = (attrs.get("class") or "").split()
        if "admonition" in said:
            return next((_ADMONITIONS[one] for one in said if one in _ADMONITIONS), "alert")
        if tag == "span" and said and len(said[0]) <= _LONGEST_CODE_CLASS:
            return next((ours for begins, ours in _CODE if said[0].startswith(begins)), "")
        return _ALIGNED.get((attrs.get("align") or "").lower(), "") if tag in {"td", "th", "p", "div"} else ""


def _attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"' if value else ""


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _file_name(address: str) -> str:
    return unquote(urlsplit(address).path).rstrip("/").rpartition("/")[2] or urlsplit(address).netloc
