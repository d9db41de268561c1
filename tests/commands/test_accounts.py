"""``strongroom accounts``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result

from strongroom.accounts.models import Account, EmailAddress, Letter, Session
from strongroom.commands.main import strongroom
from strongroom.gear.settings import Settings
from strongroom.reads.readers import Readers
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId
from strongroom.terms.refusals import Reason, Refused
from strongroom.tokens.rules import Permission
from tests.accounts.entering import add_ada, give_factor, sign_in
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


WHY = ("--why", "seen in a report of abuse")


def test_a_suspended_account_is_good_for_nothing_until_it_is_lifted(
    index_settings: Settings, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]]
) -> None:
    ada = add_person("ada")
    token_for("ada", permissions=[Permission.READ])
    readers = Readers(index_settings.readers_folder)
    reading = readers.published_tokens()

    with django_capture_on_commit_callbacks(execute=True):
        ran = run("suspend", "ADA", *WHY)
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == 'Suspended ADA. To lift it: strongroom accounts lift ADA --why "…"\n'
    assert Account.objects.get().suspended_why == "operator"
    assert readers.published_tokens() == []
    assert send(wheel_upload(), ada.basic)["X-Strongroom-Reason"] == "account-inactive"
    event = Event.objects.latest("id")
    assert (event.deed, event.actor_kind) == ("account-suspended", "operator")
    assert event.details == {"why": "operator", "office": WHY[1]}
    assert Letter.objects.latest("id").facts["office"] == WHY[1]
    assert "is suspended already" in run("suspend", "ada", *WHY).stderr

    with django_capture_on_commit_callbacks(execute=True):
        ran = run("lift", "ada", *WHY)
    assert (ran.exit_code, ran.stderr) == (0, "Lifted the suspension of ada.\n")
    assert readers.published_tokens() == reading
    assert send(wheel_upload(), ada.basic).status_code == 200
    assert run("lift", "ada", *WHY).stderr == "ada is not suspended.\n"


@pytest.mark.parametrize("why", ["operator", "not-me"])
def test_an_operator_lifts_a_suspension_whatever_it_was_for(why: str) -> None:
    add_person("ada")
    Account.objects.update(suspended_at=NOW, suspended_why=why)

    run("lift", "ada", *WHY)

    assert Account.objects.get().suspended_at is None
    event = Event.objects.latest("id")
    assert (event.deed, event.actor_kind) == ("suspension-lifted", "operator")


DEEDS = ["suspend", "lift", "staff", "unstaff", "end-sessions"]


@pytest.mark.parametrize("command", DEEDS)
def test_nothing_is_done_to_nobodys_account(command: str) -> None:
    refused = run(command, "nobody", *WHY).exception

    assert isinstance(refused, Refused)
    assert refused.reason is Reason.ACCOUNT_UNKNOWN


@pytest.mark.parametrize("command", DEEDS)
def test_nothing_is_done_without_a_reason(command: str) -> None:
    add_person("ada")
    add_person("dee", is_staff=True)
    give_factor(AccountId(Account.objects.get(folded_name="ada").pk))
    before = Event.objects.count()

    assert run(command, "ada").exit_code == 2
    refused = run(command, "ada", "--why", "so").exception

    assert isinstance(refused, Refused)
    assert refused.reason is Reason.REASON_MISSING
    assert Event.objects.count() == before


def test_somebody_with_a_factor_is_made_staff_and_no_more() -> None:
    ada = add_person("ada")
    add_person("dee", is_staff=True)
    without = run("staff", "ada", *WHY).exception
    assert isinstance(without, Refused)
    assert without.reason is Reason.OFFICE_NEEDS_FACTOR

    give_factor(ada.account)

    assert run("staff", "ada", *WHY).stderr == "ada runs the index now.\n"
    assert Account.objects.get(pk=ada.account).is_staff
    assert run("staff", "ada", *WHY).stderr == "ada runs the index already.\n"
    assert run("unstaff", "ada", *WHY).stderr == "ada runs the index no more.\n"
    assert not Account.objects.get(pk=ada.account).is_staff
    assert run("unstaff", "ada", *WHY).stderr == "ada does not run the index.\n"
    deeds = list(Event.objects.order_by("id").values_list("deed", "details"))[-2:]
    assert deeds == [("staff-added", {"office": WHY[1]}), ("staff-removed", {"office": WHY[1]})]


def test_the_last_who_runs_the_index_keeps_it() -> None:
    add_person("dee", is_staff=True)
    add_person("gil", is_staff=True)
    Account.objects.filter(folded_name="gil").update(suspended_at=NOW)

    refused = run("unstaff", "dee", *WHY).exception

    assert isinstance(refused, Refused)
    assert refused.reason is Reason.LAST_STAFF
    assert Account.objects.get(folded_name="dee").is_staff


def test_every_session_of_an_account_is_ended() -> None:
    add_ada("ada")
    now = datetime.now(UTC)
    for _ in range(2):
        sign_in("ada", now=now)

    assert run("end-sessions", "ada", *WHY).stderr == "Ended 2 sessions of ada.\n"
    assert not Session.objects.filter(ended_at=None).exists()
    assert Event.objects.latest("id").details == {"count": 2, "office": WHY[1]}


def test_what_is_known_of_an_account_is_shown_and_never_a_secret() -> None:
    ada = add_person("Ada")
    give_factor(ada.account, label="<phone>\u202e")
    EmailAddress.objects.create(account_id=ada.account, address="other@example.org")

    said = run("show", "ada").stdout

    assert "name\tAda\n" in said
    assert "standing\tlive\n" in said
    assert "address\tAda@example.org\tverified 2026-11-23, primary\n" in said
    assert "address\tother@example.org\tnot verified\n" in said
    assert "factor\ttotp\t<phone>\ufffd\n" in said
    assert ada.token not in said
    assert isinstance(run("show", "nobody").exception, Refused)


def test_accounts_are_listed_with_what_is_special_about_them() -> None:
    add_person("ben")
    add_person("Ada", is_staff=True)
    Account.objects.filter(name="ben").update(suspended_at=NOW)

    ran = CliRunner().invoke(strongroom, ["accounts", "list"])

    assert ran.stdout == "Ada\tAda@example.org\tstaff\nben\tben@example.org\tsuspended\n"
