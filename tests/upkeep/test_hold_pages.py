"""Deletions that wait, as everybody sees them: the form, the owners' pages, visitors, staff, programs, mails."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import cast

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from strongroom.accounts.models import Account
from strongroom.accounts.tasks import deliver_letters
from strongroom.accounts.views.visiting import sealer_of_index
from strongroom.gear.settings import Settings
from strongroom.projects.models import DeletionHold, Project
from strongroom.projects.rules.deletion import HOLD_PERIOD, UNDO_PERIOD
from strongroom.projects.rules.roles import Role
from strongroom.record.rules import Deed
from strongroom.terms.actors import system
from strongroom.upkeep.actions.holding import carry_out_holds
from strongroom.upkeep.actions.telling import tell_project
from tests.cast import OPERATOR
from tests.factors.people import reason_of, text_of
from tests.site.html_check import assert_valid_page
from tests.upkeep.api_door import ask, token_of
from tests.upkeep.holds import FACTS, KINDS, make_critical
from tests.upkeep.keepers import outlet
from tests.upkeep.keeping import House, at, deeds_on, letters_to, page_of, prove, seat, words_of
from tests.upkeep.test_letters import Sent
from tests.uploads.door import listed

pytestmark = pytest.mark.django_db

FILE = "ham-1.0-py3-none-any.whl"
FORMS = {
    "file": (at("delete-file", "ham", FILE), FILE),
    "release": (at("delete-release", "ham", "1.0"), "1.0"),
    "project": (at("delete-project", "ham"), "ham"),
}
CALLED = {"file": FILE, "release": "1.0", "project": "whole project"}
MANAGE, RELEASE, PUBLIC = at("manage", "ham"), at("manage-release", "ham", "1.0"), at("project", "ham")
ALL_KINDS = pytest.mark.parametrize("kind", KINDS)
LONG_FILE = f"ham-1.0-{'1' * 180}-py3-none-any.whl"


@pytest.fixture
def critical(house: House) -> House:
    make_critical(now=house.clock.at)
    return house


def ask_for(house: House, kind: str) -> int:
    """As Ada does at her browser; the number of the hold."""
    prove(house.ada, "delete")
    answer = house.ada.post(FORMS[kind][0], typed=FORMS[kind][1])
    assert (answer.status_code, answer["Location"]) == (302, f"{MANAGE}?said=deletion-held")
    return DeletionHold.objects.latest("pk").pk


def day(house: House) -> str:
    return f"{house.clock.at + HOLD_PERIOD:%Y-%m-%d %H:%M} UTC"


def withdrawal(hold: int) -> str:
    return at("withdraw-deletion", "ham", hold)


@ALL_KINDS
def test_the_form_says_that_it_waits_until_when_and_who_can_stop_it(critical: House, kind: str) -> None:
    prove(critical.ada, "delete")

    words = words_of(page_of(critical.ada, FORMS[kind][0]))

    assert "This project is critical" in words
    assert f"not deleted now but on {day(critical)}, after 30 days" in words
    assert "any Owner can withdraw it" in words
    assert f"until {critical.clock.at + HOLD_PERIOD + UNDO_PERIOD:%Y-%m-%d %H:%M} UTC" in words
    assert "Ask for the deletion" in words


@ALL_KINDS
def test_the_form_of_a_project_that_is_not_critical_speaks_of_no_hold(house: House, kind: str) -> None:
    prove(house.ada, "delete")

    words = words_of(page_of(house.ada, FORMS[kind][0]))

    assert "critical" not in words
    assert "From now on nobody can install" in words


@ALL_KINDS
def test_owners_see_what_waits_who_asked_and_a_button_and_maintainers_no_button(
    critical: House, index_settings: Settings, kind: str
) -> None:
    hold = ask_for(critical, kind)

    for who, has_button in ((critical.ada, True), (critical.ben, False)):
        page = page_of(who, MANAGE)
        words = words_of(page)
        assert CALLED[kind] in words
        assert day(critical) in words
        assert "ada" in words
        assert (withdrawal(hold) in page) == has_button
    assert len(listed(index_settings, "ham")) == 2
    assert deeds_on() == ["deletion-held"]
    assert (letters_to("ada"), letters_to("ben")) == ([("notice", "deletion-held")], [("project", "deletion-held")])


def test_owners_find_it_among_what_their_projects_need_and_maintainers_do_not(critical: House) -> None:
    ask_for(critical, "file")

    for who, is_told in ((critical.ada, True), (critical.ben, False)):
        assert ("is going to be deleted" in words_of(page_of(who, at("own-projects")))) == is_told
    assert words_of(page_of(critical.ada, MANAGE)).count("is going to be deleted") == 0
    assert critical.ada.post(withdrawal(DeletionHold.objects.get().pk)).status_code == 302
    assert "is going to be deleted" not in words_of(page_of(critical.ada, at("own-projects")))


@pytest.mark.parametrize("kind", ["file", "release"])
def test_the_page_of_a_release_says_when_it_or_its_file_goes_and_offers_it_to_be_withdrawn(
    critical: House, kind: str
) -> None:
    hold = ask_for(critical, kind)

    page, seen_by_ben = page_of(critical.ada, RELEASE), page_of(critical.ben, RELEASE)

    assert day(critical) in words_of(page)
    assert withdrawal(hold) in page
    assert FORMS[kind][0] not in page
    assert withdrawal(hold) not in seen_by_ben
    assert withdrawal(hold) not in page_of(critical.ada, at("manage-release", "ham", "2.0"))


@ALL_KINDS
def test_every_visitor_sees_what_goes_when_and_since_when_but_not_who_asked(critical: House, kind: str) -> None:
    assert "Deletions were asked for" not in visit(PUBLIC)
    ask_for(critical, kind)

    for address in (PUBLIC, at("project-release", "ham", "1.0")):
        words = words_of(visit(address))
        assert CALLED[kind] in words
        assert f"will be deleted on {day(critical)} (asked for on {critical.clock.at:%Y-%m-%d})" in words
        assert "ada" not in words.split("Deletions were asked for")[1].split("If you depend")[0]


def visit(address: str) -> str:
    return assert_valid_page(seen_by_a_visitor(address))


def seen_by_a_visitor(address: str) -> HttpResponse:
    return cast(HttpResponse, Client().get(address))


def test_a_private_index_shows_it_to_its_readers_alone(
    critical: House, index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for(critical, "project")
    monkeypatch.setattr(settings, "STRONGROOM", dataclasses.replace(index_settings, private=True))

    assert "will be deleted" not in text_of(seen_by_a_visitor(PUBLIC))
    assert "will be deleted" in text_of(critical.cyd.get(PUBLIC))


@ALL_KINDS
def test_whoever_asks_again_is_told_the_day_before_any_form(critical: House, kind: str) -> None:
    ask_for(critical, kind)

    for answer in (critical.ada.get(FORMS[kind][0]), critical.ada.post(FORMS[kind][0], typed=FORMS[kind][1])):
        assert reason_of(answer) == "deletion-held-already"
        assert day(critical) in words_of(answer)


@ALL_KINDS
def test_another_owner_withdraws_it_with_one_button_and_everybody_reads_that(critical: House, kind: str) -> None:
    hold = ask_for(critical, kind)
    seat("cyd", "ham", Role.OWNER, clock=critical.clock)

    answer = critical.cyd.post(withdrawal(hold))

    assert (answer.status_code, answer["Location"]) == (302, f"{MANAGE}?said=deletion-withdrawn")
    page = page_of(critical.cyd, answer["Location"])
    assert 'role="status"' in page
    assert withdrawal(hold) not in page
    assert deeds_on() == ["deletion-held", "deletion-withdrawn"]
    assert letters_to("ada")[-1] == ("project", "deletion-withdrawn")
    assert "will be deleted" not in visit(PUBLIC)
    assert reason_of(critical.cyd.post(withdrawal(hold))) == "deletion-not-held"


def test_a_number_that_there_is_not_withdraws_nothing(critical: House) -> None:
    ask_for(critical, "project")
    for number in ("0", "999", "9" * 30):
        assert reason_of(critical.ada.post(f"/manage/ham/deletions/{number}/withdraw/")) == "deletion-not-held"
    assert DeletionHold.objects.filter(ended_at=None).count() == 1


@ALL_KINDS
def test_the_history_puts_each_step_into_words(critical: House, kind: str) -> None:
    ask_for(critical, kind)
    held = words_of(page_of(critical.ada, at("manage-history", "ham")))
    assert f"was asked for. {'It' if kind == 'project' else 'The project'} is critical" in held
    assert day(critical) in held
    due = critical.clock.at + HOLD_PERIOD
    asked_at = f"{critical.clock.at:%Y-%m-%d %H:%M} UTC"
    carry_out_holds(by=system(), now=due, outlet=outlet())

    done = words_of(page_of(critical.ben, at("manage-history", "ham")))

    assert f"That was asked for on {asked_at} and waited in public until now." in done
    assert "The index itself" in done


@pytest.mark.parametrize("why", ["gone", "role-too-low"])
@ALL_KINDS
def test_why_a_deletion_lapsed_is_said_in_words(critical: House, kind: str, why: str) -> None:
    project, post = Project.objects.get(), Sent()
    for deed in (Deed.DELETION_LAPSED, Deed.DELETION_WITHDRAWN, Deed.DELETION_HELD):
        with transaction.atomic():
            tell_project(
                by=OPERATOR,
                now=critical.clock.at,
                project=project,
                deed=deed,
                facts={**FACTS[kind], "why": why, "until": "2026-12-23 12:00"},
            )
    deliver_letters(now=critical.clock.at, post=post, sealer=sealer_of_index(), address_of_index="https://i.example")

    mails = [mail for mail in post.mails if mail.to == "ben@example.org" and "ham" in mail.subject]
    lapsed, withdrawn, held = (next(mail for mail in mails if word in mail.subject) for word in WORDS[why])
    assert "stays" in withdrawn.subject
    assert "any Owner can withdraw it there" in " ".join(held.body.split())
    for mail in (lapsed, withdrawn, held):
        assert ("://" in mail.body) is False
        if kind != "project":
            assert CALLED[kind] in mail.subject


WORDS = {
    "gone": ("is gone already", "was withdrawn", "2026-12-23 12:00"),
    "role-too-low": ("may not delete it any more", "was withdrawn", "2026-12-23 12:00"),
}


def test_names_of_two_hundred_characters_stay_on_the_page(critical: House) -> None:
    project = Project.objects.get()
    rows = [("", ""), ("1." + "0" * 97, ""), ("1.0", LONG_FILE), ("1.0", "<script>alert(1)</script>.whl")]
    for version, filename in rows:
        DeletionHold.objects.create(
            project=project,
            version=version,
            filename=filename,
            asked_at=critical.clock.at,
            due_at=critical.clock.at + HOLD_PERIOD,
        )

    for page in (page_of(critical.ada, MANAGE), visit(PUBLIC)):
        assert "<script>alert" not in page
        assert f'<span class="name">{LONG_FILE}</span>' in page


def test_many_deletions_that_wait_are_shown_so_far_and_the_whole_project_first(critical: House) -> None:
    project = Project.objects.get()
    DeletionHold.objects.bulk_create(
        DeletionHold(
            project=project,
            version="1.0",
            filename=f"ham-1.0-{number}-py3-none-any.whl",
            asked_at=critical.clock.at,
            due_at=critical.clock.at + timedelta(days=1),
        )
        for number in range(120)
    )
    ask_for(critical, "project")

    public, own = visit(PUBLIC), page_of(critical.ada, MANAGE)

    assert "whole project" in words_of(public)
    assert public.count("will be deleted on") == 10
    assert "and more of its files" in public
    assert own.count("/withdraw/") == 50
    assert "More deletions wait" in own


def test_a_deleted_project_shows_no_deletion_that_waits_to_anybody(critical: House) -> None:
    ask_for(critical, "project")
    carry_out_holds(by=system(), now=critical.clock.at + HOLD_PERIOD, outlet=outlet())

    assert Client().get(PUBLIC).status_code == 404
    page = page_of(critical.ada, MANAGE)
    assert "Deletions that wait" not in page
    assert at("restore-project", "ham") in page


def test_programs_read_what_waits(critical: House) -> None:
    ask_for(critical, "file")
    ask_for_release_by_the_machine(critical)
    token = token_of("ada")

    told = ask("GET", "projects/ham", token).told["deletions_held"]

    instant = f"{critical.clock.at:%Y-%m-%dT%H:%M:%SZ}"
    assert [(one["version"], one["filename"], one["asked_by"]) for one in told] == [
        ("1.0", FILE, "ada"),
        ("1.0", None, None),
    ]
    assert told[0]["asked_at"][:16] == instant[:16]
    assert told[0]["due_at"][:10] == f"{critical.clock.at + HOLD_PERIOD:%Y-%m-%d}"
    (listed_one,) = ask("GET", "projects", token).told["projects"]
    assert listed_one["deletions_held"] == told


def ask_for_release_by_the_machine(house: House) -> None:
    DeletionHold.objects.create(
        project=Project.objects.get(),
        version="1.0",
        asked_at=house.clock.at,
        due_at=house.clock.at + HOLD_PERIOD + timedelta(seconds=1),
    )


def test_a_stranger_and_a_maintainer_cannot_withdraw_it(critical: House) -> None:
    hold = ask_for(critical, "project")

    assert reason_of(critical.cyd.post(withdrawal(hold))) == "not-a-collaborator"
    assert reason_of(critical.ben.post(withdrawal(hold))) == "role-too-low"
    assert critical.ada.get(withdrawal(hold)).status_code == 405
    Account.objects.filter(folded_name="ada").update(suspended_at=critical.clock.at)
    assert critical.ada.post(withdrawal(hold)).status_code in {302, 401, 403}
    assert DeletionHold.objects.get().ended_at is None
