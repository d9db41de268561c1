"""What an index does by itself while it serves: the list of all projects, pages left due, spools left behind.

One process of a machine is the keeper at a time; when it dies another takes over. A change makes the
list of all projects stale at once and it follows within seconds, for with half a million names it takes that long.
"""

from __future__ import annotations

import fcntl
import itertools
import logging
import threading
import time

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from strongroom.gear.settings import Settings
from strongroom.gear.shelf import Shelf
from strongroom.projects.publishing import publish_due_pages, publish_root_pages, tree_at
from strongroom.projects.queries import find_committed, load_last_serial
from strongroom.reads.tree import Tree
from strongroom.site.root_list import publish_root_apart

ROUND_SECONDS = 1.0
LONG_LIST = 20_000
"""Changes ever made from which on the list of all projects is published in a process of its own."""

RECOVERY_ROUNDS = 60
"""Spools left by a process that died while others went on are looked for once a minute."""

DUE_ROUNDS = 5
"""Whoever changes something publishes its pages; what is due for seconds was left by a killed process."""

_log = logging.getLogger(__name__)


def start_keeper() -> None:
    """Start the keeper of this process, once."""
    threading.Thread(target=_keep, name="keeper", daemon=True).start()


def set_right(chosen: Settings) -> None:
    """Repair what an earlier end left half-done: spools, pages, the list of all projects (design rule 10)."""
    cleared = Shelf(chosen.files_folder).recover(find_committed)
    tree = tree_at(chosen.pages_folder)
    due = publish_due_pages(tree, base_url=chosen.address)
    publish_root_pages(tree)
    if cleared or due:
        _log.info("set right after an unclean end: %d uploads cleared, pages of %d projects published", cleared, due)


def _keep() -> None:
    chosen: Settings = settings.STRONGROOM
    lock = (chosen.data_folder / "keeper.lock").open("a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    for round_number in itertools.count():
        try:
            _one_round(chosen, round_number)
        except DatabaseError:
            # Installs go on without the database; so does the keeper once it is back.
            connection.close()
        except Exception:  # noqa: BLE001 - logged whole; the keeper must not die of one round
            _log.exception("a round of the keeper failed and will be tried again")
        time.sleep(ROUND_SECONDS)


def _one_round(chosen: Settings, round_number: int) -> None:
    close_old_connections()
    tree = tree_at(chosen.pages_folder)
    if round_number % DUE_ROUNDS == DUE_ROUNDS - 1:
        publish_due_pages(tree, base_url=chosen.address)
    if round_number % RECOVERY_ROUNDS == RECOVERY_ROUNDS - 1:
        Shelf(chosen.files_folder).recover(find_committed)
    _publish_root(tree)


def _publish_root(tree: Tree) -> None:
    serial = load_last_serial()
    if tree.root_serial() >= serial:
        return
    if serial < LONG_LIST:
        publish_root_pages(tree)
    else:
        publish_root_apart()
