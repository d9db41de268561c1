"""Who looks after a project: seen, changed, removed, left; and, to Owners alone, how strong the weakest way in is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from strongroom.accounts.models import Account
from strongroom.projects.models import Invitation, Project
from strongroom.projects.rules.roles import Role
from strongroom.record.models import Event
from strongroom.terms.proofs import ProofKind
from tests.accounts.entering import give_factor
from tests.cast import token_for
from tests.factors.people import reason_of, text_of
from tests.upkeep.keeping import (
    House,
    account_of,
    at,
    deeds_on,
    letters_to,
    page_of,
    prove,
    role_of,
    seat,
    unseat,
    words_of,
)

pytestmark = pytest.mark.django_db

PAGE, LEAVE = at("manage-collaborators", "ham"), at("leave-project", "ham")
CHANGE, REMOVE = at("change-role", "ham", "ben"), at("remove-collaborator", "ham", "ben")
AIM = "change-collaborators"


class TestPeople:
    def test_it_names_owners_and_maintainers_with_since(self, house: House) -> None:
        for who in (house.ada, house.ben):
            words = words_of(page_of(who, PAGE))
            assert words.index("ada") < words.index("Owner")
            assert "Maintainer" in words
            assert (house.clock.at - timedelta(days=40)).strftime("%Y-%m-%d") in words

    def test_a_maintainer_sees_nothing_of_others_factors_and_no_deeds_but_leaving(self, house: House) -> None:
        page = page_of(house.ben, PAGE)
        for hidden in ("Holds none", "Holds one", "weakest way in", "/role/", "/remove/", "/invite/"):
            assert hidden not in page
        assert LEAVE in page
        assert "You hold no second factor" in words_of(page)
        give_factor(account_of(house.ben))
        assert "You hold no second factor" not in words_of(page_of(house.ben, PAGE))

    def test_closed_and_suspended_accounts_are_said(self, house: House) -> None:
        Account.objects.filter(folded_name="ben").update(suspended_at=house.clock.at)
        assert "Account suspended" in page_of(house.ada, PAGE)
        Account.objects.filter(folded_name="ben").update(closed_at=house.clock.at)
        assert "Account closed" in page_of(house.ada, PAGE)

    def test_a_new_owner_is_told_before_they_try(self, house: House) -> None:
        seat("cyd", "ham", Role.OWNER, clock=house.clock)

        page = page_of(house.cyd, PAGE)
        assert at("remove-collaborator", "ham", "ada") not in page
        assert at("remove-collaborator", "ham", "ben") in page
        until = (house.clock.at + timedelta(days=7)).strftime("%Y-%m-%d %H:%M")
        assert until in words_of(page)
        for view in ("remove-collaborator", "change-role"):
            # Said before anything is proved.
            assert reason_of(house.cyd.get(at(view, "ham", "ada"))) == "owner-too-new"
            assert reason_of(house.cyd.post(at(view, "ham", "ada"), role="maintainer")) == "owner-too-new"
        assert role_of("ada") == "owner"
        assert at("remove-collaborator", "ham", "cyd") in page_of(house.ada, PAGE)

    def test_a_hundred_people_are_a_page(self, house: House) -> None:
        people = Account.objects.bulk_create(
            [Account(name=f"p{n}", folded_name=f"p{n}", created_at=house.clock.at) for n in range(120)]
        )
        for one in people:
            seat(one.folded_name, "ham", Role.MAINTAINER, clock=house.clock)

        first, second = page_of(house.ada, PAGE), page_of(house.ada, f"{PAGE}?page=2")

        assert first.count('<th scope="row"') == 100
        assert second.count('<th scope="row"') == 22
        assert house.ada.get(f"{PAGE}?page=0").status_code == 200
        assert house.ada.get(f"{PAGE}?page=999999999").status_code == 200


class TestStrength:
    def test_owners_see_the_weakest_way_in_and_what_would_raise_it(self, house: House) -> None:
        words = words_of(page_of(house.ada, PAGE))
        assert "One stolen password is enough" in words
        assert "ben holds no second factor" in words

        for who in (house.ada, house.ben):
            give_factor(account_of(who), ProofKind.SECURITY_KEY)
        words = words_of(page_of(house.ada, PAGE))
        assert "One stolen token is enough" in words
        assert "ada has a token that never ends" in words

    def test_tokens_of_whoever_cannot_act_do_not_count(self, house: House) -> None:
        for who in (house.ada, house.ben):
            give_factor(account_of(who), ProofKind.SECURITY_KEY)
        from strongroom.tokens.models import Token

        Token.objects.filter(account__folded_name="ada").update(revoked_at=house.clock.at)
        token_for("ben", projects=["spam"], now=house.clock.at)
        token_for("cyd", now=house.clock.at)
        assert "There is nothing that would make it stronger" in words_of(page_of(house.ada, PAGE))
        token_for("ben", projects=["ham"], now=house.clock.at)
        assert "ben has a token that never ends" in words_of(page_of(house.ada, PAGE))
        Account.objects.filter(folded_name="ben").update(suspended_at=house.clock.at)
        assert "There is nothing that would make it stronger" in words_of(page_of(house.ada, PAGE))


class TestChangingARole:
    def test_a_maintainer_is_made_owner_after_a_proof(self, house: House) -> None:
        assert house.ada.get(CHANGE)["Location"] == f"/account/prove/{AIM}/?target=ham&next={CHANGE}"
        prove(house.ada, AIM)
        assert 'value="maintainer" required checked' in page_of(house.ada, CHANGE)

        answer = house.ada.post(CHANGE, role="owner")

        assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?said=role-changed")
        assert 'role="status"' in page_of(house.ada, answer["Location"])
        assert role_of("ben") == "owner"
        assert deeds_on() == ["role-changed"]
        assert Event.objects.latest("id").proof == "password"
        assert letters_to("ben") == [("project", "role-changed")]
        assert letters_to("ada") == [("notice", "role-changed")]

    def test_without_a_proof_nothing_changes(self, house: House) -> None:
        answer = house.ada.post(CHANGE, role="owner")
        assert answer["Location"].startswith(f"/account/prove/{AIM}/")
        assert role_of("ben") == "maintainer"

    def test_the_same_again_and_what_is_no_role_change_nothing(self, house: House) -> None:
        prove(house.ada, AIM)
        for role in ("maintainer", "admin", "", "Owner\0"):
            assert house.ada.post(CHANGE, role=role).status_code == 302
        assert role_of("ben") == "maintainer"
        assert deeds_on() == []

    def test_the_last_owner_is_told_what_it_means_to_lower_themselves(self, house: House) -> None:
        prove(house.ada, AIM)
        own = at("change-role", "ham", "ada")
        assert "The project has no other Owner" in words_of(page_of(house.ada, own))

        assert house.ada.post(own, role="maintainer").status_code == 302

        assert role_of("ada") == "maintainer"
        assert "No Owner of this project can act any more" in words_of(page_of(house.ada, "/account/projects/"))

    @pytest.mark.parametrize("account", ["cyd", "nobody", "ben\0", "../ada"])
    def test_whoever_is_no_collaborator_is_unknown(self, house: House, account: str) -> None:
        prove(house.ada, AIM)
        for view in ("role", "remove"):
            from urllib.parse import quote

            answer = house.ada.get(f"/manage/ham/collaborators/{quote(account, safe='')}/{view}/")
            assert answer.status_code == 404


class TestRemoving:
    def test_somebody_is_removed_and_told_and_what_they_had_asked_is_withdrawn(self, house: House) -> None:
        seat("cyd", "ham", Role.OWNER, clock=house.clock, days=1)
        house.clock.go_on(days=0)
        Invitation.objects.create(
            project=Project.objects.get(normalized_name="ham"),
            address="dan@example.org",
            role="owner",
            made_by=Account.objects.get(folded_name="cyd"),
            made_at=house.clock.at,
            expires_at=house.clock.at + timedelta(days=1),
        )
        prove(house.ada, AIM)
        address = at("remove-collaborator", "ham", "cyd")
        assert "Remove cyd" in words_of(page_of(house.ada, address))

        answer = house.ada.post(address)

        assert (answer.status_code, answer["Location"]) == (302, f"{PAGE}?said=removed")
        assert 'role="status"' in page_of(house.ada, answer["Location"])
        assert role_of("cyd") == ""
        assert deeds_on() == ["collaborator-removed", "invitation-withdrawn"]
        assert letters_to("cyd") == [("project", "collaborator-removed")]
        assert ("project", "collaborator-removed") in letters_to("ben")
        assert not Invitation.objects.filter(ended_at=None).exists()
        assert reason_of(house.ada.post(address)) == "collaborator-unknown"

    def test_without_a_proof_nobody_is_removed(self, house: House) -> None:
        assert house.ada.get(REMOVE)["Location"].startswith(f"/account/prove/{AIM}/?target=ham")
        assert house.ada.post(REMOVE)["Location"].startswith(f"/account/prove/{AIM}/?target=ham")
        assert role_of("ben") == "maintainer"

    def test_a_proof_for_one_project_removes_nobody_from_another(self, house: House) -> None:
        prove(house.ada, AIM, "spam")
        assert house.ada.post(REMOVE)["Location"].startswith("/account/prove/")
        assert role_of("ben") == "maintainer"

    def test_oneself_is_led_to_leaving(self, house: House) -> None:
        address = at("remove-collaborator", "ham", "ada")
        assert house.ada.get(address)["Location"] == LEAVE
        assert house.ada.post(address)["Location"] == LEAVE
        assert role_of("ada") == "owner"

    def test_a_form_that_lies_open_while_the_role_is_taken_away_removes_nobody(self, house: House) -> None:
        prove(house.ada, AIM)
        page_of(house.ada, REMOVE)
        unseat("ada")
        assert reason_of(house.ada.post(REMOVE)) == "not-a-collaborator"
        assert role_of("ben") == "maintainer"


class TestLeaving:
    def test_a_maintainer_leaves_without_a_proof(self, house: House) -> None:
        assert "Leave this project" in words_of(page_of(house.ben, LEAVE))

        answer = house.ben.post(LEAVE)

        assert (answer.status_code, answer["Location"]) == (302, "/account/projects/?said=left")
        assert "You do not look after that project any more" in words_of(page_of(house.ben, answer["Location"]))
        assert role_of("ben") == ""
        assert deeds_on() == ["collaborator-left"]
        assert letters_to("ada") == [("project", "collaborator-left")]
        assert reason_of(house.ben.post(LEAVE)) == "not-a-collaborator"

    def test_the_last_owner_is_told_what_it_means_and_proves_that_it_is_them(self, house: House) -> None:
        assert house.ada.get(LEAVE)["Location"] == f"/account/prove/{AIM}/?target=ham&next={LEAVE}"
        assert house.ada.post(LEAVE)["Location"].startswith("/account/prove/")
        assert role_of("ada") == "owner"
        prove(house.ada, AIM)
        assert "You are its last Owner" in words_of(page_of(house.ada, LEAVE))

        assert house.ada.post(LEAVE).status_code == 302

        assert role_of("ada") == ""
        assert Event.objects.latest("id").details["is_last_owner"] is True

    def test_one_owner_of_two_leaves_after_a_proof(self, house: House) -> None:
        seat("cyd", "ham", Role.OWNER, clock=house.clock)
        prove(house.ada, AIM)
        assert "last Owner" not in words_of(page_of(house.ada, LEAVE))
        assert house.ada.post(LEAVE).status_code == 302
        assert role_of("ada") == ""

    def test_a_deleted_project_can_be_left_too(self, house: House) -> None:
        Project.objects.filter(normalized_name="ham").update(deleted_at=house.clock.at)
        assert house.ben.post(LEAVE).status_code == 302
        assert "no-such" not in text_of(house.ben.get("/account/projects/"))
        assert role_of("ben") == ""
