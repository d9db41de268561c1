"""Every kind of page of the demo, found by following links, can be used by everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page

from tests.journeys.browsing import complaints_of, is_too_wide, open_page, serious
from tests.journeys.demo import Demo
from tests.site.html_check import errors_of_page

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.xdist_group("browser")]

VIEWPORTS = [(1280, "light", "en-GB"), (320, "dark", "fr-FR")]

MOST_BYTES = 100_000
LONG_BY_NATURE = {"project-description"}
FILES = (".xml", ".json", ".csv", ".csv.gz", ".parquet", ".manifest", ".sha256")
NOT_PAGES = ("/simple/", "/packages/", "/pypi/", "/rss/", "/static/", "/api/")
BEGIN = {
    "visitor": ("/", "/project/harbourline/", "/search/?q=harborline", "/help/name-invalid/"),
    "ada": ("/account/projects/", "/account/", "/manage/harbourline/"),
    "dee": ("/staff/", "/staff/people/ben/", "/staff/projects/harbourline/", "/account/"),
}
BEHIND_A_PROOF = {
    "ada": ("/manage/harbourline/invite/", "/manage/harbourline/delete/"),
    "dee": ("/staff/people/ben/suspend/",),
}


@dataclass
class Wanderer:
    """Somebody who opens one page of each kind that links lead to."""

    demo: Demo
    page: Page
    seen: set[str] = field(default_factory=set)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def wander(self, *begin: str) -> None:
        """Follow links from here on, one page for each address of the table."""
        waiting = list(begin)
        while waiting:
            path = waiting.pop(0)
            kind = kind_of(path)
            if kind is None or kind in self.seen:
                continue
            answer = self.page.goto(self.demo.url + path)
            assert answer is not None
            self.look(kind, answer.status, answer.text())
            waiting += self.links()

    def look(self, kind: str, status: int, html: str) -> None:
        """Note what is wrong with the page that is shown."""
        self.seen.add(kind)
        found = [*serious(self.page), *errors_of_page(html)]
        found += [f"answers {status}"] if status != 200 else []
        found += ["too wide"] if is_too_wide(self.page) else []
        size = len(html.encode())
        found += [f"{size} bytes"] if size > MOST_BYTES and kind not in LONG_BY_NATURE else []
        if found:
            self.faults[self.page.url] = found

    def links(self) -> list[str]:
        hrefs = self.page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        return [path_of(href) for href in hrefs if href.startswith(self.demo.url + "/")]


def kind_of(path: str) -> str | None:
    """The name of the address, or nothing for what is not a page of the control plane."""
    if path.startswith(NOT_PAGES) or path.endswith(FILES):
        return None
    try:
        found = resolve(path.partition("?")[0])
    except Resolver404:
        return None
    return found.url_name or found.route


def path_of(href: str) -> str:
    parts = urlsplit(href)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with Demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.mark.parametrize(("width", "scheme", "language"), VIEWPORTS)
def test_every_kind_of_page_of_the_demo_can_be_used_by_everybody(
    width: int, scheme: str, language: str, browser: Browser, demo: Demo
) -> None:
    pages = {
        who: open_page(browser, width=width, scheme=scheme, language=language) for who in ("visitor", "ada", "dee")
    }
    complaints = [complaints_of(page) for page in pages.values()]
    people = {who: Wanderer(demo, page) for who, page in pages.items()}

    people["visitor"].wander(*BEGIN["visitor"])
    for who in ("ada", "dee"):
        known = demo.sign_in(pages[who], who)
        people[who].wander(*BEGIN[who])
        for path in BEHIND_A_PROOF[who]:
            pages[who].goto(demo.url + path)
            assert "/account/prove/" in pages[who].url
            pages[who].locator("[name=code]").first.fill(known.phone.code())
            pages[who].locator("main form:has([name=code]) [type=submit]").first.click()
            pages[who].wait_for_url(f"**{path}")
            people[who].look(path, 200, pages[who].content())

    assert {who: one.faults for who, one in people.items() if one.faults} == {}
    assert people["visitor"].seen >= {"home", "search", "project", "project-release", "person", "classifiers", "help"}
    assert people["ada"].seen >= {"own-projects", "manage", "manage-release", "manage-collaborators", "manage-history"}
    assert people["dee"].seen >= {"staff", "staff-people", "staff-person", "staff-record", "staff-jobs", "staff-mails"}
    assert complaints == [[], [], []]
