"""Names of members: which paths may be in an archive, and which may not be there together.

Zip and tar obey the same rules, so that what is unpacked is the same on every file system:
Linux, macOS (case and normalisation), Windows (device names, colons, trailing dots).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from strongroom.terms.refusals import Reason, Refused
from strongroom.uploads.rules.archives.limits import ArchiveLimits, in_words

LONGEST_SEGMENT = 255
"""Bytes; what common file systems allow between two slashes."""
LONGEST_PATH = 512
"""Bytes; real paths stay under 260, the limit of older Windows."""
LONGEST_SHOWN = 120
"""Characters of a member's name in a refusal."""

# Control characters, bidirectional and zero-width ones (all Cf), surrogates, line and paragraph separators.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Shown as nothing, though letters or marks by their category: joiner, Hangul fillers, Khmer inherent vowels.
_UNSEEN_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(\..*)?\Z", re.IGNORECASE)


def shown(name: str | bytes) -> str:
    """A member's name, safe to print: what cannot be seen is escaped, and the end is cut."""
    text = name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else name
    seen = "".join(c if c.isprintable() and not is_unseen(c) else ascii(c)[1:-1] for c in text[: LONGEST_SHOWN + 1])
    return seen if len(seen) <= LONGEST_SHOWN else seen[: LONGEST_SHOWN - 1] + "…"


def is_unseen(character: str) -> bool:
    """A character that people do not see, or that reorders what they see."""
    return unicodedata.category(character) in _UNSEEN_CATEGORIES or character in _UNSEEN_LETTERS


def is_absolute(path: str) -> bool:
    """A path from the root of the file system."""
    return path.startswith("/")


def is_too_long(path: str) -> bool:
    """Longer than a path may be."""
    return len(path.encode()) > LONGEST_PATH


def has_unseen_characters(path: str) -> bool:
    """Holds control, bidirectional or zero-width characters."""
    return not (path.isascii() and path.isprintable()) and any(map(is_unseen, path))


def has_backslash(path: str) -> bool:
    """A separator on Windows, a letter elsewhere."""
    return "\\" in path


def has_colon(path: str) -> bool:
    """A drive or an alternate stream on Windows."""
    return ":" in path


def is_empty(segment: str) -> bool:
    """Nothing between two slashes."""
    return not segment


def is_dot(segment: str) -> bool:
    """The directory itself."""
    return segment == "."


def is_parent(segment: str) -> bool:
    """The directory above."""
    return segment == ".."


def ends_with_dot_or_space(segment: str) -> bool:
    """Windows drops the last character."""
    return segment.endswith((".", " "))


def is_device(segment: str) -> bool:
    """A device on Windows, with any extension."""
    return _DEVICE.match(segment) is not None


def is_long_segment(segment: str) -> bool:
    """Longer than a file system holds."""
    return len(segment.encode()) > LONGEST_SEGMENT


PATH_RULES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (has_unseen_characters, "it holds characters that cannot be seen"),
    (is_absolute, "it is an absolute path"),
    (is_too_long, "it is longer than %(longest)s bytes"),
    (has_backslash, "it holds a backslash"),
    (has_colon, "it holds a colon"),
)
SEGMENT_RULES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (is_empty, "a part of it is empty"),
    (is_dot, "a part of it is a single dot"),
    (is_parent, "it climbs out of its directory"),
    (ends_with_dot_or_space, "a part of it ends with a dot or a space"),
    (is_device, "a part of it names a device on Windows"),
    (is_long_segment, "a part of it is longer than %(longest)s bytes"),
)


def require_portable(path: str) -> None:
    """A member's path is relative, stays where it is, and means the same on every file system."""
    for breaks, why in PATH_RULES:
        if breaks(path):
            raise Refused(Reason.ARCHIVE_MEMBER_NAME, member=shown(path), why=why, longest=LONGEST_PATH)
    for segment in path.split("/"):
        require_portable_segment(segment, path)


def require_portable_segment(segment: str, path: str) -> None:
    """Each part of a path is a name that every file system holds."""
    for breaks, why in SEGMENT_RULES:
        if breaks(segment):
            raise Refused(Reason.ARCHIVE_MEMBER_NAME, member=shown(path), why=why, longest=LONGEST_SEGMENT)


class Tree:
    """The paths of one archive. Each is added once; what cannot stand beside the others is refused."""

    def __init__(self, limits: ArchiveLimits) -> None:
        self._limits = limits
        self._is_directory: dict[str, bool] = {"": True}
        self._folded: set[str] = set()
        self._stated: set[str] = set()
        self._names_bytes = 0

    def tops(self) -> dict[str, bool]:
        """What lies at the top of the archive, and whether it is a directory."""
        return {path: is_directory for path, is_directory in self._is_directory.items() if path and "/" not in path}

    def add(self, path: str, *, directory: bool) -> None:
        """A member's path is portable, stands there once, and collides with no other."""
        require_portable(path)
        if path in self._stated:
            raise Refused(Reason.ARCHIVE_MEMBER_TWICE, member=shown(path), why="it is there twice")
        self._stated.add(path)
        above = path.rpartition("/")[0]
        self._add_directory(above, member=path)
        if directory:
            self._add_directory(path, member=path)
        else:
            self._add(path, directory=False)

    def _add_directory(self, path: str, *, member: str) -> None:
        missing = []
        while path not in self._is_directory:
            missing.append(path)
            path = path.rpartition("/")[0]
        if not self._is_directory[path]:
            raise Refused(
                Reason.ARCHIVE_MEMBER_TWICE, member=shown(member), why="a file and a directory share one path"
            )
        for each in reversed(missing):
            self._add(each, directory=True)

    def _add(self, path: str, *, directory: bool) -> None:
        if path in self._is_directory:
            raise Refused(Reason.ARCHIVE_MEMBER_TWICE, member=shown(path), why="a file and a directory share one path")
        folded = fold(path)
        if folded in self._folded:
            raise Refused(
                Reason.ARCHIVE_MEMBER_TWICE,
                member=shown(path),
                why="another member's name differs only in case or accents",
            )
        self._folded.add(folded)
        self._is_directory[path] = directory
        self._names_bytes += len(path.encode())
        self._require_room()

    def _require_room(self) -> None:
        if len(self._is_directory) - 1 > self._limits.members:
            raise Refused(Reason.ARCHIVE_TOO_MANY_MEMBERS, limit=self._limits.members)
        if self._names_bytes > self._limits.names_bytes:
            limit = in_words(self._limits.names_bytes)
            raise Refused(Reason.ARCHIVE_BOMB, why="the names of its members are longer than %(limit)s", limit=limit)


def fold(path: str) -> str:
    """A path as file systems that ignore case and normalise see it."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
