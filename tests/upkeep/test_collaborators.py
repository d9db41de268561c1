"""Roles given, changed, taken and given up: in rows, in the record, in letters to everybody concerned."""

from __future__ import annotations

from datetime import timedelta

import pytest

from strongroom.accounts.models import Account, Letter
from strongroom.accounts.rules.proving import Dangerous
from strongroom.projects.models import Collaboration, Invitation, Project
from strongroom.projects.rules.roles import Role
from strongroom.terms.refusals import Reason
from strongroom.tokens.rules import Permission
from strongroom.upkeep.actions.collaborators import change_role, give_role, leave_project, remove_collaborator
from strongroom.upkeep.actions.inviting import accept_invitation
from tests.accounts.entering import refused
from tests.cast import NOW, OPERATOR
from tests.factors.cast import Resident, effects_of, enrol_key, prove, resident
from tests.upkeep.keepers import (
    HAM,
    MINUTE,
    WEEK,
    WHY,
    Team,
    ask,
    collaborating,
    holding_token,
    make_owner,
    proved,
    refused_without_a_trace,
    roles,
    team,
)

pytestmark = pytest.mark.django_db

OWNER, MAINTAINER = Role.OWNER, Role.MAINTAINER


@pytest.fixture
def people() -> Team:
    return team()


def staff_with_key() -> Resident:
    dee = resident("dee", is_staff=True)
    enrol_key(dee)
    return dee


def test_a_maintainer_is_made_owner_and_everybody_is_told(people: Team) -> None:
    by = collaborating(people.ada)

    seen = effects_of(lambda: change_role(by=by, now=NOW, name=HAM, account="BEN", role=OWNER))

    assert roles() == {"ada": "owner", "ben": "owner"}
    assert Collaboration.objects.get(account_id=people.ben.account).since == NOW
    assert (seen.deeds, seen.events[0].subject_name) == (["role-changed"], "ham")
    assert seen.events[0].details == {"account": "ben", "role": "owner", "former": "maintainer"}
    assert seen.events[0].proof == "password"
    assert seen.letters == [("role-changed", "ada"), ("role-changed", "ben")]
    own, other = Letter.objects.order_by("-pk")[:2][::-1]
    assert (own.kind, other.kind) == ("notice", "project")
    assert other.facts["who"] == "ada"


def test_the_role_that_somebody_has_already_is_no_change_and_takes_no_proof(people: Team) -> None:
    seen = effects_of(lambda: change_role(by=people.ada.actor, now=NOW, name=HAM, account="ben", role=MAINTAINER))

    assert (seen.deeds, seen.letters) == ([], [])


def test_an_owner_who_is_lowered_has_invited_nobody_any_more(people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    resident("eve")
    invitation = ask(people.cyd, "eve", OWNER)

    by = collaborating(people.ada)
    seen = effects_of(lambda: change_role(by=by, now=NOW, name=HAM, account="cyd", role=MAINTAINER))

    assert roles() == {"ada": "owner", "ben": "maintainer", "cyd": "maintainer"}
    assert Invitation.objects.get(pk=invitation).ended_how == "withdrawn"
    assert seen.deeds == ["role-changed", "invitation-withdrawn"]
    assert seen.events[1].details == {"account": "eve", "role": "owner"}


def test_an_owner_may_lower_themselves(people: Team) -> None:
    change_role(by=collaborating(people.ada), now=NOW, name=HAM, account="ada", role=MAINTAINER)

    assert roles() == {"ada": "maintainer", "ben": "maintainer"}


@pytest.mark.parametrize("account", ["cyd", "nobody", "", "ben\0", "b\ud800n", "x" * 300])
def test_who_does_not_collaborate_has_no_role_to_change_or_take(account: str, people: Team) -> None:
    by = people.ada.actor
    for deed in (
        lambda: change_role(by=by, now=NOW, name=HAM, account=account, role=OWNER),
        lambda: remove_collaborator(by=by, now=NOW, name=HAM, account=account),
    ):
        assert refused_without_a_trace(deed).reason is Reason.COLLABORATOR_UNKNOWN


def test_a_closed_account_is_made_nothing_and_can_be_removed(people: Team) -> None:
    Account.objects.filter(pk=people.ben.account).update(closed_at=NOW)
    by = collaborating(people.ada)

    refusal = refused_without_a_trace(lambda: change_role(by=by, now=NOW, name=HAM, account="ben", role=OWNER))
    seen = effects_of(lambda: remove_collaborator(by=by, now=NOW, name=HAM, account="ben"))

    assert refusal.reason is Reason.COLLABORATOR_UNKNOWN
    assert roles() == {"ada": "owner"}
    assert seen.letters == [("collaborator-removed", "ada")]


def test_a_proof_for_another_project_changes_nothing_here(people: Team) -> None:
    by = proved(people.ada, Dangerous.CHANGE_COLLABORATORS, name="eggs")
    prove(people.ada, Dangerous.DELETE, target="ham")

    refusal = refused_without_a_trace(lambda: remove_collaborator(by=by, now=NOW, name=HAM, account="ben"))

    assert refusal.reason is Reason.PROOF_NEEDED


def test_a_proof_is_good_for_one_deed(people: Team) -> None:
    by = collaborating(people.ada)
    change_role(by=by, now=NOW, name=HAM, account="ben", role=OWNER)

    deed = refused_without_a_trace(lambda: change_role(by=by, now=NOW, name=HAM, account="ben", role=MAINTAINER))

    assert deed.reason is Reason.PROOF_NEEDED


def test_a_removed_person_is_told_and_comes_back_through_no_invitation(people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    resident("eve")
    by_them, to_them = ask(people.cyd, "eve"), ask(people.ada, "CYD@example.org")

    by = collaborating(people.ada)
    seen = effects_of(lambda: remove_collaborator(by=by, now=NOW, name=HAM, account="cyd"))

    assert roles() == {"ada": "owner", "ben": "maintainer"}
    assert seen.deeds == ["collaborator-removed", "invitation-withdrawn", "invitation-withdrawn"]
    assert seen.events[0].details == {"account": "cyd", "role": "owner", "is_last_owner": False}
    assert seen.letters == [("collaborator-removed", name) for name in ("ada", "ben", "cyd")]
    assert set(Invitation.objects.filter(pk__in=[by_them, to_them]).values_list("ended_how", flat=True)) == {
        "withdrawn"
    }
    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=to_them))
    assert tried.reason is Reason.INVITATION_UNKNOWN


def test_a_token_removes_a_maintainer_without_a_proof_and_an_owner_never(people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    by = holding_token(people.ada, Permission.COLLABORATORS)

    refusal = refused_without_a_trace(lambda: remove_collaborator(by=by, now=NOW, name=HAM, account="cyd"))
    remove_collaborator(by=by, now=NOW, name=HAM, account="ben")

    assert refusal.reason is Reason.PERSON_NEEDED
    assert roles() == {"ada": "owner", "cyd": "owner"}


def test_invite_accept_evict_and_delete_within_minutes_ends_at_the_eviction(people: Team) -> None:
    Collaboration.objects.filter(account_id=people.ada.account).update(since=NOW - timedelta(days=900))
    make_owner(people.cyd, by=people.ada)
    later = NOW + 5 * MINUTE
    by = collaborating(people.cyd, now=later)

    evicted = refused_without_a_trace(lambda: remove_collaborator(by=by, now=later, name=HAM, account="ada"))
    lowered = refused_without_a_trace(lambda: change_role(by=by, now=later, name=HAM, account="ada", role=MAINTAINER))

    assert (evicted.reason, lowered.reason) == (Reason.OWNER_TOO_NEW, Reason.OWNER_TOO_NEW)
    assert evicted.facts == {"until": "2026-11-30 12:00"}


def test_whoever_was_lowered_and_raised_again_is_new_again(people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    Collaboration.objects.filter(project__normalized_name="ham").update(since=NOW - 2 * WEEK)
    for role in (MAINTAINER, OWNER):
        change_role(by=collaborating(people.ada), now=NOW, name=HAM, account="cyd", role=role)

    by = collaborating(people.cyd)
    refusal = refused_without_a_trace(lambda: remove_collaborator(by=by, now=NOW, name=HAM, account="ada"))

    assert refusal.reason is Reason.OWNER_TOO_NEW


def test_after_a_week_a_new_owner_is_like_the_others(people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    Collaboration.objects.filter(account_id=people.cyd.account).update(since=NOW - WEEK)
    Collaboration.objects.filter(account_id=people.ada.account).update(since=NOW - 2 * WEEK)

    remove_collaborator(by=collaborating(people.cyd), now=NOW, name=HAM, account="ada")

    assert roles() == {"ben": "maintainer", "cyd": "owner"}


def test_a_maintainer_leaves_without_a_proof_and_everybody_is_told(people: Team) -> None:
    seen = effects_of(lambda: leave_project(by=people.ben.actor, now=NOW, name=HAM))

    assert roles() == {"ada": "owner"}
    assert seen.deeds == ["collaborator-left"]
    assert seen.events[0].details == {"account": "ben", "role": "maintainer", "is_last_owner": False}
    assert seen.letters == [("collaborator-left", "ada"), ("collaborator-left", "ben")]


@pytest.mark.parametrize("has_another", [True, False])
def test_an_owner_leaves_with_a_proof_and_it_is_recorded_whether_they_were_the_last(
    has_another: bool, people: Team
) -> None:
    if has_another:
        make_owner(people.cyd, by=people.ada)
    tried = refused_without_a_trace(lambda: leave_project(by=people.ada.actor, now=NOW, name=HAM))
    by = collaborating(people.ada)

    seen = effects_of(lambda: leave_project(by=by, now=NOW, name=HAM))

    assert tried.reason is Reason.PROOF_NEEDED
    assert "ada" not in roles()
    assert seen.events[0].details["is_last_owner"] is not has_another
    assert ("collaborator-left", "ben") in seen.letters


@pytest.mark.parametrize("column", ["closed_at", "suspended_at"])
def test_an_owner_who_cannot_act_counts_as_none(column: str, people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    Account.objects.filter(pk=people.cyd.account).update(**{column: NOW})

    by = collaborating(people.ada)
    seen = effects_of(lambda: leave_project(by=by, now=NOW, name=HAM))

    assert seen.events[0].details["is_last_owner"] is True
    assert (("collaborator-left", "cyd") in seen.letters) is (column == "suspended_at")


def test_whoever_removes_themselves_has_left(people: Team) -> None:
    make_owner(people.cyd, by=people.ada)

    by = collaborating(people.cyd)
    seen = effects_of(lambda: remove_collaborator(by=by, now=NOW, name=HAM, account="cyd"))

    assert seen.deeds == ["collaborator-left"]


def test_a_deleted_project_can_be_left_and_is_otherwise_closed(people: Team) -> None:
    Project.objects.update(deleted_at=NOW)
    by = collaborating(people.ada)

    refusal = refused_without_a_trace(lambda: change_role(by=by, now=NOW, name=HAM, account="ben", role=OWNER))
    leave_project(by=people.ben.actor, now=NOW, name=HAM)

    assert refusal.reason is Reason.PROJECT_DELETED
    assert roles() == {"ada": "owner"}


def test_an_operator_gives_a_role_and_takes_it_with_a_reason_for_the_record(people: Team) -> None:
    given = effects_of(lambda: give_role(by=OPERATOR, now=NOW, name=HAM, account="Cyd", role=OWNER, office=f" {WHY}\n"))
    taken = effects_of(lambda: remove_collaborator(by=OPERATOR, now=NOW, name=HAM, account="ada", office=WHY))

    assert roles() == {"ben": "maintainer", "cyd": "owner"}
    assert given.events[0].details == {"account": "cyd", "role": "owner", "office": WHY}
    assert given.letters == [("role-given", name) for name in ("ada", "ben", "cyd")]
    assert taken.deeds == ["collaborator-removed"]
    assert taken.events[0].details["office"] == WHY


def test_a_role_that_is_given_lower_takes_along_what_the_owner_asked_others(people: Team) -> None:
    invitation = ask(people.ada, "cyd", OWNER)

    give_role(by=OPERATOR, now=NOW, name=HAM, account="ada", role=MAINTAINER, office=WHY)

    assert Invitation.objects.get(pk=invitation).ended_how == "withdrawn"


def test_those_who_run_the_index_act_on_a_deleted_project_too(people: Team) -> None:
    Project.objects.update(deleted_at=NOW)

    give_role(by=OPERATOR, now=NOW, name=HAM, account="cyd", role=OWNER, office=WHY)

    assert roles()["cyd"] == "owner"


@pytest.mark.parametrize("column", ["closed_at", "suspended_at"])
def test_nobody_gives_a_role_to_an_account_that_cannot_act(column: str, people: Team) -> None:
    Account.objects.filter(pk=people.cyd.account).update(**{column: NOW})

    deed = refused_without_a_trace(
        lambda: give_role(by=OPERATOR, now=NOW, name=HAM, account="cyd", role=OWNER, office=WHY)
    )

    assert deed.reason is Reason.ACCOUNT_NOT_LIVE


def test_staff_give_a_role_with_a_factor_a_proof_for_this_project_and_a_reason(people: Team) -> None:
    dee = staff_with_key()

    def give(office: str) -> None:
        give_role(by=dee.actor, now=NOW, name=HAM, account="cyd", role=OWNER, office=office)

    assert refused_without_a_trace(lambda: give("....")).reason is Reason.REASON_MISSING
    assert refused_without_a_trace(lambda: give(WHY)).reason is Reason.PROOF_NEEDED
    prove(dee, Dangerous.STAFF_DEED, target="eggs")
    prove(dee, Dangerous.CHANGE_COLLABORATORS, target="ham")
    assert refused_without_a_trace(lambda: give(WHY)).reason is Reason.PROOF_NEEDED
    prove(dee, Dangerous.STAFF_DEED, target="ham")
    seen = effects_of(lambda: give(WHY))

    assert roles()["cyd"] == "owner"
    assert (seen.events[0].actor_name, seen.events[0].proof) == ("dee", "security-key")
    assert refused_without_a_trace(lambda: give(WHY)).reason is Reason.PROOF_NEEDED


def test_nobody_else_acts_in_the_office(people: Team) -> None:
    dee = resident("dee", is_staff=True)
    prove(dee, Dangerous.STAFF_DEED, target="ham")
    prove(people.ada, Dangerous.STAFF_DEED, target="ham")
    token = holding_token(dee, *Permission)

    for by, reason in (
        (dee.actor, Reason.STAFF_FACTOR_NEEDED),
        (people.ada.actor, Reason.STAFF_ONLY),
        (token, Reason.PERSON_NEEDED),
    ):
        tried = refused(lambda by=by: give_role(by=by, now=NOW, name=HAM, account="cyd", role=OWNER, office=WHY))  # type: ignore[misc]
        assert tried.reason is reason
    assert roles() == {"ada": "owner", "ben": "maintainer"}


def test_a_password_that_was_shown_before_the_factor_was_enrolled_is_no_proof_in_the_office(people: Team) -> None:
    dee = resident("dee", is_staff=True)
    prove(dee, Dangerous.STAFF_DEED, target="ham")
    enrol_key(dee)

    deed = refused_without_a_trace(
        lambda: give_role(by=dee.actor, now=NOW, name=HAM, account="cyd", role=OWNER, office=WHY)
    )

    assert deed.reason is Reason.PROOF_NEEDED


@pytest.mark.usefixtures("people")
def test_those_who_run_the_index_give_themselves_no_role() -> None:
    dee = resident("dee", is_staff=True)
    enrol_key(dee)
    prove(dee, Dangerous.STAFF_DEED, target="ham")

    tried = refused_without_a_trace(
        lambda: give_role(by=dee.actor, now=NOW, name=HAM, account="dee", role=OWNER, office=WHY)
    )

    assert tried.reason is Reason.OFFICE_ON_ONESELF
    assert roles() == {"ada": "owner", "ben": "maintainer"}
