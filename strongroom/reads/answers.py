"""What the read plane answers with, and the few answers that are sentences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

Headers = list[tuple[str, str]]
Environ = dict[str, object]

VARY = "Accept, Accept-Encoding"


class Answer(NamedTuple):
    """A status line, headers and a body.

    The body is a list, or an iterator with ``close``: Granian sends a list in one piece and frees
    its thread at once.
    """

    status: str
    headers: Headers
    body: Iterable[bytes]


class Tone(NamedTuple):
    """What every answer of one index has in common."""

    is_private: bool
    realm: str

    def cache(self, public: str) -> str:
        """A Cache-Control value; what a private index says is for one reader only."""
        return f"private, {public}" if self.is_private else f"public, {public}"


def sentence(status: str, text: str, *extra: tuple[str, str]) -> Answer:
    """An answer that is one plain sentence."""
    body = f"{text}\n".encode()
    headers = [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", str(len(body))),
        ("x-content-type-options", "nosniff"),
        *extra,
    ]
    return Answer(status, headers, [body])


def not_found() -> Answer:
    """One answer for what is not there and for what this reader may not know of."""
    return sentence(
        "404 Not Found",
        "There is nothing here: check the spelling of the project and file, or look at the list of projects.",
        ("vary", VARY),
        ("cache-control", "no-cache"),
    )


def method_not_allowed() -> Answer:
    """Pages and files can be read and nothing else."""
    return sentence(
        "405 Method Not Allowed",
        "This address can only be read: use GET or HEAD, and send uploads to /legacy/.",
        ("allow", "GET, HEAD"),
    )


def not_acceptable() -> Answer:
    """None of our forms is acceptable; which there are is said in the sentence."""
    return sentence(
        "406 Not Acceptable",
        "This page cannot be sent in any form you accept: ask for application/vnd.pypi.simple.v1+json, "
        "application/vnd.pypi.simple.v1+html or text/html, plain or compressed with gzip or zstd.",
        ("vary", VARY),
    )


def credentials_missing(realm: str) -> Answer:
    """The only answer without credentials, so that it tells nothing; pip asks for some only on 401."""
    return sentence(
        "401 Unauthorized",
        "This index is private: give the user name __token__ and, as the password, an API token that may read.",
        ("www-authenticate", f'Basic realm="{realm}", charset="UTF-8"'),
        ("cache-control", "no-store"),
    )


def credentials_unusable() -> Answer:
    """The only answer to credentials that do not open anything."""
    return sentence(
        "403 Forbidden",
        "This token cannot read here: it is mistyped, expired, revoked or not made for reading; "
        "make a new one and give it as the password of the user __token__.",
        ("cache-control", "no-store"),
    )


def too_many_downloads() -> Answer:
    """All download places are taken; installers try again by themselves (pip and uv repeat a 503)."""
    return sentence(
        "503 Service Unavailable",
        "Too many downloads are running at this moment: try again in a few seconds.",
        ("retry-after", "3"),
        ("cache-control", "no-store"),
    )


def too_many_uploads() -> Answer:
    """All upload places are taken. Not a 5xx: twine sends its whole file again at once, five times."""
    return sentence(
        "429 Too Many Requests",
        "Too many uploads are running at this moment: try again in a minute.",
        ("retry-after", "60"),
        ("cache-control", "no-store"),
    )


def redirect(location: str, *, query: str, cache: str) -> Answer:
    """Elsewhere for good. Everything but letters is quoted: no header can be broken out of."""
    target = quote(location, safe="/+!~")
    if query:
        target += "?" + quote(query, safe="%/?=&+:;,@~!$'()*", encoding="latin-1", errors="replace")
    return Answer(
        "301 Moved Permanently",
        [("location", target), ("content-length", "0"), ("vary", VARY), ("cache-control", cache)],
        [],
    )
