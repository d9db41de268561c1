"""What a browser calls itself, in words that its person knows.

Anybody can send any name: it helps people to recognise their own entries in a list, and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_CLIENT_READ = 400

# The more particular first: each of these names also bears the names of those below it.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python-requests/", "Python"),
    ("Python-urllib/", "Python"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("FreeBSD", "FreeBSD"),
)


@dataclass(frozen=True)
class Client:
    """A browser and the system that it says it runs on; each empty when it cannot be told."""

    browser: str
    system: str


def parse_client(text: str) -> Client:
    """What a User-Agent header says, as far as it can be understood."""
    read = text[:LONGEST_CLIENT_READ]
    return Client(browser=_first(_BROWSERS, read), system=_first(_SYSTEMS, read))


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for sign, name in table if sign in text), "")
