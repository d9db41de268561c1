"""What an index does by itself while it serves: the list of all projects, pages left due, spools left behind, mails.

One process of a machine is the keeper at a time; when it dies another takes over. A change makes the
list of all projects stale at once and it follows within seconds, for with half a million names it takes that long.
Mails have a thread of their own: a mail server that does not answer holds up no page.
"""

from __future__ import annotations

import fcntl
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from strongroom.accounts.tasks import deliver_letters, sweep_leftovers
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.catalogue.tasks import Renderer
from strongroom.console.actions.orphans import note_orphans
from strongroom.console.rules.jobs import Job
from strongroom.factors.tasks import sweep_challenges
from strongroom.gear.mail import post_of
from strongroom.gear.settings import Settings
from strongroom.gear.shelf import Shelf
from strongroom.projects.publishing import outlet_of, publish_due_pages, publish_root_pages
from strongroom.projects.queries.installers import find_committed, load_last_serial
from strongroom.reads.readers import Readers
from strongroom.reads.tree import Tree
from strongroom.site.counting import Pace, count_apart, is_counting_due
from strongroom.site.noting import noted
from strongroom.site.root_list import publish_root_apart
from strongroom.terms.actors import system
from strongroom.tokens.actions import publish_readers
from strongroom.upkeep.actions.holding import carry_out_holds
from strongroom.upkeep.actions.purging import purge_deleted

ROUND_SECONDS = 1.0
LONG_LIST = 20_000
"""Changes ever made from which on the list of all projects is published in a process of its own."""

RECOVERY_ROUNDS = 60
"""Spools left by a process that died while others went on are looked for once a minute."""

SWEEP_ROUNDS = 60
"""Old arrivals, codes and counts are swept once a minute."""

DUE_ROUNDS = 5
"""Whoever changes something publishes its pages; what is due for seconds was left by a killed process."""

PURGE_ROUNDS, FIRST_PURGE = 3600, 59
"""What was held long enough, or can be restored no more, goes once an hour: after a month an hour more or less is
nothing. First after a minute, for an index may be started anew more often than that."""

COUNT_ROUNDS, FIRST_COUNT = 300, 89
"""Downloads are counted every five minutes when there are any; first when whoever starts the index is being served."""

RENDERED_IN_A_ROUND = 20
"""Descriptions from before they were kept, or by an older edition of the renderer, are made anew so many at a time."""

_RENDERER = Renderer()
_PACE = Pace()
_looked_at = {"behind": 0}
"""Up to which project the search for those without an Owner has come."""

_log = logging.getLogger(__name__)


def start_keeper() -> None:
    """Start the keeper of this process, once."""
    threading.Thread(target=_keep, name="keeper", daemon=True).start()


def set_right(chosen: Settings) -> None:
    """Repair what an earlier end left half-done: spools, pages, the list of all projects (design rule 10)."""
    cleared = Shelf(chosen.files_folder).recover(find_committed)
    outlet = outlet_of(chosen)
    due = publish_due_pages(outlet)
    publish_root_pages(outlet.tree)
    if cleared or due:
        _log.info("set right after an unclean end: %d uploads cleared, pages of %d projects published", cleared, due)


def _keep() -> None:
    chosen: Settings = settings.STRONGROOM
    with (chosen.data_folder / "keeper.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        threading.Thread(target=_repeat, args=(_mail_round, chosen), name="keeper-mail", daemon=True).start()
        threading.Thread(target=_repeat, args=(_render_round, chosen), name="keeper-render", daemon=True).start()
        threading.Thread(target=_repeat, args=(_count_round, chosen), name="keeper-counting", daemon=True).start()
        _repeat(_one_round, chosen)


def _repeat(one_round: Callable[[Settings, int], None], chosen: Settings) -> None:
    for round_number in itertools.count():
        try:
            one_round(chosen, round_number)
        except DatabaseError:
            # Installs go on without the database; so does the keeper once it is back.
            connection.close()
        except Exception:  # noqa: BLE001 - logged whole; the keeper must not die of one round
            _log.exception("a round of the keeper failed and will be tried again")
        time.sleep(ROUND_SECONDS)


def _mail_round(chosen: Settings, round_number: int) -> None:
    close_old_connections()
    now = timezone.now()
    if round_number % SWEEP_ROUNDS == SWEEP_ROUNDS - 1:
        with _done_apart(Job.SWEEPING):
            sweep_leftovers(now=now)
            sweep_challenges(now=now)
    with _done_apart(Job.LETTERS):
        deliver_letters(now=now, post=post_of(chosen), sealer=sealer_of_index(), address_of_index=chosen.address)


def _render_round(chosen: Settings, round_number: int) -> None:
    # In a thread of its own: a description that is written to take long holds up no page.
    del chosen, round_number
    close_old_connections()
    with _done_apart(Job.DESCRIPTIONS):
        _RENDERER.render_missing(most=RENDERED_IN_A_ROUND)


def _count_round(chosen: Settings, round_number: int) -> None:
    # In a thread of its own: it waits for a child process that may take minutes.
    if round_number % COUNT_ROUNDS != FIRST_COUNT:
        return
    close_old_connections()
    if is_counting_due(chosen, _PACE, now=timezone.now()):
        with _done_apart(Job.COUNTING):
            connection.close()  # not kept idle for as long as that takes
            _PACE.begin(timezone.now())
            count_apart()


def _one_round(chosen: Settings, round_number: int) -> None:
    close_old_connections()
    outlet = outlet_of(chosen)
    if round_number % DUE_ROUNDS == DUE_ROUNDS - 1:
        with _done_apart(Job.DUE_PAGES):
            publish_due_pages(outlet)
        with _done_apart(Job.ORPHANS):
            _look_for_orphans()
    if round_number % RECOVERY_ROUNDS == RECOVERY_ROUNDS - 1:
        with _done_apart(Job.SPOOLS):
            Shelf(chosen.files_folder).recover(find_committed)
        with _done_apart(Job.READERS):
            # A process may have been killed between the commit and what the read plane was to be told of it.
            publish_readers(now=timezone.now(), readers=Readers(chosen.readers_folder))
    if round_number % PURGE_ROUNDS == FIRST_PURGE:
        with _done_apart(Job.HOLDS):
            carry_out_holds(by=system(), now=timezone.now(), outlet=outlet)
        with _done_apart(Job.PURGING):
            purge_deleted(by=system(), now=timezone.now(), files=outlet.files)
    with _done_apart(Job.ROOT_LIST):
        _publish_root(outlet.tree)


@contextmanager
def _done_apart(job: Job) -> Iterator[None]:
    """Do a job; one that fails is noted and logged, and holds up no other, but for a database that is away.

    Else a job that fails every time would keep those behind it from ever being done.
    """
    try:
        with noted(job):
            yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001 - logged whole
        _log.exception("the keeper's job %s failed and will be tried again", job.value)


def _look_for_orphans() -> None:
    """One slice of all projects; the next time goes on behind it."""
    _looked_at["behind"] = note_orphans(now=timezone.now(), after=_looked_at["behind"])


def _publish_root(tree: Tree) -> None:
    serial = load_last_serial()
    if tree.root_serial() >= serial:
        return
    if serial < LONG_LIST:
        publish_root_pages(tree)
    else:
        publish_root_apart()
