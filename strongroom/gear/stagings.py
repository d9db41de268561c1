"""Rows on their way from text to Parquet files of one day each: as many as there are, in little memory.

Rows come in any order. They are written as text, now and then turned into Parquet in pieces by day, and at the end
each day's pieces become one file, sorted.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from strongroom.gear.engines.duck import Duck, quoted

SEPARATOR = "\x1f"
"""Between the cells of a row. It is in none of them, and neither is the end of a line; an empty cell is nothing."""

_MOST_BYTES = 64 * 1024**2
"""Of text that waits to be turned into Parquet."""


class Busy(Exception):
    """Somebody else is at work in the folder."""


class Staging:
    """A folder of rows. ``columns`` are the names and types of the text; the pieces have what ``select`` gives of it.

    ``select`` reads that text as the table ``told`` and gives a column ``day``, a text, by which the pieces are parted.
    """

    def __init__(
        self,
        folder: Path,
        *,
        duck: Duck,
        columns: Mapping[str, str],
        select: str = "SELECT * FROM told",
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        self._folder, self._duck, self._most_bytes = folder, duck, most_bytes
        self._text = folder / "rows.txt"
        self._file = self._text.open("w", encoding="utf-8", errors="replace", newline="")
        self._pieces = 0
        named = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in columns.items())
        # Nothing is guessed, and no character but the separator and the end of a line has a meaning.
        self._from_text = (
            f"WITH told AS (SELECT * FROM read_csv({quoted(self._text)}, auto_detect = false, header = false, "  # noqa: S608 - names and paths of ours
            f"delim = {quoted(SEPARATOR)}, quote = '', escape = '', nullstr = '', columns = {{{named}}})) {select}"
        )

    def write(self, rows: Iterable[str]) -> None:
        """Add rows: of each its cells, with ``SEPARATOR`` between. Raises EngineFailed, OSError."""
        text = "\n".join(rows)
        if not text:
            return
        self._file.write(text + "\n")
        if self._file.tell() >= self._most_bytes:
            self.settle()

    def settle(self) -> None:
        """Turn the text there is into pieces. Raises EngineFailed, OSError."""
        self._file.flush()
        if self._file.tell():
            self.take(self._from_text)
            self._file.seek(0)
            self._file.truncate()

    def take(self, select: str) -> None:
        """Add what a question gives to the pieces, parted by its column ``day``. Raises EngineFailed."""
        self._pieces += 1
        piece = self._folder / "pieces" / f"{self._pieces:06}"
        piece.mkdir(parents=True)
        self._duck.run([f"COPY ({select}) TO {quoted(piece)} (FORMAT parquet, PARTITION_BY (day))"])

    def pieces(self) -> dict[str, list[Path]]:
        """The files of each day, the days in order."""
        found: dict[str, list[Path]] = {}
        for path in sorted((self._folder / "pieces").glob("*/*/*.parquet")):
            found.setdefault(path.parent.name.partition("=")[2], []).append(path)
        return dict(sorted(found.items()))

    def close(self) -> None:
        """Let go of the text."""
        self._file.close()


@contextmanager
def staging_folder(place: Path) -> Iterator[Path]:
    """An empty folder below ``place``, gone afterwards, with whatever a killed process left there. Raises Busy."""
    place.mkdir(parents=True, exist_ok=True)
    with locked(place / ".lock"):
        for left in place.iterdir():
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=place))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """While nobody else on this machine holds the same lock. Raises Busy when somebody does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Busy from None
    else:
        yield
    finally:
        os.close(descriptor)
