"""Sail in a process of its own, in cluster mode: a driver and workers that speak over loopback ports."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTS_WITHIN_SECONDS = 180.0

_SERVE = """
import signal
from pysail.spark import SparkConnectServer
server = SparkConnectServer("127.0.0.1", 0)
server.start(background=True)
print("port", server.listening_address[1], flush=True)
signal.pause()
"""


class DidNotStartError(Exception):
    """A cluster did not start; the text holds what it said."""


@dataclass(frozen=True)
class Cluster:
    """A server that speaks Spark Connect: its address, and the processes that do its work."""

    url: str
    processes: tuple[subprocess.Popen[bytes], ...]

    def kill(self) -> None:
        """End it at once, as a machine that fails does."""
        for process in self.processes:
            process.kill()
            process.wait()


@contextmanager
def sail_server(folder: Path, *, mode: str = "local-cluster") -> Iterator[Cluster]:
    """Start Sail and stop it at the end. ``folder`` takes what it says."""
    log = folder / "sail.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE],
            env={"SAIL_MODE": mode, "PATH": "/usr/bin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    cluster = Cluster("", (process,))
    try:
        port = wait_for(r"^port (\d+)$", log, process)
        yield Cluster(f"sc://127.0.0.1:{port}", (process,))
    finally:
        end(cluster)


def wait_for(pattern: str, log: Path, process: subprocess.Popen[bytes]) -> str:
    """The first group of a line that a process comes to write. Raises DidNotStartError."""
    began = time.monotonic()
    while time.monotonic() - began < STARTS_WITHIN_SECONDS and process.poll() is None:
        found = re.search(pattern, log.read_text(errors="replace"), re.MULTILINE)
        if found is not None:
            return found[1] if found.groups() else found[0]
        time.sleep(0.1)
    raise DidNotStartError(
        f"exit status {process.poll()} after {time.monotonic() - began:.0f} s: "
        + log.read_text(errors="replace")[-4000:]
    )


def end(cluster: Cluster) -> None:
    """Ask every process of it to stop, and see that it does."""
    for process in reversed(cluster.processes):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in cluster.processes:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
