"""The token that one holds, over the API: looked at, and burned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from strongroom.accounts.models import Account
from strongroom.gear.settings import Settings
from strongroom.record.models import Event
from strongroom.terms.passes import present
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from tests.cast import NOW, token_for
from tests.tokens.owning import identifier, published
from tests.upkeep.api_door import Cast, ask, everything_kept, set_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return set_stage()


def test_a_token_is_told_what_it_is(cast: Cast) -> None:
    text = token_for("ada", permissions=[Permission.YANK, Permission.READ], projects=["Ham"])
    Token.objects.filter(pk=identifier(text)).update(expires_at=NOW + timedelta(days=36500), label="laptop")

    answer = ask("GET", "token", text)

    assert answer.told == {
        "id": identifier(text),
        "label": "laptop",
        "account": "ada",
        "permissions": ["read", "yank"],
        "projects": ["ham"],
        "created_at": "2026-11-23T12:00:00Z",
        "expires_at": "2126-10-30T12:00:00Z",
        "revoked_at": None,
    }
    presented = present(text)
    assert presented is not None
    assert text not in answer.response.content.decode()
    assert presented.sha256 not in answer.response.content.decode()


def test_a_token_burns_itself_and_no_other(cast: Cast) -> None:
    text = token_for("ada", permissions=[Permission.READ])
    assert published() == {identifier(one) for one in (text, cast.ada.token, cast.ben.token, cast.cyd.token)}

    answer = ask("DELETE", "token", text)

    assert answer.status == 200
    assert answer.told["revoked_at"] is not None
    assert [row.pk for row in Token.objects.exclude(revoked_at=None)] == [identifier(text)]
    assert identifier(text) not in published()
    assert ask("GET", "token", text).code == "token-revoked"
    assert ask("GET", "token", cast.ada.token).status == 200
    event = Event.objects.latest("id")
    assert (event.deed, event.subject_name, event.actor_name) == ("token-revoked", identifier(text), "ada")


def test_burning_twice_has_the_same_answer_and_changes_nothing(cast: Cast, index_settings: Settings) -> None:
    first = ask("DELETE", "token", cast.ada.token)
    before = everything_kept(index_settings)

    again = ask("DELETE", "token", cast.ada.token)

    assert (again.status, again.told) == (200, first.told)
    assert everything_kept(index_settings) == before


@pytest.mark.parametrize("weakness", ["for nothing", "for no project", "expired", "of a suspended account"])
def test_whatever_a_token_is_good_for_it_can_be_burned(weakness: str, cast: Cast) -> None:
    text = token_for(
        "ada",
        permissions=[] if weakness == "for nothing" else [Permission.PUBLISH],
        projects=[] if weakness == "for no project" else None,
        lifetime=timedelta(days=1) if weakness == "expired" else None,
        now=NOW - timedelta(days=9),
    )
    if weakness == "of a suspended account":
        Account.objects.filter(pk=cast.ada.account).update(suspended_at=NOW, suspended_why="operator")

    assert ask("DELETE", "token", text).status == 200
    assert Token.objects.get(pk=identifier(text)).revoked_at is not None


@pytest.mark.parametrize("text", [None, "hunter2", "strongroom-" + "A" * 43 + "00000000"])
def test_what_is_no_token_burns_nothing(text: str | None, cast: Cast, index_settings: Settings) -> None:
    before = everything_kept(index_settings)

    assert ask("DELETE", "token", text).code in {"credentials-missing", "token-malformed"}
    assert everything_kept(index_settings) == before
