"""``strongroom criticality``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from strongroom.commands.main import strongroom
from strongroom.criticality.models import Run
from strongroom.gear.engines import EngineFailed, Tables
from strongroom.gear.engines.duck import Duck
from strongroom.projects.models import Designation
from strongroom.record.models import Event
from strongroom.terms.refusals import Reason, Refused
from tests.criticality.harvest import Counts, add_projects, count_day, mill_here

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Result:
    return CliRunner().invoke(strongroom, ["criticality", *arguments])


def lines_of(ran: Result) -> dict[str, str]:
    assert ran.exit_code == 0, ran.output
    return dict(line.split(maxsplit=1) for line in ran.stdout.splitlines())


def reason_of(ran: Result) -> Reason:
    assert isinstance(ran.exception, Refused)
    return ran.exception.reason


@pytest.fixture
def day() -> str:
    """A past day, with two projects of which one is critical."""
    add_projects(["ham", "spam"])
    counted = datetime(2026, 8, 30, tzinfo=UTC).date()
    count_day(mill_here(), counted, {"ham": Counts(9, mirrors=2, ci=3), "spam": 5})
    return "2026-08-31"


def test_a_day_is_computed_and_everything_of_it_told(day: str) -> None:
    told = lines_of(run("compute", "--day", day))

    row = Run.objects.get()
    assert told["run"] == str(row.pk)
    assert (told["day"], told["window"], told["days"]) == (day, "2026-02-28 to 2026-08-30", "1 of 184")
    assert (told["projects"], told["k"], told["threshold"], told["cohort"], told["newly"]) == ("2", "1", "9", "1", "1")
    assert (told["state"], told["doubts"]) == ("proposed", "first-run, days-missing")
    assert (told["manifest"], told["eligible"]) == (row.manifest, row.eligible)
    assert (told["inputs"], told["result"]) == (row.inputs, row.result)


def test_the_same_day_again_says_so_and_changes_nothing(day: str) -> None:
    first = lines_of(run("compute", "--day", day))

    again = run("compute", "--day", day)

    assert again.stderr == f"The same as run {first['run']}: nothing changed.\n"
    assert lines_of(again) == first
    assert Run.objects.count() == 1


def test_without_a_day_it_is_today() -> None:
    told = lines_of(run("compute"))

    assert abs(datetime.fromisoformat(told["day"]).replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(days=2)
    assert told["threshold"] == "-"


def test_a_day_that_has_not_come_is_refused() -> None:
    assert reason_of(run("compute", "--day", "2999-01-01")) is Reason.DAY_NOT_OVER


def test_an_engine_that_fails_is_one_clear_line(day: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Duck, question: str, tables: Tables, to: Path) -> int:
        del question, tables, to
        raise EngineFailed("nobody answers")

    monkeypatch.setattr(Duck, "answer", fail)

    ran = run("compute", "--day", day)

    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr == "Error: The engine could not answer: nobody answers. Nothing was changed; try again.\n"


def test_a_run_is_approved_and_what_it_found_shown_and_listed(day: str) -> None:
    number = lines_of(run("compute", "--day", day))["run"]
    assert run("runs").stdout == f"{number}\t{day}\tproposed\t2\t1\t9\t1\t1\tfirst-run, days-missing\n"
    assert run("list").stdout == ""

    ran = run("approve", number, "--why", "the logs are right")

    assert (ran.exit_code, ran.stdout) == (0, f"Approved run {number}: 1 newly critical.\n")
    event = Event.objects.latest("id")
    assert (event.deed, event.actor_kind, event.details["office"]) == ("run-approved", "operator", "the logs are right")
    assert run("list").stdout == f"ham\t{day}\tdownloads\t1\t9\n"
    shown = run("show", "HAM").stdout
    assert shown.splitlines() == [
        "ham is critical since 2026-08-31.",
        f"reason     downloads, run {number}, rule version 1",
        "rank       1 of 2, where 1 are critical",
        "downloads  9; the last one inside had 9",
        "of them    9 on the best day, 3 by continuous integration",
        "mirrors    2",
    ]
    assert reason_of(run("approve", number, "--why", "once more")) is Reason.RUN_DECIDED


def test_a_run_is_dismissed(day: str) -> None:
    number = lines_of(run("compute", "--day", day))["run"]

    ran = run("dismiss", number, "--why", "a log was imported twice")

    assert (ran.exit_code, ran.stdout) == (0, f"Dismissed run {number}.\n")
    assert not Designation.objects.exists()
    assert reason_of(run("dismiss", "999", "--why", "there is none")) is Reason.RUN_UNKNOWN


def test_a_name_is_made_critical(day: str) -> None:
    del day
    assert (run("show", "spam").exit_code, run("show", "spam").stdout) == (1, "spam is not critical.\n")

    ran = run("designate", "Spam", "--why", "every build needs it")

    assert (ran.exit_code, ran.stdout) == (0, "spam is critical from now on.\n")
    assert run("show", "spam").stdout.splitlines()[1] == "reason     operator: every build needs it"
    assert run("list").stdout.splitlines()[0].endswith("\toperator\t-\t-")
    assert reason_of(run("designate", "SPAM", "--why", "every build needs it")) is Reason.ALREADY_CRITICAL
    assert reason_of(run("designate", "-", "--why", "every build needs it")) is Reason.NAME_INVALID
    assert reason_of(run("designate", "ham", "--why", "-")) is Reason.REASON_MISSING
