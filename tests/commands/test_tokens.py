"""``strongroom tokens``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from strongroom.commands.main import strongroom
from strongroom.gear.settings import Settings
from strongroom.reads.readers import Readers
from strongroom.record.models import Event
from strongroom.terms.passes import present
from strongroom.terms.refusals import Reason, Refused
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from tests.cast import add_person
from tests.uploads.door import listed, send, wheel_upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ada() -> None:
    add_person("ada")
    Token.objects.all().delete()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(strongroom, ["tokens", *arguments])


def test_a_new_token_is_the_only_thing_on_standard_output_and_publishes(index_settings: Settings) -> None:
    ran = run("add", "ada")

    assert ran.exit_code == 0
    assert ran.stdout.count("\n") == 1
    assert "shown this once" in ran.stderr
    assert send(wheel_upload(), f"Bearer {ran.stdout.strip()}").status_code == 200
    assert listed(index_settings, "ham")


def test_a_token_expires_by_default_when_the_setting_says(index_settings: Settings) -> None:
    run("add", "ada")

    expires = Token.objects.get().expires_at
    assert expires is not None
    left = expires - datetime.now(UTC)
    assert timedelta(days=index_settings.token_days - 1) < left <= timedelta(days=index_settings.token_days)


def test_a_token_lives_as_long_as_it_is_told() -> None:
    run("add", "ada", "--expires-days", "3")
    expires = Token.objects.get().expires_at
    assert expires is not None
    assert timedelta(days=2) < expires - datetime.now(UTC) <= timedelta(days=3)

    Token.objects.all().delete()
    run("add", "ada", "--never-expires")
    assert Token.objects.get().expires_at is None


def test_a_token_is_limited_to_projects_and_permissions(index_settings: Settings) -> None:
    ran = run(
        *("add", "ada", "--project", "Ham", "--project", "spam", "--permission", "read", "--label", "build machine")
    )

    row = Token.objects.get()
    assert (row.projects, row.permissions, row.label) == (["ham", "spam"], ["read"], "build machine")
    presented = present(ran.stdout.strip())
    assert presented is not None
    assert Readers(index_settings.readers_folder).published_tokens() == [presented.token]


def test_a_token_may_be_made_for_anything_that_tokens_are_for() -> None:
    for one in Permission:
        run("add", "ada", "--permission", one.value)

    assert sorted(row.permissions[0] for row in Token.objects.all()) == sorted(one.value for one in Permission)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--never-expires", "--expires-days", "3"),
        ("--expires-days", "0"),
        ("--expires-days", "-1"),
        ("--permission", "admin"),
    ],
)
def test_what_makes_no_sense_is_said_and_makes_no_token(arguments: tuple[str, ...]) -> None:
    ran = run("add", "ada", *arguments)

    assert ran.exit_code == 2
    assert not Token.objects.exists()


def test_a_token_for_nobody_or_for_no_name_is_refused() -> None:
    for arguments, reason in (
        (("add", "nobody"), Reason.ACCOUNT_UNKNOWN),
        (("add", "ada", "--project", "-"), Reason.NAME_INVALID),
        (("revoke", "nothing"), Reason.TOKEN_UNKNOWN),
        (("list", "--account", "nobody"), Reason.ACCOUNT_UNKNOWN),
    ):
        refused = run(*arguments).exception
        assert isinstance(refused, Refused)
        assert refused.reason is reason
    assert not Token.objects.exists()


@pytest.mark.parametrize("by", ["text", "identifier"])
def test_a_token_is_revoked_by_its_text_or_its_identifier(by: str, index_settings: Settings) -> None:
    text = run("add", "ada", "--permission", "read", "--permission", "publish").stdout.strip()
    identifier = Token.objects.get().pk

    ran = run("revoke", text if by == "text" else identifier)

    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "", f"Revoked {identifier}.\n")
    assert Token.objects.get().revoked_at is not None
    assert Readers(index_settings.readers_folder).published_tokens() == []
    assert send(wheel_upload(), f"Bearer {text}")["X-Strongroom-Reason"] == "token-revoked"
    assert Event.objects.latest("id").deed == "token-revoked"


def test_tokens_are_listed_with_what_they_are_for_and_never_with_their_text() -> None:
    text = run("add", "ada", "--label", "laptop", "--never-expires").stdout.strip()
    run("add", "ada", "--project", "ham", "--permission", "read")
    run("revoke", text)

    shown = run("list").stdout
    limited, revoked = shown.splitlines()

    assert text not in shown
    assert revoked.split("\t")[1:] == ["ada", "publish", "all projects", "never used", "revoked", "made here", "laptop"]
    assert limited.split("\t")[1:5] == ["ada", "read", "ham", "never used"]
    assert run("list", "--account", "ADA").stdout == shown
