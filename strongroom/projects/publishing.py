"""Rows to pages: what installers read is published after the commit, and repaired at start (design rule 10)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.db import DatabaseError

from strongroom.projects.models import DuePage
from strongroom.projects.queries import (
    list_due_pages,
    list_names,
    load_last_serial,
    load_latest_version,
    load_project_facts,
    load_release_facts,
)
from strongroom.reads.tree import Tree
from strongroom.terms.names import NormalizedName

_log = logging.getLogger(__name__)

_TRIES = 20
"""A rendering that was overtaken is made again; twenty times in a row means something else is wrong."""


@lru_cache(maxsize=8)
def tree_at(folder: Path) -> Tree:
    """The published tree below a folder, opened once in a process."""
    return Tree(folder)


class Progress(Protocol):
    """Told after each project how many are done, of how many."""

    def __call__(self, done: int, total: int) -> None:
        """One more is done."""


def publish_project_pages(
    tree: Tree, name: NormalizedName, *, base_url: str, changed: Sequence[str] | None = None
) -> None:
    """Publish the pages of a project as its rows now are: of the changed versions, or of all.

    Of all as well when an earlier change is still due. What was due is struck off only up to the
    serial that was published.
    """
    for _ in range(_TRIES):
        project = load_project_facts(name)
        if project is None:
            tree.withdraw_project(name)
            DuePage.objects.filter(pk=name).delete()
            return
        latest = load_latest_version(name)
        # After the facts: a change that comes later than these is noticed by its own serial.
        is_whole = DuePage.objects.filter(pk=name, whole=True).exists()
        published = tree.publish_project(
            project,
            releases=load_release_facts(name, None if is_whole else changed),
            latest=next(iter(load_release_facts(name, [latest])), None) if latest else None,
            base_url=base_url,
        )
        if published:
            DuePage.objects.filter(pk=name, serial__lte=project.serial).delete()
            return
    raise RuntimeError(f"the pages of {name} were overtaken {_TRIES} times in a row")


def publish_due_pages(tree: Tree, *, base_url: str) -> int:
    """Publish what a killed process or a failed disk left due; how many projects that were.

    One that cannot be published stays due and does not hold up the others.
    """
    count = 0
    for name in list_due_pages():
        try:
            publish_project_pages(tree, name, base_url=base_url)
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


def publish_all_pages(tree: Tree, *, base_url: str, progress: Progress | None = None) -> int:
    """Publish every page anew, and withdraw those of projects that are gone; how many projects there are."""
    serial = load_last_serial()
    names = [name for name, _ in list_names()]
    for done, name in enumerate(names, start=1):
        publish_project_pages(tree, name, base_url=base_url)
        if progress is not None:
            progress(done, len(names))
    for gone in set(tree.published_names()) - set(names):
        tree.withdraw_project(gone)
    # The serial from before: what changed meanwhile is listed, and listed again by the keeper.
    tree.publish_root(list_names(), last_serial=serial)
    return len(names)
