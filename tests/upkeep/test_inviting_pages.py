"""Inviting: by account name or by address, after a proof; withdrawn without one."""

from __future__ import annotations

import pytest

from strongroom.accounts.models import Delivery, Letter
from strongroom.projects.models import Invitation
from tests.factors.people import reason_of, text_of
from tests.upkeep.keeping import (
    HOSTILE,
    House,
    at,
    deeds_on,
    letters_to,
    page_of,
    prove,
    role_of,
    unseat,
    words_of,
)

pytestmark = pytest.mark.django_db

PAGE, INVITE = at("manage-collaborators", "ham"), at("invite", "ham")
AIM = "change-collaborators"


def test_the_form_asks_for_a_proof_first(house: House) -> None:
    assert house.ada.get(INVITE)["Location"] == f"/account/prove/{AIM}/?target=ham&next={INVITE}"
    prove(house.ada, AIM)
    page = page_of(house.ada, INVITE)
    assert "Nothing changes until they accept" in words_of(page)
    assert 'value="maintainer" required checked' in page


@pytest.mark.parametrize("role", ["owner", "maintainer"])
def test_an_account_is_invited_by_its_name(house: House, role: str) -> None:
    prove(house.ada, AIM)

    answer = house.ada.post(INVITE, whom=" CYD ", role=role)

    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?said=invited")
    row = Invitation.objects.get()
    assert (row.account and row.account.name, row.role) == ("cyd", role)
    assert role_of("cyd") == ""
    assert deeds_on() == ["collaborator-invited"]
    assert letters_to("cyd") == [("invitation", "")]
    assert letters_to("ben") == [("project", "collaborator-invited")]
    words = words_of(page_of(house.ada, answer["Location"]))
    assert "Open invitations" in words
    assert f"cyd {role.capitalize()} ada" in words
    assert "Open invitations" not in words_of(page_of(house.ben, PAGE))


def test_an_address_is_invited_whether_or_not_it_has_an_account(house: House) -> None:
    for number, address in enumerate(("dan@example.org", "cyd@example.org"), start=1):
        prove(house.ada, AIM)
        assert house.ada.post(INVITE, whom=address, role="maintainer").status_code == 302
        assert Invitation.objects.filter(account=None).count() == number
        assert Delivery.objects.filter(address=address, letter__kind="invitation").count() == 1
    assert "dan@example.org" in page_of(house.ada, PAGE)


WRONG = {
    "nobody": ("nobody", "account-unknown"),
    "nothing": ("", "account-unknown"),
    "a hostile name": (HOSTILE, "account-unknown"),
    "no address": ("dan@", "email-invalid"),
    "a hostile address": ("a<script>alert(1)</script>@example.org", "email-invalid"),
    "an address with a bell": ("da\0n@example.org", "email-invalid"),
    "a collaborator": ("ben", "already-collaborator"),
    "oneself": ("ada", "already-collaborator"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_entry_shows_the_form_again_with_what_was_typed(house: House, case: str) -> None:
    whom, reason = WRONG[case]
    prove(house.ada, AIM)

    answer = house.ada.post(INVITE, whom=whom, role="owner")

    assert answer.status_code < 500
    if case != "an address with a bell":
        assert reason_of(answer) == reason
        page = text_of(answer)
        assert 'role="alert"' in page
        assert "<script>alert" not in page
        assert 'value="owner" required checked' in page
        assert not Invitation.objects.exists()
        # The proof was not used up.
        assert house.ada.post(INVITE, whom="cyd", role="owner").status_code == 302


def test_whoever_was_asked_already_is_not_asked_again(house: House) -> None:
    for _ in range(2):
        prove(house.ada, AIM)
        answer = house.ada.post(INVITE, whom="cyd", role="owner")
    assert reason_of(answer) == "already-invited"
    assert Invitation.objects.count() == 1
    assert Letter.objects.filter(kind="invitation").count() == 1


def test_a_form_that_is_sent_twice_invites_once(house: House) -> None:
    prove(house.ada, AIM)
    first, second = (house.ada.post(INVITE, whom="cyd", role="owner") for _ in range(2))
    assert first.status_code == 302
    assert reason_of(second) == "already-invited"
    assert Invitation.objects.count() == 1


def test_without_a_proof_nobody_is_invited(house: House) -> None:
    assert house.ada.post(INVITE, whom="cyd", role="owner")["Location"].startswith(f"/account/prove/{AIM}/")
    assert not Invitation.objects.exists()


def test_a_form_that_lies_open_while_the_role_is_taken_away_invites_nobody(house: House) -> None:
    prove(house.ada, AIM)
    page_of(house.ada, INVITE)
    unseat("ada")
    assert reason_of(house.ada.post(INVITE, whom="cyd", role="owner")) == "not-a-collaborator"
    assert not Invitation.objects.exists()


def test_an_invitation_is_withdrawn_without_a_proof_and_once(house: House) -> None:
    prove(house.ada, AIM)
    house.ada.post(INVITE, whom="cyd", role="owner")
    number = Invitation.objects.get().pk
    address = at("withdraw-invitation", "ham", number)
    assert address in page_of(house.ada, PAGE)

    answer = house.ada.post(address)

    assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?said=withdrawn")
    assert Invitation.objects.get().ended_how == "withdrawn"
    assert "Open invitations" not in words_of(page_of(house.ada, PAGE))
    assert reason_of(house.ada.post(address)) == "invitation-unknown"
    assert reason_of(house.cyd.post(at("accept-invitation", number))) == "invitation-unknown"
    assert deeds_on() == ["collaborator-invited", "invitation-withdrawn"]


def test_an_invitation_of_another_project_is_unknown(house: House) -> None:
    from tests.upkeep.keeping import bare_project

    bare_project("spam", "cyd", clock=house.clock)
    prove(house.ada, AIM)
    house.ada.post(INVITE, whom="cyd", role="owner")
    number = Invitation.objects.get().pk
    assert reason_of(house.cyd.post(at("withdraw-invitation", "spam", number))) == "invitation-unknown"
    assert Invitation.objects.filter(ended_at=None).exists()
