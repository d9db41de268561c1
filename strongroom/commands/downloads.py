"""``strongroom downloads``: what is known of downloads, and counting them now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from strongroom.commands.importing import authority, import_, sources
from strongroom.commands.index import with_index

if TYPE_CHECKING:
    from strongroom.downloads.queries.days import KnownDay

USUAL_DAYS = 30


@click.group()
def downloads() -> None:
    """Downloads: what they are counted from, and what each day added up to."""


for command in (import_, authority, sources):
    downloads.add_command(command)


@downloads.command()
@with_index
def count() -> None:
    """Take what was noted of downloads, and add up the days that are over; the server does so by itself."""
    from django.conf import settings

    from strongroom.downloads.actions.rolling import roll_days
    from strongroom.downloads.actions.taking import take_segments
    from strongroom.gear.engines import EngineFailed
    from strongroom.gear.mill import mill_of

    mill = mill_of(settings.STRONGROOM)
    now = datetime.now(UTC)
    try:
        taken = take_segments(now=now, events=settings.STRONGROOM.events_folder, mill=mill)
        click.echo(f"Took {taken.events} downloads from {taken.segments} segments.")
        for reason, lines in sorted(taken.skipped.items()):
            click.echo(f"Skipped {lines} lines: {reason}.")
        rolled = roll_days(now=now, mill=mill, again=True)
    except (EngineFailed, OSError) as failed:
        raise click.ClickException(f"Counting stopped: {failed}. Nothing is lost; count again.") from failed
    for day in rolled:
        click.echo(f"Added up {day}.")
    if not rolled:
        click.echo("Every day that is over was added up already.")


@downloads.command()
@click.option(
    "--last", type=click.IntRange(1, 10_000), default=USUAL_DAYS, show_default=True, help="So many days, with today."
)
@with_index
def days(last: int) -> None:
    """List days: which kind of source counts, how many downloads, whether that is complete, and which revision."""
    from strongroom.downloads.queries.days import list_known_days

    today = datetime.now(UTC).date()
    for one in list_known_days(today - timedelta(days=last - 1), today):
        click.echo(_line(one, is_over=one.day < today))


def _line(one: KnownDay, *, is_over: bool) -> str:
    kind = "-" if one.kind is None else one.kind.value
    counted, revision = ("-", "-") if one.counted is None else (str(one.counted.counted), str(one.counted.revision))
    return "\t".join([one.day.isoformat(), kind, counted, _state(one, is_over=is_over), revision])


def _state(one: KnownDay, *, is_over: bool) -> str:
    if not is_over:
        return "not over"
    if one.kind is None:
        return "missing"
    return "stale" if one.is_stale or one.counted is None else "complete"
