"""``strongroom downloads import``, ``authority`` and ``sources``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from strongroom.commands.main import strongroom
from strongroom.downloads.actions.claiming import claim_days
from strongroom.downloads.models import Day, EventFile, Source
from strongroom.downloads.rules.sources import SourceKind
from strongroom.gear.mill import Mill
from strongroom.record.models import Event
from strongroom.terms.refusals import Reason, Refused
from tests.downloads.importing.samples import DAY, combined_line, nginx_line, packed, put, text

pytestmark = pytest.mark.django_db

# Every one of them lies in the past of whatever clock this runs by.
OLD = {"time": "1735732800"}
OLD_DAY = "2025-01-01"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(strongroom, ["downloads", *map(str, arguments)])


def test_a_folder_is_imported_in_order_of_name_and_what_was_read_and_skipped_is_told(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    put(logs, text(nginx_line(**OLD), "{", "[", nginx_line(**OLD, method="HEAD")), name="b/1.log")
    put(logs, packed(text(combined_line(time="03/Jan/2025:12:00:00 +0000"))), name="a.log.gz")
    put(logs, text(nginx_line(**OLD), "{", "[", nginx_line(**OLD, method="HEAD")), name="c.log")
    put(logs, b"rubbish\x1b[31m\n", name="d\x1b[31m.log")
    put(logs, text(nginx_line(**OLD)), name=".hidden")

    ran = run("import", logs)

    assert ran.exit_code == 0
    assert ran.stdout.splitlines() == [
        "Imported logs/a.log.gz as combined: 1 lines read, 1 kept.",
        "Imported logs/b/1.log as nginx: 4 lines read, 1 kept.",
        "    2 skipped: cannot be read; the first is line 2",
        "    1 skipped: no GET; the first is line 4",
        "Days: 2025-01-01, 2025-01-03.",
    ]
    first, second = ran.stderr.splitlines()
    assert first.startswith("logs/c.log was imported on ")
    assert second.startswith("logs/d\N{REPLACEMENT CHARACTER}[31m.log is in no form that is known here. Name its form")
    assert list(Source.objects.order_by("pk").values_list("name", flat=True)) == ["logs/a.log.gz", "logs/b/1.log"]
    assert {event.actor_kind for event in Event.objects.all()} == {"operator"}

    ran = run("import", logs)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert len(ran.stderr.splitlines()) == 4


def test_what_is_not_there_is_said_and_the_rest_is_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    path = put(tmp_path, text(nginx_line(**OLD)))
    ran = run("import", tmp_path / "gone", tmp_path / "empty", path)
    assert ran.exit_code == 0
    assert [line.partition(" at ")[0] for line in ran.stderr.splitlines()] == ["There is no file to import"] * 2
    assert run("import", tmp_path / "gone").exit_code == 1


def test_totals_are_spread_over_the_days_that_are_named(tmp_path: Path) -> None:
    path = put(tmp_path, text("project,download_count", "boto3,31"), name="top.csv")
    assert run("import", path).exit_code == 1
    ran = run("import", path, "--from", "2025-01-01", "--to", "2025-01-31")
    assert (ran.exit_code, ran.stdout.splitlines()[-1]) == (0, "Days: 2025-01-01 to 2025-01-31.")
    assert EventFile.objects.count() == 31


def test_a_period_has_both_ends(tmp_path: Path) -> None:
    ran = run("import", put(tmp_path, b"x"), "--from", "2025-01-01")
    assert ran.exit_code == 2
    assert "name both" in ran.stderr


def test_the_form_can_be_told(tmp_path: Path) -> None:
    path = put(tmp_path, text("x", nginx_line(**OLD)))
    assert run("import", path, "--as", "fastly").exit_code == 1
    assert run("import", path, "--as", "nginx").exit_code == 0
    assert run("import", path, "--as", "syslog").exit_code == 2


def test_days_on_which_another_source_counts_are_told_with_the_command_that_changes_it(
    mill: Mill, tmp_path: Path
) -> None:
    path = put(tmp_path, text(nginx_line(**OLD)))
    day = DAY.replace(year=2025, month=1, day=1)
    EventFile.objects.create(day=day, kind="fastly", path="x", batch="b", rows=1)
    claim_days(days=[day], kind=SourceKind.FASTLY)

    ran = run("import", path)

    command = f"strongroom downloads authority nginx --from {OLD_DAY} --to {OLD_DAY} --why …"
    assert ran.stdout.splitlines()[-2:] == [
        f"Kept, but not counted, since fastly counts on these days: {OLD_DAY}.",
        f"To count nginx instead: {command}",
    ]
    ran = run(*command.replace("…", "better").split()[2:])
    assert ran.stdout == f"Counted from nginx now: {OLD_DAY}. These days are added up anew by the next counting.\n"
    assert Day.objects.get().kind == "nginx"
    again = run("authority", "nginx", "--from", OLD_DAY, "--to", OLD_DAY, "--why", "better")
    assert again.stdout == "Nothing changed: these days are counted from nginx already.\n"


def test_the_authority_is_not_changed_without_a_reason_or_without_events() -> None:
    period = ("--from", OLD_DAY, "--to", OLD_DAY)
    assert run("authority", "nginx", *period).exit_code == 2
    refused = run("authority", "nginx", *period, "--why", "better").exception
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.AUTHORITY_NO_EVENTS


def test_sources_are_listed_with_what_was_skipped(tmp_path: Path) -> None:
    run("import", put(tmp_path, text(nginx_line(**OLD), "{"), name="a.log"))
    for more in ([], ["--imported"]):
        first, second = run("sources", *more).stdout.splitlines()
        assert first.endswith(f"\tnginx\t2\t1\t{OLD_DAY}\t{OLD_DAY}\ta.log")
        assert second == "    1 skipped: cannot be read; the first is line 2"
    Source.objects.update(kind="own")
    assert run("sources", "--imported").stdout == ""
