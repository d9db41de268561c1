"""Names of distribution files: wheels and source distributions.

Essential reading: the binary distribution format (PEP 427, 425), the source distribution
format (PEP 625), allowed file types (PEP 527, 715).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NewType

from packaging.tags import Tag
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused

Sha256 = NewType("Sha256", str)
"""64 lower-case hexadecimal digits."""

LONGEST_FILENAME = 240
"""Bytes; with ``.metadata`` behind it a name must still fit the 255 of common file systems."""


class Kind(enum.Enum):
    """What a distribution file is; the value is the ``filetype`` that clients send."""

    SDIST = "sdist"
    WHEEL = "bdist_wheel"


@dataclass(frozen=True)
class Filename:
    """A distribution file's name, read."""

    text: str
    kind: Kind
    name: NormalizedName
    version: Version
    tags: frozenset[Tag] = frozenset()

    @property
    def stem(self) -> str:
        """The name without its extension."""
        return self.text.removesuffix(".whl").removesuffix(".tar.gz")

    @property
    def python_tag(self) -> str:
        """What Pythons a wheel is for, as its name says; ``source`` for an sdist."""
        return self.text.split("-")[-3] if self.kind is Kind.WHEEL else "source"


def parse_filename(text: str) -> Filename:
    """Read a distribution file's name.

    Raises Refused(FILENAME_INVALID) for control characters, separators or a name that does not
    follow the format, Refused(FILENAME_TYPE) for an extension that is neither .whl nor .tar.gz.
    """
    if not text.isascii() or not text.isprintable() or "/" in text or "\\" in text or len(text) > LONGEST_FILENAME:
        raise Refused(Reason.FILENAME_INVALID, filename=text[:LONGEST_FILENAME])
    try:
        if text.endswith(".whl"):
            name, version, _build, tags = parse_wheel_filename(text)
            return Filename(text, Kind.WHEEL, NormalizedName(name), version, tags)
        if text.endswith(".tar.gz"):
            name, version = parse_sdist_filename(text)
            return Filename(text, Kind.SDIST, NormalizedName(name), version)
    except (InvalidWheelFilename, InvalidSdistFilename):
        raise Refused(Reason.FILENAME_INVALID, filename=text) from None
    raise Refused(Reason.FILENAME_TYPE, filename=text)


def file_path(sha256: Sha256, filename: str) -> str:
    """Where a file lies and is served, without a leading slash: by its content and its name.

    It begins with ``packages/`` because mirrors refuse anything else.
    """
    return f"packages/{sha256[:2]}/{sha256[2:4]}/{sha256[4:]}/{filename}"
