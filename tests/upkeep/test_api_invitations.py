"""Invitations over the API: listed, sent, withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from strongroom.accounts.models import Letter
from strongroom.gear.settings import Settings
from strongroom.projects.models import Collaboration, Invitation, Project
from strongroom.record.models import Event
from tests.cast import NOW
from tests.upkeep.api_door import HAM, Cast, ask, everything_kept, set_stage

pytestmark = pytest.mark.django_db

LIST = f"{HAM}/invitations"
MOST = 10
"""Invitations that one account sends in an hour."""


@pytest.fixture
def cast() -> Cast:
    return set_stage()


def listed(token: str) -> list[str]:
    return [row["whom"] for row in ask("GET", LIST, token).told["invitations"]]


@pytest.mark.parametrize(("whom", "shown"), [("Cyd", "cyd"), ("eve@example.net", "eve@example.net")])
def test_somebody_is_asked_by_name_or_by_address(whom: str, shown: str, cast: Cast) -> None:
    answer = ask("POST", LIST, cast.ada.token, {"whom": whom})

    row = Invitation.objects.get()
    assert (answer.status, answer.told["id"], answer.told["whom"]) == (201, row.pk, shown)
    assert (answer.told["role"], answer.told["made_by"]) == ("maintainer", "ada")
    assert row.expires_at == row.made_at + timedelta(days=14)
    assert ask("GET", LIST, cast.ada.token).told == {"invitations": [answer.told]}
    event = Event.objects.latest("id")
    assert (event.deed, event.details) == ("collaborator-invited", {"account": shown, "role": "maintainer"})
    kinds = sorted(letter.kind for letter in Letter.objects.all())
    assert kinds == ["invitation", "notice", "project"]
    assert not Collaboration.objects.filter(account__name="cyd").exists()


def test_only_maintainers_are_asked_with_a_token(cast: Cast, index_settings: Settings) -> None:
    before = everything_kept(index_settings)

    answer = ask("POST", LIST, cast.ada.token, {"whom": "cyd", "role": "owner"})

    assert (answer.status, answer.code) == (403, "person-needed")
    assert everything_kept(index_settings) == before


NOBODY = {
    "a name that nobody has": ("nobody", 404, "account-unknown"),
    "a name with a space": ("no name", 400, "malformed"),
    "no name": ("-cyd", 400, "account-name-invalid"),
    "a name that is not ASCII": ("c\u00fdd", 400, "account-name-invalid"),
    "half an address": ("eve@", 400, "email-invalid"),
    "an address with two dots": ("eve@example..net", 400, "email-invalid"),
    "nobody": ("", 400, "malformed"),
    "a name with a null": ("cyd\x00", 400, "account-name-invalid"),
    "half a character": ("\ud800@example.net", 400, "malformed"),
    "an endless address": ("e" * 400 + "@example.net", 400, "malformed"),
    "a collaborator": ("ben", 403, "already-collaborator"),
    "oneself": ("ada", 403, "already-collaborator"),
}


def test_whom_one_cannot_ask_is_said_so(cast: Cast, index_settings: Settings) -> None:
    before = everything_kept(index_settings)

    for case, (whom, status, code) in NOBODY.items():
        answer = ask("POST", LIST, cast.ada.token, {"whom": whom})
        assert (answer.status, answer.code) == (status, code), case
    assert everything_kept(index_settings) == before


@pytest.mark.parametrize("whom", ["cyd", "eve@example.net"])
def test_nobody_is_asked_twice(whom: str, cast: Cast, index_settings: Settings) -> None:
    ask("POST", LIST, cast.ada.token, {"whom": whom})
    before = everything_kept(index_settings)

    answer = ask("POST", LIST, cast.ada.token, {"whom": whom.upper()})

    assert (answer.status, answer.code) == (403, "already-invited")
    assert everything_kept(index_settings) == before


def test_one_account_asks_only_so_many_in_an_hour(cast: Cast) -> None:
    answers = [ask("POST", LIST, cast.ada.token, {"whom": f"e{one}@example.net"}) for one in range(MOST + 1)]

    assert [answer.status for answer in answers] == [201] * MOST + [429]
    assert answers[-1].code == "too-many-attempts"
    assert Invitation.objects.count() == MOST


def test_an_invitation_is_withdrawn_and_twice_is_the_same(cast: Cast, index_settings: Settings) -> None:
    number = ask("POST", LIST, cast.ada.token, {"whom": "cyd"}).told["id"]

    assert ask("DELETE", f"{LIST}/{number}", cast.ada.token).status == 204

    assert listed(cast.ada.token) == []
    assert Invitation.objects.get().ended_how == "withdrawn"
    assert Event.objects.latest("id").deed == "invitation-withdrawn"
    before = everything_kept(index_settings)
    assert ask("DELETE", f"{LIST}/{number}", cast.ada.token).status == 204
    assert everything_kept(index_settings) == before


def test_one_that_was_accepted_is_not_withdrawn(cast: Cast) -> None:
    number = ask("POST", LIST, cast.ada.token, {"whom": "cyd"}).told["id"]
    Invitation.objects.update(ended_at=NOW, ended_how="accepted")

    answer = ask("DELETE", f"{LIST}/{number}", cast.ada.token)

    assert (answer.status, answer.code) == (404, "invitation-unknown")


def test_an_invitation_to_another_project_is_unknown(cast: Cast) -> None:
    number = ask("POST", LIST, cast.ada.token, {"whom": "cyd"}).told["id"]
    Invitation.objects.update(
        project=Project.objects.create(normalized_name="spam", display_name="spam", lookalike_key="x", created_at=NOW)
    )

    answer = ask("DELETE", f"{LIST}/{number}", cast.ada.token)

    assert (answer.status, answer.code) == (404, "invitation-unknown")
    assert Invitation.objects.get().ended_at is None


def test_a_number_that_no_invitation_has_is_unknown(cast: Cast) -> None:
    for number in ("0", str(2**63 - 1)):
        assert ask("DELETE", f"{LIST}/{number}", cast.ada.token).code == "invitation-unknown"


def test_what_is_no_number_is_said_so(cast: Cast) -> None:
    for number in ("-1", "1.0", "one", "9" * 5000, str(2**63), "1%00", "%D9%A1", "0x1"):
        answer = ask("DELETE", f"{LIST}/{number}", cast.ada.token)
        assert (answer.status, answer.code, answer.told["field"]) == (400, "malformed", "invitation")


def test_asking_for_a_project_that_there_is_not_is_said_so(cast: Cast) -> None:
    answer = ask("POST", "projects/spam/invitations", cast.ada.token, {"whom": "cyd"})

    assert (answer.status, answer.code) == (404, "project-unknown")


def test_nobody_is_asked_to_a_deleted_project(cast: Cast) -> None:
    Project.objects.update(deleted_at=NOW)

    assert ask("POST", LIST, cast.ada.token, {"whom": "cyd"}).code == "project-deleted"
