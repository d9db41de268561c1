"""What staff do to projects from the console: each deed with its proof, its reason, its record and its letters."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from strongroom.accounts.models import Account
from strongroom.projects.models import Collaboration, DeletionHold, Invitation, Project
from strongroom.record.models import Event
from strongroom.terms.actors import AccountId
from tests.console.staffing import HOSTILE, WHY, Staff, add_person, last_event, last_letter, prove_page, shown
from tests.factors.people import Clock, Visitor, text_of
from tests.site.html_check import assert_valid_page
from tests.tokens.owning import add_project

pytestmark = pytest.mark.django_db

ORCHARD = "/staff/projects/orchard/"
DEEDS = ("status", "restore", "give-role", "collaborators/ada/remove", "deletions/1/withdraw")


@pytest.fixture(autouse=True)
def orchard(ada: Visitor) -> None:
    add_project("Orchard", owner=AccountId(Account.objects.get(folded_name="ada").pk))


def project() -> Project:
    return Project.objects.get()


def test_a_project_is_quarantined_and_the_quarantine_lifted(dee: Staff) -> None:
    answer = dee.do(f"{ORCHARD}status/", "orchard", status="quarantined", reason="being looked at")

    assert (answer.status_code, answer["Location"]) == (302, f"{ORCHARD}?said=status")
    assert (project().status, project().status_reason) == ("quarantined", "being looked at")
    event = last_event()
    assert (event.deed, event.actor_name, event.proof) == ("status-changed", "dee", "totp")
    assert event.details == {"status": "quarantined", "reason": "being looked at", "office": WHY}
    assert last_letter("ada").facts["office"] == WHY
    assert "being looked at" in shown(dee.get("/staff/projects/?only=quarantined"))

    dee.do(f"{ORCHARD}status/", "orchard", status="active", reason="")

    assert project().status == "active"
    assert "Orchard" not in shown(dee.get("/staff/projects/?only=quarantined"))


def test_a_project_without_an_owner_is_given_one(dee: Staff, clock: Clock) -> None:
    add_person("ben", clock)
    Collaboration.objects.all().delete()
    assert "Nobody owns this project" in shown(dee.get(ORCHARD))

    answer = dee.do(f"{ORCHARD}give-role/", "orchard", account="BEN", role="owner")

    assert answer["Location"] == f"{ORCHARD}?said=role"
    row = Collaboration.objects.select_related("account").get()
    assert (row.account.name, row.role) == ("ben", "owner")
    assert last_event().details == {"account": "ben", "role": "owner", "office": WHY}
    assert last_letter("ben").facts["role"] == "owner"
    assert "Nobody owns this project" not in shown(dee.get(ORCHARD))


def test_a_role_for_nobody_shows_the_form_again_with_what_was_typed(dee: Staff) -> None:
    answer = dee.do(f"{ORCHARD}give-role/", "orchard", account="nobody", role="maintainer")

    assert answer["X-Strongroom-Reason"] == "account-unknown"
    page = assert_valid_page(answer)
    assert 'value="nobody"' in page
    assert '<option value="maintainer" selected>' in page
    assert WHY in page
    assert Collaboration.objects.count() == 1


def test_a_collaborator_is_removed_even_the_last_owner(dee: Staff) -> None:
    answer = dee.do(f"{ORCHARD}collaborators/ada/remove/", "orchard")

    assert answer["Location"] == f"{ORCHARD}?said=removed"
    assert not Collaboration.objects.exists()
    assert (last_event().deed, last_event().details["office"]) == ("collaborator-removed", WHY)
    assert last_letter("ada").facts["office"] == WHY


def test_a_deleted_project_is_restored(dee: Staff, clock: Clock) -> None:
    Project.objects.update(deleted_at=clock.at)
    page = shown(dee.get(ORCHARD))
    assert "can be restored until" in page
    assert f"{ORCHARD}status/" not in page

    answer = dee.do(f"{ORCHARD}restore/", "orchard")

    assert answer["Location"] == f"{ORCHARD}?said=restored"
    assert project().deleted_at is None
    assert (last_event().deed, last_event().details) == ("project-restored", {"office": WHY})


def test_a_deletion_that_waits_is_seen_with_who_asked_and_withdrawn(dee: Staff, clock: Clock) -> None:
    for version, asked_by in (("1.0", Account.objects.get(folded_name="ada")), ("", None)):
        DeletionHold.objects.create(
            project=project(),
            version=version,
            asked_by=asked_by,
            asked_at=clock.at,
            due_at=clock.at + timedelta(days=30),
        )
    hold = DeletionHold.objects.get(version="")
    address = f"{ORCHARD}deletions/{hold.pk}/withdraw/"
    page = assert_valid_page(dee.get(ORCHARD))
    assert address in page
    for told in ("Release 1.0", "The whole project", "/staff/people/ada/", "somebody at the machine itself"):
        assert told in page

    answer = dee.do(address, "orchard")

    assert answer["Location"] == f"{ORCHARD}?said=withdrawn"
    assert "The deletion is withdrawn" in shown(dee.get(answer["Location"]))
    assert list(DeletionHold.objects.order_by("pk").values_list("outcome", flat=True)) == ["", "withdrawn"]
    assert (last_event().deed, last_event().details) == ("deletion-withdrawn", {"office": WHY})
    assert last_letter("ada").facts["office"] == WHY
    assert dee.do(address, "orchard")["X-Strongroom-Reason"] == "deletion-not-held"


def test_what_was_deleted_too_long_ago_is_not_restored(dee: Staff, clock: Clock) -> None:
    Project.objects.update(deleted_at=clock.at)
    dee.prove("orchard")
    clock.go_on(minutes=9)
    Project.objects.update(deleted_at=clock.at.replace(year=clock.at.year - 1))

    assert "It cannot be restored any more." in shown(dee.get(ORCHARD))
    assert dee.at.post(f"{ORCHARD}restore/", office=WHY)["X-Strongroom-Reason"] == "undo-over"
    assert project().deleted_at is not None


@pytest.mark.parametrize("deed", DEEDS)
def test_without_a_proof_one_is_led_to_it_first(deed: str, dee: Staff) -> None:
    address = f"{ORCHARD}{deed}/"
    before = Event.objects.count()

    assert dee.get(address)["Location"] == prove_page("orchard", address)
    answer = dee.at.post(address, office=WHY, account="ada", status="quarantined")
    assert answer["Location"] == prove_page("orchard", address)
    assert Event.objects.count() == before
    assert project().status == "active"


@pytest.mark.parametrize("deed", DEEDS)
def test_a_proof_for_another_project_or_for_a_person_is_none(deed: str, dee: Staff) -> None:
    for target in ("grove", "person orchard", "person ada", "new announcement"):
        dee.prove(target)
    address = f"{ORCHARD}{deed}/"

    assert dee.at.post(address, office=WHY, account="ada")["Location"] == prove_page("orchard", address)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_without_a_reason_is_refused(deed: str, dee: Staff) -> None:
    dee.prove("orchard")
    form = dee.get(f"{ORCHARD}{deed}/")
    assert_valid_page(form)

    answer = dee.at.post(f"{ORCHARD}{deed}/", office=" no ", account="ada", status="quarantined")

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (400, "reason-missing")
    assert_valid_page(answer)
    assert (project().status, Collaboration.objects.count()) == ("active", 1)


def test_hostile_reasons_are_text_on_every_page(dee: Staff) -> None:
    dee.do(f"{ORCHARD}status/", "orchard", status="quarantined", reason=HOSTILE, office=HOSTILE)

    for page in (ORCHARD, "/staff/projects/", "/staff/record/?kind=project&subject=orchard", f"{ORCHARD}status/"):
        text = text_of(dee.get(page))
        assert "<script>alert" not in text
    assert "\u202e" not in shown(dee.get(ORCHARD))


@pytest.mark.parametrize("name", ["Orchard", "ORCHARD", "orchard"])
def test_a_project_is_found_however_its_name_is_written(name: str, dee: Staff) -> None:
    assert_valid_page(dee.get(f"/staff/projects/{name}/"))


@pytest.mark.parametrize("name", ["nothing", "-", "a b", "%00", "x" * 300])
def test_a_project_that_there_is_not_is_not_found(name: str, dee: Staff) -> None:
    assert dee.get(f"/staff/projects/{name}/").status_code == 404


def test_somebody_who_does_not_look_after_it_is_not_removed(dee: Staff, clock: Clock) -> None:
    add_person("ben", clock)

    assert dee.get(f"{ORCHARD}collaborators/ben/remove/").status_code == 404


@pytest.mark.parametrize(
    ("address", "target", "entry"),
    [
        pytest.param(f"{ORCHARD}collaborators/ada/remove/", "orchard", {}, id="removed"),
        pytest.param(f"{ORCHARD}give-role/", "orchard", {"account": "ada", "role": "maintainer"}, id="lowered"),
        pytest.param("/staff/people/ada/suspend/", "person ada", {}, id="suspended"),
    ],
)
def test_an_invitation_that_ends_with_a_deed_of_staff_does_not_name_them_to_the_project(
    address: str, target: str, entry: dict[str, str], dee: Staff, ada: Visitor, clock: Clock
) -> None:
    ben = add_person("ben", clock)
    for row in (Account.objects.get(folded_name="ada"), Account.objects.get(folded_name="ben")):
        Collaboration.objects.update_or_create(
            project=project(), account=row, defaults={"role": "owner", "since": clock.at}
        )
    Invitation.objects.create(
        project=project(),
        address="eve@example.net",
        role="maintainer",
        made_by=Account.objects.get(folded_name="ada"),
        made_at=clock.at,
        expires_at=clock.at.replace(year=clock.at.year + 1),
    )

    dee.do(address, target, **entry)

    withdrawn = Event.objects.get(deed="invitation-withdrawn")
    assert withdrawn.actor_name == "dee"
    ben.sign_in()
    history = shown(ben.get("/manage/orchard/history/"))
    assert "The invitation to eve@example.net was withdrawn." in history
    assert "dee" not in re.sub(r"<[^>]*>", " ", history)
    assert (WHY in history) is (target == "orchard")


def test_a_reason_that_nobody_can_see_is_none(dee: Staff) -> None:
    dee.prove("orchard")

    answer = dee.at.post(f"{ORCHARD}status/", office="\u200b\u202e\u2066\u200b\u00ad\u2060", status="quarantined")

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (400, "reason-missing")
    assert project().status == "active"
