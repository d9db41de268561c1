"""The lists of the console: people, projects, mails, jobs, settings, the overview; hostile, paged, few questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from strongroom.accounts.models import Account, Delivery, EmailAddress, Factor, Letter
from strongroom.accounts.queries.people import PEOPLE_ON_A_PAGE
from strongroom.console.actions.jobs import note_job
from strongroom.console.actions.orphans import note_orphans
from strongroom.console.models import Orphan
from strongroom.console.queries.overview import MOST_COUNTED
from strongroom.console.queries.projects import PROJECTS_ON_A_PAGE
from strongroom.console.rules.jobs import Job
from strongroom.gear.settings import Origin
from strongroom.projects.models import Collaboration, Project
from strongroom.terms.actors import AccountId
from tests.cast import token_for
from tests.console.staffing import HOSTILE, Staff, add_person, shown
from tests.factors.people import Clock, Visitor
from tests.site.html_check import assert_valid_page
from tests.tokens.owning import add_project, identifier

pytestmark = pytest.mark.django_db


def questions(look: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as asked:
        look()
    return len(asked)


def add_accounts(count: int, clock: Clock, prefix: str = "p") -> None:
    Account.objects.bulk_create(
        Account(name=f"{prefix.upper()}{one:03}", folded_name=f"{prefix}{one:03}", created_at=clock.at)
        for one in range(count)
    )


# People


def test_people_are_found_by_the_beginning_of_their_name_and_by_a_whole_address(dee: Staff, ada: Visitor) -> None:
    for asked, names in (("ad", {"ada"}), ("ADA", {"ada"}), ("a_", set()), ("%", set()), ("", {"ada", "dee"})):
        page = assert_valid_page(dee.get(f"/staff/people/?q={asked.replace('%', '%25')}"))
        assert {name for name in ("ada", "dee") if f"/staff/people/{name}/" in page} == names, asked
    assert "/staff/people/ada/" in shown(dee.get("/staff/people/?q=ADA@Example.org"))
    assert "There is nobody like that" in shown(dee.get("/staff/people/?q=ada@"))


def test_people_are_filtered_by_how_they_stand(dee: Staff, ada: Visitor, clock: Clock) -> None:
    add_person("ben", clock)
    add_person("cyd", clock)
    Account.objects.filter(name="ben").update(suspended_at=clock.at)
    Account.objects.filter(name="cyd").update(closed_at=clock.at)

    for only, name in (("staff", "dee"), ("suspended", "ben"), ("closed", "cyd")):
        page = shown(dee.get(f"/staff/people/?only={only}"))
        there = {one for one in ("ada", "ben", "cyd", "dee") if f"/staff/people/{one}/" in page}
        assert there == {name}


def test_people_come_a_page_at_a_time(dee: Staff, clock: Clock) -> None:
    add_accounts(PEOPLE_ON_A_PAGE + 3, clock)
    first = assert_valid_page(dee.get("/staff/people/?q=p"))
    assert first.count("/staff/people/p") == PEOPLE_ON_A_PAGE
    assert f'href="?q=p&amp;after=p{PEOPLE_ON_A_PAGE - 1:03}"' in first

    second = shown(dee.get(f"/staff/people/?q=p&after=p{PEOPLE_ON_A_PAGE - 1:03}"))

    assert second.count("/staff/people/p") == 3
    assert "Next page" not in second


def test_a_list_of_people_takes_few_questions(dee: Staff, clock: Clock) -> None:
    dee.get("/staff/people/")
    few = questions(lambda: dee.get("/staff/people/"))
    add_accounts(40, clock)

    assert questions(lambda: dee.get("/staff/people/")) == few <= 8


def test_a_person_is_shown_with_everything_but_a_secret(dee: Staff, ada: Visitor, clock: Clock) -> None:
    ada.sign_in()
    phone = ada.enrol_app(label="phone")
    account = Account.objects.get(folded_name="ada")
    add_project("Orchard", owner=AccountId(account.pk))
    token = token_for("ada", projects=["Orchard"])
    Factor.objects.filter(account=account).update(label=HOSTILE[:64])
    EmailAddress.objects.create(account=account, address=HOSTILE[:60] + "@example.org")

    page = assert_valid_page(dee.get("/staff/people/ada/"))

    for told in ("ada@example.org", "Not verified", "Authenticator app", "orchard", "Owner", identifier(token)):
        assert told in page
    for hidden in (token, phone.secret, *phone.codes, account.password, "<script>alert", "\u202e"):
        assert hidden not in page


def test_the_page_of_a_person_takes_few_questions(dee: Staff, ada: Visitor) -> None:
    account = Account.objects.get(folded_name="ada")
    dee.get("/staff/people/ada/")
    few = questions(lambda: dee.get("/staff/people/ada/"))
    for number in range(10):
        add_project(f"orchard{number}", owner=AccountId(account.pk))
        token_for("ada")

    assert questions(lambda: dee.get("/staff/people/ada/")) <= few + 1 <= 26


# Projects


def test_projects_are_found_by_the_beginning_of_their_name_and_filtered(dee: Staff, clock: Clock) -> None:
    for name in ("apple", "apricot", "banana", "cherry"):
        add_project(name)
    Project.objects.filter(display_name="apple").update(status="quarantined", status_reason=HOSTILE)
    Project.objects.filter(display_name="banana").update(deleted_at=clock.at, status="archived")
    names = ("apple", "apricot", "banana", "cherry")

    for query, there in (
        ("?q=AP", {"apple", "apricot"}),
        ("?only=quarantined", {"apple"}),
        ("?only=deleted", {"banana"}),
        ("?only=archived", set()),
        ("?only=active", {"apricot", "cherry"}),
        ("?q=ap&only=active", {"apricot"}),
        ("?q=%25", set()),
        ("", set(names)),
    ):
        page = assert_valid_page(dee.get(f"/staff/projects/{query}"))
        assert {name for name in names if f"/staff/projects/{name}/" in page} == there, query
        assert "<script>alert" not in page


def test_projects_come_a_page_at_a_time_in_few_questions(dee: Staff) -> None:
    for number in range(PROJECTS_ON_A_PAGE + 2):
        add_project(f"p{number:03}")
    first = shown(dee.get("/staff/projects/"))
    assert first.count("/staff/projects/p") == PROJECTS_ON_A_PAGE

    assert shown(dee.get(f"/staff/projects/?after=p{PROJECTS_ON_A_PAGE - 1:03}")).count("/staff/projects/p") == 2
    assert questions(lambda: dee.get("/staff/projects/")) <= 8


def test_the_keeper_finds_projects_without_an_owner_and_forgets_those_that_have_one(
    dee: Staff, ada: Visitor, clock: Clock
) -> None:
    account = AccountId(Account.objects.get(folded_name="ada").pk)
    for name, owner, maintainer in (("kept", account, None), ("lost", None, account), ("gone", None, None)):
        add_project(name, owner=owner, maintainer=maintainer)
    Project.objects.filter(display_name="gone").update(deleted_at=clock.at)

    assert note_orphans(now=clock.at, after=0) == 0

    assert list(Orphan.objects.values_list("project__display_name", flat=True)) == ["lost"]
    page = shown(dee.get("/staff/projects/?only=without-owner"))
    assert "/staff/projects/lost/" in page
    assert "/staff/projects/kept/" not in page

    Collaboration.objects.filter(project__display_name="lost").update(role="owner")
    assert "/staff/projects/lost/" not in shown(dee.get("/staff/projects/?only=without-owner"))
    note_orphans(now=clock.at, after=0)
    assert not Orphan.objects.exists()

    Account.objects.filter(pk=account).update(closed_at=clock.at)
    note_orphans(now=clock.at, after=0)
    assert Orphan.objects.count() == 2


def test_projects_without_an_owner_are_looked_for_in_slices(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strongroom.console.actions.orphans.SLICE", 2)
    for number in range(5):
        add_project(f"p{number}")
    after, rounds = 0, 0
    while (after := note_orphans(now=clock.at, after=after)) or not rounds:
        rounds += 1

    assert (rounds, Orphan.objects.count()) == (2, 5)


# Mails


def mail(clock: Clock, address: str, *, tries: int = 0, is_sent: bool = False, is_given_up: bool = False) -> None:
    letter = Letter.objects.create(
        kind="code", made_at=clock.at, subject="the subject", body="the body", sealed="the code"
    )
    Delivery.objects.create(
        letter=letter,
        address=address,
        next_at=clock.at,
        tries=tries,
        sent_at=clock.at if is_sent else None,
        given_up_at=clock.at if is_given_up else None,
    )


def test_mails_are_filtered_by_state_and_address_and_never_read(dee: Staff, clock: Clock) -> None:
    Delivery.objects.all().delete()
    mail(clock, "waiting@example.org")
    mail(clock, "failed@example.org", tries=3)
    mail(clock, "givenup@example.org", tries=12, is_given_up=True)
    mail(clock, "sent@example.org", tries=1, is_sent=True)
    mail(clock, "", is_given_up=True)
    mail(clock, HOSTILE, is_sent=True)
    names = ("waiting", "failed", "givenup", "sent")

    for query, there in (
        ("", set(names)),
        ("?state=waiting", {"waiting", "failed"}),
        ("?state=failed", {"failed"}),
        ("?state=given-up", {"givenup"}),
        ("?state=sent", {"sent"}),
        ("?address=SENT@example.org", {"sent"}),
        ("?address=sent@example.org&state=failed", set()),
        ("?address=%00", set()),
    ):
        page = assert_valid_page(dee.get(f"/staff/mails/{query}"))
        rows = page.partition("<tbody>")[2]
        assert {name for name in names if f"{name}@example.org" in rows} == there, query
        for hidden in ("the subject", "the body", "the code", "<script>alert", "\u202e"):
            assert hidden not in page


# Jobs and settings


def test_jobs_are_listed_with_how_they_went(dee: Staff, clock: Clock) -> None:
    note_job(job=Job.LETTERS, begun_at=clock.at, now=clock.at)
    for _ in range(2):
        note_job(job=Job.DUE_PAGES, begun_at=clock.at, now=clock.at, failure=HOSTILE[:300])
    note_job(job=Job.SPOOLS, begun_at=clock.at, now=clock.at - timedelta(minutes=6))

    page = assert_valid_page(dee.get("/staff/jobs/"))

    for told in ("Sending mails", "well", "failed 2 times", "overdue", "never done yet", "&lt;script&gt;"):
        assert told in page
    assert "\u202e" not in page
    overview = shown(dee.get("/staff/"))
    assert "Publishing pages that are behind" in overview
    assert "Sending mails" not in overview


def test_a_job_that_goes_well_again_keeps_its_last_failure(clock: Clock) -> None:
    from strongroom.console.models import JobState

    note_job(job=Job.LETTERS, begun_at=clock.at, now=clock.at, failure="OSError: no disk")
    note_job(job=Job.LETTERS, begun_at=clock.at, now=clock.at)

    row = JobState.objects.get()
    assert (row.failures_in_a_row, row.failure, row.failed_at) == (0, "OSError: no disk", clock.at)


def test_settings_are_shown_with_where_they_came_from_and_without_secrets(
    dee: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    rows = (
        Origin("smtp_url", "(set, not shown)", "environment STRONGROOM_SMTP_URL", "where mails go"),
        Origin("prohibited_names", HOSTILE, "strongroom.toml", "names that nobody may take"),
    )
    monkeypatch.setattr(settings, "STRONGROOM_ORIGINS", rows)

    page = assert_valid_page(dee.get("/staff/settings/"))

    assert "(set, not shown)" in page
    assert "environment STRONGROOM_SMTP_URL" in page
    assert "<script>alert" not in page


# The overview


def test_the_overview_counts_what_waits_for_somebody(dee: Staff, clock: Clock) -> None:
    all_changed: list[dict[str, Any]] = [{"status": "quarantined"}, {"deleted_at": clock.at}, {}]
    for number, changed in enumerate(all_changed):
        add_project(f"p{number}")
        Project.objects.filter(display_name=f"p{number}").update(**changed)
    note_orphans(now=clock.at, after=0)
    add_accounts(3, clock)
    Account.objects.filter(folded_name__startswith="p").update(suspended_at=clock.at)
    mail(clock, "failed@example.org", tries=3)

    page = assert_valid_page(dee.get("/staff/"))
    rows = [row.partition("</tr>")[0] for row in page.split("<tr>")[2:]]

    for place, number in (
        ("only=without-owner", 2),
        ("only=quarantined", 1),
        ("only=deleted", 1),
        ("only=suspended", 3),
        ("state=failed", 1),
        ("state=given-up", 0),
    ):
        [row] = [row for row in rows if place in row]
        assert f">{number}</span>" in row, place
    assert "Can be restored until" in page
    assert "/staff/projects/p1/" in page


def test_the_overview_counts_no_further_than_somebody_cares(dee: Staff, clock: Clock) -> None:
    add_accounts(MOST_COUNTED + 1, clock)
    Account.objects.filter(folded_name__startswith="p").update(suspended_at=clock.at)

    assert f"more than {MOST_COUNTED}" in shown(dee.get("/staff/"))
    assert questions(lambda: dee.get("/staff/")) <= 15
