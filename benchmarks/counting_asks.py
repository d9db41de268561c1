"""One question put to one engine, in a process of its own: what it takes is read from outside when it has ended.

``python -m benchmarks.counting_asks ours cohort answer.parquet daily=a.parquet daily=b.parquet …``; instead of
``ours``, the address of a cluster. With ``note``, it notes downloads instead and prints the microseconds of each.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from strongroom.gear.engines import read_question
from strongroom.gear.engines.duck import Duck
from strongroom.gear.mill import COUNTING_THREADS
from strongroom.reads.events import Events
from strongroom.reads.files import FilePath, Sent

APPS = {"cohort": "criticality", "rollup": "downloads", "details": "downloads"}

_PIP = (
    'pip/26.3 {"ci":true,"cpu":"x86_64","implementation":{"name":"CPython","version":"3.11.7"},'
    '"installer":{"name":"pip","version":"26.3"},"python":"3.11.7","system":{"name":"Linux","release":"6.1"}}'
)


def main() -> None:
    """Ask, and end."""
    if sys.argv[1] == "note":
        print(_note(int(sys.argv[2])))
        return
    engine, question, to, *named = sys.argv[1:]
    tables: dict[str, list[Path]] = {}
    for one in named:
        name, _, path = one.partition("=")
        tables.setdefault(name, []).append(Path(path))
    text = read_question(APPS[question], question)
    if engine == "ours":
        Duck(folder=Path(to).parent / "spill", threads=COUNTING_THREADS).answer(text, tables, Path(to))
    else:
        from strongroom.gear.engines.spark import Spark

        Spark(engine, here=Path("/"), there="").answer(text, tables, Path(to))


def _note(rounds: int) -> float:
    """Microseconds of processor time that noting one download takes."""
    paths = [FilePath("", f"{number:064x}", f"ham{number}-1.0-py3-none-any.whl") for number in range(1000)]
    sent = Sent(200, 0, 100_000)
    with tempfile.TemporaryDirectory() as folder:
        events = Events(Path(folder))
        for path in paths:
            events.note_download(path, sent, _PIP)
        began = time.process_time()
        for _ in range(rounds):
            for path in paths:
                events.note_download(path, sent, _PIP)
        spent = time.process_time() - began
        events.close()
    return spent / rounds / len(paths) * 1e6


if __name__ == "__main__":
    main()
