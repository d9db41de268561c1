"""``strongroom announcements``."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from strongroom.commands.main import strongroom
from strongroom.console.models import Announcement
from strongroom.record.models import Event
from strongroom.terms.refusals import Reason, Refused

pytestmark = pytest.mark.django_db

TEXTS = ("--english", "Closed on\tSunday", "--french", "Fermé dimanche")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(strongroom, ["announcements", *arguments])


def test_an_announcement_is_made_listed_and_ended() -> None:
    ran = run("add", *TEXTS, "--warning", "--until", "2999-01-01", "--why", "maintenance")
    row = Announcement.objects.get()

    assert (ran.exit_code, ran.stdout) == (0, f"{row.pk}\n")
    assert (row.english, row.french, row.level) == ("Closed on Sunday", "Fermé dimanche", "warning")
    event = Event.objects.latest("id")
    assert (event.deed, event.actor_kind, event.details["office"]) == ("announcement-made", "operator", "maintenance")
    assert run("list").stdout.endswith("\t2999-01-01 00:00\t\tClosed on Sunday\n")

    ran = run("end", str(row.pk), "--why", "it was moved")

    assert (ran.exit_code, ran.stderr) == (0, f"Ended announcement {row.pk}.\n")
    assert f"ended by {Announcement.objects.get().ended_by}" in run("list").stdout
    assert Event.objects.latest("id").deed == "announcement-ended"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--until", "2001-01-01", "--why", "maintenance"), Reason.ANNOUNCEMENT_TIMES),
        (("--until", "2999-01-01", "--from", "2999-01-02", "--why", "maintenance"), Reason.ANNOUNCEMENT_TIMES),
        (("--until", "2999-01-01", "--why", "-"), Reason.REASON_MISSING),
    ],
)
def test_what_cannot_be_announced_is_refused(more: tuple[str, ...], reason: Reason) -> None:
    refused = run("add", *TEXTS, *more).exception

    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert not Announcement.objects.exists()


def test_an_announcement_that_there_is_not_is_not_ended() -> None:
    refused = run("end", "7", "--why", "maintenance").exception

    assert isinstance(refused, Refused)
    assert refused.reason is Reason.ANNOUNCEMENT_UNKNOWN
