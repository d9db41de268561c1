"""Attacks on projects and those who keep them that have happened elsewhere, each tried here as it was done.

The rows stand in ``docs/security/rows.toml``, in the table of attacks on projects.
"""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from strongroom.accounts.models import Account
from strongroom.gear.settings import Settings
from strongroom.projects.models import Collaboration, File, Invitation, Project
from strongroom.projects.rules.roles import NEW_OWNER_WAITS, Role
from strongroom.record.models import Event
from strongroom.terms.actors import system
from strongroom.tokens.rules import Permission
from strongroom.upkeep.actions.purging import purge_deleted
from tests.accounts.entering import letters
from tests.cast import basic, token_for
from tests.factors.people import PASSWORD, Clock, Visitor, add_visitor, reason_of
from tests.uploads.door import send, wheel_upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def ham(ada: Visitor, cyd: Visitor, clock: Clock) -> Project:
    """Ada has owned ham for a year."""
    assert send(wheel_upload("ham"), basic(token_for("ada", now=clock.at))).status_code == 200
    clock.go_on(days=365)
    ada.sign_in()
    cyd.sign_in()
    return Project.objects.get()


def proved(person: Visitor, deed: str, address: str, **entry: str) -> HttpResponse:
    """Prove it with the password, as a thief can who has it, and send the form."""
    person.prove(deed, target="ham", password=PASSWORD)
    return person.post(address, **entry)


def join(owner: Visitor, person: Visitor, role: Role) -> None:
    """Invite and accept."""
    answer = proved(owner, "change-collaborators", "/manage/ham/invite/", whom=person.name, role=role.value)
    assert answer.status_code == 302, answer.content
    invitation = Invitation.objects.get(account__name=person.name, ended_at=None)
    assert person.post(f"/account/invitations/{invitation.pk}/accept/").status_code == 302


def told(person: Visitor) -> list[str]:
    """What others did that this person was written about."""
    mine = [about for about, to in letters() if f"{person.name}@example.org" in to]
    return [about.removeprefix("project ") for about in mine if about.startswith("project ")]


def deeds() -> list[str]:
    return list(Event.objects.filter(subject_name="ham").order_by("pk").values_list("deed", flat=True))


@pytest.mark.usefixtures("ham")
def test_attack_takeover_in_eight_minutes(ada: Visitor, cyd: Visitor, clock: Clock) -> None:
    join(ada, cyd, Role.OWNER)
    clock.go_on(minutes=8)

    evicting = proved(cyd, "change-collaborators", "/manage/ham/collaborators/ada/remove/")
    lowering = proved(cyd, "change-collaborators", "/manage/ham/collaborators/ada/role/", role="maintainer")
    deleting = proved(cyd, "delete", "/manage/ham/delete/", typed="ham")
    deleting_a_release = proved(cyd, "delete", "/manage/ham/releases/1.0/delete/", typed="1.0")

    assert [reason_of(one) for one in (evicting, lowering, deleting, deleting_a_release)] == ["owner-too-new"] * 4
    assert set(Collaboration.objects.values_list("account__name", "role")) == {("ada", "owner"), ("cyd", "owner")}
    assert told(ada) == ["invitation-accepted"]
    proved(ada, "change-collaborators", "/manage/ham/collaborators/cyd/remove/")
    assert list(Collaboration.objects.values_list("account__name", flat=True)) == ["ada"]


@pytest.mark.usefixtures("ham")
def test_attack_evidence_gone_with_the_account(ada: Visitor, cyd: Visitor) -> None:
    join(ada, cyd, Role.OWNER)
    before = list(Event.objects.order_by("pk").values())

    proved_answer = cyd.prove("close-account", password=PASSWORD)
    assert proved_answer.status_code == 302
    assert cyd.post("/account/close/", name="cyd").status_code in {200, 302}

    assert Account.objects.get(name="cyd").closed_at is not None
    after = list(Event.objects.order_by("pk").values())
    assert after[: len(before)] == before
    assert "collaborator-left" in deeds()


@pytest.mark.usefixtures("ham")
def test_attack_back_through_somebody_one_had_invited(ada: Visitor, cyd: Visitor, clock: Clock) -> None:
    mule = add_visitor("mule", clock)
    mule.sign_in()
    join(ada, cyd, Role.OWNER)
    proved(cyd, "change-collaborators", "/manage/ham/invite/", whom="mule", role="owner")
    invitation = Invitation.objects.get(account__name="mule")

    proved(ada, "change-collaborators", "/manage/ham/collaborators/cyd/remove/")

    assert reason_of(mule.post(f"/account/invitations/{invitation.pk}/accept/")) == "invitation-unknown"
    assert not Collaboration.objects.filter(account__name="mule").exists()


@pytest.mark.usefixtures("ham")
def test_attack_a_token_that_outlives_its_role(ada: Visitor, cyd: Visitor, clock: Clock) -> None:
    join(ada, cyd, Role.MAINTAINER)
    token = basic(token_for("cyd", permissions=list(Permission), now=clock.at))
    assert send(wheel_upload("ham", "1.1"), token).status_code == 200

    proved(ada, "change-collaborators", "/manage/ham/collaborators/cyd/remove/")

    refused = send(wheel_upload("ham", "1.2"), token)
    assert reason_of(refused) == "not-a-collaborator"
    yank = cyd.client.put(
        "/api/v1/projects/ham/releases/1.0/yank",
        '{"reason": ""}',
        content_type="application/json",
        HTTP_AUTHORIZATION=token,
    )
    assert reason_of(yank) == "not-a-collaborator"  # type: ignore[arg-type]


@pytest.mark.usefixtures("ham")
def test_attack_the_name_of_a_deleted_project_taken_up_by_another(
    ada: Visitor, cyd: Visitor, clock: Clock, index_settings: Settings
) -> None:
    assert proved(ada, "delete", "/manage/ham/delete/", typed="ham").status_code == 302
    of_cyd = token_for("cyd", now=clock.at)

    at_once = send(wheel_upload("ham", "2.0"), basic(of_cyd))
    clock.go_on(days=31)
    purge_deleted(by=system(), now=clock.at, files=index_settings.files_folder)
    after_the_purge = send(wheel_upload("ham", "2.0"), basic(of_cyd))
    lookalike = send(wheel_upload("h-am", "2.0"), basic(of_cyd))

    assert not File.objects.exists()
    assert [reason_of(one) for one in (at_once, after_the_purge)] == ["not-a-collaborator"] * 2
    assert reason_of(lookalike) == "name-too-similar"


@pytest.mark.usefixtures("ham")
def test_attack_a_proof_for_one_project_used_on_another(ada: Visitor, clock: Clock) -> None:
    assert send(wheel_upload("spam"), basic(token_for("ada", now=clock.at))).status_code == 200
    ada.prove("delete", target="spam", password=PASSWORD)

    answer = ada.post("/manage/ham/delete/", typed="ham")

    assert answer["Location"].startswith("/account/prove/delete/?target=ham")
    assert Project.objects.get(normalized_name="ham").deleted_at is None


@pytest.mark.usefixtures("ham")
def test_attack_a_stolen_session_without_the_password(ada: Visitor) -> None:
    before = list(Collaboration.objects.values())

    for address, entry in (
        ("/manage/ham/invite/", {"whom": "cyd", "role": "owner"}),
        ("/manage/ham/delete/", {"typed": "ham"}),
        ("/manage/ham/releases/1.0/delete/", {"typed": "1.0"}),
        ("/manage/ham/leave/", {}),
    ):
        answer = ada.post(address, **entry)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/account/prove/"), address

    assert not Invitation.objects.exists()
    assert list(Collaboration.objects.values()) == before


@pytest.mark.usefixtures("ham")
def test_attack_waiting_out_the_week_is_seen(ada: Visitor, cyd: Visitor, clock: Clock) -> None:
    join(ada, cyd, Role.OWNER)
    clock.go_on(days=NEW_OWNER_WAITS.days, seconds=1)
    cyd.elsewhere()
    cyd.type_password()

    answer = proved(cyd, "change-collaborators", "/manage/ham/collaborators/ada/remove/")

    assert answer.status_code == 302
    assert told(ada) == ["invitation-accepted", "collaborator-removed"]
