"""The history of a project: who did what, when, by which proof; from where only for one's own deeds."""

from __future__ import annotations

import pytest
from django.db import transaction

from strongroom.projects.models import Invitation
from strongroom.projects.rules.roles import Role
from strongroom.record.actions import record_event
from strongroom.record.rules import Deed, Subject, SubjectKind
from strongroom.terms.actors import Actor, ActorKind, operator, system
from strongroom.terms.names import NormalizedName
from strongroom.terms.proofs import ProofKind
from strongroom.upkeep.actions.collaborators import give_role
from tests.cast import OPERATOR
from tests.upkeep.keeping import HOSTILE, House, account_of, at, page_of, prove, words_of

pytestmark = pytest.mark.django_db

PAGE = at("manage-history", "ham")
HAM = Subject(SubjectKind.PROJECT, "ham")


def record(house: House, by: Actor, deed: Deed, **details: object) -> None:
    with transaction.atomic():
        record_event(by=by, now=house.clock.at, deed=deed, subject=HAM, details=details)


def test_deeds_stand_as_sentences_the_newest_first(house: House) -> None:
    house.ben.post(at("yank-release", "ham", "1.0"), reason="breaks")
    prove(house.ada, "change-collaborators")
    house.ada.post(at("change-role", "ham", "ben"), role="owner")

    words = words_of(page_of(house.ben, PAGE))

    newest = words.index("ben, a Maintainer before, was made an Owner.")
    assert newest < words.index("The release 1.0 was yanked: “breaks”.") < words.index("The project was added.")
    assert words.index("password alone") > newest
    assert "API token" in words


def test_from_where_is_said_of_ones_own_deeds_alone(house: House) -> None:
    house.ben.post(at("yank-release", "ham", "1.0"), reason="breaks")

    own, others = page_of(house.ben, PAGE), page_of(house.ada, PAGE)

    row = own.partition("breaks")[2].partition("</tr>")[0]
    assert "127.0.0.1" in row
    assert "Linux" in row
    row = others.partition("breaks")[2].partition("</tr>")[0]
    assert "ben" in row
    assert "127.0.0.1" not in row
    assert "Linux" not in row


def test_those_who_run_the_index_are_not_named_and_say_why(house: House) -> None:
    give_role(
        by=OPERATOR,
        now=house.clock.at,
        name=NormalizedName("ham"),
        account="cyd",
        role=Role.OWNER,
        office="its Owner is away",
    )
    dee = Actor(ActorKind.ACCOUNT, "dee", proof=ProofKind.SECURITY_KEY, address="203.0.113.9")
    record(house, dee, Deed.STATUS_CHANGED, status="quarantined", reason="looked at", office="a report came in")
    record(house, system(), Deed.PURGED, files=2)
    record(house, operator("olga"), Deed.RELEASE_RESTORED, version="1.0")

    words = words_of(page_of(house.ben, PAGE))

    for told in ("its Owner is away", "a report came in", "Those who run this index", "The index itself"):
        assert told in words
    for hidden in ("olga", "dee", "203.0.113.9"):
        assert hidden not in words
    assert "The project was put into quarantine: “looked at”." in words


def test_hostile_facts_are_one_line_of_text(house: House) -> None:
    ada = Actor(ActorKind.ACCOUNT, "ada", account=account_of(house.ada), client=HOSTILE)
    record(house, ada, Deed.RELEASE_YANKED, version="1.0", reason=HOSTILE)
    record(house, ada, Deed.FILE_DELETED, filename=HOSTILE)

    page = page_of(house.ada, PAGE)

    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "\u0007" not in page


def test_a_deed_of_a_later_time_does_not_break_the_page(house: House) -> None:
    from strongroom.record.models import Event

    Event.objects.bulk_create(
        [Event(at=house.clock.at, deed="later", actor_kind="account", subject_kind="project", subject_name="ham")]
    )
    assert "no words for" in words_of(page_of(house.ada, PAGE))


def test_a_long_history_is_paged(house: House) -> None:
    for number in range(120):
        record(house, operator("olga"), Deed.RELEASE_YANKED, version=f"7.{number}")

    first = page_of(house.ada, PAGE)
    assert first.count("<tr>") == 101
    assert "7.119" in first
    older = first.partition("?before=")[2].partition('"')[0]
    second = page_of(house.ada, f"{PAGE}?before={older}")
    assert "7.19 " in second
    assert "7.20 " not in second
    assert "The project was added." in second
    for nonsense in ("x", "-1", "9" * 40, "%00"):
        assert house.ada.get(f"{PAGE}?before={nonsense}").status_code == 200


def test_another_projects_history_is_not_in_it(house: House) -> None:
    with transaction.atomic():
        record_event(
            by=OPERATOR,
            now=house.clock.at,
            deed=Deed.RELEASE_YANKED,
            subject=Subject(SubjectKind.PROJECT, "spam"),
            details={"version": "66.6"},
        )
    assert "66.6" not in page_of(house.ada, PAGE)


def test_the_address_that_somebody_was_invited_by_is_for_owners_alone(house: House) -> None:
    prove(house.ada, "change-collaborators")
    house.ada.post(at("invite", "ham"), whom="eve@example.net", role="maintainer")
    house.ada.post(at("withdraw-invitation", "ham", Invitation.objects.get().pk))

    for_owners, for_others = words_of(page_of(house.ada, PAGE)), words_of(page_of(house.ben, PAGE))

    assert "eve@example.net was invited to be a Maintainer." in for_owners
    assert "The invitation to eve@example.net was withdrawn." in for_owners
    assert "eve@" not in for_others
    assert "Somebody was invited to look after the project." in for_others
    assert "An invitation to look after the project was withdrawn." in for_others


def test_the_name_of_an_account_that_was_invited_is_for_everybody(house: House) -> None:
    prove(house.ada, "change-collaborators")
    house.ada.post(at("invite", "ham"), whom="cyd", role="maintainer")

    assert "cyd was invited to be a Maintainer." in words_of(page_of(house.ben, PAGE))
