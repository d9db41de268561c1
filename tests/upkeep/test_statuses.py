"""Statuses: what Owners choose, what those who run the index do, and what is kept of it."""

from __future__ import annotations

import pytest

from strongroom.accounts.rules.proving import Dangerous
from strongroom.projects.models import Project
from strongroom.terms.actors import Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason
from strongroom.terms.statuses import ProjectStatus
from strongroom.tokens.rules import Permission
from strongroom.upkeep.actions.statuses import change_status
from tests.cast import NOW, OPERATOR
from tests.factors.cast import effects_of, enrol_key, prove, resident
from tests.upkeep.keepers import HAM, WHY, Team, holding_token, outlet, refused_without_a_trace, team

pytestmark = pytest.mark.django_db

ACTIVE, QUARANTINED = ProjectStatus.ACTIVE, ProjectStatus.QUARANTINED
OF_OWNERS = [one for one in ProjectStatus if one is not QUARANTINED]


@pytest.fixture
def people() -> Team:
    return team()


def give(by: Actor, status: ProjectStatus, *, reason: str = "", office: str | None = None, name: str = "ham") -> None:
    change_status(
        by=by, now=NOW, name=NormalizedName(name), status=status, reason=reason, outlet=outlet(), office=office
    )


def test_an_owner_archives_with_a_reason_and_everybody_is_told(people: Team) -> None:
    seen = effects_of(lambda: give(people.ada.actor, ProjectStatus.ARCHIVED, reason=" moved to\neggs "))

    project = Project.objects.get()
    assert (project.status, project.status_reason) == ("archived", "moved to eggs")
    assert seen.deeds == ["status-changed"]
    assert seen.events[0].details == {"status": "archived", "reason": "moved to eggs"}
    assert seen.letters == [("status-changed", "ada"), ("status-changed", "ben")]


def test_the_same_status_again_changes_nothing_and_another_reason_does(people: Team) -> None:
    give(people.ada.actor, ProjectStatus.ARCHIVED, reason="one")

    same = effects_of(lambda: give(people.ada.actor, ProjectStatus.ARCHIVED, reason="one"))
    other = effects_of(lambda: give(people.ada.actor, ProjectStatus.ARCHIVED, reason="two"))

    assert (same.deeds, other.deeds) == ([], ["status-changed"])


def test_a_token_for_the_status_changes_it(people: Team) -> None:
    give(holding_token(people.ada, Permission.STATUS), ProjectStatus.DEPRECATED)

    assert Project.objects.get().status == "deprecated"


def test_owners_neither_quarantine_nor_lift(people: Team) -> None:
    assert refused_without_a_trace(lambda: give(people.ada.actor, QUARANTINED)).reason is Reason.STATUS_OF_STAFF
    give(OPERATOR, QUARANTINED, office=WHY)

    for status in ProjectStatus:
        tried = refused_without_a_trace(lambda status=status: give(people.ada.actor, status))  # type: ignore[misc]
        assert tried.reason is Reason.STATUS_OF_STAFF
    by = holding_token(people.ada, *Permission)
    assert refused_without_a_trace(lambda: give(by, ACTIVE)).reason is Reason.STATUS_OF_STAFF


@pytest.mark.parametrize("status", list(ProjectStatus))
def test_an_operator_gives_any_status_with_a_reason_for_the_record(status: ProjectStatus, people: Team) -> None:
    seen = effects_of(lambda: give(OPERATOR, status, reason="public", office=f"  {WHY}\n"))

    assert Project.objects.get().status == status.value
    assert seen.events[0].details == {"status": status.value, "reason": "public", "office": WHY}


@pytest.mark.parametrize("office", ["", "....", "\n\n\n\n\n\n", "x" * 501, "asked\0by mail"])
def test_an_office_without_a_reason_does_nothing(office: str, people: Team) -> None:
    tried = refused_without_a_trace(lambda: give(OPERATOR, QUARANTINED, office=office))

    assert tried.reason is Reason.REASON_MISSING


def test_staff_quarantine_with_a_factor_and_a_proof_for_this_project(people: Team) -> None:
    dee = resident("dee", is_staff=True)
    no_factor = refused_without_a_trace(lambda: give(dee.actor, QUARANTINED, office=WHY))
    enrol_key(dee)
    prove(dee, Dangerous.STAFF_DEED, target="eggs")
    no_proof = refused_without_a_trace(lambda: give(dee.actor, QUARANTINED, office=WHY))
    prove(dee, Dangerous.STAFF_DEED, target=HAM)

    seen = effects_of(lambda: give(dee.actor, QUARANTINED, office=WHY))

    assert (no_factor.reason, no_proof.reason) == (Reason.STAFF_FACTOR_NEEDED, Reason.PROOF_NEEDED)
    assert (seen.events[0].actor_name, seen.events[0].proof) == ("dee", "security-key")
    assert seen.letters == [("status-changed", "ada"), ("status-changed", "ben")]


def test_a_project_that_is_not_there_has_no_status(people: Team) -> None:
    for by, office in ((people.ada.actor, None), (OPERATOR, WHY)):
        tried = refused_without_a_trace(lambda by=by, office=office: give(by, ACTIVE, office=office, name="eggs"))  # type: ignore[misc]
        assert tried.reason is Reason.PROJECT_UNKNOWN
