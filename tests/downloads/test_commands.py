"""``strongroom downloads count`` and ``days``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from strongroom.commands.main import strongroom
from strongroom.downloads.actions.claiming import know_day
from strongroom.downloads.models import EventFile
from strongroom.gear.mill import Mill
from tests.downloads.noting import event, write_segment

pytestmark = pytest.mark.django_db

TODAY = datetime.now(UTC)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(strongroom, ["downloads", *arguments])


def days(*arguments: str) -> list[list[str]]:
    ran = run("days", *arguments)
    assert ran.exit_code == 0, ran.stderr
    return [line.split("\t") for line in ran.stdout.splitlines()]


def ago(days: int) -> str:
    return f"{TODAY - timedelta(days=days):%Y-%m-%d}"


def test_counting_now_says_what_it_took_skipped_and_added_up(segments: Path) -> None:
    told = [event(time=f"{ago(number)}T12:00:00.000Z") for number in (1, 1, 2)]
    write_segment(segments, "host-1-a-1", [*told, b"rubbish\n"])

    ran = run("count")

    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "Took 3 downloads from 1 segments.",
        "Skipped 1 lines: cannot be read.",
        f"Added up {ago(2)}.",
        f"Added up {ago(1)}.",
    ]
    assert run("count").stdout.splitlines() == [
        "Took 0 downloads from 0 segments.",
        "Every day that is over was added up already.",
    ]


def test_counting_that_fails_says_so_in_one_line(segments: Path, mill: Mill) -> None:
    write_segment(segments, "host-1-a-1", [event(time=f"{ago(1)}T12:00:00.000Z")])
    run("count")
    mill.downloads.path_of(EventFile.objects.get().path).write_bytes(b"no Parquet")

    ran = run("count")

    assert ran.exit_code == 1
    line = ran.stderr.splitlines()[-1]
    assert f"the downloads of {ago(1)} could not be added up" in ran.stderr
    assert line.startswith("Error: Counting stopped: ")
    assert line.endswith("Nothing is lost; count again.")


def test_days_are_listed_one_a_line_with_what_is_known_of_them(segments: Path) -> None:
    write_segment(segments, "host-1-a-1", [event(time=f"{ago(3)}T12:00:00.000Z")])
    run("count")
    know_day(day=(TODAY - timedelta(days=1)).date())

    assert days("--last", "4") == [
        [ago(3), "own", "1", "complete", "1"],
        [ago(2), "-", "-", "missing", "-"],
        [ago(1), "own", "-", "stale", "-"],
        [ago(0), "own", "-", "not over", "-"],
    ]
    assert len(days()) == 30
