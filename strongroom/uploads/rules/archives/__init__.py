"""What an archive must be before it is shelved: one pass over its bytes, nothing unpacked to disk.

The rules, in the order in which they are asked: one kind of archive only (``kinds``), a framing
that every reader understands alike (``zips``, ``tars``), names that every file system holds
(``paths``), no more than the limits (``limits``), and the layout of a wheel or a source
distribution (``wheels``, ``sdists``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from strongroom.terms.filenames import Filename, Kind
from strongroom.uploads.rules.archives.intake import Intake, Member, Wanted, Watch
from strongroom.uploads.rules.archives.kinds import require_only_gzip, require_only_zip
from strongroom.uploads.rules.archives.limits import ArchiveLimits
from strongroom.uploads.rules.archives.records import algorithms_of, read_record, require_record
from strongroom.uploads.rules.archives.sdists import (
    kept_of_sdist,
    require_one_top,
    require_pkg_info,
    require_sdist_licenses,
    sdist_warnings,
)
from strongroom.uploads.rules.archives.tars import read_tar
from strongroom.uploads.rules.archives.wheels import (
    dist_info_of,
    kept_of_wheel,
    require_wheel_content,
    require_wheel_licenses,
    require_wheel_parts,
    wheel_warnings,
)
from strongroom.uploads.rules.archives.zips import read_zip

__all__ = ["Archive", "ArchiveLimits", "Member", "Watch", "read_archive"]

DEFAULT_LIMITS = ArchiveLimits()


@dataclass(frozen=True)
class Archive:
    """What reading an archive has established."""

    kind: Kind
    metadata: bytes
    """METADATA or PKG-INFO exactly as in the archive."""
    members: tuple[Member, ...]
    """Files in the order of the archive, links last; directories are not among them."""
    warnings: tuple[str, ...]
    """Sentences about what does not stop the upload: constants, which the door translates."""


def read_archive(
    stream: BinaryIO,
    *,
    filename: Filename,
    size: int,
    limits: ArchiveLimits = DEFAULT_LIMITS,
    watch: Watch | None = None,
) -> Archive:
    """Read a wheel or a source distribution of ``size`` bytes; refuse it when it is not safe or not whole.

    ``watch`` is told every file's path and bytes as they stream by; it may act on them only once
    this function has returned.
    """
    match filename.kind:
        case Kind.WHEEL:
            return _Reading(stream, filename, size, limits).wheel(watch)
        case Kind.SDIST:
            return _Reading(stream, filename, size, limits).sdist(watch)


@dataclass(frozen=True)
class _Reading:
    stream: BinaryIO
    filename: Filename
    size: int
    limits: ArchiveLimits

    def wheel(self, watch: Watch | None) -> Archive:
        require_only_zip(self.stream)
        intake = self._zip(watch)
        dist_info = dist_info_of(intake.tree.tops(), self.filename)
        require_wheel_parts(intake, dist_info)
        require_wheel_content(intake.kept, dist_info, self.filename)
        self._require_record(intake, f"{dist_info}/RECORD")
        require_wheel_licenses(intake, dist_info)
        return Archive(
            kind=Kind.WHEEL,
            metadata=intake.kept[f"{dist_info}/METADATA"],
            members=tuple(intake.members.values()),
            warnings=tuple(wheel_warnings(intake.kept[f"{dist_info}/WHEEL"], self.filename, f"{dist_info}/WHEEL")),
        )

    def sdist(self, watch: Watch | None) -> Archive:
        require_only_gzip(self.stream, self.size)
        wanted = Wanted(lambda path: kept_of_sdist(path, self.filename, self.limits), watch=watch)
        intake = Intake(self.limits, self.size, wanted)
        read_tar(self.stream, intake)
        require_one_top(intake.tree.tops(), self.filename)
        pkg_info = require_pkg_info(intake, self.filename)
        require_sdist_licenses(pkg_info, self.filename, intake)
        return Archive(
            kind=Kind.SDIST,
            metadata=pkg_info,
            members=tuple(intake.members.values()),
            warnings=tuple(sdist_warnings(pkg_info, self.filename, intake)),
        )

    def _zip(self, watch: Watch | None, algorithms: tuple[str, ...] = ()) -> Intake:
        wanted = Wanted(lambda path: kept_of_wheel(path, self.limits), algorithms, watch)
        intake = Intake(self.limits, self.size, wanted)
        read_zip(self.stream, self.size, intake)
        return intake

    def _require_record(self, intake: Intake, record: str) -> None:
        rows = read_record(intake.kept[record])
        others = tuple(sorted(algorithms_of(rows)))
        # SHA-384 and SHA-512 are rare enough that computing them for every wheel would be waste:
        # only a wheel whose RECORD uses them is read a second time.
        require_record(rows, self._zip(None, others) if others else intake, record)
