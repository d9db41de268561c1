"""Asked to collaborate: by name or by address, answered once, in time, by the right person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from strongroom.accounts.actions.ending import suspend_account
from strongroom.accounts.models import Account, AttemptCount, Delivery, EmailAddress, Letter
from strongroom.accounts.rules.limits import INVITATIONS_BY_ONE_ACCOUNT
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.projects.models import Collaboration, Invitation, Project
from strongroom.projects.rules.invitations import INVITATION_LIFE, MOST_OPEN_INVITATIONS
from strongroom.projects.rules.roles import Role
from strongroom.terms.actors import Actor
from strongroom.terms.names import NormalizedName
from strongroom.terms.refusals import Reason
from strongroom.tokens.rules import Permission
from strongroom.upkeep.actions.collaborators import leave_project, remove_collaborator
from strongroom.upkeep.actions.inviting import (
    accept_invitation,
    decline_invitation,
    invite,
    withdraw_invitation,
)
from strongroom.upkeep.queries.invitations import own_invitations
from tests.accounts.entering import refused
from tests.cast import NOW, OPERATOR
from tests.factors.cast import add_project_of, effects_of, resident
from tests.upkeep.keepers import (
    HAM,
    MINUTE,
    WEEK,
    Team,
    ask,
    collaborating,
    holding_token,
    make_owner,
    refused_without_a_trace,
    roles,
    team,
)

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def people() -> Team:
    return team()


def asking(by: Actor, whom: str, role: Role = Role.MAINTAINER) -> None:
    invite(by=by, now=NOW, name=HAM, whom=whom, role=role, sealer=sealer_of_index())


def test_an_account_is_asked_by_its_name_and_nothing_changes_until_it_accepts(people: Team) -> None:
    by = collaborating(people.ada)

    seen = effects_of(lambda: asking(by, " Cyd "))

    row = Invitation.objects.get()
    assert (row.account_id, row.address, row.role, row.made_by_id) == (
        people.cyd.account,
        "",
        "maintainer",
        people.ada.account,
    )
    assert (row.made_at, row.expires_at, row.ended_at) == (NOW, NOW + INVITATION_LIFE, None)
    assert roles() == {"ada": "owner", "ben": "maintainer"}
    assert seen.deeds == ["collaborator-invited"]
    assert seen.events[0].details == {"account": "cyd", "role": "maintainer"}
    assert seen.letters == [("collaborator-invited", "ada"), ("collaborator-invited", "ben"), ("invitation", "cyd")]


def test_an_accepted_invitation_gives_the_role_from_that_moment_and_everybody_is_told(people: Team) -> None:
    invitation, later = ask(people.ada, "cyd", Role.OWNER), NOW + MINUTE

    seen = effects_of(lambda: accept_invitation(by=people.cyd.actor, now=later, invitation=invitation))

    seat = Collaboration.objects.get(account_id=people.cyd.account)
    assert (seat.role, seat.since) == ("owner", later)
    row = Invitation.objects.get()
    assert (row.ended_at, row.ended_how) == (later, "accepted")
    assert (seen.deeds, seen.events[0].actor_name) == (["invitation-accepted"], "cyd")
    assert seen.letters == [("invitation-accepted", name) for name in ("ada", "ben", "cyd")]


def test_a_declined_invitation_changes_nothing_and_is_not_answered_again(people: Team) -> None:
    invitation = ask(people.ada, "cyd")

    seen = effects_of(lambda: decline_invitation(by=people.cyd.actor, now=NOW, invitation=invitation))

    assert seen.deeds == ["invitation-declined"]
    assert seen.letters == [("invitation-declined", "ada"), ("invitation-declined", "ben")]
    assert "cyd" not in roles()
    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation))
    assert tried.reason is Reason.INVITATION_UNKNOWN


def test_an_invitation_is_accepted_once(people: Team) -> None:
    invitation = ask(people.ada, "cyd")
    accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation)
    leave_project(by=people.cyd.actor, now=NOW, name=HAM)

    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation))

    assert tried.reason is Reason.INVITATION_UNKNOWN


@pytest.mark.parametrize(("late", "is_good"), [(-MOMENT, True), (timedelta(), False), (WEEK, False)])
def test_an_invitation_lapses_after_two_weeks(late: timedelta, is_good: bool, people: Team) -> None:
    invitation, then = ask(people.ada, "cyd"), NOW + INVITATION_LIFE + late

    if is_good:
        accept_invitation(by=people.cyd.actor, now=then, invitation=invitation)
        return
    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=then, invitation=invitation))
    assert tried.reason is Reason.INVITATION_UNKNOWN


def test_one_that_lapsed_makes_room_for_a_new_one(people: Team) -> None:
    ask(people.ada, "cyd")
    by, later = holding_token(people.ada, Permission.COLLABORATORS), NOW + INVITATION_LIFE

    invite(by=by, now=later, name=HAM, whom="cyd", role=Role.MAINTAINER, sealer=sealer_of_index())

    old, new = Invitation.objects.order_by("pk")
    assert (old.ended_how, new.ended_how) == ("lapsed", "")
    accept_invitation(by=people.cyd.actor, now=later, invitation=new.pk)


@pytest.mark.parametrize("whom", ["cyd", "cyd@example.org"])
def test_somebody_else_s_invitation_is_none(whom: str, people: Team) -> None:
    invitation, eve = ask(people.ada, whom), resident("eve")

    for answer in (accept_invitation, decline_invitation):
        for by in (eve.actor, people.ada.actor, people.ben.actor):
            tried = refused(lambda by=by, answer=answer: answer(by=by, now=NOW, invitation=invitation))  # type: ignore[misc]
            assert tried.reason is Reason.INVITATION_UNKNOWN


@pytest.mark.parametrize("invitation", [0, -1, 2**40, 2**80])
def test_a_number_that_is_no_invitation_is_refused(invitation: int, people: Team) -> None:
    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation))

    assert tried.reason is Reason.INVITATION_UNKNOWN


def test_a_token_answers_no_invitation(people: Team) -> None:
    invitation = ask(people.ada, "cyd")
    by = holding_token(people.cyd, *Permission)

    tried = refused_without_a_trace(lambda: accept_invitation(by=by, now=NOW, invitation=invitation))

    assert tried.reason is Reason.SIGN_IN_NEEDED


def test_whoever_reads_the_address_may_accept_however_it_is_written(people: Team) -> None:
    by = collaborating(people.ada)

    seen = effects_of(lambda: asking(by, "CYD@Example.org", Role.OWNER))

    assert seen.events[0].details == {"account": "CYD@Example.org", "role": "owner"}
    assert Delivery.objects.get(letter=Letter.objects.latest("pk")).address == "CYD@Example.org"
    assert Letter.objects.latest("pk").account is None
    accept_invitation(by=people.cyd.actor, now=NOW, invitation=Invitation.objects.get().pk)
    assert roles()["cyd"] == "owner"


def test_an_address_must_be_shown_to_be_read_before_its_invitation_is_found(people: Team) -> None:
    invitation = ask(people.ada, "new@example.org")
    row = EmailAddress.objects.create(account_id=people.cyd.account, address="New@example.org")

    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation))
    assert tried.reason is Reason.INVITATION_UNKNOWN
    assert not own_invitations(people.cyd.account, now=NOW).exists()
    EmailAddress.objects.filter(pk=row.pk).update(verified_at=NOW)

    accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation)
    assert roles()["cyd"] == "maintainer"


def test_an_invitation_to_an_address_says_nothing_of_whose_it_is(people: Team) -> None:
    """Asking by the address of a collaborator, of a stranger and of nobody looks the same."""
    seen = {}
    for address in ("ben@example.org", "cyd@example.org", "nobody@example.org"):
        by = collaborating(people.ada)
        seen[address] = effects_of(lambda by=by, address=address: asking(by, address))  # type: ignore[misc]

    shapes = {(tuple(one.deeds), tuple(one.letters)) for one in seen.values()}
    assert len(shapes) == 1


def test_an_owner_who_is_asked_to_maintain_stays_an_owner(people: Team) -> None:
    invitation = ask(people.ada, "ada@example.org")

    accept_invitation(by=people.ada.actor, now=NOW, invitation=invitation)

    assert roles()["ada"] == "owner"


def test_whoever_has_no_verified_address_does_not_accept(people: Team) -> None:
    invitation = ask(people.ada, "cyd")
    EmailAddress.objects.filter(account_id=people.cyd.account).update(verified_at=None)

    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation))

    assert tried.reason is Reason.EMAIL_NOT_VERIFIED


def test_a_suspended_account_accepts_nothing(people: Team) -> None:
    invitation = ask(people.ada, "cyd")
    Account.objects.filter(pk=people.cyd.account).update(suspended_at=NOW)

    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation))

    assert tried.reason is Reason.ACCOUNT_INACTIVE


def test_what_a_thief_asked_ends_when_the_person_says_that_it_was_not_them(people: Team) -> None:
    invitation = ask(people.ada, "cyd", Role.OWNER)

    seen = effects_of(lambda: suspend_account(by=people.ada.actor, now=NOW, account=people.ada.account, why="not-me"))

    assert "invitation-withdrawn" in seen.deeds
    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation))
    assert tried.reason is Reason.INVITATION_UNKNOWN


@pytest.mark.parametrize("how", ["removed", "lowered", "suspended", "closed"])
def test_an_invitation_is_good_while_whoever_made_it_is_an_owner_who_can_act(how: str, people: Team) -> None:
    """Even where the invitation itself was left standing: what ends it may have come at the same moment."""
    invitation = ask(people.ada, "cyd")
    seat, account = Collaboration.objects.filter(account_id=people.ada.account), Account.objects.filter(name="ada")
    ends: dict[str, Callable[[], object]] = {
        "removed": seat.delete,
        "lowered": lambda: seat.update(role="maintainer"),
        "suspended": lambda: account.update(suspended_at=NOW),
        "closed": lambda: account.update(closed_at=NOW),
    }
    ends[how]()

    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation))

    assert tried.reason is Reason.INVITATION_UNKNOWN


def test_a_deleted_project_is_joined_by_nobody_until_it_is_restored(people: Team) -> None:
    invitation = ask(people.ada, "cyd")
    Project.objects.update(deleted_at=NOW)

    tried = refused_without_a_trace(lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation))
    assert tried.reason is Reason.INVITATION_UNKNOWN
    Project.objects.update(deleted_at=None)
    accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation)


@pytest.mark.parametrize(
    ("whom", "reason"),
    [
        ("ben", Reason.ALREADY_COLLABORATOR),
        ("ada", Reason.ALREADY_COLLABORATOR),
        ("nobody", Reason.ACCOUNT_UNKNOWN),
        ("", Reason.ACCOUNT_UNKNOWN),
        ("b\0n", Reason.ACCOUNT_UNKNOWN),
        ("@", Reason.EMAIL_INVALID),
        ("a@b@c", Reason.EMAIL_INVALID),
        ("a\0@example.org", Reason.EMAIL_INVALID),
        ("\ud800@example.org", Reason.EMAIL_INVALID),
        ("a@example.org\r\nBcc: b@example.org", Reason.EMAIL_INVALID),
        ("x" * 65 + "@example.org", Reason.EMAIL_INVALID),
    ],
)
def test_who_cannot_be_asked(whom: str, reason: Reason, people: Team) -> None:
    by = collaborating(people.ada)

    assert refused_without_a_trace(lambda: asking(by, whom)).reason is reason


@pytest.mark.parametrize("column", ["closed_at", "suspended_at"])
def test_an_account_that_cannot_act_is_unknown(column: str, people: Team) -> None:
    Account.objects.filter(pk=people.cyd.account).update(**{column: NOW})
    by = collaborating(people.ada)

    assert refused_without_a_trace(lambda: asking(by, "cyd")).reason is Reason.ACCOUNT_UNKNOWN


@pytest.mark.parametrize(("first", "second"), [("cyd", "CYD"), ("Ünder@example.org", "Ünder@EXAMPLE.org")])
def test_nobody_is_asked_twice_at_a_time(first: str, second: str, people: Team) -> None:
    ask(people.ada, first)
    by = collaborating(people.ada)

    assert refused_without_a_trace(lambda: asking(by, second)).reason is Reason.ALREADY_INVITED


def test_a_token_asks_maintainers_and_no_owners(people: Team) -> None:
    by = holding_token(people.ada, Permission.COLLABORATORS)

    refusal = refused_without_a_trace(lambda: asking(by, "cyd", Role.OWNER))
    asking(by, "cyd")

    assert refusal.reason is Reason.PERSON_NEEDED
    assert Invitation.objects.get().role == "maintainer"


def test_an_operator_gives_roles_and_asks_nobody(people: Team) -> None:
    assert refused_without_a_trace(lambda: asking(OPERATOR, "cyd")).reason is Reason.SIGN_IN_NEEDED


def test_a_project_has_only_so_many_open_invitations(people: Team) -> None:
    for number in range(MOST_OPEN_INVITATIONS):
        Invitation.objects.create(
            project=Project.objects.get(),
            address=f"a{number}@example.org",
            role="maintainer",
            made_at=NOW,
            expires_at=NOW + INVITATION_LIFE,
        )
    by = collaborating(people.ada)

    assert refused_without_a_trace(lambda: asking(by, "cyd")).reason is Reason.TOO_MANY_INVITATIONS


def test_one_account_causes_only_so_many_mails_in_an_hour_and_refusals_are_none(people: Team) -> None:
    most = INVITATIONS_BY_ONE_ACCOUNT[0].most
    for _ in range(most + 1):
        refused(lambda: asking(people.ada.actor, "cyd"))  # without a proof
    by = holding_token(people.ada, Permission.COLLABORATORS)
    for number in range(most):
        asking(by, f"a{number}@example.org")

    assert refused_without_a_trace(lambda: asking(by, "cyd")).reason is Reason.TOO_MANY_ATTEMPTS
    bucket = AttemptCount.objects.filter(bucket=f"invitations account {people.ada.account}", window_seconds=3600)
    assert bucket.get().count == most


def test_an_invitation_is_withdrawn_without_a_proof_and_is_gone(people: Team) -> None:
    invitation = ask(people.ada, "cyd@example.org")

    seen = effects_of(lambda: withdraw_invitation(by=people.ada.actor, now=NOW, name=HAM, invitation=invitation))

    assert seen.deeds == ["invitation-withdrawn"]
    assert seen.events[0].details == {"account": "cyd@example.org", "role": "maintainer"}
    for deed in (
        lambda: accept_invitation(by=people.cyd.actor, now=NOW, invitation=invitation),
        lambda: withdraw_invitation(by=people.ada.actor, now=NOW, name=HAM, invitation=invitation),
    ):
        assert refused_without_a_trace(deed).reason is Reason.INVITATION_UNKNOWN


def test_an_owner_withdraws_no_invitation_of_another_project(people: Team) -> None:
    invitation, eve = ask(people.ada, "cyd"), resident("eve")
    add_project_of(eve, "eggs")

    tried = refused_without_a_trace(
        lambda: withdraw_invitation(by=eve.actor, now=NOW, name=NormalizedName("eggs"), invitation=invitation)
    )

    assert tried.reason is Reason.INVITATION_UNKNOWN


def test_whoever_was_removed_and_is_asked_anew_may_come_back(people: Team) -> None:
    make_owner(people.cyd, by=people.ada)
    remove_collaborator(by=collaborating(people.ada), now=NOW, name=HAM, account="cyd")

    accept_invitation(by=people.cyd.actor, now=NOW, invitation=ask(people.ada, "cyd"))

    assert roles()["cyd"] == "maintainer"
