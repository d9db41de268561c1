"""What a wheel must hold besides being a zip.

Essential reading: the binary distribution format (PEP 427), compatibility tags (PEP 425),
licence files (PEP 639). ``sboms/`` (PEP 770) needs no rule: RECORD covers it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from packaging.tags import Tag, parse_tag
from packaging.version import InvalidVersion, Version

from strongroom.terms.filenames import Filename
from strongroom.terms.names import normalize
from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.entry_points import require_entry_points
from strongroom.uploads.rules.archives.headers import Headers, read_headers, require_license_files, values
from strongroom.uploads.rules.archives.intake import Intake
from strongroom.uploads.rules.archives.limits import ArchiveLimits
from strongroom.uploads.rules.archives.paths import shown

DIST_INFO = ".dist-info"
_WHEEL_VERSION = re.compile(r"1\.[0-9]+\Z", re.ASCII)
_ANY_LINUX = re.compile(r"(?<=-)(manylinux|musllinux)(1|2010|2014|_[0-9]+_[0-9]+)_(?=\w+\Z)", re.ASCII)
_TAG = re.compile(r"[\w.]+-[\w.]+-[\w.]+\Z", re.ASCII)


def kept_of_wheel(path: str, limits: ArchiveLimits) -> int | None:
    """How many bytes of a wheel's member are kept: of the few that describe it."""
    top, _slash, rest = path.partition("/")
    if not top.endswith(DIST_INFO):
        return None
    small = dict.fromkeys(("METADATA", "WHEEL", "entry_points.txt"), limits.metadata_bytes)
    return {**small, "RECORD": limits.record_bytes}.get(rest)


def dist_info_of(tops: Mapping[str, bool], filename: Filename) -> str:
    """The one dist-info directory at the top of a wheel; it carries the name and version of the file."""
    found = [top for top, is_directory in tops.items() if is_directory and is_dist_info(top)]
    if len(found) != 1:
        raise Refused(
            Reason.ARCHIVE_LAYOUT,
            why="it holds no dist-info directory" if not found else "it holds more than one dist-info directory",
        )
    (top,) = found
    require_same_release(top, filename)
    return top


def is_dist_info(top: str) -> bool:
    """A directory that installers take for the wheel's description, on whatever file system."""
    return top.lower().endswith(DIST_INFO)


def require_same_release(dist_info: str, filename: Filename) -> None:
    """The dist-info directory is named after the file: same normalised name, same version."""
    stem = dist_info.removesuffix(DIST_INFO)
    name, _dash, version = stem.rpartition("-")
    if not stem or stem == dist_info or normalize(name) != filename.name or not is_version(version, filename):
        raise Refused(
            Reason.ARCHIVE_LAYOUT,
            member=shown(dist_info),
            why="it is not named after the file",
        )


def is_version(text: str, filename: Filename) -> bool:
    """The same version, spelt the same once normalised."""
    try:
        return str(Version(text)) == str(filename.version)
    except InvalidVersion:
        return False


def require_wheel_parts(intake: Intake, dist_info: str) -> None:
    """A wheel holds METADATA, WHEEL and RECORD."""
    missing_reasons = {
        "METADATA": Reason.ARCHIVE_METADATA_MISSING,
        "WHEEL": Reason.WHEEL_FILE,
        "RECORD": Reason.WHEEL_RECORD,
    }
    for part, reason in missing_reasons.items():
        path = f"{dist_info}/{part}"
        if path not in intake.kept:
            raise Refused(reason, member=shown(path), why="it is missing")


def require_wheel_file(data: bytes, filename: Filename, path: str) -> None:
    """WHEEL is of format 1, says where the wheel goes, and names the tags of the filename.

    Root-Is-Purelib is not compared with the tags: the specification states no relation, and wheels
    that bring one program for one platform are pure by this field.
    """
    headers = read_headers(data)
    require_one(headers, "Wheel-Version", _WHEEL_VERSION, path=path)
    require_one(headers, "Root-Is-Purelib", re.compile(r"(true|false)\Z", re.IGNORECASE), path=path)
    if built_for(tags_of(headers, path)) != built_for(filename.tags):
        raise Refused(Reason.WHEEL_FILE, member=shown(path), why="its tags are not those of the filename")


def built_for(tags: frozenset[Tag]) -> frozenset[str]:
    """Tags without the promise of which Linux they run on.

    Wheels built for linux are often renamed to manylinux without rewriting WHEEL; installers go by the name.
    """
    return frozenset(_ANY_LINUX.sub("linux_", str(tag)) for tag in tags)


def require_one(headers: Headers, field: str, pattern: re.Pattern[str], *, path: str) -> None:
    """A field of WHEEL is there once and can be read."""
    found = values(headers, field)
    if len(found) != 1 or pattern.match(found[0]) is None:
        raise Refused(
            Reason.WHEEL_FILE, member=shown(path), why="its %(field)s is missing or cannot be read", field=field
        )


def tags_of(headers: Headers, path: str) -> frozenset[Tag]:
    """The tags that WHEEL names, each compressed set expanded."""
    tags: set[Tag] = set()
    for text in values(headers, "Tag"):
        if _TAG.match(text) is None:
            raise Refused(Reason.WHEEL_FILE, member=shown(path), why="one of its tags cannot be read")
        tags |= parse_tag(text)
    return frozenset(tags)


def require_wheel_content(kept: Mapping[str, bytes], dist_info: str, filename: Filename) -> None:
    """What describes a wheel can be read and agrees with its filename."""
    path = f"{dist_info}/WHEEL"
    require_wheel_file(kept[path], filename, path)
    entry_points = kept.get(f"{dist_info}/entry_points.txt")
    if entry_points is not None:
        require_entry_points(entry_points)


def require_wheel_licenses(intake: Intake, dist_info: str) -> None:
    """Every License-File of a wheel lies under its licenses directory (PEP 639)."""
    headers = read_headers(intake.kept[f"{dist_info}/METADATA"])
    require_license_files(headers, f"{dist_info}/licenses", intake.members)


def wheel_warnings(wheel: bytes, filename: Filename, path: str) -> Iterator[str]:
    """What the format asks for and real projects still lack."""
    if tags_of(read_headers(wheel), path) != filename.tags:
        yield "The WHEEL file names other platforms than the filename; retag the wheel rather than rename it."
