"""What strangers write stands in pages as text, whatever it is; and nothing of it widens or breaks a page."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from strongroom.catalogue.queries.projects import find_project
from strongroom.catalogue.rules.about import MOST_LINKS, host_of, read_about
from strongroom.projects.models import Listing, Project, Release
from strongroom.terms.names import normalize
from tests.cast import NOW, Person
from tests.catalogue.stock import FEEDS, HEADERS, PATHS, get, publish
from tests.site.html_check import assert_valid_page

pytestmark = pytest.mark.django_db

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7|add:7 }}{% csrf_token %}",
    "</title></main><h1>Sign in</h1>",
    "\u202ereversed\u2066\u200f",
    "x" * 200,
    "a\x07b\x1b[31mc\x85",
    "javascript:alert(1)",
    "]]><!--",
)


def only_text(shown: str) -> None:
    # That no tag has an attribute for an event is asked of every page by assert_valid_page.
    assert "<script" not in shown
    assert "<img src=x" not in shown
    assert 'href="javascript' not in shown


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_stand_in_pages_as_text(hostile: str, ada: Person) -> None:
    Project.objects.update(display_name=hostile[:200], status="deprecated", status_reason=hostile)
    Listing.objects.update(display_name=hostile[:200], summary=hostile)
    metadata = {
        "summary": hostile,
        "author": hostile,
        "maintainer": hostile,
        "license": hostile,
        "requires_python": hostile,
        "keywords": [hostile, hostile],
        "classifiers": [hostile],
        "project_urls": {hostile: f"https://example.org/{hostile}", "Ham": hostile, "Spam": "https://example.org/"},
        "home_page": hostile,
    }
    Release.objects.update(metadata=metadata, yanked_at=NOW, yanked_reason=hostile)

    for path in PATHS:
        shown = assert_valid_page(get(path))
        only_text(shown)
        assert "<h1>Sign in</h1>" not in shown


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_words_do_not_break_a_feed(hostile: str, ada: Person) -> None:
    Project.objects.update(display_name=hostile[:200])
    Listing.objects.update(display_name=hostile[:200], summary=hostile)
    Release.objects.update(yanked_reason=hostile)
    for path in FEEDS:
        answer = get(path)
        assert answer.status_code == 200
        items = ET.fromstring(answer.content).findall("./channel/item")
        assert len(items) == 1, path


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_search_for_something_hostile_is_a_search(hostile: str, ada: Person) -> None:
    from urllib.parse import quote

    for query in (f"q={quote(hostile)}", f"c={quote(hostile)}", f"q=ham&order={quote(hostile)}&page={quote(hostile)}"):
        answer = get(f"/search/?{query}")
        assert answer.status_code == 200
        only_text(assert_valid_page(answer))
    only_text(assert_valid_page(get(f"/classifiers/?in={quote(hostile)}&c={quote(hostile)}&q={quote(hostile)}")))


def test_a_search_with_a_nul_or_a_megabyte_is_a_search(ada: Person) -> None:
    for query in ("q=%00", "q=h%00am&c=%00", f"q={'x' * 50_000}", "q=ham&" + "c=x&" * 500, "q=%FF%FE", "page=%00"):
        assert_valid_page(get(f"/search/?{query}"))


@pytest.mark.parametrize(
    "metadata", [[], "text", {"classifiers": "one", "keywords": 5, "project_urls": []}, {"summary": None}]
)
def test_metadata_of_another_form_does_not_break_the_page(metadata: object, ada: Person) -> None:
    Release.objects.update(metadata=metadata)
    assert_valid_page(get("/project/ham/"))


def test_a_hostile_description_that_was_published_is_shown_as_safe_html(ada: Person) -> None:
    publish(ada, "eggs", description="<script>alert(1)</script>\n\n![x](https://evil.example/pixel.png)\n\n<h1>Hi</h1>")

    shown = assert_valid_page(get("/project/eggs/"))

    only_text(shown)
    assert '<img src="https' not in shown
    assert '<a class="picture" href="https://evil.example/pixel.png" rel="nofollow noopener">x</a>' in shown


def test_a_summary_with_markup_that_was_published_is_text(ada: Person) -> None:
    publish(ada, "eggs", summary="<b onclick=alert(1)>bold</b>", headers=HEADERS)

    for path in ("/project/eggs/", "/search/?q=eggs", "/"):
        shown = assert_valid_page(get(path))
        assert "&lt;b onclick=alert(1)&gt;" in shown
        assert "<b " not in shown


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://example.org/ham", "example.org"),
        ("http://example.org:8080/", "example.org"),
        ("https://EXAMPLE.org/", "example.org"),
        ("https://trusted.example@evil.example/", ""),
        ("https://evil.example\\@trusted.example/", ""),
        ("https://evil.example /", ""),
        ("https://ex\u0430mple.org/", ""),
        ("https://example.org/\u202e", ""),
        ("https://example.org/\x00", ""),
        ("https://[::1", ""),
        ("https://example.org:x/", ""),
        ("https:///ham", ""),
        ("//example.org/", ""),
        ("javascript:alert(1)//https://example.org", ""),
        ("data:text/html,x", ""),
        ("ftp://example.org/", ""),
        ("file:///etc/passwd", ""),
        ("https://example.org/" + "x" * 600, ""),
        ('https://example.org/"><script>', ""),
        ("", ""),
    ],
)
def test_a_link_is_shown_only_with_the_host_that_it_leads_to(address: str, host: str) -> None:
    assert host_of(address) == host


def test_only_so_many_links_are_shown() -> None:
    urls = {f"Link {index}": f"https://example.org/{index}" for index in range(100)}
    assert len(read_about({"project_urls": urls}).links) == MOST_LINKS
    assert find_project(normalize("ham")) is None
