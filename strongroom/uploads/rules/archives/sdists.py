"""What a source distribution must hold besides being a .tar.gz.

Essential reading: the source distribution format (PEP 517, 625, 643), licence files (PEP 639).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from strongroom.terms.filenames import Filename
from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.headers import metadata_version, read_headers, require_license_files
from strongroom.uploads.rules.archives.intake import Intake
from strongroom.uploads.rules.archives.limits import ArchiveLimits
from strongroom.uploads.rules.archives.paths import shown

DYNAMIC_SINCE = (2, 2)
"""Metadata-Version from which PKG-INFO says which fields a build may still change (PEP 643)."""


def kept_of_sdist(path: str, filename: Filename, limits: ArchiveLimits) -> int | None:
    """How many bytes of a source distribution's member are kept: only PKG-INFO's."""
    return limits.metadata_bytes if path == f"{filename.stem}/PKG-INFO" else None


def require_one_top(tops: Mapping[str, bool], filename: Filename) -> None:
    """Everything lies in one directory, named as the file is without its extension (PEP 625)."""
    for top, is_directory in tops.items():
        if top != filename.stem or not is_directory:
            raise Refused(
                Reason.ARCHIVE_LAYOUT,
                member=shown(top),
                why="it lies outside the directory %(directory)s",
                directory=filename.stem,
            )


def require_pkg_info(intake: Intake, filename: Filename) -> bytes:
    """A source distribution holds PKG-INFO at its top."""
    path = f"{filename.stem}/PKG-INFO"
    if path not in intake.kept:
        raise Refused(Reason.ARCHIVE_METADATA_MISSING, member=shown(path), why="it is missing")
    return intake.kept[path]


def require_sdist_licenses(pkg_info: bytes, filename: Filename, intake: Intake) -> None:
    """Every License-File of a source distribution lies in it (PEP 639)."""
    require_license_files(read_headers(pkg_info), filename.stem, intake.members)


def sdist_warnings(pkg_info: bytes, filename: Filename, intake: Intake) -> Iterator[str]:
    """What the format asks for and real projects still lack."""
    if f"{filename.stem}/pyproject.toml" not in intake.members:
        yield "This source distribution has no pyproject.toml; add one so that every tool can build it."
    version = metadata_version(read_headers(pkg_info))
    if version is not None and version < DYNAMIC_SINCE:
        yield "The metadata of this source distribution is older than version 2.2; build it with a newer tool."
