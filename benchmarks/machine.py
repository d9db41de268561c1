"""The machine: which core runs what, and how much memory a server has taken."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SERVERS_CORE = 0
LOAD_CORE = 1
CONNECTIONS = 32

_UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
_LOAD = Path(__file__).with_name("load.py")


@dataclass(frozen=True, slots=True)
class Rate:
    """What a server did in a second."""

    requests: float
    bytes: float


def say(line: str) -> None:
    """One line of progress, beside the report."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Run what is started inside on one core; on a machine with one core nothing can be kept apart."""
    before = os.sched_getaffinity(0)
    if core in before and len(before) > 1:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cores() -> int:
    """How many cores there are for us."""
    return len(os.sched_getaffinity(0))


def has_wrk() -> bool:
    """Whether the load generator wrk is installed."""
    return shutil.which("wrk") is not None


def load(url: str, headers: Mapping[str, str], *, seconds: int, connections: int = CONNECTIONS) -> Rate | None:
    """Ask for one address over and over, with connections kept open; nothing when it is not served."""
    options = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    with on_core(LOAD_CORE):
        if has_wrk():
            command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", *options, url]
        else:
            command = [sys.executable, str(_LOAD), url, str(seconds), str(connections), *options[1::2]]
        told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return _read_wrk(told)


def _read_wrk(told: str) -> Rate | None:
    """The figures in the output of wrk, or of the generator that stands in for it."""
    requests = re.search(r"Requests/sec:\s*([\d.]+)", told)
    transfer = re.search(r"Transfer/sec:\s*([\d.]+)(\w+)", told)
    if requests is None or transfer is None or float(requests[1]) == 0 or "Non-2xx" in told:
        return None
    return Rate(requests=float(requests[1]), bytes=float(transfer[1]) * _UNITS[transfer[2].upper()])


def cpu_seconds(pids: Iterable[int]) -> float:
    """The processor time that processes have used so far, their own and the kernel's for them."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        ticks += int(fields[11]) + int(fields[12])  # utime and stime, counted behind the name
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_mib(pids: Iterable[int]) -> float:
    """The highest resident memory of each process so far, added up."""
    return sum(_kib(Path(f"/proc/{pid}/status"), "VmHWM") for pid in pids) / 1024


def resident_mib(pids: Iterable[int]) -> float:
    """The memory resident now, what is shared between processes counted once (PSS)."""
    return sum(_kib(Path(f"/proc/{pid}/smaps_rollup"), "Pss") for pid in pids) / 1024


def _kib(path: Path, field: str) -> int:
    try:
        found = re.search(rf"^{field}:\s+(\d+) kB", path.read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0
