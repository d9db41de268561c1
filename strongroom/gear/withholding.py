"""Files that were deleted and can still be restored: kept whole, where nobody is served from.

A file's path says its content and its name, so it has one place on the shelf and one among what is withheld, and
moving it is one rename: a killed process leaves it in one of the two, never in none.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from strongroom.gear.shelf import make_folders
from strongroom.reads.placing import flush_folder
from strongroom.terms.names import NormalizedName

WITHHELD = "withheld"
_SIDECAR = ".metadata"

FEW = 20
"""Files up to which each folder is flushed by itself; of more, everything at once: each file has a folder of its own,
and 15,000 flushes would take half a minute."""


@dataclass(frozen=True)
class Withholding:
    """The files of one project that are kept from installers, beside the folder of files of an index."""

    files: Path
    project: NormalizedName

    @property
    def folder(self) -> Path:
        """Where they lie, each under the path that it has on the shelf."""
        return self.files / WITHHELD / self.project

    def paths(self) -> set[str]:
        """The paths (``packages/...``) of the files that are withheld now."""
        found = (path for path in self.folder.glob("packages/**/*") if path.is_file())
        return {path.relative_to(self.folder).as_posix() for path in found if not path.name.endswith(_SIDECAR)}

    def withhold(self, paths: Sequence[str]) -> None:
        """Take files, and the metadata beside each, off the shelf; nothing where one is not there."""
        self._move(paths, self.files, self.folder)

    def bring_back(self, paths: Sequence[str]) -> None:
        """Put files back on the shelf, the metadata of each first: whoever finds the one finds the other."""
        self._move(paths, self.folder, self.files)

    def discard(self, path: str) -> None:
        """Remove a file for good, wherever it lies."""
        for one in (f"{path}{_SIDECAR}", path):
            for folder in (self.files, self.folder):
                (folder / one).unlink(missing_ok=True)
        # On the shelf only the folder that is this file's own: others may be placing theirs in those above it.
        _drop_empty((self.files / path).parent, above=(self.files / path).parent.parent)
        _drop_empty((self.folder / path).parent, above=self.files / WITHHELD)

    def _move(self, paths: Sequence[str], source: Path, final: Path) -> None:
        wanted = [path for path in paths for one in (path, f"{path}{_SIDECAR}") if (source / one).is_file()]
        is_few = len(wanted) <= FEW
        for path in dict.fromkeys(wanted):
            for one in (f"{path}{_SIDECAR}", path):
                if not (source / one).is_file():
                    continue
                folder = (final / one).parent
                if is_few:
                    make_folders(folder, self.files)
                else:
                    folder.mkdir(parents=True, exist_ok=True)
                (source / one).replace(final / one)
            if is_few:
                _flush((final / path).parent, (source / path).parent)
        if not is_few:
            os.sync()


def _flush(*folders: Path) -> None:
    for folder in folders:
        if folder.is_dir():
            flush_folder(folder)


def _drop_empty(folder: Path, *, above: Path) -> None:
    with suppress(OSError):  # not empty, or not there
        while folder != above:
            folder.rmdir()
            folder = folder.parent
