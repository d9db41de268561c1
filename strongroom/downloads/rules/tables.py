"""Tables of downloads: which column means what, and one row of CSV, read.

Essential reading: docs/importing-downloads.md; the columns of PyPI's public download table; RFC 4180.
"""

from __future__ import annotations

import csv
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from strongroom.downloads.rules.sources import Form, Skipped

MOST_DOWNLOADS = 10**12
"""Of one project that one row may tell of: a hundred times what PyPI serves in a day. So no sum runs over."""

SUFFIXES = (".whl", ".tar.gz", ".zip")
"""Only such files count, as at PyPI since 24 August 2026; rows of before may tell of others."""

SEPARATORS = (",", "\t", ";")


class Role(enum.Enum):
    """What a column tells. The value is its name in the questions."""

    TIME = "time"
    DAY = "day"
    PROJECT = "project"
    VERSION = "version"
    FILENAME = "filename"
    CLIENT = "client"
    CLIENT_VERSION = "client_version"
    PYTHON = "python"
    SYSTEM = "system"
    CI = "ci"
    AMOUNT = "amount"


_NAMES: dict[Role, tuple[str, ...]] = {
    Role.TIME: ("timestamp", "time"),
    Role.DAY: ("day", "date", "download_date"),
    Role.PROJECT: ("file_project", "project", "project_name", "package"),
    Role.VERSION: ("file_version", "version"),
    Role.FILENAME: ("file_filename", "filename"),
    Role.CLIENT: ("installer_name", "installer"),
    Role.CLIENT_VERSION: ("installer_version",),
    Role.PYTHON: ("python", "python_version"),
    Role.SYSTEM: ("system_name", "system"),
    Role.CI: ("ci",),
    Role.AMOUNT: ("download_count", "downloads", "num_downloads", "count"),
}
"""How each column may be called, the likeliest first; nested ones are written with an underscore."""


@dataclass(frozen=True)
class Layout:
    """What the columns of a table tell: of each role the column's number, from 0.

    A table without a day tells of totals, which are spread over a period.
    """

    form: Form
    columns: Mapping[Role, int]

    @property
    def is_of_totals(self) -> bool:
        """Whether it says nothing of when."""
        return Role.TIME not in self.columns and Role.DAY not in self.columns


def layout_of(names: Sequence[str], form: Form | None = None) -> Layout | None:
    """What columns of these names tell; nothing when they do not tell enough of downloads, or not in this form."""
    called: dict[str, int] = {}
    for number, name in enumerate(names):
        called.setdefault(_plain(name), number)
    columns = {
        role: called[known[0]]
        for role, names_of_role in _NAMES.items()
        if (known := [name for name in names_of_role if name in called])
    }
    if Role.PROJECT not in columns:
        return None
    layout = Layout(form or (Form.COUNTS if Role.AMOUNT in columns else Form.EVENTS), columns)
    lacks = Role.AMOUNT not in columns if layout.form is Form.COUNTS else layout.is_of_totals
    return None if lacks else layout


def _plain(name: str) -> str:
    return name.strip().lower().replace(".", "_").removeprefix("details_")


@dataclass(frozen=True)
class CsvTable:
    """A table as text: its separator, how many columns a row has, and what they tell."""

    separator: str
    width: int
    layout: Layout

    @property
    def roles(self) -> list[Role]:
        """What the cells are that ``read_row`` gives, in order."""
        return list(self.layout.columns)


def read_header(line: str, form: Form | None = None) -> CsvTable | None:
    """The first line of a table as text; nothing when it is none."""
    for separator in SEPARATORS:
        names = _cells(line.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), separator)
        layout = layout_of(names, form) if names else None
        if names and layout:
            return CsvTable(separator, len(names), layout)
    return None


def read_row(line: str, table: CsvTable) -> list[str] | Skipped:
    """The cells of a line that tell something, in order of the table's roles. A row never goes over several lines."""
    cells = _cells(line, table.separator)
    if cells is None or len(cells) != table.width:
        return Skipped.BROKEN
    return [cells[number] for number in table.layout.columns.values()]


def _cells(line: str, separator: str) -> list[str] | None:
    if "\0" in line or "\x1f" in line:
        return None
    if '"' not in line:
        return None if "\r" in line else line.split(separator)
    try:
        cells = next(csv.reader([line], delimiter=separator, strict=True), None)
    except csv.Error:
        return None
    return None if cells is None or any("\n" in cell or "\r" in cell for cell in cells) else cells
