"""How much one archive may hold, and the running account of how much of that is spent."""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.terms.refusals import Reason, Refused

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True)
class ArchiveLimits:
    """How much one archive may hold. Sizes are bytes after expansion."""

    member_bytes: int = 4 * GIB
    """What a zip can state without ZIP64; the largest shared libraries of real wheels stay under half of it."""
    total_bytes: int = 10 * GIB
    """Ten times the largest file an operator may allow (1 GiB): real archives expand at most ninefold."""
    ratio: int = 50
    """Times the size of the upload. Of 276 popular files none passes 9."""
    ratio_floor_bytes: int = 1 * MIB
    """Below it the ratio does not count: small repetitive files expand well and harm nobody."""
    members: int = 50_000
    """Files and directories, implied ones too. The largest popular wheel has under 4,000 files."""
    names_bytes: int = 8 * MIB
    """All paths together: what is held in memory while an archive is read grows with this, not with its size."""
    metadata_bytes: int = 1 * MIB
    """Each of METADATA, PKG-INFO, WHEEL, entry_points.txt, one tar extension header; popular ones are under 150 kB."""
    record_bytes: int = 16 * MIB
    """RECORD: every path once, and a digest of up to 90 characters for each."""
    kept_bytes: int = 20 * MIB
    """All of these together: they are held in memory until the archive is read."""


class Budget:
    """The account of one archive: every expanded byte is spent here before it is looked at."""

    def __init__(self, limits: ArchiveLimits, upload_size: int) -> None:
        self._limits = limits
        self._spent = 0
        self._by_ratio = max(limits.ratio_floor_bytes, limits.ratio * upload_size)

    def spend(self, count: int) -> None:
        """The archive expands to no more than its limits allow."""
        self._spent += count
        if self._spent > self._limits.total_bytes:
            limit = in_words(self._limits.total_bytes)
            raise Refused(Reason.ARCHIVE_BOMB, why="it expands to more than %(limit)s", limit=limit)
        if self._spent > self._by_ratio:
            why = "it expands to more than %(limit)s times its own size"
            raise Refused(Reason.ARCHIVE_BOMB, why=why, limit=self._limits.ratio)


def in_words(count: int) -> str:
    """A number of bytes as people read it, with the units of IEC 80000-13: the same in every language."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if count >= unit:
            return f"{count / unit:.4g} {name}"
    return f"{count} B"
