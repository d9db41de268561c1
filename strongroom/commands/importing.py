"""``strongroom downloads import``, ``authority`` and ``sources``: what others noted, and which of it counts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from strongroom.commands.index import somebody_here, with_index
from strongroom.downloads.rules.periods import Period, periods_of
from strongroom.downloads.rules.sources import Form, SourceKind, render_skips
from strongroom.terms.refusals import Reason, Refused

if TYPE_CHECKING:
    from strongroom.downloads.actions.importing import Imported
    from strongroom.downloads.actions.staging import Wanted

_DAY = click.DateTime(["%Y-%m-%d"])
_WHY = click.option("--why", required=True, help="Why you do it, for the record.")
USUAL = 30


@click.command("import")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--as", "form", type=click.Choice([one.value for one in Form]), help="How they are written [default: as it looks]."
)
@click.option("--from", "first", type=_DAY, help="The first day (UTC) of totals that name no day.")
@click.option("--to", "last", type=_DAY, help="The last day (UTC) of such totals.")
@with_index
def import_(*, paths: Sequence[Path], form: str | None, first: datetime | None, last: datetime | None) -> None:
    """Take downloads from logs and tables: files, or folders of them, packed with gzip or not. Each is taken once."""
    if (first is None) != (last is None):
        raise click.UsageError("--from and --to belong together: name both, or neither.")
    period = Period(first.date(), last.date()) if first and last else None
    wanted, told = _wanted(paths, Form(form) if form else None, period)

    days: dict[date, None] = {}
    others: dict[date, tuple[SourceKind, SourceKind]] = {}
    for one, came in _import_each(wanted):
        if isinstance(came, Refused):
            told.append(came)
            continue
        _say_imported(one, came)
        days |= dict.fromkeys(came.days)
        others |= {day: (kind, came.form.kind) for day, kind in came.others.items()}

    for refused in told:
        _say(_sentence(refused), err=True)
    if not days:
        sys.exit(1)
    _say(f"Days: {_render_days(list(days))}.")
    _say_others(others)


@click.command()
@click.argument("kind", type=click.Choice([one.value for one in SourceKind]))
@click.option("--from", "first", type=_DAY, required=True, help="The first day (UTC).")
@click.option("--to", "last", type=_DAY, required=True, help="The last day (UTC).")
@_WHY
@with_index
def authority(*, kind: str, first: datetime, last: datetime, why: str) -> None:
    """Count downloads from sources of this KIND on the days of a period of which it brought events."""
    from strongroom.console.actions.downloads import change_authority

    period = Period(first.date(), last.date())
    changed = change_authority(
        by=somebody_here(), now=datetime.now(UTC), kind=SourceKind(kind), period=period, office=why
    )
    if changed:
        _say(f"Counted from {kind} now: {_render_days(changed)}. These days are added up anew by the next counting.")
    else:
        _say(f"Nothing changed: these days are counted from {kind} already.")


@click.command()
@click.option("--most", type=click.IntRange(1, 10_000), default=USUAL, show_default=True, help="So many at most.")
@click.option("--imported", is_flag=True, help="Only what was imported, without the segments of this index.")
@with_index
def sources(*, most: int, imported: bool) -> None:
    """List what was read, newest first: when, kind, lines, kept, first and last day, name; and what was skipped."""
    from strongroom.downloads.queries.sources import list_sources

    for one in list_sources(most, imported=imported):
        span = f"{_render_day(one.first_at)}\t{_render_day(one.last_at)}"
        _say(f"{one.taken_at:%Y-%m-%d %H:%M}\t{one.kind.value}\t{one.read}\t{one.kept}\t{span}\t{one.name}")
        for line in render_skips(one.skipped):
            _say(f"    {line}")


def _wanted(paths: Sequence[Path], form: Form | None, period: Period | None) -> tuple[list[Wanted], list[Refused]]:
    """The files that are meant, in order, each with the name that it is listed by; and what is none."""
    from strongroom.downloads.actions.staging import Wanted
    from strongroom.gear.logfiles import list_files

    found, told = [], []
    for path in paths:
        files = list_files(path) if path.is_dir() else [path] if path.is_file() else []
        here = path.absolute().parent
        found += [Wanted(file, file.absolute().relative_to(here).as_posix(), form, period) for file in files]
        if not files:
            told.append(Refused(Reason.IMPORT_NO_FILE, path=path))
    return found, told


def _import_each(wanted: Sequence[Wanted]) -> Iterator[tuple[Wanted, Imported | Refused]]:
    from django.conf import settings

    from strongroom.downloads.actions.importing import import_object
    from strongroom.gear.logfiles import size_of
    from strongroom.gear.mill import mill_of

    mill, by = mill_of(settings.STRONGROOM), somebody_here()
    came: list[tuple[Wanted, Imported | Refused]] = []
    with _progress(sum(size_of(one.path) for one in wanted)) as advance:
        for one in wanted:
            try:
                came.append((one, import_object(by=by, now=datetime.now(UTC), mill=mill, wanted=one, advance=advance)))
            except Refused as refused:
                came.append((one, refused))
    # Said when the bar is gone: it would stand in the middle of it.
    yield from came


@contextmanager
def _progress(size: int) -> Iterator[Callable[[int], None]]:
    """A bar of so many bytes, for whoever watches; for a program nothing."""
    if not sys.stderr.isatty():
        yield lambda _count: None
        return
    with click.progressbar(length=size, label="Importing", file=sys.stderr) as bar:
        yield bar.update


def _say_imported(one: Wanted, came: Imported) -> None:
    _say(f"Imported {one.name} as {came.form.value}: {came.read:,} lines read, {came.kept:,} kept.")
    for line in render_skips(came.skipped):
        _say(f"    {line}")


def _say_others(others: Mapping[date, tuple[SourceKind, SourceKind]]) -> None:
    """For which days another source counts, and how to change that."""
    for theirs, ours in sorted(set(others.values()), key=lambda pair: (pair[0].value, pair[1].value)):
        days = [day for day, pair in others.items() if pair == (theirs, ours)]
        _say(f"Kept, but not counted, since {theirs.value} counts on these days: {_render_days(days)}.")
        command = f"strongroom downloads authority {ours.value} --from {min(days)} --to {max(days)} --why …"
        _say(f"To count {ours.value} instead: {command}")


def _render_days(days: Sequence[date]) -> str:
    return ", ".join(
        f"{one.first}" if one.first == one.last else f"{one.first} to {one.last}" for one in periods_of(days)
    )


def _render_day(at: datetime | None) -> str:
    return "-" if at is None else at.astimezone(UTC).date().isoformat()


def _sentence(refused: Refused) -> str:
    from strongroom.site.refusals import sentence_of

    return sentence_of(refused)


def _say(text: str, *, err: bool = False) -> None:
    """One line; names of files are anybody's text, and a terminal would obey some of it."""
    click.echo(
        "".join(one if one.isprintable() or one == "\t" else "\N{REPLACEMENT CHARACTER}" for one in text), err=err
    )
