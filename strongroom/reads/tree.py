"""The published tree: every page that installers ask for, on disk, ready to be served as it stands."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from strongroom.reads.facts import ProjectFacts, ReleaseFacts
from strongroom.reads.generation import Generation
from strongroom.reads.layout import (
    ENCODINGS,
    Form,
    is_canonical_version,
    is_normalized,
    legacy_page,
    project_page,
    root_page,
    serial_in,
)
from strongroom.reads.legacy import render_legacy_project, render_legacy_release
from strongroom.reads.pages import (
    render_project_html,
    render_project_json,
    render_root_html,
    render_root_json,
)
from strongroom.reads.placing import compressed, locked, place
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus

_ROOT_LOCK = "/"


class Tree:
    """The pages below one folder, published by any number of processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._generation = Generation(folder)

    def publish_project(
        self,
        project: ProjectFacts,
        *,
        releases: Iterable[ReleaseFacts],
        latest: ReleaseFacts | None,
        base_url: str,
    ) -> bool:
        """Publish a project's pages, and those of the releases that changed.

        Answers False, and changes nothing, when a newer rendering is already published. While a
        project is quarantined its other releases' pages are taken away: they would still offer
        files; lifting it means publishing all its releases again.
        """
        changed = tuple(releases)
        _require_fit_for_folders(project, changed)
        if self._is_behind(project):
            return False
        bodies = compressed(_render(project, changed, latest=latest, base_url=base_url))

        with locked(self._folder, project.name):
            if self._is_behind(project):
                return False
            place(self._folder, bodies)
            self._withdraw_stale_legacy(project, changed, keep_latest=latest is not None)
        self._generation.bump()
        return True

    def publish_root(self, projects: Sequence[tuple[NormalizedName, int]], *, last_serial: int) -> bool:
        """Publish the list of all projects; False when a newer one is already there."""
        if self.root_serial() > last_serial:
            return False
        pages = {
            root_page(Form.HTML): render_root_html([name for name, _ in projects], last_serial),
            root_page(Form.JSON): render_root_json(projects, last_serial),
        }
        bodies = compressed(pages)

        with locked(self._folder, _ROOT_LOCK):
            if self.root_serial() > last_serial:
                return False
            place(self._folder, bodies)
        self._generation.bump()
        return True

    def withdraw_project(self, name: NormalizedName, *, serial: int | None = None) -> None:
        """Take all of a project's pages away, and refuse renderings up to this serial from now on.

        Without a serial, up to that of the page that is taken away; with one, pages of a later serial stay.
        """
        if not is_normalized(name):
            raise ValueError(f"not a normalised project name: {name!r}")

        with locked(self._folder, name):
            published = self.published_serial(name) or 0
            if serial is not None and published > serial:
                return
            last = max(published, serial or 0)
            tombstone = self._tombstone(name)
            tombstone.parent.mkdir(exist_ok=True)
            tombstone.write_text(str(last), encoding="ascii")
            for folder in (self._folder / "simple", self._folder / "pypi"):
                _remove_folder(folder / name)
        self._generation.bump()

    def published_serial(self, name: NormalizedName) -> int | None:
        """The serial of a project's published pages; nothing when it has none."""
        return self._serial_of(project_page(name, Form.JSON))

    def root_serial(self) -> int:
        """The serial of the published list of all projects; -1 when there is none."""
        serial = self._serial_of(root_page(Form.JSON))
        return -1 if serial is None else serial

    def published_names(self) -> list[NormalizedName]:
        """The projects that have pages, so that those no longer in the database can be withdrawn."""
        try:
            with os.scandir(self._folder / "simple") as entries:
                return [NormalizedName(entry.name) for entry in entries if is_normalized(entry.name) and entry.is_dir()]
        except FileNotFoundError:
            return []

    def _serial_of(self, page: str) -> int | None:
        try:
            with (self._folder / page).open("rb", buffering=0) as file:
                return serial_in(file.read(80))
        except FileNotFoundError:
            return None

    def _is_behind(self, project: ProjectFacts) -> bool:
        if (self.published_serial(project.name) or 0) > project.serial:
            return True
        try:
            return int(self._tombstone(project.name).read_text(encoding="ascii") or 0) >= project.serial
        except FileNotFoundError:
            return False

    def _tombstone(self, name: NormalizedName) -> Path:
        return self._folder / ".withdrawn" / name

    def _withdraw_stale_legacy(
        self, project: ProjectFacts, changed: tuple[ReleaseFacts, ...], *, keep_latest: bool
    ) -> None:
        keep = {release.version for release in changed}
        if project.status is not ProjectStatus.QUARANTINED:
            keep.update(project.versions)
        folder = self._folder / "pypi" / project.name
        with suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir() and entry.name not in keep:
                    _remove_folder(folder / entry.name)
        if not keep_latest:
            for suffix in ENCODINGS.values():
                (self._folder / f"{legacy_page(project.name)}{suffix}").unlink(missing_ok=True)


def _render(
    project: ProjectFacts, changed: tuple[ReleaseFacts, ...], *, latest: ReleaseFacts | None, base_url: str
) -> dict[str, bytes]:
    # The order counts: the JSON page is put in place last, and its serial says that all are there.
    pages = {
        legacy_page(project.name, release.version): render_legacy_release(project, release, base_url)
        for release in changed
    }
    if latest is not None:
        pages[legacy_page(project.name)] = render_legacy_project(project, latest, base_url)
    pages[project_page(project.name, Form.HTML)] = render_project_html(project)
    pages[project_page(project.name, Form.JSON)] = render_project_json(project)
    return pages


def _require_fit_for_folders(project: ProjectFacts, changed: tuple[ReleaseFacts, ...]) -> None:
    if not is_normalized(project.name):
        raise ValueError(f"not a normalised project name: {project.name!r}")
    for release in changed:
        if not is_canonical_version(release.version):
            raise ValueError(f"not a canonical version: {release.version!r}")


def _remove_folder(folder: Path) -> None:
    # Renamed first: a reader finds all of a folder's pages or none.
    aside = folder.with_name(f".{folder.name}.withdrawn")
    shutil.rmtree(aside, ignore_errors=True)
    with suppress(FileNotFoundError):
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
