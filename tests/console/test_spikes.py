"""Spikes of downloads in the console: listed for staff, and noted as looked at with a reason, once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from strongroom.console.actions.spikes import look_at_spike
from strongroom.downloads.models import Spike
from strongroom.downloads.queries.spikes import SPIKES_ON_A_PAGE
from strongroom.record.models import Event
from tests.cast import NOW, OPERATOR
from tests.console.staffing import HOSTILE, WHY, Staff, is_recorded, last_event, prove_page, shown
from tests.factors.people import Clock, Visitor
from tests.site.html_check import assert_valid_page

pytestmark = pytest.mark.django_db

LIST = "/staff/spikes/"
DAY = date(2026, 11, 22)


def mark(project: str = "ham", **changed: object) -> Spike:
    values: dict[str, object] = {"day": DAY, "kind": "client", "name": "pip", "counted": 12_345, "usual": 67}
    return Spike.objects.create(project=project, found_at=NOW, **{**values, **changed})


def look(spike: Spike) -> str:
    return f"{LIST}{spike.pk}/look/"


def test_they_are_listed_those_first_that_nobody_looked_at(dee: Staff) -> None:
    mark("seen", looked_at=NOW, day=DAY + timedelta(days=9))
    one = mark("ham")
    mark("spam", kind="file", name="")

    page = assert_valid_page(dee.get(LIST))

    for told in ("2026-11-22", "12,345", "67", "pip", "not known", 'href="/staff/projects/ham/"', look(one)):
        assert told in page
    assert page.index("/staff/projects/ham/") < page.index("/staff/projects/seen/")
    assert page.count("/look/") == 2
    assert page.count("looked at</span>") == 1


def test_an_empty_list_says_so_and_the_first_page_counts_them(dee: Staff) -> None:
    assert "Nothing was ever marked" in assert_valid_page(dee.get(LIST))
    mark(looked_at=NOW, name="x")
    mark()

    page = shown(dee.get("/staff/"))

    row = page[page.index('href="/staff/spikes/"', page.index("<table")) :]
    assert row[: row.index("</tr>")].count("1") == 1


def test_it_is_noted_once_that_somebody_looked_with_what_they_think(dee: Staff, clock: Clock) -> None:
    spike = mark()
    dee.prove(f"spike {spike.pk}")
    assert "Downloads of ham on 2026-11-22" in assert_valid_page(dee.get(look(spike)))

    answer = dee.at.post(look(spike), office=WHY)

    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?said=spike-looked-at")
    spike.refresh_from_db()
    assert (spike.looked_at, spike.counted) == (clock.at, 12_345)
    event = last_event()
    assert (event.deed, event.actor_name, event.subject_kind, event.subject_name, event.proof) == (
        "spike-looked-at",
        "dee",
        "project",
        "ham",
        "totp",
    )
    assert is_recorded(event, day="2026-11-22", kind="client", name="pip", counted=12_345, usual=67, office=WHY)
    assert "noted that you looked" in assert_valid_page(dee.get(answer["Location"]))
    assert dee.do(look(spike), f"spike {spike.pk}")["Location"] == f"{LIST}?said=unchanged"
    assert Event.objects.filter(deed="spike-looked-at").count() == 1


def test_without_a_reason_or_a_proof_nothing_is_noted(dee: Staff) -> None:
    spike = mark()
    assert dee.get(look(spike))["Location"] == prove_page(f"spike {spike.pk}", look(spike))
    assert dee.at.post(look(spike), office=WHY)["Location"] == prove_page(f"spike {spike.pk}", look(spike))

    answer = dee.do(look(spike), f"spike {spike.pk}", office="")

    assert (answer.status_code, answer["X-Strongroom-Reason"]) == (400, "reason-missing")
    assert_valid_page(answer)
    assert not Spike.objects.exclude(looked_at=None).exists()


def test_one_that_is_gone_is_said_to_be(dee: Staff) -> None:
    spike = mark()
    dee.prove(f"spike {spike.pk}")
    Spike.objects.all().delete()

    assert dee.get(look(spike)).status_code == 404
    with pytest.raises(Exception, match="spike-unknown"):
        look_at_spike(by=OPERATOR, now=NOW, spike=spike.pk, office=WHY)


def test_nobody_else_finds_anything_there(dee: Staff, ada: Visitor) -> None:
    spike = mark()
    ada.sign_in()

    assert [ada.get(LIST).status_code, ada.get(look(spike)).status_code] == [404, 404]
    assert ada.post(look(spike), office=WHY).status_code == 404
    assert Spike.objects.get().looked_at is None


def test_they_come_a_page_at_a_time_in_few_questions(dee: Staff) -> None:
    for number in range(SPIKES_ON_A_PAGE + 3):
        mark(f"p{number:02}", looked_at=None if number < SPIKES_ON_A_PAGE else NOW)
    first = assert_valid_page(dee.get(LIST))
    following = first[first.index('href="?part=open') + 6 :].split('"')[0].replace("&amp;", "&")

    second = assert_valid_page(dee.get(f"{LIST}{following}"))

    assert (first.count("/staff/projects/p"), second.count("/staff/projects/p")) == (SPIKES_ON_A_PAGE, 3)
    assert "Next page" not in second
    assert second.count("looked at</span>") == 3
    for broken in (
        "?after=x&day=2026-11-22",
        "?after=1&day=yesterday",
        "?after=1",
        "?part=seen&after=1&day=9999-99-99",
    ):
        assert shown(dee.get(f"{LIST}{broken}")).count("/staff/projects/p") == SPIKES_ON_A_PAGE


def test_whatever_a_log_names_is_text(dee: Staff) -> None:
    spike = mark(HOSTILE[:200], name=HOSTILE[:250])
    mark("a/../b", name="x")

    answer = dee.get(LIST)
    page = assert_valid_page(answer)

    assert answer.status_code == 200
    assert page.count("/look/") == 2
    assert "<bdi>a/../b</bdi>" in page
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert 'href="/staff/projects/a/' not in page
    dee.prove(f"spike {spike.pk}")
    form = assert_valid_page(dee.get(look(spike)))
    assert "Note that you looked" in form
    assert "<script>alert" not in form
