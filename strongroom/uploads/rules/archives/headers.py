"""The header fields of METADATA, PKG-INFO and WHEEL: e-mail headers in UTF-8.

Only what the archive must keep is read here: licence files and the metadata version. The rest of
the Core Metadata is judged from the same bytes elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from email.message import Message
from email.parser import HeaderParser

from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.paths import shown

Headers = Message

_METADATA_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})\Z", re.ASCII)
LICENSE_FILES_SINCE = (2, 4)
"""Metadata-Version from which License-File is defined (PEP 639); older files carry it without meaning."""


def read_headers(data: bytes) -> Headers:
    """The header fields, bytes that are not UTF-8 replaced."""
    return HeaderParser().parsestr(data.decode("utf-8", "replace"))


def values(headers: Headers, field: str) -> list[str]:
    """Every value of a field, in order."""
    return [str(value).strip() for value in headers.get_all(field, [])]


def metadata_version(headers: Headers) -> tuple[int, int] | None:
    """The Metadata-Version; nothing when it is not there once, or cannot be read."""
    found = values(headers, "Metadata-Version")
    match = _METADATA_VERSION.match(found[0]) if len(found) == 1 else None
    return (int(match[1]), int(match[2])) if match is not None else None


def require_license_files(headers: Headers, under: str, members: Collection[str]) -> None:
    """Every License-File that the metadata names is in the archive (PEP 639)."""
    version = metadata_version(headers)
    if version is not None and version < LICENSE_FILES_SINCE:
        return
    for path in values(headers, "License-File"):
        if f"{under}/{path}" not in members:
            raise Refused(Reason.LICENSE_FILE_MISSING, member=shown(f"{under}/{path}"))
