"""Files that answer one question quickly: what is known of this name? Written whole, once; then only read.

Each is an SQLite file of its own, beside the database: half a million names change in it every day, and nobody who
serves pages waits for that.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

_LEVEL = 1
"""Of compression: half the bytes for a tenth of the work of the usual level."""

_SHORT = 200
"""Characters up to which an entry is kept as it is: packing it would cost more than it saves."""

_AT_ONCE = 500
"""Names in one question."""


def write_lookup(path: Path, entries: Iterable[tuple[str, object]]) -> int:
    """Write what is known of each name, as JSON, to a file that is not there yet; how many names it has."""
    texts = ((name, json.dumps(known, separators=(",", ":"))) for name, known in entries)
    return write_lookup_texts(path, texts)


def write_lookup_texts(path: Path, entries: Iterable[tuple[str, str]]) -> int:
    """As ``write_lookup``, of what is JSON already."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")  # whoever gives it its name flushes it first
        connection.execute("CREATE TABLE entries (name TEXT PRIMARY KEY, known BLOB NOT NULL) WITHOUT ROWID")
        with connection:
            done = connection.executemany("INSERT INTO entries VALUES (?, ?)", _packed(entries))
            return max(0, done.rowcount)


def read_lookup(path: Path, name: str) -> object | None:
    """What is known of a name; nothing when that is nothing, or the file is not there."""
    return read_lookups(path, [name]).get(name)


def read_lookups(path: Path, names: Collection[str]) -> dict[str, object]:
    """What is known of each of the names, without those of which nothing is; empty when the file is not there."""
    wanted, found = sorted(names), list[tuple[str, bytes | str]]()
    try:
        # Never changed once it has its name, so nothing of it need be locked.
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                # Nothing but marks is put into the text.
                question = f"SELECT name, known FROM entries WHERE name IN ({marks})"  # noqa: S608
                found += connection.execute(question, some).fetchall()
    except sqlite3.Error:
        return {}
    return {name: _unpacked(known) for name, known in found}


def _packed(entries: Iterable[tuple[str, str]]) -> Iterable[tuple[str, bytes | str]]:
    for name, text in entries:
        yield name, text if len(text) <= _SHORT else zlib.compress(text.encode(), _LEVEL)


def _unpacked(known: bytes | str) -> object:
    unpacked: object = json.loads(known if isinstance(known, str) else zlib.decompress(known))
    return unpacked
