"""Where each page stands in the published tree. Shared by those who write and those who serve.

    simple/index.html, simple/index.json            the list of all projects
    simple/<name>/index.html, …/index.json          a project
    pypi/<name>/json, pypi/<name>/<version>/json    the legacy JSON API

Each stands beside its compressed twins ``.gz`` and ``.zst``. Project folders are flat: ext4 and
xfs index their folders, and 500,000 names in one cost no more to open than 500. What begins with
a dot is the index's own and is never served.
"""

from __future__ import annotations

import re
from enum import Enum

from strongroom.terms.names import LONGEST_NAME

ENCODINGS = {"zstd": ".zst", "gzip": ".gz", "identity": ""}
"""Content codings and the endings of their files, the one we would rather send first."""

# \Z, not $: a trailing newline must fail.
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
# A canonical version begins with a digit, so that neither "." nor ".." can be one.
_VERSION = re.compile(r"[0-9][0-9a-z.!+]*\Z")
_LONGEST_VERSION = 200
_SERIAL_AT_HEAD = re.compile(rb'\{(?:"meta":\{"_last-serial"|"last_serial"):(\d+)')
_SERIAL_AT_FOOT = re.compile(rb"<!--SERIAL (\d+)-->\n\Z")
_READ_FOR_SERIAL = 80


class Form(Enum):
    """The two forms of a page of the Simple API; the value is the name of its file."""

    HTML = "index.html"
    JSON = "index.json"


def is_normalized(name: str) -> bool:
    """Whether a text is a project name in its one normal form, and so fit to be a folder's name."""
    return len(name) <= LONGEST_NAME and _NAME.match(name) is not None


def is_canonical_version(version: str) -> bool:
    """Whether a text may be a version in canonical form, and so fit to be a folder's name."""
    return len(version) <= _LONGEST_VERSION and _VERSION.match(version) is not None


def root_page(form: Form) -> str:
    """The list of all projects."""
    return f"simple/{form.value}"


def project_page(name: str, form: Form) -> str:
    """A project's page in the Simple API."""
    return f"simple/{name}/{form.value}"


def legacy_page(name: str, version: str | None = None) -> str:
    """A project's or a release's page in the legacy JSON API."""
    return f"pypi/{name}/json" if version is None else f"pypi/{name}/{version}/json"


def serial_in(page: bytes) -> int:
    """The serial that a page was rendered with; 0 when it carries none."""
    found = _SERIAL_AT_HEAD.match(page[:_READ_FOR_SERIAL]) or _SERIAL_AT_FOOT.search(page[-_READ_FOR_SERIAL:])
    return int(found[1]) if found else 0
