"""Invitations to oneself: who asks, to what, as what, until when; accepted and declined in the browser."""

from __future__ import annotations

from datetime import timedelta

import pytest

from strongroom.accounts.models import Account, EmailAddress
from strongroom.projects.models import Invitation, Project
from strongroom.projects.rules.roles import Role
from tests.factors.people import reason_of
from tests.upkeep.keeping import House, at, deeds_on, letters_to, page_of, role_of, seat, words_of

pytestmark = pytest.mark.django_db

PAGE = "/account/invitations/"


def invitation(house: House, *, to: str = "cyd", role: Role = Role.MAINTAINER, address: str = "") -> int:
    row = Invitation.objects.create(
        project=Project.objects.get(normalized_name="ham"),
        account=None if address else Account.objects.get(folded_name=to),
        address=address,
        role=role.value,
        made_by=Account.objects.get(folded_name="ada"),
        made_at=house.clock.at,
        expires_at=house.clock.at + timedelta(days=14),
    )
    return row.pk


@pytest.mark.parametrize(
    ("role", "told"), [(Role.OWNER, "Everything: publish"), (Role.MAINTAINER, "Publish files, and yank releases")]
)
def test_it_says_who_asks_to_what_as_what_and_until_when(house: House, role: Role, told: str) -> None:
    invitation(house, role=role)

    words = words_of(page_of(house.cyd, PAGE))

    assert f"ada asks you to look after this project as {role.value.capitalize()}" in words
    assert "ham" in words
    assert told in words
    assert "Open until" in words
    assert "Nobody has invited you" in words_of(page_of(house.ben, PAGE))
    assert house.nobody.get(PAGE)["Location"] == f"/account/sign-in/?next={PAGE}"


def test_whoever_accepts_has_the_role_and_everybody_is_told(house: House) -> None:
    number = invitation(house, role=Role.OWNER)

    answer = house.cyd.post(at("accept-invitation", number))

    assert (answer.status_code, answer["Location"]) == (302, "/manage/ham/?said=joined")
    assert "You look after this project now, as Owner" in words_of(page_of(house.cyd, answer["Location"]))
    assert role_of("cyd") == "owner"
    assert deeds_on() == ["invitation-accepted"]
    assert letters_to("ada") == [("project", "invitation-accepted")]
    assert letters_to("cyd") == [("notice", "invitation-accepted")]


def test_whoever_declines_has_no_role(house: House) -> None:
    number = invitation(house)

    answer = house.cyd.post(at("decline-invitation", number))

    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?said=declined")
    assert "You have declined" in words_of(page_of(house.cyd, answer["Location"]))
    assert role_of("cyd") == ""
    assert deeds_on() == ["invitation-declined"]
    assert letters_to("ada") == [("project", "invitation-declined")]


@pytest.mark.parametrize("deed", ["accept-invitation", "decline-invitation"])
def test_an_invitation_is_answered_once_and_by_nobody_else(house: House, deed: str) -> None:
    number = invitation(house)

    for who in ("ada", "ben"):
        assert reason_of(house.of(who).post(at(deed, number))) == "invitation-unknown"
    assert house.nobody.post(at(deed, number)).status_code == 401
    assert house.cyd.get(at(deed, number)).status_code == 405
    assert house.cyd.post(at(deed, number)).status_code == 302
    assert reason_of(house.cyd.post(at(deed, number))) == "invitation-unknown"
    assert len(deeds_on()) == 1


def test_an_address_is_invited_once_it_is_known_to_be_read(house: House) -> None:
    number = invitation(house, address="Cyd@Work.example")
    row = EmailAddress.objects.create(account=Account.objects.get(folded_name="cyd"), address="cyd@work.example")

    assert "Nobody has invited you" in words_of(page_of(house.cyd, PAGE))
    assert reason_of(house.cyd.post(at("accept-invitation", number))) == "invitation-unknown"

    EmailAddress.objects.filter(pk=row.pk).update(verified_at=house.clock.at)
    assert "Cyd@Work.example" in words_of(page_of(house.cyd, PAGE))
    assert house.cyd.post(at("accept-invitation", number)).status_code == 302
    assert role_of("cyd") == "maintainer"


def test_whoever_has_no_verified_primary_address_is_told_so_before_they_try(house: House) -> None:
    number = invitation(house)
    EmailAddress.objects.filter(account__folded_name="cyd").update(verified_at=None)

    assert "Verify your primary address first" in words_of(page_of(house.cyd, PAGE))
    assert reason_of(house.cyd.post(at("accept-invitation", number))) == "email-not-verified"
    assert role_of("cyd") == ""


def test_a_form_that_lay_open_for_too_long_is_refused(house: House) -> None:
    number = invitation(house)
    page_of(house.cyd, PAGE)

    house.clock.go_on(days=14)
    house.cyd.sign_in()

    assert reason_of(house.cyd.post(at("accept-invitation", number))) == "invitation-unknown"
    assert role_of("cyd") == ""


def test_an_owner_who_is_invited_as_maintainer_stays_owner(house: House) -> None:
    seat("cyd", "ham", Role.OWNER, clock=house.clock)
    number = invitation(house)

    house.cyd.post(at("accept-invitation", number))

    assert role_of("cyd") == "owner"
