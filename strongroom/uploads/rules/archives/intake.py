"""Taking in the members of one archive as they stream by: names, budgets, digests, small files kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.limits import ArchiveLimits, Budget, in_words
from strongroom.uploads.rules.archives.paths import Tree, shown

Watch = Callable[[str, bytes], None]
"""Is told a member's path and each piece of its bytes, in order. Nothing it is told has been accepted
before the whole archive is: it decides only after ``read_archive`` has returned."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its path, its size, and the SHA-256 of its bytes in hexadecimal digits."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Wanted:
    """What reading is to bring back besides the list of members."""

    keep: Callable[[str], int | None]
    """How many bytes of a path to keep at most; nothing for most members, which stream by."""
    algorithms: Sequence[str] = ()
    """Digests wanted besides SHA-256."""
    watch: Watch | None = None


@dataclass
class Intake:
    """What has been read of one archive so far."""

    limits: ArchiveLimits
    upload_size: int
    wanted: Wanted
    members: dict[str, Member] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    digests: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """By path and algorithm."""

    def __post_init__(self) -> None:
        self.tree = Tree(self.limits)
        self.budget = Budget(self.limits, self.upload_size)

    def take_directory(self, path: str) -> None:
        """A directory, by its path without the trailing slash."""
        self.tree.add(path, directory=True)

    def take_file(self, path: str, size: int, chunks: Iterable[bytes]) -> None:
        """A file of ``size`` bytes by its own account. Its chunks are drawn once."""
        self.tree.add(path, directory=False)
        keep = self.wanted.keep(path)
        self._require_size(path, size)
        if keep is not None:
            self._require_room_to_keep(path, size, keep)
        main = hashlib.sha256()
        others = {name: hashlib.new(name, usedforsecurity=False) for name in self.wanted.algorithms}
        hashers = [main, *others.values()]
        keeping: list[bytes] | None = [] if keep is not None else None
        for chunk in chunks:
            self.budget.spend(len(chunk))
            for hasher in hashers:
                hasher.update(chunk)
            if keeping is not None:
                keeping.append(chunk)
            if self.wanted.watch is not None:
                self.wanted.watch(path, chunk)
        self.members[path] = Member(path, size, main.hexdigest())
        self.digests.update({(path, name): hasher.digest() for name, hasher in others.items()})
        if keeping is not None:
            self.kept[path] = b"".join(keeping)

    def take_link(self, path: str, target: str) -> None:
        """A link reads as the file that it points to."""
        at = self.members[target]
        self.members[path] = Member(path, at.size, at.sha256)

    def _require_room_to_keep(self, path: str, size: int, keep: int) -> None:
        room = min(keep, self.limits.kept_bytes - sum(map(len, self.kept.values())))
        if size > room:
            raise Refused(Reason.METADATA_TOO_LARGE, member=shown(path), limit=in_words(keep))

    def _require_size(self, path: str, size: int) -> None:
        if size > self.limits.member_bytes:
            limit = in_words(self.limits.member_bytes)
            raise Refused(Reason.ARCHIVE_BOMB, member=shown(path), why="it is larger than %(limit)s", limit=limit)


def spelt(name: bytes) -> str:
    """A member's name is UTF-8."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise Refused(Reason.ARCHIVE_MEMBER_NAME, member=shown(name), why="it is not UTF-8") from None
