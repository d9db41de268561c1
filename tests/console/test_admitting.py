"""Who may look at the console: one table of people walks every address of it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from strongroom.accounts.models import Account
from strongroom.projects.models import Collaboration, Project
from strongroom.record.models import Event
from strongroom.site.addresses.console import urlpatterns
from tests.console.staffing import Staff, add_person, add_staff, shown, sign_in_by_app
from tests.factors.people import Clock, Visitor, own_alone, text_of
from tests.site.html_check import assert_valid_page

pytestmark = pytest.mark.django_db

ARGUMENTS: dict[str, list[list[object]]] = {
    "staff-person": [["ada"]],
    "staff-revoke-token": [["ada", "0123456789abcdef"]],
    "staff-person-deed": [
        ["ada", deed] for deed in ("suspend", "lift", "make-staff", "take-staff-away", "end-sessions", "revoke-tokens")
    ],
    "staff-project": [["orchard"]],
    "staff-project-status": [["orchard"]],
    "staff-project-restore": [["orchard"]],
    "staff-project-withdraw-deletion": [["orchard", "1"]],
    "staff-project-give-role": [["orchard"]],
    "staff-project-remove-collaborator": [["orchard", "ada"]],
    "staff-end-announcement": [[1]],
    "look-at-spike": [[1]],
    "staff-run": [[1]],
    "approve-run": [[1]],
    "dismiss-run": [[1]],
    "designate-name": [["orchard"]],
}
"""What the addresses that name something are asked with."""

ADDRESSES = [
    reverse(str(one.name), args=arguments) for one in urlpatterns for arguments in ARGUMENTS.get(str(one.name), [[]])
]
PAGES = [
    reverse(name)
    for name in (
        "staff",
        "staff-people",
        "staff-projects",
        "staff-spikes",
        "staff-record",
        "staff-mails",
        "staff-jobs",
        "staff-settings",
        "staff-announcements",
    )
]


@pytest.fixture
def orchard(ada: Visitor) -> None:
    own_alone(ada, "orchard")


def test_every_address_of_the_console_is_walked() -> None:
    named = {str(one.name) for one in urlpatterns}
    assert set(ARGUMENTS) <= named
    assert all(str(one.pattern).startswith("staff/") for one in urlpatterns)
    assert len(ADDRESSES) == len(named) + 5


def visitor(clock: Clock) -> Visitor:
    return Visitor("nobody", clock)


def stranger(clock: Clock) -> Visitor:
    person = add_person("cyd", clock)
    person.sign_in()
    return person


def owner(clock: Clock) -> Visitor:
    person = add_person("eve", clock)
    person.sign_in()
    sign_in_by_app(person, person.enrol_app())
    Collaboration.objects.create(
        project=Project.objects.get(), account=Account.objects.get(folded_name="eve"), role="owner", since=clock.at
    )
    return person


def staff_that_was(clock: Clock) -> Visitor:
    person = add_staff("gil", clock).at
    Account.objects.filter(folded_name="gil").update(is_staff=False)
    return person


@pytest.mark.parametrize("who", [visitor, stranger, owner, staff_that_was])
@pytest.mark.usefixtures("orchard")
def test_to_everybody_else_there_is_nothing_here(who: object, clock: Clock) -> None:
    assert callable(who)
    person: Visitor = who(clock)
    nothing = person.get("/nothing/at/all/")

    for address in ADDRESSES:
        looked, done = person.get(address), person.post(address, office="because I can")
        for answer in (looked, done):
            assert answer.status_code == 404, address
            assert "X-Strongroom-Reason" not in answer
            assert text_of(answer).partition("<main")[2].partition("</main>")[0] == main_of(text_of(nothing))
            assert answer["Cache-Control"]


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


@pytest.mark.usefixtures("orchard")
def test_staff_without_a_factor_are_told_to_enrol_one(clock: Clock) -> None:
    fay = add_person("fay", clock, is_staff=True)
    fay.sign_in()

    for address in ADDRESSES:
        for answer in (fay.get(address), fay.post(address, office="because I can")):
            assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, "staff-factor-needed"), address
            assert "second factor" in text_of(answer)


@pytest.mark.usefixtures("orchard")
def test_staff_who_signed_in_with_a_recovery_code_or_the_password_alone_are_told_to_sign_in_again(
    clock: Clock,
) -> None:
    dee = add_staff("dee", clock)
    dee.at.post("/account/sign-out/")
    dee.at.type_password()
    answer = dee.at.post("/account/sign-in/factor/", recovery=dee.phone.codes[0])
    while answer.status_code == 302 and "/sign-in/" in answer["Location"]:
        answer = dee.at.post(answer["Location"], code=dee.at.read_mail())
    fay = add_person("fay", clock, is_staff=True)
    fay.sign_in()
    fay.enrol_app()

    for person in (dee.at, fay):
        assert person.is_signed_in()
        for address in ADDRESSES:
            for answer in (person.get(address), person.post(address, office="because I can")):
                assert (answer.status_code, answer["X-Strongroom-Reason"]) == (403, "office-sign-in"), address


@pytest.mark.usefixtures("orchard")
@pytest.mark.parametrize("address", PAGES)
def test_staff_see_every_page(address: str, dee: Staff) -> None:
    answer = dee.get(address)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert_valid_page(answer)
    assert 'aria-current="page"' in shown(answer)


@pytest.mark.usefixtures("orchard")
def test_looking_changes_nothing(dee: Staff) -> None:
    before = Event.objects.count()
    for address in ADDRESSES:
        assert dee.get(address).status_code in {200, 302, 404}
    assert Event.objects.count() == before


def test_a_suspended_member_of_staff_sees_nothing(dee: Staff) -> None:
    Account.objects.filter(folded_name="dee").update(suspended_at=dee.phone.clock.at)

    assert dee.get("/staff/").status_code == 404


def test_a_form_without_its_token_does_nothing(dee: Staff, ada: Visitor) -> None:
    dee.prove("person ada")
    client: Client = dee.at.client

    assert client.post("/staff/people/ada/suspend/", {"office": "for no reason"}).status_code == 403
