"""The public pages of what is critical and why, and the files by which anybody can check it."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import hashlib
import io
import json
from datetime import date
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from strongroom.criticality.models import Nearby, Run
from strongroom.gear.settings import Settings
from strongroom.projects.models import Project
from tests.accounts.browsers import add_with_password, signed_in
from tests.cast import NOW, Person, add_person
from tests.catalogue.stock import all_rows, get, publish
from tests.criticality.shown import ODD_CLIENT, ODD_VERSION, Shown, designate, dismiss, publish_counts
from tests.site.html_check import assert_valid_page

pytestmark = pytest.mark.django_db

MOST_QUERIES = 25


@pytest.fixture
def ada() -> Person:
    person = add_person("ada")
    publish(person)
    return person


@pytest.fixture
def shown(ada: Person) -> Shown:
    return publish_counts()


@pytest.fixture
def private(index_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(django_settings, "STRONGROOM", dataclasses.replace(index_settings, private=True))


def told(path: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    answer: Any = Client().get(path)
    assert answer.status_code == 200, answer.content
    return json.loads(content_of(answer))


def content_of(answer: HttpResponse | StreamingHttpResponse) -> bytes:
    if isinstance(answer, StreamingHttpResponse):
        parts: Any = answer.streaming_content
        return b"".join(parts)
    return answer.content


def test_a_critical_project_explains_itself(shown: Shown) -> None:
    page = assert_valid_page(get("/project/ham/critical/"))

    days = (shown.last - shown.first).days + 1
    assert "Why is ham critical?" in page
    assert f"Critical since {shown.day}" in page
    assert f"number 1 of 4 projects, by {days * 1000:,} downloads" in page
    assert f"{shown.first} to {shown.last}; {days} of {days} days are known" in page
    assert f"25\N{NO-BREAK SPACE}% ({days * 250:,})" in page
    assert f"{days * 40:,} more, which do not count" in page
    assert f"{days * 500:,} downloads in the window" in page
    assert "They do not measure how important, good or popular a project is." in page
    assert "waits for 30 days" in page
    assert "no date" in page
    assert "top 1" not in page


def test_the_explanation_draws_its_days_against_the_threshold(shown: Shown) -> None:
    page = assert_valid_page(get("/project/ham/critical/"))

    assert page.count('role="img"') == 2
    assert "What the last critical project had on an average day: 500" in page
    assert page.count('class="limit"') == 3
    assert f'<th scope="row">{shown.last}</th><td>1,000</td>' in page


def test_the_explanation_names_the_files_by_which_it_can_be_checked(shown: Shown) -> None:
    page = assert_valid_page(get("/project/ham/critical/"))

    run = Run.objects.get(pk=shown.run)
    for address, sha256 in (
        (f"/critical/days/{run.pk}/{shown.day}.parquet", run.parquet_sha256),
        (f"/critical/days/{run.pk}/{shown.day}.csv.gz", run.csv_sha256),
        (f"/critical/days/{run.pk}/{shown.day}.manifest", run.manifest),
    ):
        assert f'href="{address}"' in page
        assert sha256 in page


def test_a_project_that_is_not_critical_is_told_how_far_it_is_from_that(shown: Shown) -> None:
    page = assert_valid_page(get("/project/eggs/critical/"))

    days = (shown.last - shown.first).days + 1
    assert "Is eggs critical?" in page
    assert "No. It is number 3 of 4 projects; the first 2 become critical." in page
    assert f"It lacks {days * 200:,} downloads in the window." in page
    assert "It is near the line" in page
    assert "What follows from it" not in page


def test_a_project_that_nobody_downloads_is_told_so(shown: Shown) -> None:
    page = assert_valid_page(get("/project/beans/critical/"))

    assert "Nobody downloaded it in the window" in page
    assert "near the line" not in page


def test_a_project_that_is_newer_than_the_run_has_no_rank_yet(shown: Shown, ada: Person) -> None:
    publish(ada, "newest")

    assert "could not be installed, so it has no rank" in assert_valid_page(get("/project/newest/critical/"))


def test_without_any_run_the_pages_say_so(ada: Person) -> None:
    assert "has not worked out yet" in assert_valid_page(get("/project/ham/critical/"))
    assert "No project is critical yet" in assert_valid_page(get("/critical/"))
    assert "Nothing has been computed yet" in assert_valid_page(get("/critical/days/"))
    assert told("/critical.json") == {"projects": []}
    assert told("/project/ham/critical.json")["is_critical"] is False


def test_a_run_that_waits_makes_nobody_critical_and_is_said_to_wait(ada: Person) -> None:
    shown = publish_counts(is_approved=False)

    assert "Not yet." in assert_valid_page(get("/project/ham/critical/"))
    assert "waits until those who run this index have looked at it" in assert_valid_page(get("/critical/"))
    assert "This computation waits" in assert_valid_page(get(f"/critical/days/{shown.run}/"))
    assert "Critical since" not in get("/project/ham/").content.decode()


def test_a_dismissed_run_stays_published_and_is_said_to_be_dismissed(ada: Person) -> None:
    shown = publish_counts(is_approved=False)
    dismiss(shown.run)

    assert "This computation was dismissed" in assert_valid_page(get(f"/critical/days/{shown.run}/"))
    assert "dismissed" in assert_valid_page(get("/critical/days/"))
    assert "waits" not in assert_valid_page(get("/critical/"))


def test_what_an_operator_named_is_explained_by_their_sentence(ada: Person) -> None:
    designate("ham", sentence="<b>Everything</b> is built on it.")

    page = assert_valid_page(get("/project/ham/critical/"))

    assert "Those who run this index named it critical:" in page
    assert "&lt;b&gt;Everything&lt;/b&gt; is built on it." in page
    assert "Rank" not in page


def test_a_name_stays_explained_when_its_project_is_deleted(shown: Shown) -> None:
    Project.objects.filter(normalized_name="ham").update(deleted_at=NOW)

    page = assert_valid_page(get("/project/ham/critical/"))

    assert "Why is ham critical?" in page
    assert "deleted" in page
    assert 'href="/project/ham/"' not in page
    assert told("/project/ham/critical.json")["is_critical"] is True
    assert get("/project/ham/downloads/").status_code == 404
    assert "deleted" in assert_valid_page(get("/critical/"))


def test_a_name_that_no_project_has_yet_can_be_critical(ada: Person) -> None:
    designate("not-there-yet")

    assert "Why is not-there-yet critical?" in assert_valid_page(get("/project/not-there-yet/critical/"))


@pytest.mark.parametrize("change", [{"deleted_at": NOW}, {"status": "quarantined"}])
def test_what_is_deleted_or_in_quarantine_and_not_critical_is_not_there(
    shown: Shown, change: dict[str, object]
) -> None:
    assert get("/project/eggs/critical/").status_code == 200
    Project.objects.filter(normalized_name="eggs").update(**change)

    for path in ("critical/", "critical.json", "downloads/", "downloads/recent.json"):
        assert get(f"/project/eggs/{path}").status_code == 404


def test_an_unknown_project_is_not_there(shown: Shown) -> None:
    for path in ("critical/", "critical.json", "downloads/", "downloads/recent.json"):
        for name in ("nothing", "a" * 300, "%00", "..", "x%27--"):
            assert get(f"/project/{name}/{path}").status_code == 404


@pytest.mark.parametrize("page", ["critical/", "downloads/"])
def test_another_spelling_leads_to_the_one_address(shown: Shown, page: str) -> None:
    answer = get(f"/project/HAM/{page}?x=1")

    assert answer.status_code == 301
    assert answer["Location"] == f"/project/ham/{page}?x=1"


@pytest.mark.parametrize("status", ["archived", "deprecated"])
def test_an_archived_or_deprecated_project_shows_that_beside_critical(shown: Shown, status: str) -> None:
    Project.objects.filter(normalized_name="ham").update(status=status)

    page = assert_valid_page(get("/project/ham/critical/"))

    assert f'<span class="badge warn">{status}</span>' in page
    assert "others still install it" in page


def test_the_explanation_for_programs_holds_the_same_numbers(shown: Shown) -> None:
    days = (shown.last - shown.first).days + 1
    known = told("/project/ham/critical.json")

    assert known["designation"]["since"] == shown.day.isoformat()
    assert known["designation"]["reason"] == "downloads"
    assert known["designation"]["numbers"] == {
        "total": days * 1000,
        "rank": 1,
        "best_day": 1000,
        "ci": days * 250,
        "mirrors": days * 40,
    }
    assert known["designation"]["run"]["threshold"] == days * 500
    assert known["standing"]["dependents"] == {"direct": 0, "through": 0, "downloads": 0}
    assert known["explanation"].endswith("/project/ham/critical/")
    assert known["files"][0]["sha256"] == Run.objects.get().parquet_sha256
    assert told("/project/eggs/critical.json")["standing"]["lacking"] == days * 200


def test_numbers_beyond_what_floats_hold_are_told_exactly(ada: Person) -> None:
    designate("ham", reason="downloads", total=2**62 + 1, rank=1, best_day=2**61 + 1, ci=0, mirrors=0)

    assert told("/project/ham/critical.json")["designation"]["numbers"]["total"] == 2**62 + 1
    assert told("/critical.json")["projects"][0]["total"] == 2**62 + 1


def test_the_list_is_paged_searched_and_ordered(ada: Person) -> None:
    for number in range(1, 106):
        designate(f"name-{number:03}", day=date(2026, 1 + number % 9, 1))
    designate("zope", day=date(2026, 11, 1))

    page = assert_valid_page(get("/critical/"))
    assert page.index("/project/zope/critical/") < page.index("/project/name-008/critical/")
    assert "106 projects" in page
    assert "Page 1 of 2" in page

    by_name = assert_valid_page(get("/critical/?order=name&page=2"))
    assert "/project/zope/critical/" in by_name
    assert "/project/name-001/critical/" not in by_name

    found = assert_valid_page(get("/critical/?q=Name_00"))
    assert "9 projects" in found
    assert "zope" not in found

    for text in ("nothing%00%25", "ame-00", "%25"):
        assert "No critical project begins so." in assert_valid_page(get(f"/critical/?q={text}"))


def test_the_list_as_files_is_whole_and_in_order(ada: Person) -> None:
    designate("zope", reason="downloads", total=3, rank=1, run=7)
    designate("attrs")

    rows = list(csv.DictReader(io.StringIO(content_of(Client().get("/critical.csv")).decode())))  # type: ignore[arg-type]

    assert [row["name"] for row in rows] == ["attrs", "zope"]
    assert rows[1] == {
        "name": "zope",
        "since": "2026-07-08",
        "reason": "downloads",
        "run": "7",
        "total": "3",
        "rank": "1",
        "projects": "",
        "k": "",
        "threshold": "",
    }
    listed = told("/critical.json")["projects"]
    assert [one["name"] for one in listed] == ["attrs", "zope"]
    assert listed[0]["sentence"] == "Much needs it."
    assert listed[1]["explanation"].endswith("/project/zope/critical/")


def test_the_files_of_a_run_are_what_their_checksums_say(shown: Shown) -> None:
    run = Run.objects.get()
    sums = content_of(Client().get(f"/critical/days/{run.pk}/{run.day}.sha256")).decode()  # type: ignore[arg-type]
    for line in sums.splitlines():
        digest, name = line.split("  ")
        answer: Any = Client().get(f"/critical/days/{run.pk}/{name}")
        content = content_of(answer)
        assert hashlib.sha256(content).hexdigest() == digest
        assert answer["Content-Disposition"] == f'inline; filename="{name}"'
        assert answer["ETag"] == f'"{digest}"'
        assert "immutable" in answer["Cache-Control"]
        assert int(answer["Content-Length"]) == len(content)
        again = Client().get(f"/critical/days/{run.pk}/{name}", headers={"If-None-Match": f'"{digest}"'})
        assert again.status_code == 304
        head: Any = Client().head(f"/critical/days/{run.pk}/{name}")
        assert head["Content-Length"] == answer["Content-Length"]
        if name.endswith(".csv.gz"):
            assert gzip.decompress(content).startswith(b"project,total,rank")
    assert len(sums.splitlines()) == 3


def test_the_manifest_names_the_days_and_each_is_a_file_to_have(shown: Shown) -> None:
    run = Run.objects.get()
    manifest = content_of(Client().get(f"/critical/days/{run.pk}/{run.day}.manifest")).decode()  # type: ignore[arg-type]
    digest, day = manifest.splitlines()[-1].split()

    answer: Any = Client().get(f"/downloads/days/{day}-{digest[:12]}.parquet")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.apache.parquet"
    assert content_of(answer)[:4] == b"PAR1"
    assert answer["ETag"] == f'W/"{digest}"'


def test_no_other_file_is_handed_out(shown: Shown) -> None:
    for path in (
        "/critical/days/999/",
        "/critical/days/99999999999999999999999999/",
        "/critical/days/{run}/2020-01-01.parquet",
        "/critical/days/{run}/{day}.sqlite3",
        "/critical/days/{run}/..%2f..%2fstrongroom.sqlite3",
        "/critical/days/{run}/%2e%2e",
        "/downloads/days/{day}-aaaaaaaaaaaa.parquet",
        "/downloads/days/2026-99-99-aaaaaaaaaaaa.parquet",
        "/downloads/days/..%2f{day}-aaaaaaaaaaaa.parquet",
    ):
        assert Client().get(path.format(run=shown.run, day=shown.day)).status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_there(shown: Shown) -> None:
    run = Run.objects.get()
    shown.mill.snapshots.path_of(f"{run.path}.parquet").unlink()

    assert Client().get(f"/critical/days/{run.pk}/{run.day}.parquet").status_code == 404


def test_the_page_of_a_run_has_all_its_numbers_and_how_to_do_it_again(shown: Shown) -> None:
    run = Run.objects.get()
    page = assert_valid_page(get(f"/critical/days/{run.pk}/"))

    for digest in (run.manifest, run.eligible, run.result, run.parquet_sha256, run.csv_sha256):
        assert digest in page
    assert run.engine in page
    assert "sum(counted)" in page


def test_runs_are_listed_newest_first_a_page_at_a_time(shown: Shown) -> None:
    run = Run.objects.get()
    for number in range(1, 61):
        run.pk, run.day, run.inputs = None, date(2025, 1 + number % 12, number % 28 + 1), f"{number:064}"
        run.save()

    page = assert_valid_page(get("/critical/days/"))
    before = page.rpartition("?before=")[2].partition('"')[0]
    older = assert_valid_page(get(f"/critical/days/?before={before}"))

    assert f">{shown.day}<" in page
    assert page.count('<th scope="row"') == 50
    assert older.count('<th scope="row"') == 11
    assert_valid_page(get("/critical/days/?before=x"))


def test_hostile_versions_and_clients_are_shown_as_text(shown: Shown) -> None:
    page = assert_valid_page(get("/project/ham/downloads/"))
    explained = assert_valid_page(get("/project/ham/critical/"))

    assert "<script>alert" not in page + explained
    assert "&lt;script&gt;alert" in page
    assert "&lt;script&gt;alert" in explained
    assert f'<bdi class="name">{ODD_VERSION[:59]}…</bdi>' in page
    assert ODD_CLIENT[-50:] not in page
    assert "not known" in page


def test_the_project_page_says_since_when_it_is_critical_and_how_often_it_is_downloaded(shown: Shown) -> None:
    page = assert_valid_page(get("/project/ham/"))

    assert f"Critical since {shown.day}" in page
    assert 'href="/project/ham/critical/"' in page
    assert "30,000 in the last 30 days" in page
    assert 'class="plot small"' in page
    assert 'href="/project/ham/downloads/"' in page
    assert "Critical since" not in assert_valid_page(get("/project/eggs/"))


def test_the_legacy_json_of_a_project_is_told_since_when_it_is_critical(shown: Shown) -> None:
    from strongroom.projects.queries.installers import load_project_facts
    from strongroom.terms.names import NormalizedName

    for name, since in (("ham", shown.day), ("eggs", None)):
        facts = load_project_facts(NormalizedName(name))
        assert facts is not None
        assert facts.critical_since == since


def test_people_see_on_their_own_pages_what_is_critical_and_what_is_near_the_line(shown: Shown) -> None:
    from strongroom.projects.models import Collaboration

    mary = add_with_password("mary")
    for name in ("ham", "eggs", "beans"):
        project = Project.objects.get(normalized_name=name)
        Collaboration.objects.create(project=project, account_id=mary, role="owner", since=NOW)
    browser = signed_in("mary")

    own = assert_valid_page(get("/account/projects/", browser))
    assert own.count(f"Critical since {shown.day}") == 1
    assert own.count("Near the line: rank 3; the line is at 2") == 1
    assert 'href="/project/eggs/critical/"' in own
    assert f"Critical since {shown.day}" in assert_valid_page(get("/manage/ham/", browser))
    assert "Near the line: rank 3; the line is at 2" in assert_valid_page(get("/manage/eggs/", browser))
    assert "/project/beans/critical/" not in own + get("/manage/beans/", browser).content.decode()


PATHS = (
    "/critical/",
    "/critical.json",
    "/critical.csv",
    "/critical/days/",
    "/project/ham/downloads/",
    "/project/ham/downloads/recent.json",
    "/project/ham/critical/",
    "/project/ham/critical.json",
)


def test_the_pages_are_only_read_and_change_nothing(shown: Shown) -> None:
    before = all_rows()

    for path in PATHS:
        assert Client().post(path).status_code == 405
        assert Client().head(path).status_code == 200
        assert Client().get(path).status_code == 200
    assert all_rows() == before


def test_a_private_index_says_nothing_of_it_to_visitors(shown: Shown, private: None) -> None:
    run = Run.objects.get()
    files = (
        f"/critical/days/{run.pk}/",
        f"/critical/days/{run.pk}/{run.day}.parquet",
        f"/downloads/days/{shown.last}-aaaaaaaaaaaa.parquet",
    )
    for path in (*PATHS, *files, "/project/nothing/critical/"):
        answer = get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/sign-in/?next=")
        assert Client().get(path).status_code == 401


def test_a_private_index_shows_it_to_whoever_is_signed_in_and_lets_nobody_keep_it(shown: Shown, private: None) -> None:
    run = Run.objects.get()
    add_with_password("grace")
    browser = signed_in("grace")
    for path in (*PATHS, f"/critical/days/{run.pk}/", f"/critical/days/{run.pk}/{run.day}.parquet"):
        answer: Any = browser.get(path)
        assert content_of(answer)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        assert "public" not in answer["Cache-Control"]


def test_no_page_asks_the_database_much(shown: Shown) -> None:
    for path in (*PATHS, "/project/ham/"):
        with CaptureQueriesContext(connection) as asked:
            content_of(Client().get(path))  # type: ignore[arg-type]
        assert len(asked) <= MOST_QUERIES, path


def test_being_near_the_line_is_told_of_those_that_are(shown: Shown) -> None:
    assert list(Nearby.objects.values_list("normalized_name", "rank")) == [("eggs", 3)]
