"""Critical projects in the console: what waits, a run page by page, deciding, and naming."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.http import HttpResponse

from strongroom.accounts.models import Account
from strongroom.console.queries import critical as queries
from strongroom.console.views import critical as views
from strongroom.criticality.actions.computing import compute_day
from strongroom.criticality.models import Run
from strongroom.criticality.rules.waiting import Doubt
from strongroom.projects.models import Designation, Project
from strongroom.terms.actors import AccountId, system
from tests.console.staffing import HOSTILE, WHY, Staff, last_event, prove_page, shown
from tests.criticality.harvest import POLICY, add_projects, count_day, mill_here
from tests.factors.people import Clock, Visitor, text_of
from tests.site.html_check import assert_valid_page
from tests.tokens.owning import add_project

pytestmark = pytest.mark.django_db

LIST = "/staff/critical/"
NAMES = [f"p{number:03}" for number in range(101)]


@pytest.fixture
def run(clock: Clock) -> int:
    """A run that waits: of 101 projects, p000 and p001 are inside."""
    add_projects(NAMES)
    today = clock.at.date()
    count_day(mill_here(), today - timedelta(days=1), {name: 500 - number for number, name in enumerate(NAMES)})
    return compute_day(by=system(), now=clock.at, day=today, mill=mill_here(), policy=POLICY).run


def test_an_index_without_runs_says_so(dee: Staff) -> None:
    page = assert_valid_page(dee.get(LIST))

    assert "There is no run yet." in page
    assert "Nothing waits." in page


def test_what_waits_stands_first_with_what_to_check(dee: Staff, run: int) -> None:
    page = assert_valid_page(dee.get(LIST))

    assert f'href="{LIST}{run}/"' in page
    assert "nothing was ever approved" in page
    assert "Too many days of the window are missing." in page
    assert "2 newly critical" in page
    overview = assert_valid_page(dee.get("/staff/"))
    assert "Runs that look for critical projects, and wait" in overview


def test_every_doubt_has_words() -> None:
    assert set(views.DOUBTS) == set(Doubt)


def test_a_run_shows_all_its_numbers_and_whom_it_would_make_critical(dee: Staff, run: int) -> None:
    Project.objects.filter(normalized_name="p001").update(display_name="P.001", status="archived")
    row = Run.objects.get()

    page = assert_valid_page(dee.get(f"{LIST}{run}/"))

    for digest in (row.manifest, row.eligible, row.result):
        assert digest in page
    assert "1 of 184" in text_of(dee.get(f"{LIST}{run}/"))
    assert "1 %, so 2" in page
    assert "P.001" in page
    assert "archived" in page
    assert "p002" not in page
    assert f'href="{LIST}{run}/approve/"' in page


def test_a_run_is_approved_with_a_fresh_proof_and_a_reason(dee: Staff, run: int) -> None:
    assert_valid_page(_proved(dee, run, "approve"))

    answer = dee.at.post(f"{LIST}{run}/approve/", office=WHY)

    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{run}/?said=run-approved")
    assert sorted(Designation.objects.values_list("normalized_name", flat=True)) == ["p000", "p001"]
    event = last_event()
    assert (event.deed, event.actor_name, event.proof, event.details["office"]) == ("run-approved", "dee", "totp", WHY)
    page = assert_valid_page(dee.get(answer["Location"]))
    assert "The run is approved" in page
    assert "Nobody: all that are inside are critical already." in page
    assert "approve/" not in page
    of_project = assert_valid_page(dee.get("/staff/projects/p000/"))
    assert "became critical: it had rank 1 with 500 downloads" in of_project
    assert '<dt>Critical since</dt><dd><a href="/project/p000/critical/">' in of_project
    assert "Critical since" not in shown(dee.get("/staff/projects/p002/"))


def _proved(dee: Staff, run: int, deed: str) -> HttpResponse:
    dee.prove(f"run {run}")
    return dee.get(f"{LIST}{run}/{deed}/")


def test_a_run_is_dismissed_with_a_fresh_proof_and_a_reason(dee: Staff, run: int) -> None:
    answer = dee.do(f"{LIST}{run}/dismiss/", f"run {run}")

    assert answer["Location"] == f"{LIST}{run}/?said=run-dismissed"
    assert (Run.objects.get().state, Designation.objects.count()) == ("dismissed", 0)
    assert last_event().deed == "run-dismissed"
    assert "dismissed" in assert_valid_page(dee.get(LIST))
    again = dee.do(f"{LIST}{run}/approve/", f"run {run}")
    assert again["X-Strongroom-Reason"] == "run-decided"
    assert_valid_page(again)


@pytest.mark.parametrize("deed", ["approve", "dismiss"])
def test_without_a_proof_for_this_run_one_is_led_to_it_first(deed: str, dee: Staff, run: int) -> None:
    for target in (f"run {run + 1}", "p000", "critical p000"):
        dee.prove(target)
    address = f"{LIST}{run}/{deed}/"

    assert dee.get(address)["Location"] == prove_page(f"run {run}", address)
    assert dee.at.post(address, office=WHY)["Location"] == prove_page(f"run {run}", address)
    assert Run.objects.get().state == "proposed"


@pytest.mark.parametrize("deed", ["approve", "dismiss"])
def test_a_decision_without_a_reason_is_refused(deed: str, dee: Staff, run: int) -> None:
    answer = dee.do(f"{LIST}{run}/{deed}/", f"run {run}", office=" - ")

    assert answer["X-Strongroom-Reason"] == "reason-missing"
    assert_valid_page(answer)
    assert Run.objects.get().state == "proposed"


def test_a_snapshot_that_was_altered_is_said_and_not_approved(dee: Staff, run: int) -> None:
    settings.STRONGROOM.snapshots_folder.joinpath(f"{Run.objects.get().path}.csv.gz").write_bytes(b"other")

    assert "missing, or not what was written" in assert_valid_page(dee.get(f"{LIST}{run}/"))
    answer = dee.do(f"{LIST}{run}/approve/", f"run {run}")

    assert answer["X-Strongroom-Reason"] == "snapshot-altered"
    assert Run.objects.get().state == "proposed"
    assert dee.do(f"{LIST}{run}/dismiss/", f"run {run}").status_code == 302


@pytest.mark.parametrize("address", ["999/", "999/approve/", "999/dismiss/", f"{'9' * 30}/", "names/-/", "names/a b/"])
def test_what_there_is_not_is_not_found(address: str, dee: Staff) -> None:
    assert dee.get(LIST + address).status_code == 404


def test_those_newly_critical_are_shown_page_by_page(dee: Staff, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "NEWLY_ON_A_PAGE", 2)
    monkeypatch.setattr(views, "NEWLY_ON_A_PAGE", 2)
    monkeypatch.setattr(queries, "_AT_ONCE", 2)
    add_projects(NAMES)
    today = clock.at.date()
    count_day(mill_here(), today - timedelta(days=1), dict.fromkeys(NAMES[:5], 7))
    run = compute_day(by=system(), now=clock.at, day=today, mill=mill_here(), policy=POLICY).run
    Designation.objects.create(
        normalized_name="p001", display_name="p001", day=today, reason="operator", rule_version=1, made_at=clock.at
    )

    first = assert_valid_page(dee.get(f"{LIST}{run}/"))
    assert [name for name in NAMES[:6] if f">{name}<" in first] == ["p000", "p002"]
    assert 'href="?after=3"' in first
    second = assert_valid_page(dee.get(f"{LIST}{run}/?after=3"))
    assert [name for name in NAMES[:6] if f">{name}<" in second] == ["p003", "p004"]
    assert "after=" not in second


def test_runs_are_listed_page_by_page(dee: Staff, run: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "RUNS_ON_A_PAGE", 2)
    monkeypatch.setattr(views, "WAITING_SHOWN", 1)
    row = Run.objects.get()
    for number in range(1, 4):
        row.pk, row.day, row.inputs = None, row.day - timedelta(days=1), f"{number}" * 64
        row.save()
    numbers = list(Run.objects.order_by("-day").values_list("pk", flat=True))
    assert numbers[0] == run

    first = assert_valid_page(dee.get(LIST))
    assert f'href="?before={numbers[1]}"' in first
    assert "There are more, older ones." in first
    second = assert_valid_page(dee.get(f"{LIST}?before={numbers[1]}"))
    assert f'href="{LIST}{numbers[3]}/">{numbers[3]}<' in second
    assert f'href="{LIST}{numbers[1]}/">{numbers[1]}<' not in second


def test_a_name_is_made_critical_whether_there_is_such_a_project_or_not(dee: Staff) -> None:
    assert dee.get(f"{LIST}?name=Not_There")["Location"] == f"{LIST}names/not-there/"
    address = f"{LIST}names/not-there/"
    assert dee.get(address)["Location"] == prove_page("critical not-there", address)
    dee.prove("critical not-there")
    assert "for good" in assert_valid_page(dee.get(address))

    answer = dee.at.post(address, office=WHY)

    assert answer["Location"] == f"{LIST}?said=designated"
    row = Designation.objects.get()
    assert (row.normalized_name, row.reason, row.sentence, row.run) == ("not-there", "operator", WHY, None)
    assert (last_event().deed, last_event().actor_name) == ("became-critical", "dee")
    assert "The name is critical." in assert_valid_page(dee.get(answer["Location"]))
    dee.prove("critical not-there")
    assert "It is critical already" in assert_valid_page(dee.get(address))
    again = dee.at.post(address, office=WHY)
    assert again["X-Strongroom-Reason"] == "already-critical"


def test_a_proof_for_another_deed_on_the_same_project_names_nobody_critical(dee: Staff) -> None:
    add_projects(["ham"])
    for target in ("ham", "critical spam", "run 1"):
        dee.prove(target)

    answer = dee.at.post(f"{LIST}names/ham/", office=WHY)

    assert answer["Location"] == prove_page("critical ham", f"{LIST}names/ham/")
    assert not Designation.objects.exists()


def test_a_name_that_is_none_is_refused_where_it_was_typed(dee: Staff) -> None:
    answer = dee.get(f"{LIST}?name=%3Cscript%3E-")

    assert answer.status_code == 400
    page = assert_valid_page(answer)
    assert 'role="alert"' in page
    assert 'value="&lt;script&gt;-"' in page


def test_its_owners_read_that_staff_did_it_and_not_who_of_them(dee: Staff, ada: Visitor) -> None:
    add_project("ham", owner=AccountId(Account.objects.get(folded_name="ada").pk))
    dee.do(f"{LIST}names/ham/", "critical ham")
    assert last_event().actor_name == "dee"

    ada.sign_in()
    history = shown(ada.get("/manage/ham/history/"))

    assert f"was made critical by those who run the index: “{WHY}”" in history
    assert "Those who run this index" in history
    assert "dee" not in history


def test_hostile_reasons_are_text_on_every_page(dee: Staff) -> None:
    dee.do(f"{LIST}names/ham/", "critical ham", office=HOSTILE)

    assert "\u202e" not in Designation.objects.get().sentence
    add_projects(["ham"])
    for page in (LIST, "/staff/projects/ham/", "/staff/record/?kind=project&subject=ham"):
        assert "<script>alert" not in text_of(dee.get(page))


@pytest.mark.parametrize("page", [LIST, f"{LIST}1/", f"{LIST}1/approve/", f"{LIST}names/ham/"])
def test_to_others_there_is_nothing_here(page: str, clock: Clock) -> None:
    from tests.console.staffing import add_person

    cyd = add_person("cyd", clock)
    assert cyd.get(page).status_code == 404
    cyd.sign_in()
    assert cyd.get(page).status_code == 404
