"""``strongroom accounts``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from click.testing import CliRunner, Result

from strongroom.accounts.models import Account, EmailAddress
from strongroom.commands.main import strongroom
from strongroom.gear.settings import Settings
from strongroom.reads.readers import Readers
from strongroom.record.models import Event
from strongroom.terms.refusals import Reason, Refused
from strongroom.tokens.rules import Permission
from tests.cast import NOW, add_person, token_for
from tests.uploads.door import send, wheel_upload

pytestmark = pytest.mark.django_db


def test_an_added_account_can_publish_once_its_address_is_vouched_for() -> None:
    ran = CliRunner().invoke(strongroom, ["accounts", "add", "ada", "--email", "ada@example.org", "--verified"])

    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "", "Added ada.\n")
    assert EmailAddress.objects.get().verified_at is not None
    event = Event.objects.get()
    assert (event.deed, event.actor_kind) == ("account-added", "operator")
    assert event.actor_name


def test_an_account_without_a_vouched_address_is_added_with_a_warning() -> None:
    ran = CliRunner().invoke(strongroom, ["accounts", "add", "ada", "--email", "ada@example.org"])

    assert ran.exit_code == 0
    assert "cannot publish (--verified)" in ran.stderr
    assert EmailAddress.objects.get().verified_at is None


def test_an_account_that_is_there_is_refused_and_changes_nothing() -> None:
    add_person("ada")

    ran = CliRunner().invoke(strongroom, ["accounts", "add", "ADA", "--email", "other@example.org"])

    assert isinstance(ran.exception, Refused)
    assert ran.exception.reason is Reason.ACCOUNT_EXISTS
    assert Account.objects.count() == 1


def test_an_address_must_be_given() -> None:
    ran = CliRunner().invoke(strongroom, ["accounts", "add", "ada"])

    assert ran.exit_code == 2
    assert "--email" in ran.stderr


def run(*arguments: str) -> Result:
    return CliRunner().invoke(strongroom, ["accounts", *arguments])


def test_a_suspended_account_is_good_for_nothing_until_it_is_lifted(
    index_settings: Settings, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]]
) -> None:
    ada = add_person("ada")
    token_for("ada", permissions=[Permission.READ])
    readers = Readers(index_settings.readers_folder)
    reading = readers.published_tokens()

    with django_capture_on_commit_callbacks(execute=True):
        ran = run("suspend", "ADA")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (
        0,
        "",
        "Suspended ADA. To lift it: strongroom accounts lift ADA\n",
    )
    assert Account.objects.get().suspended_why == "operator"
    assert readers.published_tokens() == []
    assert send(wheel_upload(), ada.basic)["X-Strongroom-Reason"] == "account-inactive"
    assert Event.objects.latest("id").deed == "account-suspended"

    with django_capture_on_commit_callbacks(execute=True):
        ran = run("lift", "ada")
    assert (ran.exit_code, ran.stderr) == (0, "Lifted the suspension of ada.\n")
    assert readers.published_tokens() == reading
    assert send(wheel_upload(), ada.basic).status_code == 200
    assert run("lift", "ada").stderr == "ada is not suspended.\n"


@pytest.mark.parametrize("why", ["operator", "not-me"])
def test_an_operator_lifts_a_suspension_whatever_it_was_for(why: str) -> None:
    add_person("ada")
    Account.objects.update(suspended_at=NOW, suspended_why=why)

    run("lift", "ada")

    assert Account.objects.get().suspended_at is None
    event = Event.objects.latest("id")
    assert (event.deed, event.actor_kind) == ("suspension-lifted", "operator")


@pytest.mark.parametrize("command", ["suspend", "lift"])
def test_nobodys_account_is_neither_suspended_nor_lifted(command: str) -> None:
    refused = run(command, "nobody").exception

    assert isinstance(refused, Refused)
    assert refused.reason is Reason.ACCOUNT_UNKNOWN


def test_accounts_are_listed_with_what_is_special_about_them() -> None:
    add_person("ben")
    add_person("Ada", is_staff=True)
    Account.objects.filter(name="ben").update(suspended_at=NOW)

    ran = CliRunner().invoke(strongroom, ["accounts", "list"])

    assert ran.stdout == "Ada\tAda@example.org\tstaff\nben\tben@example.org\tsuspended\n"
