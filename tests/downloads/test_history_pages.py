"""The page of a project's downloads, and the same for programs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from strongroom.downloads.actions.histories import refresh_histories
from strongroom.downloads.rules.plots import WIDE, draw_days
from strongroom.gear.mill import Mill
from strongroom.site.templatetags.figures import grouped, percent_of, short
from tests.cast import Person, add_person
from tests.catalogue.stock import get, publish
from tests.downloads.test_history import count
from tests.site.html_check import assert_valid_page


@pytest.fixture
def ada() -> Person:
    person = add_person("ada")
    publish(person)
    return person


@pytest.mark.django_db
def test_before_any_day_is_counted_the_page_says_when_to_come_back(ada: Person) -> None:
    page = assert_valid_page(get("/project/ham/downloads/"))

    assert "No day has been counted yet" in page
    assert "<svg" not in page
    assert "<svg" not in get("/project/ham/").content.decode()


@pytest.mark.django_db
def test_the_page_draws_the_days_and_says_them_in_numbers(ada: Person, mill: Mill) -> None:
    today = datetime.now(UTC).date()
    for ago in (1, 2, 5):
        count(mill, today - timedelta(days=ago), {"ham": 1000 * ago})
    refresh_histories(now=datetime.now(UTC), mill=mill)

    page = assert_valid_page(get("/project/ham/downloads/"))
    drawn = re.findall(r'<path class="line" d="([^"]+)"', page)

    assert "Between 1,000 and 5,000 a day; the most on" in page
    assert "177 days are not known, and are gaps" in page
    assert "Of the last 30 days 3 are known." in page
    assert f'<th scope="row">{today - timedelta(days=5)}</th><td>5,000</td>' in page
    assert [path.count("M") for path in drawn] == [2, 2, 1]
    assert "style=" not in page


@pytest.mark.django_db
def test_numbers_are_written_as_the_language_has_them(ada: Person, mill: Mill) -> None:
    count(mill, datetime.now(UTC).date() - timedelta(days=1), {"ham": 12_345})
    refresh_histories(now=datetime.now(UTC), mill=mill)

    page = get("/project/ham/downloads/", Client(HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="fr"))

    assert re.search("12[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]345", page.content.decode())
    assert not re.search(r'd="[^"]*[0-9],[0-9]+,', page.content.decode())


def test_months_have_the_short_names_of_the_language() -> None:
    first, last = date(2026, 5, 23), date(2026, 11, 22)
    plot = draw_days({last: 1}, first=first, last=last, size=WIDE)
    facts = {"plot": plot, "drawn": {"history": {"first": first, "last": last}}, "kind": "wide", "id": "days"}

    with translation.override("fr"):
        drawing = render_to_string("catalogue/plot_drawing.html", facts)

    assert re.findall(r">([^<0-9]+)</text>", drawing) == ["juin", "juil.", "août", "sept.", "oct.", "nov."]


@pytest.mark.django_db
def test_the_newest_numbers_for_programs(ada: Person, mill: Mill) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    count(mill, yesterday, {"ham": 2**53 + 1})
    refresh_histories(now=datetime.now(UTC), mill=mill)

    answer = Client().get("/project/Ham/downloads/recent.json")

    assert answer.json() == {
        "data": {"last_day": 2**53 + 1, "last_month": 2**53 + 1, "last_week": 2**53 + 1},
        "package": "ham",
        "type": "recent_downloads",
        "through": yesterday.isoformat(),
        "days_known": 1,
    }
    assert "max-age=300" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (1500, "1.5k"),
        (20_000, "20k"),
        (150_000, "150k"),
        (2_000_000, "2M"),
        (2_500_000_000, "2.5G"),
        (15 * 10**17, "1.5E"),
    ],
)
def test_numbers_beside_a_plot_are_short(number: int, text: str) -> None:
    assert short(number) == text


def test_shares_are_rounded_and_of_nothing_there_is_none() -> None:
    assert [percent_of(part, 1000) for part in (0, 5, 123, 1000)] == [
        f"{text}\N{NO-BREAK SPACE}%" for text in ("0", "0.5", "12", "100")
    ]
    assert percent_of(5, 0) == "–"
    assert grouped(None) == "–"
    assert grouped(1_234_567) == "1,234,567"
