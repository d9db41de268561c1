"""Rows to pages: what installers read is published after the commit, and repaired at start (design rule 10)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.db import DatabaseError

from strongroom.gear.settings import Settings
from strongroom.gear.withholding import WITHHELD, Withholding
from strongroom.projects.models import DuePage
from strongroom.projects.queries.installers import (
    find_deleted_serial,
    has_project,
    list_deleted_names,
    list_due_pages,
    list_names,
    load_last_serial,
    load_latest_version,
    load_placement,
    load_project_facts,
    load_release_facts,
)
from strongroom.reads.placing import locked
from strongroom.reads.tree import Tree
from strongroom.terms.names import NormalizedName

_log = logging.getLogger(__name__)

_TRIES = 20
"""A rendering that was overtaken is made again; twenty times in a row means something else is wrong."""


@dataclass(frozen=True)
class Outlet:
    """What installers are served from: the published pages, the folder of files, the address of the index."""

    tree: Tree
    files: Path
    base_url: str


def outlet_of(chosen: Settings) -> Outlet:
    """The outlet of an index, as its operator has set it."""
    return Outlet(tree_at(chosen.pages_folder), chosen.files_folder, chosen.address)


@lru_cache(maxsize=8)
def tree_at(folder: Path) -> Tree:
    """The published tree below a folder, opened once in a process."""
    return Tree(folder)


class Progress(Protocol):
    """Told after each project how many are done, of how many."""

    def __call__(self, done: int, total: int) -> None:
        """One more is done."""


def publish_project_pages(outlet: Outlet, name: NormalizedName, *, changed: Sequence[str] | None = None) -> None:
    """Publish the pages of a project as its rows now are: of the changed versions, or of all.

    Of all as well when an earlier change is still due. What was due is struck off only up to the
    serial that was published. Files that were deleted leave their place, and come back when they are restored.
    """
    for _ in range(_TRIES):
        _place_files(outlet, name)
        project = load_project_facts(name)
        if project is None:
            if _withdraw(outlet.tree, name):
                return
            continue
        latest = load_latest_version(name)
        # After the facts: a change that comes later than these is noticed by its own serial.
        is_whole = DuePage.objects.filter(pk=name, whole=True).exists()
        published = outlet.tree.publish_project(
            project,
            releases=load_release_facts(name, None if is_whole else changed),
            latest=next(iter(load_release_facts(name, [latest])), None) if latest else None,
            base_url=outlet.base_url,
        )
        if published:
            DuePage.objects.filter(pk=name, serial__lte=project.serial).delete()
            return
    raise RuntimeError(f"the pages of {name} were overtaken {_TRIES} times in a row")


def publish_or_leave_due(outlet: Outlet, name: NormalizedName, *, changed: Sequence[str] | None = None) -> None:
    """Publish after a commit. What is committed is done: when this fails the pages stay due, and the keeper tries."""
    try:
        publish_project_pages(outlet, name, changed=changed)
    except Exception:  # noqa: BLE001 - logged whole; whoever made the change is not told that it failed
        _log.exception("the pages of %s could not be published and will be tried again", name)


def publish_due_pages(outlet: Outlet) -> int:
    """Publish what a killed process or a failed disk left due; how many projects that were.

    One that cannot be published stays due and does not hold up the others.
    """
    count = 0
    for name in list_due_pages():
        try:
            publish_project_pages(outlet, name)
            count += 1
        except DatabaseError:
            raise
        except Exception:  # noqa: BLE001 - logged whole
            _log.exception("the pages of %s could not be published and will be tried again", name)
    return count


def publish_root_pages(tree: Tree) -> bool:
    """Publish the list of all projects when it is behind; whether it was."""
    # The serial first: a project that comes between is then listed, and listed again next time.
    serial = load_last_serial()
    if tree.root_serial() >= serial:
        return False
    return tree.publish_root(list_names(), last_serial=serial)


def publish_all_pages(outlet: Outlet, *, progress: Progress | None = None) -> int:
    """Publish every page anew, and withdraw those of projects that are gone; how many projects there are."""
    serial = load_last_serial()
    names = [name for name, _ in list_names()]
    for done, name in enumerate(names, start=1):
        publish_project_pages(outlet, name)
        if progress is not None:
            progress(done, len(names))
    # Asked of the rows anew: one of them may have been added, and not be gone, while the others were published.
    for other in {*outlet.tree.published_names(), *list_deleted_names()}.difference(names):
        publish_project_pages(outlet, other)
    # The serial from before: what changed meanwhile is listed, and listed again by the keeper.
    outlet.tree.publish_root(list_names(), last_serial=serial)
    return len(names)


def _place_files(outlet: Outlet, name: NormalizedName) -> None:
    withholding = Withholding(outlet.files, name)
    # One at a time, and asked of the rows within: whoever comes last moves what the last commit says.
    with locked(outlet.files / WITHHELD, name):
        placement = load_placement(name, withheld=withholding.paths())
        withholding.withhold(placement.to_withhold)
        withholding.bring_back(placement.to_bring_back)


def _withdraw(tree: Tree, name: NormalizedName) -> bool:
    """Take the pages away of a project that is gone; False when it was restored since it was looked for."""
    serial = find_deleted_serial(name)
    if serial is None and has_project(name):
        return False
    tree.withdraw_project(name, serial=serial)
    due = DuePage.objects.filter(pk=name)
    (due if serial is None else due.filter(serial__lte=serial)).delete()
    return True
