"""The rows of an object on their way to files of events: recognised, read line by line or by DuckDB, parted by day.

Nothing is listed here; importing.py lists and records what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from strongroom.downloads.rules.days import begin_of
from strongroom.downloads.rules.events import COLUMNS
from strongroom.downloads.rules.lines import LONGEST_LINE, READERS, Fetched, recognise_line
from strongroom.downloads.rules.periods import EARLIEST_MS, Period, doubt_time, latest_ms, require_period
from strongroom.downloads.rules.sources import Form, Skipped, SkippedLines
from strongroom.downloads.rules.tables import MOST_DOWNLOADS, CsvTable, Layout, Role, layout_of, read_header, read_row
from strongroom.downloads.rules.tally import DAY_MS
from strongroom.gear.engines import EngineFailed, read_question
from strongroom.gear.engines.duck import quoted
from strongroom.gear.logfiles import LogFile, Unreadable
from strongroom.gear.stagings import SEPARATOR, Staging
from strongroom.reads.clients import parse_client
from strongroom.terms.refusals import Reason, Refused

if TYPE_CHECKING:
    from strongroom.gear.mill import Mill

_PARQUET = b"PAR1"
_HEAD = 4 * LONGEST_LINE
_LOOKED_AT = 100
"""Lines of a log that may be broken before it is one that nobody knows."""

_TEXTS = [
    Role.PROJECT,
    Role.VERSION,
    Role.FILENAME,
    Role.CLIENT,
    Role.CLIENT_VERSION,
    Role.PYTHON,
    Role.SYSTEM,
    Role.CI,
]
_SKIPPED = "skipped"
"""What stands for the day in the answer of table_rows.sql, where a row is none."""


@dataclass(frozen=True)
class Wanted:
    """What is to be imported: a file, the name under which it is listed; how it is written, when that is told; and
    the period of its totals, when it has such.
    """

    path: Path
    name: str
    form: Form | None = None
    period: Period | None = None


@dataclass(frozen=True)
class Shape:
    """How an object is written: a log of lines, a table as text, or one as Parquet (``expressions``: its columns)."""

    form: Form
    table: CsvTable | None = None
    layout: Layout | None = None
    expressions: Sequence[str] = ()


@dataclass(frozen=True)
class Read:
    """What came of reading: how many lines there are, which were skipped, and the files of each day, unsorted.

    ``is_spread`` when a line became a row for each of many days.
    """

    lines: int
    skipped: SkippedLines
    pieces: Mapping[str, Sequence[Path]]
    is_spread: bool = False

    @property
    def kept(self) -> int:
        """Lines that tell of downloads."""
        return self.lines - self.skipped.total


def recognise(file: LogFile, wanted: Wanted, *, folder: Path, mill: Mill) -> Shape:
    """How a file is written: as its first lines show, or as it was told. Raises Refused, Unreadable, EngineFailed."""
    head = file.head(_HEAD)
    if not head.strip():
        raise Refused(Reason.IMPORT_EMPTY, name=wanted.name, skipped="there is no line in it")
    if head.startswith(_PARQUET):
        return _recognise_parquet(file.offer(folder), wanted, mill)
    lines = [text.strip() for text in head.decode("utf-8", "replace").split("\n")[:_LOOKED_AT]]
    table = read_header(lines[0], wanted.form if wanted.form and wanted.form.is_table else None)
    if table and (wanted.form is None or wanted.form.is_table):
        return Shape(table.layout.form, table=table, layout=table.layout)
    if wanted.form and wanted.form.is_table:
        raise Refused(Reason.IMPORT_COLUMNS, name=wanted.name, form=wanted.form.value)
    form = wanted.form or next((form for line in lines if (form := recognise_line(line))), None)
    if form is None:
        raise Refused(Reason.IMPORT_FORM, name=wanted.name, forms=", ".join(one.value for one in Form))
    return Shape(form)


def stage(file: LogFile, shape: Shape, wanted: Wanted, *, folder: Path, mill: Mill, now: datetime) -> Read:
    """Read a file of this shape into pieces below a folder. Raises Refused, Unreadable, EngineFailed, OSError."""
    if shape.layout is None:
        return _stage_log(file, shape.form, folder=folder, mill=mill, now=now)
    question = _question_of(shape.layout, wanted, now)
    if shape.table:
        return _stage_csv(file, shape.table, question, folder=folder, mill=mill)
    return _stage_parquet(file.offer(folder), shape, question, folder=folder, mill=mill)


class _Lines:
    """The lines of a text, numbered from 1, as rows of a staging; blank ones are none."""

    def __init__(self, read_line: Callable[[str, int], str | Skipped | None]) -> None:
        self._read_line, self._number = read_line, 0
        self.read, self.skipped = 0, SkippedLines()

    def rows(self, lines: Iterable[bytes]) -> Iterator[str]:
        for line in lines:
            self._number += 1
            if not line or line.isspace():
                continue
            row: str | Skipped | None = Skipped.BROKEN
            if len(line) <= LONGEST_LINE:
                row = self._read_line(line.decode("utf-8", "replace"), self._number)
            if row is None:
                continue
            self.read += 1
            if isinstance(row, Skipped):
                self.skipped.skip(row, self._number)
            else:
                yield row

    def stage(self, file: LogFile, staging: Staging) -> None:
        for some in file.lines(LONGEST_LINE):
            staging.write(self.rows(some))
        staging.settle()


def _stage_log(file: LogFile, form: Form, *, folder: Path, mill: Mill, now: datetime) -> Read:
    read, latest = READERS[form], latest_ms(now)

    def read_line(line: str, _number: int) -> str | Skipped:
        found = read(line)
        if isinstance(found, Skipped):
            return found
        return doubt_time(found.at_ms, latest) or _render_event(found)

    lines = _Lines(read_line)
    with closing(Staging(folder, duck=mill.duck, columns={"day": "VARCHAR", **COLUMNS})) as staging:
        lines.stage(file, staging)
        return Read(lines.read, lines.skipped, staging.pieces())


def _render_event(found: Fetched) -> str:
    at_ms, filename, project, version, status, first_byte, sent, user_agent = found
    return SEPARATOR.join(
        (
            _render_day(at_ms // DAY_MS),
            project,
            version,
            filename,
            _render_client(user_agent),
            str(status),
            str(first_byte),
            str(sent),
            str(at_ms),
            "1",
        )
    )


@lru_cache(4096)
def _render_day(number: int) -> str:
    """A day by its number since 1970."""
    return (date(1970, 1, 1) + timedelta(days=number)).isoformat()


@lru_cache(4096)
def _render_client(user_agent: str) -> str:
    """The five cells that tell of the client; anybody may say anything there, so only what can be printed stays."""
    client = parse_client(user_agent)
    texts = (client.name, client.version, client.python, client.system)
    cells = ["".join(letter for letter in text or "" if letter.isprintable()) for text in texts]
    return SEPARATOR.join([*cells, "" if client.ci is None else str(client.ci).lower()])


def _stage_csv(file: LogFile, table: CsvTable, question: str, *, folder: Path, mill: Mill) -> Read:
    def read_line(line: str, number: int) -> str | Skipped | None:
        if number == 1:
            return None  # the header
        # A character that could not be decoded is in no name.
        cells = Skipped.BROKEN if "\N{REPLACEMENT CHARACTER}" in line else read_row(line.rstrip("\r"), table)
        return cells if isinstance(cells, Skipped) else SEPARATOR.join([str(number), *cells])

    lines = _Lines(read_line)
    columns = {"line": "BIGINT"} | {role.value: "VARCHAR" for role in table.layout.columns}
    with closing(Staging(folder, duck=mill.duck, columns=columns, select=question)) as staging:
        lines.stage(file, staging)
        return _judged(Read(lines.read, lines.skipped, staging.pieces(), table.layout.is_of_totals), mill)


def _recognise_parquet(path: Path, wanted: Wanted, mill: Mill) -> Shape:
    try:
        # A path of ours.
        schema = mill.duck.run([f"SELECT name, num_children FROM parquet_schema({quoted(path)})"])  # noqa: S608
    except EngineFailed:
        raise Unreadable("it is no Parquet that can be read") from None
    leaves = list(_leaves(schema))
    layout = layout_of(["_".join(leaf) for leaf in leaves], wanted.form)
    if layout is None:
        raise Refused(Reason.IMPORT_COLUMNS, name=wanted.name, form=(wanted.form or Form.COUNTS).value)
    return Shape(layout.form, layout=layout, expressions=[".".join(map(_named, leaf)) for leaf in leaves])


def _leaves(schema: Iterable[tuple[str, int | None]]) -> Iterator[list[str]]:
    """The columns of a Parquet file, each as the names that lead to it; its schema lists them in depth-first order."""
    left: list[tuple[str, int]] = []
    for number, (name, children) in enumerate(schema):
        if number and not children:
            yield [outer for outer, _ in left[1:]] + [name]
        left.append((name, children or 0))
        while left and not left[-1][1]:
            left.pop()
            if left:
                left[-1] = (left[-1][0], left[-1][1] - 1)


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _stage_parquet(path: Path, shape: Shape, question: str, *, folder: Path, mill: Mill) -> Read:
    assert shape.layout is not None  # noqa: S101 - for the type
    chosen = ", ".join(f"{shape.expressions[number]} AS {role.value}" for role, number in shape.layout.columns.items())
    table = f"read_parquet({quoted(path)}, file_row_number = true)"
    told = f"SELECT file_row_number + 1 AS line, {chosen} FROM {table}"  # noqa: S608 - names are quoted
    with closing(Staging(folder, duck=mill.duck, columns={"line": "BIGINT"})) as staging:
        staging.take(f"WITH told AS ({told}) {question}")
        (count,) = mill.duck.run([f"SELECT COUNT(*) FROM {table}"])[0]  # noqa: S608 - a path of ours
        return _judged(Read(int(count), SkippedLines(), staging.pieces(), shape.layout.is_of_totals), mill)


def _question_of(layout: Layout, wanted: Wanted, now: datetime) -> str:
    """Over ``told``, the columns of a table by their roles: the events of its rows, and why others are none."""
    columns, period = layout.columns, wanted.period
    if layout.is_of_totals:
        if period is None:
            raise Refused(Reason.IMPORT_PERIOD, name=wanted.name)
        require_period(period, now)
        moment = f"TIMESTAMPTZ '{begin_of(period.first).isoformat()}'"
    elif Role.TIME in columns and (layout.form is Form.EVENTS or Role.DAY not in columns):
        moment = "TRY_CAST(time AS TIMESTAMPTZ)"
    else:
        moment = "TRY_CAST(TRY_CAST(day AS DATE) AS TIMESTAMPTZ)"
    texts = [f"CAST({role.value if role in columns else 'NULL'} AS VARCHAR) AS {role.value}" for role in _TEXTS]
    amount = "CAST(amount AS VARCHAR)" if layout.form is Form.COUNTS else "'1'"
    rows = f"SELECT line, {moment} AS moment, {', '.join(texts)}, {amount} AS amount FROM told"  # noqa: S608 - names of ours
    limits = (
        f"SELECT {EARLIEST_MS} AS earliest_ms, {latest_ms(now)} AS latest_ms, {MOST_DOWNLOADS} AS most, "
        f"{str(Role.FILENAME in columns).lower()} AS has_filename"
    )
    judging = read_question("downloads", "table_rows")
    question = f"SELECT * FROM (WITH rows AS ({rows}), limits AS ({limits}) {judging})"  # noqa: S608 - texts of ours
    if not layout.is_of_totals or period is None:
        return question
    spread = read_question("downloads", "spread")
    of_period = f"SELECT CAST({len(period.days)} AS BIGINT) AS days"
    return f"SELECT * FROM (WITH totals AS ({question}), period AS ({of_period}) {spread})"  # noqa: S608 - texts of ours


def _judged(read: Read, mill: Mill) -> Read:
    """What was read of a table: its question puts what it skips, and why, where the days are."""
    pieces = dict(read.pieces)
    strays = pieces.pop(_SKIPPED, None)
    if strays:
        question = "SELECT why, COUNT(*), MIN(line) FROM strays GROUP BY why"
        for why, number, first in mill.duck.rows(question, {"strays": strays}):
            read.skipped.skip(Skipped[why], first, number)
    return Read(read.lines, read.skipped, pieces, read.is_spread)
