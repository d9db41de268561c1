"""``make bench``: this index beside nginx, devpi-server and pypiserver on loopback, our own targets, people's pages."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.cases import WHEEL_BYTES, Measured, all_cases, compare
from benchmarks.counting import time_counting
from benchmarks.machine import LOAD_CORE, cores, has_wrk, on_core, say
from benchmarks.nginx import start_nginx
from benchmarks.pages import time_pages
from benchmarks.report import Target, comparison_table, targets_table, write_results
from benchmarks.servers import (
    CACHE,
    LARGE,
    MANY,
    SMALL,
    NotMeasuredError,
    Server,
    start_devpi,
    start_pypiserver,
    start_strongroom,
)
from benchmarks.targets import FULL, SHORT, Sizes, all_targets, filled
from tests.journeys.made_wheels import make_wheel
from tests.journeys.raw_uploads import Door, RawUpload

FILES_ON_A_SMALL_PAGE = 10  # about 3 KB


def main() -> None:
    """Measure, print the tables, and keep them in ``.cache/bench``."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help="at most about three minutes: fewer rounds, smaller fills")
    parser.add_argument("--only", choices=["comparison", "targets", "pages", "counting"], help="measure one part")
    asked = parser.parse_args()
    began = time.monotonic()
    _say_what_is_missing()
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder, on_core(LOAD_CORE):
        compared: list[Measured] = []
        targets: list[Target] = []
        if asked.only in {None, "comparison"}:
            compared = _compare(Path(folder), SHORT if asked.short else FULL, short=asked.short)
        if asked.only in {None, "targets"}:
            targets = all_targets(Path(folder), SHORT if asked.short else FULL)
        if asked.only in {None, "pages"}:
            targets += time_pages(Path(folder), short=asked.short)
    # Not on one core: adding up takes all there are. In full it takes long, and must be asked for.
    if asked.only in ({None, "counting"} if asked.short else {"counting"}):
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            targets += time_counting(Path(folder), short=asked.short)
    tables = [comparison_table(compared, _names(compared))] if compared else []
    tables += [targets_table(targets)] if targets else []
    text = "\n".join(tables)
    write_results(CACHE, text, compared, targets=targets)
    print(text)
    say(f"Measured in {time.monotonic() - began:.0f} s; kept in .cache/bench/report.md.")


def _compare(folder: Path, sizes: Sizes, *, short: bool) -> list[Measured]:
    """Start every server with the same packages and put every case to each of them in turn."""
    wheels = [make_wheel(folder / "wheels", SMALL, f"1.{number}") for number in range(FILES_ON_A_SMALL_PAGE)]
    wheels.append(make_wheel(folder / "wheels", LARGE, "1.0", payload_bytes=WHEEL_BYTES))
    with ExitStack() as stack:
        index = stack.enter_context(filled(folder / "ours", "--many", MANY, "--files", str(sizes.files)))
        token = index.add_token("ada")
        for wheel in wheels:
            answer = RawUpload(Door(index.port, token), wheel).send()
            if answer.status != 200:
                raise NotMeasuredError(f"{wheel.name} was answered with {answer.status}: {answer.text[:200]}")
        many = [folder / "wheels" / path for path in _names_of_many(folder / "wheels", sizes.files)]
        peers: list[Callable[[], Server]] = [
            lambda: start_nginx(stack, folder / "nginx", index),
            lambda: start_devpi(stack, folder / "devpi", wheels),
            lambda: start_pypiserver(stack, folder / "pypiserver", [*wheels, *many]),
        ]
        servers = [start_strongroom(index, token), *_those_that_start(peers)]
        rounds, seconds = (3, 1) if short else (7, 2)
        compared = list(compare(servers, all_cases(folder / "uploads"), rounds=rounds, seconds=seconds))
        if not index.is_running():
            say(f"Strongroom ended while it was measured. It said:\n{index.last_words()}")
        return compared


def _names_of_many(folder: Path, files: int) -> list[str]:
    """Small files for a peer that only looks at names: all are links to one."""
    first = make_wheel(folder, MANY, "0.0")
    stem = first.name.partition("-")[0]
    names = [f"{stem}-1.{number}-py3-none-any.whl" for number in range(files)]
    for name in names:
        (folder / name).symlink_to(first)
    return names


def _those_that_start(peers: list[Callable[[], Server]]) -> list[Server]:
    started = []
    for start in peers:
        try:
            started.append(start())
        except (NotMeasuredError, OSError) as error:
            say(f"Going on without a peer: {error}")
    return started


def _say_what_is_missing() -> None:
    if not has_wrk():
        say("wrk is not installed: a slower load generator takes its place, and ratios come out nearer to one.")
    if cores() < 2:
        say("There is one core: servers and load generator share it, and figures say less.")


def _names(compared: list[Measured]) -> list[str]:
    seen: dict[str, None] = {}
    for one in compared:
        seen |= dict.fromkeys([*one.figures, *one.missing])
    order = ["Strongroom", "nginx", "devpi", "pypiserver"]
    return [name for name in order if name in seen]


if __name__ == "__main__":
    main()
