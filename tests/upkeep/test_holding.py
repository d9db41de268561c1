"""What many depend on is deleted only after thirty days in public: held, withdrawn, carried out, lapsed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from strongroom.accounts.actions.ending import suspend_account
from strongroom.accounts.models import Account, EmailAddress
from strongroom.accounts.rules.proving import Dangerous
from strongroom.factors.actions.keeping import close_account
from strongroom.gear.settings import Settings
from strongroom.projects.models import Collaboration, DeletionHold, DuePage, File, Project, Release
from strongroom.projects.publishing import publish_due_pages
from strongroom.projects.queries.critical import list_held_deletions
from strongroom.projects.rules.deletion import HOLD_PERIOD, UNDO_PERIOD, Piece
from strongroom.projects.rules.roles import Role
from strongroom.record.models import Event
from strongroom.site.keeper import FIRST_PURGE, PURGE_ROUNDS, _one_round
from strongroom.terms.actors import Actor, system
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason
from strongroom.terms.statuses import ProjectStatus
from strongroom.tokens.rules import Permission
from strongroom.upkeep.actions.collaborators import change_role, give_role, leave_project, remove_collaborator
from strongroom.upkeep.actions.deleting import delete_file, delete_project, delete_release, restore_project
from strongroom.upkeep.actions.holding import carry_out_holds, withdraw_deletion
from strongroom.upkeep.actions.purging import purge_deleted
from strongroom.upkeep.actions.releases import yank_release
from strongroom.upkeep.actions.statuses import change_status
from strongroom.upkeep.queries.holds import MOST_DUE, holds_among, list_due
from tests.accounts.entering import refused
from tests.cast import NOW, OPERATOR
from tests.factors.cast import add_project_of, effects_of, enrol_app, prove, resident
from tests.upkeep.holds import FACTS, KINDS, ask_for, deleted_at, make_critical, outcomes
from tests.upkeep.keepers import (
    HAM,
    MINUTE,
    WEEK,
    WHEEL,
    WHY,
    Team,
    collaborating,
    deleting,
    holding_token,
    make_owner,
    outlet,
    proved,
    publish,
    refused_without_a_trace,
    team,
)
from tests.uploads.door import listed, sdist_upload, wheel_upload

pytestmark = pytest.mark.django_db

NEXT = wheel_upload("ham", "2.0")
DUE = NOW + HOLD_PERIOD
MOMENT = timedelta(microseconds=1)
DUE_WORDS = DUE.strftime("%Y-%m-%d %H:%M")
ALL_KINDS = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def people() -> Team:
    """Ham is critical and has 1.0 and 2.0, each with a wheel; Cyd owns it beside Ada since a while."""
    made = team()
    publish(WHEEL, NEXT)
    make_owner(made.cyd, by=made.ada, now=NOW)
    Collaboration.objects.update(since=NOW - 2 * WEEK)
    make_critical()
    return made


def carry_out(now: Any = DUE) -> int:  # noqa: ANN401 - an instant
    return carry_out_holds(by=system(), now=now, outlet=outlet())


def withdraw(by: Actor, *, office: str | None = None, hold: int | None = None) -> None:
    number = DeletionHold.objects.latest("pk").pk if hold is None else hold
    withdraw_deletion(by=by, now=NOW, name=HAM, hold=number, office=office)


def deletions(by: Actor) -> dict[str, Callable[[], object]]:
    """The three deletions, each with its name typed."""
    out = outlet()
    return {
        "file": lambda: delete_file(
            by=by, now=NOW, name=HAM, filename=WHEEL.filename, typed=WHEEL.filename, outlet=out
        ),
        "release": lambda: delete_release(by=by, now=NOW, name=HAM, version="1.0", typed="1.0", outlet=out),
        "project": lambda: delete_project(by=by, now=NOW, name=HAM, typed="ham", outlet=out),
    }


@ALL_KINDS
def test_nothing_of_a_critical_project_is_deleted_at_once_and_everybody_is_told_the_day(
    kind: str, people: Team, index_settings: Settings
) -> None:
    by = deleting(people.ada)

    seen = effects_of(deletions(by)[kind])

    assert deleted_at(kind) is None
    assert listed(index_settings, "ham") == [WHEEL.filename, NEXT.filename]
    (row,) = DeletionHold.objects.all()
    assert (row.asked_by_id, row.asked_at, row.due_at, row.ended_at) == (people.ada.account, NOW, DUE, None)
    assert seen.deeds == ["deletion-held"]
    assert seen.events[0].details == {**FACTS[kind], "until": DUE_WORDS}
    assert (seen.events[0].actor_name, seen.events[0].proof) == ("ada", "password")
    assert seen.letters == [("deletion-held", who) for who in ("ada", "ben", "cyd")]
    # The proof was for this once.
    assert refused(lambda: withdraw_then_ask(kind, by)).reason is Reason.PROOF_NEEDED


def withdraw_then_ask(kind: str, by: Actor) -> None:
    withdraw(by)
    deletions(by)[kind]()


@ALL_KINDS
def test_whoever_asks_is_told_until_when_it_is_held(kind: str, people: Team) -> None:
    assert ask_for(kind, people.ada) == DUE


@ALL_KINDS
def test_of_a_project_that_is_not_critical_it_goes_at_once(kind: str) -> None:
    made = team()
    publish(WHEEL, NEXT)
    make_critical("eggs")

    assert ask_for(kind, made.ada) is None
    assert deleted_at(kind) == NOW
    assert not DeletionHold.objects.exists()


@ALL_KINDS
def test_a_deletion_that_will_be_held_asks_for_all_that_a_deletion_asks_for(kind: str, people: Team) -> None:
    def reason_for(by: Actor) -> Reason:
        return refused_without_a_trace(deletions(by)[kind]).reason

    prove(people.ben, Dangerous.DELETE, target="ham")
    assert reason_for(people.ada.actor) is Reason.PROOF_NEEDED
    assert reason_for(people.ben.actor) is Reason.ROLE_TOO_LOW
    assert reason_for(holding_token(people.ada, *Permission)) is Reason.PERSON_NEEDED
    by = deleting(people.cyd)
    Collaboration.objects.filter(account_id=people.cyd.account).update(since=NOW)
    assert reason_for(by) is Reason.OWNER_TOO_NEW
    Project.objects.update(status=ProjectStatus.QUARANTINED.value)
    assert reason_for(deleting(people.ada)) is Reason.PROJECT_QUARANTINED
    assert not DeletionHold.objects.exists()


def test_its_name_is_typed_as_for_any_deletion(people: Team) -> None:
    by = deleting(people.ada)

    tried = refused_without_a_trace(lambda: delete_project(by=by, now=NOW, name=HAM, typed="hem", outlet=outlet()))

    assert tried.reason is Reason.NAME_NOT_TYPED
    assert not DeletionHold.objects.exists()


@ALL_KINDS
def test_asking_again_is_refused_names_the_day_and_leaves_the_proof(kind: str, people: Team) -> None:
    ask_for(kind, people.ada)
    by = deleting(people.cyd)

    again = refused_without_a_trace(deletions(by)[kind])

    assert (again.reason, again.facts["until"]) == (Reason.DELETION_HELD_ALREADY, DUE_WORDS)
    assert DeletionHold.objects.count() == 1


def test_the_database_itself_holds_a_deletion_once(people: Team) -> None:
    ask_for("release", people.ada)
    row = DeletionHold.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        DeletionHold.objects.create(project=row.project, version="1.0", asked_at=NOW, due_at=DUE)


def test_the_whole_a_release_and_a_file_can_wait_side_by_side(people: Team) -> None:
    for kind in KINDS:
        ask_for(kind, people.ada)

    held = [(one.version, one.filename) for one in list_held_deletions(HAM)]
    assert held == [("", ""), ("1.0", ""), ("1.0", WHEEL.filename)]


@ALL_KINDS
def test_it_is_deleted_when_thirty_days_are_over_and_not_a_moment_before(
    kind: str, people: Team, index_settings: Settings
) -> None:
    ask_for(kind, people.ada)
    assert carry_out(DUE - MOMENT) == 0
    assert deleted_at(kind) is None

    seen = effects_of(carry_out)

    assert (deleted_at(kind), outcomes()) == (DUE, ["carried-out"])
    assert listed_or_none(index_settings) == ([] if kind == "project" else [NEXT.filename])
    assert seen.deeds == [f"{kind}-deleted"]
    details = {**FACTS[kind], "asked_by": "ada", "asked_at": NOW.strftime("%Y-%m-%d %H:%M")}
    assert (seen.events[0].details, seen.events[0].actor_kind) == (details, "system")
    assert seen.letters == [(f"{kind}-deleted", who) for who in ("ada", "ben", "cyd")]
    assert not DuePage.objects.exists()
    assert carry_out(DUE + MOMENT) == 0


def listed_or_none(index_settings: Settings) -> list[str]:
    there = (index_settings.pages_folder / "simple" / "ham").exists()
    return listed(index_settings, "ham") if there else []


def test_what_was_carried_out_can_be_undone_for_as_long_as_any_deletion(people: Team, index_settings: Settings) -> None:
    ask_for("project", people.ada)
    carry_out()
    over, files = DUE + UNDO_PERIOD, index_settings.files_folder

    assert purge_deleted(by=system(), now=over - MOMENT, files=files) == 0
    restore_project(by=people.cyd.actor, now=over - MOMENT, name=HAM, outlet=outlet())

    assert listed(index_settings, "ham") == [WHEEL.filename, NEXT.filename]
    assert (carry_out(over), deleted_at("project")) == (0, None)


def test_what_was_deleted_before_it_became_critical_is_purged_in_its_own_time_and_not_sooner(
    index_settings: Settings,
) -> None:
    made = team()
    publish(WHEEL, NEXT)
    ask_for("project", made.ada)
    make_critical()
    files = index_settings.files_folder

    assert refused(lambda: ask_for("release", made.ada)).reason is Reason.PROJECT_DELETED
    assert purge_deleted(by=system(), now=DUE - MOMENT, files=files) == 0
    assert purge_deleted(by=system(), now=DUE, files=files) == 2


@ALL_KINDS
def test_any_owner_withdraws_it_at_once_without_a_proof_and_everybody_is_told(kind: str, people: Team) -> None:
    ask_for(kind, people.ada)

    seen = effects_of(lambda: withdraw(people.cyd.actor))

    assert (seen.deeds, seen.events[0].details) == (["deletion-withdrawn"], FACTS[kind])
    assert seen.letters == [("deletion-withdrawn", who) for who in ("ada", "ben", "cyd")]
    assert (outcomes(), carry_out(), deleted_at(kind)) == (["withdrawn"], 0, None)


def test_what_was_withdrawn_is_asked_for_anew_and_its_days_are_counted_anew(people: Team) -> None:
    ask_for("release", people.ada)
    withdraw(people.ada.actor)
    later = NOW + 5 * MINUTE

    assert ask_for("release", people.ada, now=later) == later + HOLD_PERIOD
    assert carry_out(DUE) == 0
    assert carry_out(later + HOLD_PERIOD) == 1


def test_nobody_withdraws_who_may_not_restore(people: Team) -> None:
    ask_for("project", people.ada)
    stranger = resident("eve")

    for by, reason in (
        (people.ben.actor, Reason.ROLE_TOO_LOW),
        (stranger.actor, Reason.NOT_A_COLLABORATOR),
        (holding_token(people.ada, *Permission), Reason.PERSON_NEEDED),
    ):
        assert refused_without_a_trace(lambda by=by: withdraw(by)).reason is reason  # type: ignore[misc]
    assert outcomes() == [""]


def test_a_deletion_is_withdrawn_once_and_not_after_it_was_carried_out(people: Team) -> None:
    ask_for("file", people.ada)
    withdraw(people.ada.actor)
    assert refused_without_a_trace(lambda: withdraw(people.ada.actor)).reason is Reason.DELETION_NOT_HELD
    ask_for("file", people.ada)
    carry_out()
    assert refused_without_a_trace(lambda: withdraw(people.ada.actor)).reason is Reason.DELETION_NOT_HELD
    assert outcomes() == ["withdrawn", "carried-out"]


def test_a_deletion_is_withdrawn_by_the_owners_of_its_own_project_alone(people: Team) -> None:
    ask_for("project", people.ada)
    eve = resident("eve")
    add_project_of(eve, "eggs")
    number = DeletionHold.objects.get().pk

    tried = refused_without_a_trace(
        lambda: withdraw_deletion(by=eve.actor, now=NOW, name="eggs", hold=number)  # type: ignore[arg-type]
    )

    assert (tried.reason, outcomes()) == (Reason.DELETION_NOT_HELD, [""])


def test_those_who_run_the_index_withdraw_it_with_a_reason(people: Team) -> None:
    dee = resident("dee", is_staff=True)
    enrol_app(dee)
    ask_for("project", people.ada)
    assert refused_without_a_trace(lambda: withdraw(dee.actor, office=WHY)).reason is Reason.PROOF_NEEDED
    prove(dee, Dangerous.STAFF_DEED, target="ham", now=NOW + timedelta(minutes=1))

    seen = effects_of(lambda: withdraw(dee.actor, office=f"{WHY}\n"))

    assert (seen.deeds, seen.events[0].details) == (["deletion-withdrawn"], {"office": WHY})
    ask_for("project", people.ada)
    withdraw(OPERATOR, office=WHY)
    assert outcomes() == ["withdrawn", "withdrawn"]


def _remove(people: Team) -> None:
    remove_collaborator(by=collaborating(people.cyd), now=NOW, name=HAM, account="ada")


def _lower(people: Team) -> None:
    change_role(by=collaborating(people.cyd), now=NOW, name=HAM, account="ada", role=Role.MAINTAINER)


def _lower_by_office(people: Team) -> None:
    del people
    give_role(by=OPERATOR, now=NOW, name=HAM, account="ada", role=Role.MAINTAINER, office=WHY)


def _leave(people: Team) -> None:
    leave_project(by=collaborating(people.ada), now=NOW, name=HAM)


def _suspend(people: Team) -> None:
    suspend_account(by=people.ada.actor, now=NOW, account=people.ada.account, why="not-me")


def _close(people: Team) -> None:
    prove(people.ada, Dangerous.CLOSE_ACCOUNT)
    close_account(by=people.ada.actor, now=NOW)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(_remove, "not-a-collaborator", id="removed"),
        pytest.param(_lower, "role-too-low", id="lowered"),
        pytest.param(_lower_by_office, "role-too-low", id="lowered by those who run the index"),
        pytest.param(_leave, "not-a-collaborator", id="left"),
        pytest.param(_suspend, "account-inactive", id="suspended"),
        pytest.param(_close, "account-inactive", id="closed"),
    ],
)
@ALL_KINDS
def test_a_deletion_lapses_at_once_when_whoever_asked_may_not_delete_any_more(
    kind: str, change: Callable[[Team], None], why: str, people: Team
) -> None:
    ask_for(kind, people.ada)

    seen = effects_of(lambda: change(people))

    assert (outcomes(), list_held_deletions(HAM)) == (["lapsed"], [])
    (event,) = (one for one in seen.events if one.deed == "deletion-lapsed")
    assert {**event.details, "why": why, **FACTS[kind]} == event.details
    assert [who for deed, who in seen.letters if deed == "deletion-lapsed" and who != "ada"] == ["ben", "cyd"]
    assert (carry_out(), deleted_at(kind)) == (0, None)


def test_what_a_thief_asked_for_does_not_come_back_to_life_with_the_account(people: Team) -> None:
    ask_for("project", people.ada)
    _suspend(people)
    Account.objects.update(suspended_at=None)

    assert (carry_out(), deleted_at("project")) == (0, None)


def test_what_others_asked_for_and_what_one_may_still_delete_elsewhere_waits_on(people: Team) -> None:
    ask_for("file", people.cyd)
    add_project_of(people.ada, "eggs")
    make_critical("eggs")
    by = proved(people.ada, Dangerous.DELETE, name="eggs")
    delete_project(by=by, now=NOW, name=NormalizedName("eggs"), typed="eggs", outlet=outlet())

    _remove(people)

    assert (outcomes(), carry_out()) == (["", ""], 2)


def _ada(**columns: object) -> None:
    Account.objects.filter(folded_name="ada").update(**columns)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(
            lambda: Collaboration.objects.filter(account__name="ada").delete(), "not-a-collaborator", id="no role"
        ),
        pytest.param(
            lambda: Collaboration.objects.filter(account__name="ada").update(role="maintainer"),
            "role-too-low",
            id="a lower role",
        ),
        pytest.param(lambda: _ada(suspended_at=NOW), "account-inactive", id="suspended"),
        pytest.param(lambda: _ada(closed_at=NOW), "account-inactive", id="closed"),
        pytest.param(
            lambda: EmailAddress.objects.filter(account__name="ada").update(verified_at=None),
            "email-not-verified",
            id="without an address",
        ),
        pytest.param(
            lambda: Collaboration.objects.filter(account__name="ada").update(since=DUE - WEEK + MOMENT),
            "owner-too-new",
            id="gone and come back",
        ),
    ],
)
@ALL_KINDS
def test_on_its_day_a_deletion_lapses_when_whoever_asked_may_not_delete_any_more(
    kind: str, change: Callable[[], object], why: str, people: Team
) -> None:
    ask_for(kind, people.ada)
    change()

    seen = effects_of(carry_out)

    assert (outcomes(), deleted_at(kind)) == (["lapsed"], None)
    assert (seen.deeds, seen.events[0].details) == (["deletion-lapsed"], {**FACTS[kind], "why": why})
    assert {("deletion-lapsed", "ben"), ("deletion-lapsed", "cyd")} <= set(seen.letters)
    assert carry_out(DUE + WEEK) == 0


def test_a_deletion_that_lapses_while_it_is_carried_out_is_not_carried_out(
    people: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for("project", people.ada)

    def lapse_beside(project: Project, piece: Piece) -> bool:
        DeletionHold.objects.update(ended_at=NOW, outcome="lapsed")
        return project.deleted_at is None and piece == Piece()

    monkeypatch.setattr("strongroom.upkeep.actions.holding.is_there", lapse_beside)

    assert (carry_out(), deleted_at("project"), outcomes()) == (0, None, ["lapsed"])


@ALL_KINDS
def test_of_a_project_in_quarantine_a_deletion_waits_on(kind: str, people: Team) -> None:
    ask_for(kind, people.ada)
    Project.objects.update(status=ProjectStatus.QUARANTINED.value)
    before = Event.objects.count()
    assert (carry_out(), outcomes(), Event.objects.count()) == (0, [""], before)

    Project.objects.update(status=ProjectStatus.ACTIVE.value)

    assert (carry_out(DUE + WEEK), deleted_at(kind)) == (1, DUE + WEEK)


def test_a_project_put_into_quarantine_at_the_last_moment_is_kept(
    people: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for("project", people.ada)
    due = list_due(DUE)
    monkeypatch.setattr("strongroom.upkeep.actions.holding.list_due", lambda now: due)
    Project.objects.update(status=ProjectStatus.QUARANTINED.value)

    assert (carry_out(), outcomes(), deleted_at("project")) == (0, [""], None)


@ALL_KINDS
def test_those_at_the_machine_itself_wait_as_everybody_does(kind: str, people: Team) -> None:
    deletions(OPERATOR)[kind]()
    assert (deleted_at(kind), carry_out(DUE - MOMENT)) == (None, 0)

    assert (carry_out(), deleted_at(kind)) == (1, DUE)
    assert "asked_by" not in Event.objects.latest("id").details


def test_an_account_that_a_waiting_deletion_names_is_not_taken_for_the_machine_itself(people: Team) -> None:
    ask_for("project", people.ada)
    with pytest.raises(Exception, match="protected"), transaction.atomic():
        Account.objects.get(pk=people.ada.account).delete()


@pytest.mark.parametrize(("outer", "inner"), [("project", "release"), ("project", "file"), ("release", "file")])
def test_what_goes_with_something_larger_waits_no_more(outer: str, inner: str, people: Team) -> None:
    ask_for(inner, people.ada, now=NOW + MOMENT)
    ask_for(outer, people.ada)

    seen = effects_of(carry_out)

    assert seen.deeds == ["deletion-lapsed", f"{outer}-deleted"]
    assert seen.events[0].details == {**FACTS[inner], "why": "gone"}
    assert {deed for deed, _ in seen.letters} == {f"{outer}-deleted"}
    assert (outcomes(), deleted_at(inner)) == (["lapsed", "carried-out"], None)
    assert carry_out(DUE + WEEK) == 0


def test_another_release_waits_on_when_one_is_deleted(people: Team) -> None:
    ask_for("release", people.ada)
    by = deleting(people.ada)
    delete_file(by=by, now=NOW + MOMENT, name=HAM, filename=NEXT.filename, typed=NEXT.filename, outlet=outlet())

    assert (carry_out(), outcomes()) == (1, ["carried-out", ""])
    assert carry_out(DUE + MOMENT) == 1


@pytest.mark.parametrize(
    ("kind", "gone"),
    [
        ("file", lambda: File.objects.update(deleted_at=NOW)),
        ("file", lambda: Release.objects.update(deleted_at=NOW)),
        ("file", lambda: File.objects.filter(filename=WHEEL.filename).delete()),
        ("release", lambda: Release.objects.update(deleted_at=NOW)),
        ("release", lambda: Project.objects.update(deleted_at=NOW)),
        ("project", lambda: Project.objects.update(deleted_at=NOW, purged_at=NOW)),
    ],
)
def test_what_is_gone_by_its_day_is_let_go_without_a_mail(kind: str, gone: Callable[[], object], people: Team) -> None:
    ask_for(kind, people.ada)
    gone()

    seen = effects_of(carry_out)

    assert (outcomes(), seen.deeds, seen.letters) == (["lapsed"], ["deletion-lapsed"], [])
    assert seen.events[0].details == {**FACTS[kind], "why": "gone"}


def test_a_critical_project_is_yanked_archived_and_published_to_as_any_other(
    people: Team, index_settings: Settings
) -> None:
    ask_for("release", people.ada)
    yank_release(by=people.ben.actor, now=NOW, name=HAM, version="1.0", reason="breaks", outlet=outlet())
    archived: dict[str, Any] = {"status": ProjectStatus.DEPRECATED, "reason": "", "outlet": outlet()}
    assert change_status(by=people.ada.actor, now=NOW, name=HAM, **archived)
    publish(sdist_upload("ham", "1.0"))

    assert Release.objects.get(version="1.0").yanked_at == NOW
    assert (carry_out(), listed(index_settings, "ham")) == (1, [NEXT.filename])


def test_one_round_does_so_many_and_the_next_goes_on(people: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_DUE >= 100
    monkeypatch.setattr("strongroom.upkeep.queries.holds.MOST_DUE", 1)
    ask_for("file", people.ada)
    ask_for("release", people.ada, now=NOW + MOMENT)

    assert [carry_out(DUE + MOMENT) for _ in range(3)] == [1, 1, 0]


def test_what_waits_on_in_quarantine_keeps_nothing_else_from_its_turn(
    people: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("strongroom.upkeep.queries.holds.MOST_DUE", 1)
    ask_for("project", people.ada)
    Project.objects.update(status=ProjectStatus.QUARANTINED.value)
    add_project_of(people.ada, "eggs")
    row = Project.objects.get(normalized_name="eggs")
    DeletionHold.objects.create(project=row, asked_at=NOW, due_at=DUE + MOMENT)

    assert (carry_out(DUE + MOMENT), outcomes()) == (1, ["", "carried-out"])


def test_of_several_projects_the_first_due_are_told_and_of_each_so_many(people: Team) -> None:
    add_project_of(people.ada, "eggs")
    eggs, ham = Project.objects.get(normalized_name="eggs"), Project.objects.get(normalized_name="ham")
    rows = [(eggs, "3"), (ham, "2"), (ham, "1"), (ham, "3")]
    for project, days in rows:
        DeletionHold.objects.create(project=project, version=days, asked_at=NOW, due_at=NOW + timedelta(days=int(days)))

    found = holds_among([eggs.pk, ham.pk], most=2)

    assert [one.piece.version for one in found[ham.pk]] == ["1", "2"]
    assert [one.piece.version for one in found[eggs.pk]] == ["3"]


def test_the_keeper_carries_out_a_minute_after_the_start_and_then_once_an_hour(
    people: Team, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    monkeypatch.setattr("strongroom.site.keeper.close_old_connections", lambda: None)
    monkeypatch.setattr("strongroom.site.keeper.carry_out_holds", lambda *, by, now, outlet: called.append(by.name))

    for number in range(FIRST_PURGE, 2 * PURGE_ROUNDS, PURGE_ROUNDS // 4):
        _one_round(index_settings, number)

    assert called == ["strongroom"] * 2


def test_a_process_killed_after_the_commit_leaves_the_pages_to_the_keeper(
    people: Team, index_settings: Settings
) -> None:
    ask_for("release", people.ada)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("strongroom.upkeep.actions.holding.publish_or_leave_due", lambda *_, **__: None)
        assert carry_out() == 1
    assert WHEEL.filename in listed(index_settings, "ham")

    publish_due_pages(outlet())

    assert listed(index_settings, "ham") == [NEXT.filename]
