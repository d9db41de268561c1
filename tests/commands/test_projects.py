"""``strongroom projects``, ``releases`` and ``pages``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from django.utils import timezone

from strongroom.accounts.models import Account
from strongroom.commands.main import strongroom
from strongroom.gear.settings import Settings
from strongroom.projects.models import DeletionHold, Project
from strongroom.projects.queries.roles import load_role
from strongroom.projects.rules.roles import Role
from strongroom.record.models import Event
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason, Refused
from tests.cast import NOW, add_person
from tests.uploads.door import html, listed, page, send, wheel_upload

pytestmark = pytest.mark.django_db

WHY = "asked for by mail"


@pytest.fixture(autouse=True)
def ham() -> None:
    ada = add_person("ada")
    for version in ("1.0", "2.0"):
        assert send(wheel_upload("Ham.Spam", version), ada.basic).status_code == 200


def run(*arguments: str) -> Result:
    return CliRunner().invoke(strongroom, list(arguments))


def test_projects_are_listed_with_the_serial_of_their_last_change() -> None:
    assert run("projects", "list").stdout == "ham-spam\t2\n"


def test_a_quarantine_takes_every_page_s_files_away_and_lifting_it_brings_all_back(index_settings: Settings) -> None:
    before = {version: _urls(index_settings, version) for version in ("1.0", "2.0")}
    assert all(before.values())

    assert run("projects", "status", "Ham_Spam", "quarantined", "--reason", "suspicious", "--why", WHY).exit_code == 0
    assert listed(index_settings, "ham-spam") == []
    assert [_urls(index_settings, version) for version in ("1.0", "2.0")] == [[], []]

    assert run("projects", "status", "ham-spam", "active", "--why", WHY).exit_code == 0
    assert len(listed(index_settings, "ham-spam")) == 2
    assert {version: _urls(index_settings, version) for version in ("1.0", "2.0")} == before


def test_a_status_is_recorded_under_the_operators_name() -> None:
    run("projects", "status", "ham-spam", "archived", "--reason", "moved", "--why", WHY)

    event = Event.objects.latest("id")
    assert (event.deed, event.actor_kind, event.subject_name) == ("status-changed", "operator", "ham-spam")
    assert event.details == {"status": "archived", "reason": "moved", "office": WHY}


def test_an_unknown_status_is_said_with_those_there_are() -> None:
    ran = run("projects", "status", "ham-spam", "lost", "--why", WHY)

    assert ran.exit_code == 2
    assert "quarantined" in ran.stderr
    assert Project.objects.get().status == "active"


@pytest.mark.parametrize("version", ["1.0", "v1.0", "01.00"])
def test_a_yank_shows_at_once_however_the_version_is_written(version: str, index_settings: Settings) -> None:
    ran = run("releases", "yank", "HAM.spam", version, "--reason", "it bites")

    assert ran.exit_code == 0
    assert 'data-yanked="it bites"' in html(index_settings, "ham-spam")
    assert run("releases", "unyank", "ham-spam", version).exit_code == 0
    assert "data-yanked" not in html(index_settings, "ham-spam")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("releases", "yank", "eggs", "1.0"), Reason.PROJECT_UNKNOWN),
        (("releases", "yank", "ham-spam", "3.0"), Reason.RELEASE_UNKNOWN),
        (("releases", "yank", "ham-spam", "newest"), Reason.RELEASE_UNKNOWN),
        (("releases", "unyank", "ham-spam", "../.."), Reason.RELEASE_UNKNOWN),
        (("projects", "status", "eggs", "archived", "--why", WHY), Reason.PROJECT_UNKNOWN),
        (("projects", "status", "../..", "archived", "--why", WHY), Reason.NAME_INVALID),
    ],
)
def test_what_is_not_there_is_refused(arguments: tuple[str, ...], reason: Reason) -> None:
    before = Event.objects.count()

    refused = run(*arguments).exception

    assert isinstance(refused, Refused)
    assert refused.reason is reason
    assert Event.objects.count() == before


def test_all_pages_are_published_anew_from_the_rows(index_settings: Settings) -> None:
    for path in index_settings.pages_folder.rglob("json*"):
        path.unlink()

    ran = run("pages", "publish")

    assert ran.exit_code == 0
    assert ran.stdout.endswith("Published the pages of 1 projects.\n")
    assert _urls(index_settings, "1.0")
    assert page(index_settings, "simple/index.json")["projects"] == [{"_last-serial": 2, "name": "ham-spam"}]


def _urls(chosen: Settings, version: str) -> list[str]:
    body = json.loads((chosen.pages_folder / "pypi" / "ham-spam" / version / "json").read_bytes())
    return [file["url"] for file in body["urls"]]


def test_a_role_is_given_and_taken_by_those_at_the_machine_with_a_reason() -> None:
    cyd = add_person("cyd")

    given = run("projects", "give-role", "Ham.Spam", "CYD", "owner", "--why", WHY)
    assert (given.exit_code, given.stderr) == (0, "CYD is owner of ham-spam.\n")
    assert load_role(cyd.account, NormalizedName("ham-spam")) is Role.OWNER
    assert Event.objects.latest("id").details == {"account": "cyd", "role": "owner", "office": WHY}

    taken = run("projects", "remove-collaborator", "ham-spam", "ada", "--why", WHY)
    assert (taken.exit_code, taken.stderr) == (0, "ada is no collaborator of ham-spam any more.\n")
    assert Event.objects.latest("id").actor_kind == "operator"


@pytest.mark.parametrize(
    "deed",
    [
        ("give-role", "ham-spam", "ada", "owner"),
        ("remove-collaborator", "ham-spam", "ada"),
        ("restore", "ham-spam"),
        ("withdraw-deletion", "ham-spam", "1"),
        ("status", "ham-spam", "archived"),
    ],
)
def test_every_deed_on_a_project_asks_why(deed: tuple[str, ...]) -> None:
    before = Event.objects.count()

    without = run("projects", *deed)
    too_little = run("projects", *deed, "--why", "...")

    assert (without.exit_code, "--why" in without.stderr) == (2, True)
    assert isinstance(too_little.exception, Refused)
    assert too_little.exception.reason is Reason.REASON_MISSING
    assert Event.objects.count() == before


def test_a_project_is_shown_with_its_people_and_restored(index_settings: Settings) -> None:
    assert run("projects", "show", "ham_spam").stdout == "name\tHam.Spam\nstatus\tactive\nowner\tada\n"
    add_person("cyd")
    run("projects", "give-role", "ham-spam", "cyd", "maintainer", "--why", WHY)
    Account.objects.filter(name="cyd").update(closed_at=NOW)
    Project.objects.update(deleted_at=timezone.now(), status="archived", status_reason="moved")

    shown = run("projects", "show", "ham-spam").stdout.splitlines()
    assert shown[1:4] == ["status\tarchived\tmoved", "owner\tada", "maintainer\tcyd\taccount closed"]
    assert shown[4].startswith("deleted\tcan be restored until 20")
    restored = run("projects", "restore", "ham-spam", "--why", WHY)
    assert (restored.exit_code, restored.stderr) == (0, "Restored ham-spam.\n")
    assert len(listed(index_settings, "ham-spam")) == 2

    again = run("projects", "restore", "ham-spam", "--why", WHY).exception
    assert isinstance(again, Refused)
    assert again.reason is Reason.NOT_DELETED


def test_a_deletion_that_waits_is_shown_and_withdrawn() -> None:
    holds = [
        DeletionHold.objects.create(project=Project.objects.get(), version=version, asked_at=NOW, due_at=NOW)
        for version in ("1.0", "")
    ]

    assert run("projects", "show", "ham-spam").stdout.splitlines()[-2:] == [
        f"to be deleted\tthe whole project\t2026-11-23 12:00 UTC\tnumber {holds[1].pk}",
        f"to be deleted\t1.0\t2026-11-23 12:00 UTC\tnumber {holds[0].pk}",
    ]
    told = run("projects", "withdraw-deletion", "ham-spam", str(holds[1].pk), "--why", WHY)

    assert (told.exit_code, told.stderr) == (0, f"Withdrew the deletion {holds[1].pk} of ham-spam.\n")
    assert Event.objects.latest("id").details == {"office": WHY}
    assert "whole" not in run("projects", "show", "ham-spam").stdout
    again = run("projects", "withdraw-deletion", "ham-spam", str(holds[1].pk), "--why", WHY).exception
    assert isinstance(again, Refused)
    assert again.reason is Reason.DELETION_NOT_HELD


def test_a_project_that_is_gone_for_good_is_shown_as_such() -> None:
    Project.objects.update(deleted_at=NOW, purged_at=NOW)

    assert run("projects", "show", "ham-spam").stdout.splitlines()[-1] == "deleted\tits files are gone"
