"""``strongroom projects``, ``releases`` and ``pages``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from strongroom.commands.main import strongroom
from strongroom.gear.settings import Settings
from strongroom.projects.models import Project
from strongroom.record.models import Event
from strongroom.terms.refusals import Reason, Refused
from tests.cast import add_person
from tests.uploads.door import html, listed, page, send, wheel_upload

pytestmark = pytest.mark.django_db


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

    assert run("projects", "status", "Ham_Spam", "quarantined", "--reason", "suspicious").exit_code == 0
    assert listed(index_settings, "ham-spam") == []
    assert [_urls(index_settings, version) for version in ("1.0", "2.0")] == [[], []]

    assert run("projects", "status", "ham-spam", "active").exit_code == 0
    assert len(listed(index_settings, "ham-spam")) == 2
    assert {version: _urls(index_settings, version) for version in ("1.0", "2.0")} == before


def test_a_status_is_recorded_under_the_operators_name() -> None:
    run("projects", "status", "ham-spam", "archived", "--reason", "moved")

    event = Event.objects.latest("id")
    assert (event.deed, event.actor_kind, event.subject_name) == ("status-changed", "operator", "ham-spam")
    assert event.details == {"status": "archived", "reason": "moved"}


def test_an_unknown_status_is_said_with_those_there_are() -> None:
    ran = run("projects", "status", "ham-spam", "lost")

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
        (("projects", "status", "eggs", "archived"), Reason.PROJECT_UNKNOWN),
        (("projects", "status", "../..", "archived"), Reason.NAME_INVALID),
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
