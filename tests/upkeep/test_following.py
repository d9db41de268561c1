"""What becomes of somebody's projects when their account is closed or suspended."""

from __future__ import annotations

import pytest

from strongroom.accounts.actions.ending import lift_suspension, suspend_account
from strongroom.accounts.models import Account
from strongroom.accounts.rules.proving import Dangerous
from strongroom.factors.actions.keeping import close_account
from strongroom.projects.models import Invitation, Project
from strongroom.projects.queries.roles import is_collaborator, list_co_collaborators, list_collaborations
from strongroom.projects.rules.roles import Role
from strongroom.terms.refusals import Reason, Refused
from strongroom.terms.statuses import ProjectStatus
from strongroom.upkeep.actions.inviting import accept_invitation
from strongroom.upkeep.actions.releases import yank_release
from strongroom.upkeep.actions.statuses import change_status
from tests.cast import NOW, OPERATOR
from tests.factors.cast import Resident, add_project_of, effects_of, prove
from tests.upkeep.keepers import (
    HAM,
    WHY,
    Team,
    ask,
    make_owner,
    outlet,
    refused_without_a_trace,
    roles,
    team,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Team:
    return team()


def close(person: Resident) -> None:
    prove(person, Dangerous.CLOSE_ACCOUNT)
    close_account(by=person.actor, now=NOW)


def test_everybody_else_is_told_that_an_owner_has_closed_their_account_and_the_role_is_frozen(people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    prove(people.ada, Dangerous.CLOSE_ACCOUNT)

    seen = effects_of(lambda: close_account(by=people.ada.actor, now=NOW))

    assert roles() == {"ada": "owner", "ben": "maintainer", "cyd": "owner"}
    assert seen.deeds == ["account-closed", "collaborator-left"]
    assert seen.events[1].subject_name == "ham"
    assert seen.events[1].details == {"account": "ada", "role": "owner", "is_closed": True}
    assert seen.letters == [("account-closed", "ada"), ("collaborator-left", "ben"), ("collaborator-left", "cyd")]


def test_each_project_of_a_closed_account_is_told_but_not_one_that_is_gone_for_good(people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    add_project_of(people.ada, "eggs", people.cyd)
    add_project_of(people.ada, "gone", people.cyd)
    Project.objects.filter(normalized_name="gone").update(deleted_at=NOW, purged_at=NOW)
    prove(people.ada, Dangerous.CLOSE_ACCOUNT)

    seen = effects_of(lambda: close_account(by=people.ada.actor, now=NOW))

    assert [event.subject_name for event in seen.events] == ["ada", "ham", "eggs"]


@pytest.mark.parametrize("column", ["deleted_at", "purged_at"])
def test_what_was_deleted_holds_nobody_back(column: str, people: Team) -> None:
    assert _sole_owner(people).reason is Reason.SOLE_OWNER
    Project.objects.update(deleted_at=NOW, **({"purged_at": NOW} if column == "purged_at" else {}))

    close_account(by=people.ada.actor, now=NOW)

    assert Account.objects.get(name="ada").closed_at == NOW


def _sole_owner(people: Team) -> Refused:
    prove(people.ada, Dangerous.CLOSE_ACCOUNT)
    return refused_without_a_trace(lambda: close_account(by=people.ada.actor, now=NOW))


@pytest.mark.parametrize("column", ["closed_at", "suspended_at"])
def test_an_owner_who_cannot_act_is_no_other_owner(column: str, people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    Account.objects.filter(pk=people.cyd.account).update(**{column: NOW})

    assert _sole_owner(people).facts == {"names": "ham"}


def test_a_closed_account_gets_no_letters_and_is_nobodys_company(people: Team) -> None:
    close(people.ben)

    seen = effects_of(
        lambda: change_status(
            by=people.ada.actor, now=NOW, name=HAM, status=ProjectStatus.ARCHIVED, reason="", outlet=outlet()
        )
    )

    assert seen.letters == [("status-changed", "ada")]
    assert list_co_collaborators(people.ada.account) == {}


def test_invitations_by_and_to_a_closed_account_end(people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    to_ben = ask(people.cyd, "ben@example.org", Role.OWNER)
    by_ada = ask(people.ada, "eve@example.org")
    add_project_of(people.ada, "eggs", people.cyd)
    Invitation.objects.create(
        project=Project.objects.get(normalized_name="eggs"),
        account_id=people.ben.account,
        role="owner",
        made_by_id=people.cyd.account,
        made_at=NOW,
        expires_at=NOW.replace(year=2027),
    )

    close(people.ben)
    close(people.ada)

    ended = dict(Invitation.objects.exclude(ended_how="accepted").values_list("pk", "ended_how"))
    assert ended[by_ada] == "withdrawn"
    assert ended[max(ended)] == "withdrawn"
    # Whoever reads that mailbox from now on is somebody else to the index: the address was freed.
    assert ended[to_ben] == ""


def test_what_a_suspended_account_asked_of_others_ends_and_does_not_come_back(people: Team) -> None:
    invitation = ask(people.ada, "cyd", Role.OWNER)

    suspend_account(by=OPERATOR, now=NOW, account=people.ada.account, why="operator")
    lift_suspension(by=OPERATOR, now=NOW, account=people.ada.account)

    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation))
    assert tried.reason is Reason.INVITATION_UNKNOWN
    assert roles() == {"ada": "owner", "ben": "maintainer"}


def test_a_suspended_account_is_still_told_what_is_done_to_its_projects(people: Team) -> None:
    suspend_account(by=OPERATOR, now=NOW, account=people.ben.account, why="operator")

    seen = effects_of(
        lambda: change_status(
            by=OPERATOR, now=NOW, name=HAM, status=ProjectStatus.QUARANTINED, reason="", outlet=outlet(), office=WHY
        )
    )

    assert seen.letters == [("status-changed", "ada"), ("status-changed", "ben")]


def test_what_was_deleted_is_offered_for_no_token_and_what_is_gone_makes_nobody_a_collaborator(people: Team) -> None:
    assert list_collaborations(people.ben.account) == ["ham"]
    Project.objects.update(deleted_at=NOW)
    assert (list_collaborations(people.ben.account), is_collaborator(people.ben.account)) == ([], True)
    Project.objects.update(purged_at=NOW)

    assert not is_collaborator(people.ben.account)
    assert list_co_collaborators(people.ben.account) == {}


def test_a_closed_owner_does_nothing_to_their_project(people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    close(people.ada)

    tried = refused_without_a_trace(
        lambda: yank_release(by=people.ada.actor, now=NOW, name=HAM, version="1.0", reason="", outlet=outlet())
    )

    assert tried.reason is Reason.ACCOUNT_INACTIVE
