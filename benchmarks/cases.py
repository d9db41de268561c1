"""The cases that servers are compared in, measured in short rounds, one server after the other.

The machine is noisy: a round of one server is followed by the same round of the next, and what
counts is the median over the rounds.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median

from benchmarks.machine import CONNECTIONS, cpu_seconds, load, peak_mib, say
from benchmarks.servers import LARGE, MANY, SMALL, NotMeasuredError, Server
from tests.journeys.made_wheels import make_wheel
from tests.journeys.raw_uploads import RawUpload

MIB = 1024 * 1024
WHEEL_BYTES = 10 * 1000 * 1000
DOWNLOADS_AT_ONCE = 4
SETTLES_WITHIN_SECONDS = 30
HTML, JSON = "text/html", "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True, slots=True)
class Case:
    """One question put to every server: so many of ``unit``.

    With ``counts_cpu`` the server's processor time for one request is measured too: on a machine that
    others share it says more than requests a second.
    """

    name: str
    unit: str
    measure: Callable[[Server, int], float]
    rounds: int | None = None
    counts_cpu: bool = False


@dataclass(slots=True)
class Measured:
    """A case's answers: for each server a figure, or why there is none."""

    case: Case
    figures: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def ratio(self, ours: str, other: str) -> float | None:
        """Ours for each of the other's."""
        if ours not in self.figures or not self.figures.get(other):
            return None
        return self.figures[ours] / self.figures[other]

    def cpu_ratio(self, ours: str, other: str) -> float | None:
        """How many of ours fit into the processor time of one of the other's."""
        if other not in self.cpu or not self.cpu.get(ours):
            return None
        return self.cpu[other] / self.cpu[ours]


def compare(servers: list[Server], cases: list[Case], *, rounds: int, seconds: int) -> Iterator[Measured]:
    """Measure every case, servers in turn."""
    for case in cases:
        say(f"Measuring: {case.name}")
        yield _measure(servers, case, rounds=case.rounds or rounds, seconds=seconds)


def _measure(servers: list[Server], case: Case, *, rounds: int, seconds: int) -> Measured:
    measured = Measured(case)
    values: dict[str, list[float]] = {server.name: [] for server in servers}
    cpu: dict[str, list[float]] = {server.name: [] for server in servers}
    for _ in range(rounds):
        for server in servers:
            if server.name in measured.missing:
                continue
            try:
                before = cpu_seconds(server.processes())
                value = _put(case, server, seconds)
                values[server.name].append(value)
                used = cpu_seconds(server.processes()) - before
                cpu[server.name].append(used / (value * seconds) * 1e6)
                _settle(server)
            except (NotMeasuredError, OSError, http.client.HTTPException) as error:
                measured.missing[server.name] = server.missing.get(case.name, str(error))
    measured.figures = {name: median(seen) for name, seen in values.items() if seen}
    if case.counts_cpu:
        measured.cpu = {name: median(seen) for name, seen in cpu.items() if seen}
    return measured


def _put(case: Case, server: Server, seconds: int) -> float:
    value = case.measure(server, seconds)
    if not value:
        raise NotMeasuredError("nothing came back; it may have ended")
    return value


def _settle(server: Server) -> None:
    """Wait until a server has worked off what was still asked of it: the next one shares its core."""
    for _ in range(SETTLES_WITHIN_SECONDS * 5):
        before = cpu_seconds(server.processes())
        time.sleep(0.2)
        if cpu_seconds(server.processes()) - before < 0.02:
            return


def all_cases(folder: Path) -> list[Case]:
    """Every case of the comparison; wheels to upload are made in ``folder``."""
    uploads = _Uploads(folder)
    return [
        Case(
            "page of 3 KB, HTML",
            "requests/s",
            lambda server, seconds: _page(server, SMALL, HTML, seconds),
            counts_cpu=True,
        ),
        Case(
            "page of 3 KB, JSON",
            "requests/s",
            lambda server, seconds: _page(server, SMALL, JSON, seconds),
            counts_cpu=True,
        ),
        Case("304 of that page", "requests/s", _not_modified, counts_cpu=True),
        Case(
            "page of 15,000 files",
            "requests/s",
            lambda server, seconds: _page(server, MANY, HTML, seconds),
            counts_cpu=True,
        ),
        Case("10 MB wheel down", "MB/s", _download),
        Case("10 MB wheel up", "MB/s", uploads.measure),
        Case("peak memory", "MiB", lambda server, _: peak_mib(server.processes()), rounds=1),
    ]


def _page(server: Server, project: str, form: str, seconds: int) -> float:
    path = server.page(project)
    headers = {"Accept": form, "Accept-Encoding": "gzip", "User-Agent": "bench/1.0"}
    status, found, _ = server.get(path, **headers)
    if status != http.HTTPStatus.OK:
        raise NotMeasuredError(f"the page of {project} is answered with {status}")
    if form == JSON and "json" not in (found.get("Content-Type") or ""):
        raise NotMeasuredError("there is no JSON form")
    return _requests(server, path, headers, seconds=seconds)


def _not_modified(server: Server, seconds: int) -> float:
    path = server.page(SMALL)
    headers = {"Accept": HTML, "Accept-Encoding": "gzip", "User-Agent": "bench/1.0"}
    _, found, _ = server.get(path, **headers)
    etag = found.get("ETag")
    if etag is None:
        raise NotMeasuredError("its pages have no ETag")
    headers["If-None-Match"] = etag
    status, _, _ = server.get(path, **headers)
    if status != http.HTTPStatus.NOT_MODIFIED:
        raise NotMeasuredError(f"its own ETag is answered with {status}")
    return _requests(server, path, headers, seconds=seconds)


def _requests(server: Server, path: str, headers: dict[str, str], *, seconds: int) -> float:
    rate = load(server.url(path), headers, seconds=seconds, connections=CONNECTIONS)
    if rate is not None:
        return rate.requests
    # So slow that no answer came within the round: then one request at a time.
    began = time.perf_counter()
    status, _, _ = server.get(path, **headers)
    if status >= http.HTTPStatus.BAD_REQUEST:
        raise NotMeasuredError(f"it is answered with {status} under load")
    return 1 / (time.perf_counter() - began)


def _download(server: Server, seconds: int) -> float:
    rate = load(server.url(server.first_file(LARGE)), {}, seconds=max(2, seconds), connections=DOWNLOADS_AT_ONCE)
    if rate is None:
        raise NotMeasuredError("no answer in time, or refusals under load")
    return rate.bytes / 1e6


class _Uploads:
    """Uploads of 10 MB, each of a wheel that no server has seen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def measure(self, server: Server, _seconds: int) -> float:
        """How many bytes a second go up, the answer included."""
        if server.door is None:
            raise NotMeasuredError("it takes no uploads")
        wheel = make_wheel(self._folder, "bench-upload", f"1.{next(self._numbers)}", payload_bytes=WHEEL_BYTES)
        upload = RawUpload(server.door, wheel)
        began = time.perf_counter()
        answer = upload.send()
        took = time.perf_counter() - began
        wheel.unlink()
        if answer.status != http.HTTPStatus.OK:
            raise NotMeasuredError(f"the upload was answered with {answer.status}: {answer.text[:120]}")
        return WHEEL_BYTES / 1e6 / took
