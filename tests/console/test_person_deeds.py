"""What staff do to accounts from the console: each deed with its proof, its reason, its record and its letter."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from strongroom.accounts.models import Account, Session
from strongroom.record.models import Event
from strongroom.tokens.models import Token
from strongroom.tokens.rules import Permission
from tests.cast import token_for
from tests.console.staffing import (
    HOSTILE,
    WHY,
    Staff,
    add_person,
    add_staff,
    last_event,
    last_letter,
    mail_to,
    prove_page,
    shown,
)
from tests.factors.people import Clock, Visitor, text_of
from tests.site.html_check import assert_valid_page
from tests.tokens.owning import identifier, published

pytestmark = pytest.mark.django_db

Commits = Callable[..., AbstractContextManager[Any]]
ADA = "/staff/people/ada/"
DEEDS = ("suspend", "lift", "make-staff", "take-staff-away", "end-sessions", "revoke-tokens")


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Commits) -> Commits:
    """What is done once a deed is committed, done."""
    return django_capture_on_commit_callbacks


def account(name: str = "ada") -> Account:
    return Account.objects.get(folded_name=name)


def test_a_suspended_account_can_do_nothing_and_is_told_why_and_by_whom(dee: Staff, ada: Visitor) -> None:
    ada.sign_in()

    answer = dee.do(f"{ADA}suspend/", "person ada")

    assert (answer.status_code, answer["Location"]) == (302, f"{ADA}?said=suspended")
    assert (account().suspended_at, account().suspended_why) == (dee.phone.clock.at, "operator")
    assert not ada.is_signed_in()
    event = last_event()
    assert (event.deed, event.actor_name, event.proof) == ("account-suspended", "dee", "totp")
    assert event.details == {"why": "operator", "office": WHY}
    mail = mail_to("ada")
    assert f"Who: those who run this index\nWhy: {WHY}" in mail
    assert "until those who run this index lift the suspension" in mail
    for hidden in ("LINK", "dee", "127.0.0.1", "Firefox", "authenticator app"):
        assert hidden not in mail
    facts = last_letter("ada").facts
    assert (facts["from"], facts["client"], facts["proof"]) == ("", "", "")
    assert "is suspended" in shown(dee.get(f"{ADA}?said=suspended"))


def test_a_lifted_suspension_lets_the_person_in_again(dee: Staff, ada: Visitor) -> None:
    dee.do(f"{ADA}suspend/", "person ada")

    answer = dee.do(f"{ADA}lift/", "person ada")

    assert answer["Location"] == f"{ADA}?said=lifted"
    assert account().suspended_at is None
    assert (last_event().deed, last_event().details) == ("suspension-lifted", {"office": WHY})
    assert f"Why: {WHY}" in mail_to("ada")
    ada.sign_in()


def test_what_is_so_already_is_said_to_be_so_and_not_recorded(dee: Staff, ada: Visitor) -> None:
    dee.prove("person ada")
    before = Event.objects.count()

    answer = dee.at.post(f"{ADA}lift/", office=WHY)

    assert answer["Location"] == f"{ADA}?said=unchanged"
    assert Event.objects.count() == before
    assert "Nothing changed" in shown(dee.get(answer["Location"]))


def test_somebody_with_a_factor_is_made_staff_and_signs_in_anew(dee: Staff, ada: Visitor) -> None:
    ada.sign_in()
    ada.enrol_app()

    answer = dee.do(f"{ADA}make-staff/", "person ada")

    assert answer["Location"] == f"{ADA}?said=made-staff"
    assert account().is_staff
    assert not ada.is_signed_in()
    assert (last_event().deed, last_event().details) == ("staff-added", {"office": WHY})
    assert "The account was made one of those who run the index." in mail_to("ada")


def test_nobody_without_a_factor_is_made_staff(dee: Staff, ada: Visitor) -> None:
    answer = dee.do(f"{ADA}make-staff/", "person ada")

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, "office-needs-factor")
    assert WHY in text_of(answer)
    assert not account().is_staff


@pytest.mark.parametrize("column", ["suspended_at", "closed_at"])
def test_nobody_whose_account_is_not_live_is_made_staff(column: str, dee: Staff, ada: Visitor) -> None:
    ada.sign_in()
    ada.enrol_app()
    Account.objects.filter(pk=account().pk).update(**{column: ada.clock.at})

    assert dee.do(f"{ADA}make-staff/", "person ada")["X-Strongroom-Reason"] == "account-not-live"
    assert not account().is_staff


def test_staff_is_taken_away_at_once(dee: Staff, clock: Clock) -> None:
    gil = add_staff("gil", clock)
    assert gil.get("/staff/").status_code == 200

    answer = dee.do("/staff/people/gil/take-staff-away/", "person gil")

    assert answer["Location"] == "/staff/people/gil/?said=unmade-staff"
    assert not account("gil").is_staff
    assert gil.get("/staff/").status_code == 404
    assert (last_event().deed, last_event().details) == ("staff-removed", {"office": WHY})
    assert last_letter("gil").facts["deed"] == "staff-removed"


@pytest.mark.parametrize("deed", ["suspend", "lift", "make-staff", "take-staff-away"])
def test_nobody_does_any_of_this_to_their_own_account(deed: str, dee: Staff, clock: Clock) -> None:
    add_staff("gil", clock)

    answer = dee.do(f"/staff/people/dee/{deed}/", "person dee")

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, "office-on-oneself")
    assert (account("dee").is_staff, account("dee").suspended_at) == (True, None)
    assert f"/staff/people/dee/{deed}/" not in shown(dee.get("/staff/people/dee/"))


def test_all_sessions_of_an_account_end_in_every_browser(dee: Staff, ada: Visitor) -> None:
    other = ada.elsewhere()
    for one in (ada, other):
        one.sign_in()

    answer = dee.do(f"{ADA}end-sessions/", "person ada")

    assert answer["Location"] == f"{ADA}?said=sessions-ended"
    assert not ada.is_signed_in()
    assert not other.is_signed_in()
    assert set(Session.objects.filter(account=account()).values_list("ended_why", flat=True)) == {"by-office"}
    assert (last_event().deed, last_event().details) == ("other-sessions-ended", {"count": 2, "office": WHY})
    mail = mail_to("ada")
    assert "All sessions were ended." in mail
    assert "write to those who run this index" in mail
    assert "LINK" not in mail
    assert dee.get("/staff/").status_code == 200


def test_one_token_is_revoked_and_the_others_go_on(dee: Staff, ada: Visitor, commits: Commits) -> None:
    ours, theirs = (identifier(token_for("ada", permissions=[Permission.READ])) for _ in range(2))
    assert published() == {ours, theirs}

    with commits(execute=True):
        answer = dee.do(f"{ADA}tokens/{ours}/revoke/", "person ada")

    assert answer["Location"] == f"{ADA}?said=revoked"
    assert published() == {theirs}
    assert list(Token.objects.filter(revoked_at=None).values_list("pk", flat=True)) == [theirs]
    event = last_event()
    assert (event.deed, event.subject_name, event.details) == (
        "token-revoked",
        ours,
        {"why": "office", "office": WHY},
    )
    assert f"Why: {WHY}" in mail_to("ada")


def test_all_tokens_are_revoked_each_with_its_event_and_letter(dee: Staff, ada: Visitor, commits: Commits) -> None:
    for _ in range(3):
        token_for("ada", permissions=[Permission.READ])
    assert len(published()) == 3
    before = Event.objects.filter(deed="token-revoked").count()

    with commits(execute=True):
        answer = dee.do(f"{ADA}revoke-tokens/", "person ada")

    assert answer["Location"] == f"{ADA}?said=revoked"
    assert not Token.objects.filter(revoked_at=None).exists()
    assert Event.objects.filter(deed="token-revoked").count() == before + 3
    assert published() == set()


def test_a_token_of_somebody_else_is_not_revoked_on_this_page(dee: Staff, ada: Visitor, clock: Clock) -> None:
    add_person("ben", clock)
    theirs = identifier(token_for("ben"))

    answer = dee.do(f"{ADA}tokens/{theirs}/revoke/", "person ada")

    assert answer["X-Strongroom-Reason"] == "token-unknown"
    assert Token.objects.get().revoked_at is None


@pytest.mark.parametrize("deed", DEEDS)
def test_without_a_proof_one_is_led_to_it_first_and_nothing_is_done(deed: str, dee: Staff, ada: Visitor) -> None:
    address = f"{ADA}{deed}/"
    before = Event.objects.count()

    assert dee.get(address)["Location"] == prove_page("person ada", address)
    if deed != "make-staff":
        assert dee.at.post(address, office=WHY)["Location"] == prove_page("person ada", address)
    assert Event.objects.count() == before
    assert account().suspended_at is None


@pytest.mark.parametrize("deed", ["suspend", "end-sessions", "revoke-tokens"])
def test_a_proof_for_one_person_is_none_for_another(deed: str, dee: Staff, ada: Visitor, clock: Clock) -> None:
    add_person("ben", clock)
    dee.prove("person ben")
    address = f"{ADA}{deed}/"

    assert dee.at.post(address, office=WHY)["Location"] == prove_page("person ada", address)
    assert account().suspended_at is None


def test_a_proof_is_spent_by_its_deed(dee: Staff, ada: Visitor) -> None:
    dee.do(f"{ADA}suspend/", "person ada")

    assert dee.at.post(f"{ADA}lift/", office=WHY)["Location"] == prove_page("person ada", f"{ADA}lift/")
    assert account().suspended_at is not None


@pytest.mark.parametrize("reason", ["", "   ", "abcd", "x" * 501])
def test_a_deed_without_a_reason_is_refused_and_keeps_the_proof_and_what_was_typed(
    reason: str, dee: Staff, ada: Visitor
) -> None:
    dee.prove("person ada")

    answer = dee.at.post(f"{ADA}suspend/", office=reason)

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (400, "reason-missing")
    assert_valid_page(answer)
    assert f">{reason}</textarea>" in text_of(answer)
    assert account().suspended_at is None
    assert dee.at.post(f"{ADA}suspend/", office=WHY).status_code == 302


@pytest.mark.parametrize("deed", DEEDS)
def test_the_form_of_every_deed_is_a_page_that_everybody_can_use(deed: str, dee: Staff, ada: Visitor) -> None:
    dee.prove("person ada")

    assert "ada" in assert_valid_page(dee.get(f"{ADA}{deed}/"))


def test_a_hostile_reason_is_text_in_every_place(dee: Staff, ada: Visitor) -> None:
    dee.do(f"{ADA}suspend/", "person ada", office=HOSTILE)

    for page in (f"{ADA}", "/staff/record/", "/staff/"):
        text = assert_valid_page(dee.get(page))
        assert "<script>alert" not in text
        assert "\u202e" not in text
    assert "\u202e" not in mail_to("ada")


@pytest.mark.parametrize("address", ["/staff/people/nobody/", "/staff/people/nobody/suspend/", f"{ADA}delete/"])
def test_what_there_is_not_is_not_found(address: str, dee: Staff, ada: Visitor) -> None:
    assert dee.get(address).status_code == 404


def test_the_person_sees_in_their_own_history_that_those_who_run_the_index_did_it(dee: Staff, ada: Visitor) -> None:
    dee.do(f"{ADA}end-sessions/", "person ada")
    ada.sign_in()

    page = text_of(ada.get("/account/security/"))

    assert "By whoever runs this index" in page
    assert "All sessions were ended." in page


@pytest.mark.parametrize("name", ["a%00b", "a%00b/suspend", "ada/tokens/a%00b/revoke"])
def test_a_name_that_no_database_can_be_asked_for_is_nobodys(name: str, dee: Staff, ada: Visitor) -> None:
    del ada
    dee.prove("person ada")

    answers = [dee.get(f"/staff/people/{name}/"), dee.at.post(f"/staff/people/{name}/", office=WHY)]

    assert max(answer.status_code for answer in answers) < 500
    assert not Event.objects.filter(deed__in=["account-suspended", "token-revoked"]).exists()
