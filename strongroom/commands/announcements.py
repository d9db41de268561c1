"""``strongroom announcements``: what is announced above every page."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from strongroom.commands.index import somebody_here, with_index

_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])
_WHY = click.option("--why", required=True, help="Why you do it, for the record.")


@click.group()
def announcements() -> None:
    """What is announced above every page."""


@announcements.command()
@click.option("--english", required=True, help="The text in English, one line.")
@click.option("--french", required=True, help="The text in French, one line.")
@click.option("--warning", is_flag=True, help="It stands out as a warning.")
@click.option("--from", "begins", type=_MOMENT, help="When it begins, in UTC [default: now].")
@click.option("--until", "ends", type=_MOMENT, required=True, help="When it ends, in UTC.")
@_WHY
@with_index
def add(*, english: str, french: str, warning: bool, begins: datetime | None, ends: datetime, why: str) -> None:
    """Announce something in both languages of the pages."""
    from strongroom.console.actions.announcements import make_announcement
    from strongroom.console.rules.announcements import Level, NewAnnouncement

    now = datetime.now(UTC)
    wanted = NewAnnouncement(
        english=" ".join(english.split()),
        french=" ".join(french.split()),
        level=Level.WARNING if warning else Level.INFO,
        begins_at=now if begins is None else begins.replace(tzinfo=UTC),
        ends_at=ends.replace(tzinfo=UTC),
    )
    number = make_announcement(by=somebody_here(), now=now, wanted=wanted, office=why)
    click.echo(f"Announced. To end it before its time: strongroom announcements end {number} --why …", err=True)
    click.echo(number)


@announcements.command("list")
@with_index
def list_() -> None:
    """List announcements, newest first: number, level, from, until, ended by, text."""
    from strongroom.console.queries.announcements import list_announcements

    for one in list_announcements():
        ended = f"ended by {one.ended_by}" if one.ended_at else ""
        times = f"{one.begins_at:%Y-%m-%d %H:%M}\t{one.ends_at:%Y-%m-%d %H:%M}"
        click.echo(f"{one.pk}\t{one.level}\t{times}\t{ended}\t{one.english}")


@announcements.command()
@click.argument("number", type=int)
@_WHY
@with_index
def end(number: int, why: str) -> None:
    """End the announcement NUMBER before its time."""
    from strongroom.console.actions.announcements import end_announcement

    end_announcement(by=somebody_here(), now=datetime.now(UTC), announcement=number, office=why)
    click.echo(f"Ended announcement {number}.", err=True)
