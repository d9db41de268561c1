"""``strongroom record``: the record, searched from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from strongroom.commands.index import with_index

if TYPE_CHECKING:
    from strongroom.record.queries import FoundEvent

_DAY = click.DateTime(["%Y-%m-%d"])
USUAL = 100


@click.group()
def record() -> None:
    """The record of what was done, by whom, to what and when."""


@record.command("list")
@click.option("--deed", default="", help="Only this deed, as in account-suspended.")
@click.option("--actor", default="", help="Only what this account, or this operator, did.")
@click.option("--subject", default="", help="Only what was done to what has this name.")
@click.option("--since", type=_DAY, help="From this day (UTC).")
@click.option("--until", type=_DAY, help="To this day, included.")
@click.option("--most", type=click.IntRange(1, 100_000), default=USUAL, show_default=True, help="So many at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, whole.")
@with_index
def list_(
    *, deed: str, actor: str, subject: str, since: datetime | None, until: datetime | None, most: int, as_json: bool
) -> None:
    """List events, newest first: when, deed, kind and name of what it was done to, by whom, from where."""
    from strongroom.record.queries import Search, search_events

    search = Search(
        deed=deed,
        actor=actor,
        subject=subject,
        since=None if since is None else since.replace(tzinfo=UTC),
        until=None if until is None else until.replace(tzinfo=UTC) + timedelta(days=1),
    )
    for event in search_events(search, most=most)[:most]:
        click.echo(_json(event) if as_json else _line(event))


def _line(event: FoundEvent) -> str:
    from strongroom.console.rules.showing import plain

    subject = f"{event.subject_kind} {plain(event.subject_name)}".strip()
    actor = f"{event.actor_kind} {plain(event.actor_name)}".strip()
    return "\t".join([f"{event.at:%Y-%m-%d %H:%M:%S}", event.deed, subject, actor, event.address])


def _json(event: FoundEvent) -> str:
    """Everything that was recorded, escaped to ASCII: a terminal is told nothing that it would obey."""
    told = {
        "id": event.id,
        "at": event.at.isoformat(),
        "deed": event.deed,
        "subject_kind": event.subject_kind,
        "subject": event.subject_name,
        "actor_kind": event.actor_kind,
        "actor": event.actor_name,
        "token": event.actor_token,
        "proof": event.proof,
        "address": event.address,
        "client": event.client,
        "details": event.details,
    }
    return json.dumps(told)
