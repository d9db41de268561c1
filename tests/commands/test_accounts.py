"""``strongroom accounts``."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from strongroom.accounts.models import Account, EmailAddress
from strongroom.commands.main import strongroom
from strongroom.record.models import Event
from strongroom.terms.refusals import Reason, Refused
from tests.cast import add_person

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


def test_accounts_are_listed_with_what_is_special_about_them() -> None:
    add_person("ben")
    add_person("Ada", is_staff=True)
    Account.objects.filter(name="ben").update(is_active=False)

    ran = CliRunner().invoke(strongroom, ["accounts", "list"])

    assert ran.stdout == "Ada\tAda@example.org\tstaff\nben\tben@example.org\tsuspended\n"
