"""Our own targets, each measured on an index filled for it."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.machine import SERVERS_CORE, on_core, resident_mib, say
from benchmarks.report import Target
from benchmarks.servers import MANY, NotMeasuredError
from tests.journeys.clients import ROOT
from tests.journeys.made_wheels import make_wheel
from tests.journeys.raw_uploads import Door, RawUpload
from tests.journeys.server import Index

JSON = "application/vnd.pypi.simple.v1+json"
SETTINGS = {"STRONGROOM_NEW_PROJECTS_PER_HOUR": "0"}
FEW = 500
AT_ONCE = 30
FOLLOWED = 5
GIVES_UP_AFTER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much the indexes are filled with: less in a short run."""

    files: int
    beside: int
    resident: int


FULL = Sizes(files=15_000, beside=500_000, resident=10_000)
SHORT = Sizes(files=15_000, beside=20_000, resident=1_000)


@dataclass(frozen=True, slots=True)
class Published:
    """What it took to publish: the answer, and the page that shows the file, in seconds."""

    answered: float
    visible: float


@contextmanager
def filled(folder: Path, *fill: str) -> Iterator[Index]:
    """An index with these rows in it, started anew so that the pages due are published."""
    index = Index(folder, settings=SETTINGS)
    index.starts_within_seconds = 600  # thousands of pages may be due
    with on_core(SERVERS_CORE):
        index.start()
        index.add_account("ada")
        index.stop()
        if fill:
            _fill(index, *fill)
        index.start()
    try:
        yield index
    finally:
        index.stop()


def all_targets(folder: Path, sizes: Sizes) -> list[Target]:
    """Measure every target."""
    return [
        *_visible_among_many(folder / "many", sizes.files),
        *_beside_others(folder, sizes.beside),
        *_resident(folder / "resident", sizes.resident),
    ]


def _visible_among_many(folder: Path, files: int) -> list[Target]:
    say(f"Measuring: a file published into a project of {files:,} files")
    with filled(folder, "--many", MANY, "--files", str(files)) as index:
        door = Door(index.port, index.add_token("ada"))
        took = [_publish(index, door, make_wheel(folder / "made", MANY, f"9.{number}")) for number in range(5)]
    visible = max(one.visible for one in took)
    return [Target(f"a file visible in a project of {files:,} files", "s", 2, visible, "slowest of 5, page polled")]


def _beside_others(folder: Path, many: int) -> list[Target]:
    """Publish new projects into a small and a large index by turns: at once, and each when its list has followed."""
    say(f"Measuring: publishing beside {FEW} and beside {many:,} other projects")
    answered: dict[int, list[float]] = {FEW: [], many: []}
    followed: dict[int, list[float]] = {FEW: [], many: []}
    with ExitStack() as stack:
        indexes = {
            beside: stack.enter_context(filled(folder / f"beside-{beside}", "--projects", str(beside)))
            for beside in (FEW, many)
        }
        for beside, index in indexes.items():
            _crowd(index, beside)
        doors = {beside: Door(index.port, index.add_token("ada")) for beside, index in indexes.items()}
        for number in range(AT_ONCE + FOLLOWED):
            for beside, index in indexes.items():
                name = f"newcomer-{number}-x"
                wheel = make_wheel(folder / "made", name, "1.0")
                answered[beside].append(_publish(index, doors[beside], wheel).answered)
                # The first come while the list is still being made for those before them, as on a busy index.
                if number >= AT_ONCE:
                    followed[beside].append(_time_list(index, name))
    few, lots = median(answered[FEW]), median(answered[many])
    note = f"medians of {AT_ONCE + FOLLOWED}, by turns: {lots * 1000:.0f} ms and {few * 1000:.0f} ms"
    follows = f"median of {FOLLOWED}; slowest {max(followed[many]):.1f} s"
    return [
        # Noise alone moves a median of so few by a tenth or two.
        Target(f"publishing beside {many:,} projects ÷ beside {FEW}", "×", 1.25, lots / few, note),
        Target(f"the list of {many:,} projects follows", "s", 5, median(followed[many]), follows),
    ]


def _time_list(index: Index, name: str) -> float:
    """How long after an upload the list of all projects has the name; it is read again only when it has changed."""
    began, etag, body = time.perf_counter(), "", b""
    while f'"{name}"'.encode() not in body:
        if time.perf_counter() - began > GIVES_UP_AFTER_SECONDS:
            raise NotMeasuredError(f"the list did not follow within {GIVES_UP_AFTER_SECONDS:.0f} s")
        time.sleep(0.05)
        body, etag = _get_changed(index, etag)
    return time.perf_counter() - began


def _get_changed(index: Index, etag: str) -> tuple[bytes, str]:
    """The list of all projects and its ETag; empty when it is as it was."""
    connection = http.client.HTTPConnection("127.0.0.1", index.port, timeout=60)
    try:
        connection.request("GET", "/simple/", headers=_headers(index) | {"Accept": JSON, "If-None-Match": etag})
        response = connection.getresponse()
        return response.read(), response.getheader("ETag") or etag
    finally:
        connection.close()


def _crowd(index: Index, beside: int) -> None:
    """Give every filler an entry in the folder of pages, as a folder of that many projects has."""
    simple = index.data / "pages" / "simple"
    target = index.data / "one-for-all"
    target.mkdir(exist_ok=True)
    for position in range(beside):
        entry = simple / f"filler-{position:06d}"
        if not entry.exists():
            entry.symlink_to(target)


def _resident(folder: Path, projects: int) -> list[Target]:
    say(f"Measuring: memory with {projects:,} projects")
    with filled(folder, "--projects", str(projects), "--due") as index:
        _wait(lambda: _get(index, f"/simple/filler-{projects - 1:06d}/") != b"", seconds=600)
        _read_every_page(index, projects)
        resident = resident_mib(index.processes())
    return [Target(f"resident memory with {projects:,} projects", "MiB", 250, resident, "after every page was read")]


def _read_every_page(index: Index, projects: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", index.port, timeout=30)
    for form in ("text/html", JSON):
        for path in ("/simple/", *(f"/simple/filler-{position:06d}/" for position in range(projects))):
            connection.request("GET", path, headers=_headers(index) | {"Accept": form, "Accept-Encoding": "gzip"})
            connection.getresponse().read()
    connection.close()


def _publish(index: Index, door: Door, wheel: Path) -> Published:
    project = wheel.name.partition("-")[0].replace("_", "-")
    upload = RawUpload(door, wheel)
    began = time.perf_counter()
    answer = upload.send()
    answered = time.perf_counter() - began
    if answer.status != http.HTTPStatus.OK:
        raise NotMeasuredError(f"{wheel.name} was answered with {answer.status}: {answer.text[:200]}")
    _wait(lambda: wheel.name.encode() in _get(index, f"/simple/{project}/"))
    return Published(answered=answered, visible=time.perf_counter() - began)


def _get(index: Index, path: str) -> bytes:
    """A page's body; empty when there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", index.port, timeout=60)
    try:
        connection.request("GET", path, headers=_headers(index) | {"Accept": JSON})
        response = connection.getresponse()
        body = response.read()
        return body if response.status == http.HTTPStatus.OK else b""
    finally:
        connection.close()


def _headers(index: Index) -> dict[str, str]:
    return {"Host": f"localhost:{index.port}"}


def _wait(is_so: Callable[[], bool], *, seconds: float = GIVES_UP_AFTER_SECONDS) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise NotMeasuredError(f"it was not so within {seconds:.0f} s")


def _fill(index: Index, *fill: str) -> None:
    say(f"Filling: {' '.join(fill)}")
    command = [sys.executable, "-m", "benchmarks.fill", "--owner", "ada", *fill]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **index.settings}, check=True)
