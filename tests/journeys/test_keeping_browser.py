"""From signing up to a yank that pip obeys: two people in real browsers keep a project together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.browsing import (
    Phone,
    complaints_of,
    enrol_first_app,
    open_page,
    prove_by_app,
    show_password,
    sign_up,
)
from tests.journeys.conftest import NewClient, NewIndex
from tests.journeys.installers import Into, install_with_pip
from tests.journeys.made_wheels import make_wheel
from tests.journeys.server import Index

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("browser")]


@pytest.fixture
def own_index(new_index: NewIndex) -> Index:
    """An index of this journey's own."""
    index = new_index()
    index.start()
    return index


def become(page: Page, index: Index, name: str) -> Phone:
    """Sign up, sign in, and enrol an app."""
    sign_up(page, index, name)
    show_password(page, index, name)
    phone, _ = enrol_first_app(page, index)
    return phone


def make_token(page: Page, index: Index, phone: Phone, *projects: str) -> str:
    """Make a token on its page: for the named projects, or for all."""
    page.goto(f"{index.url}/account/tokens/make/")
    prove_by_app(page, phone)
    page.get_by_label("Label").fill("laptop")
    if not projects:
        page.get_by_label("All that I may publish to").check()
    for project in projects:
        page.get_by_label(project, exact=True).check()
    page.get_by_role("button", name="Make the token").click()
    return page.locator("code.secret").inner_text()


def invite(page: Page, index: Index, phone: Phone, *, to: str, project: str) -> None:
    page.goto(f"{index.url}/account/projects/")
    page.get_by_role("link", name=project, exact=True).click()
    page.get_by_role("link", name="Collaborators").click()
    page.get_by_role("link", name="Invite somebody").click()
    prove_by_app(page, phone)
    page.get_by_label("Account name or e-mail address").fill(to)
    page.get_by_label("Maintainer:").check()
    page.get_by_role("button", name="Invite", exact=True).click()
    page.get_by_text("The invitation is on its way").wait_for()


def install(client: NewClient, index: Index, folder: Path, wanted: str) -> dict[str, str]:
    """What pip brings into an empty folder."""
    into = Into(index.simple_url, folder)
    install_with_pip(client("pip"), into, wanted).must_succeed()
    return into.versions()


def test_two_people_keep_a_project_from_its_first_file_to_a_yank_that_pip_obeys(
    browser: Browser, own_index: Index, new_client: NewClient, tmp_path: Path
) -> None:
    of_ada, of_ben = open_page(browser), open_page(browser, width=360)
    complaints = [complaints_of(of_ada), complaints_of(of_ben)]
    phone_of_ada, phone_of_ben = become(of_ada, own_index, "ada"), become(of_ben, own_index, "ben")

    token = make_token(of_ada, own_index, phone_of_ada)
    wheel = make_wheel(tmp_path, "tideline", "1.0")
    options = ["--non-interactive", "--disable-progress-bar", "-u", "__token__", "-p", token]
    twine = new_client("twine")
    twine.run("upload", "--repository-url", own_index.upload_url, *options, wheel).must_succeed()
    invite(of_ada, own_index, phone_of_ada, to="ben@example.org", project="tideline")

    of_ben.goto(f"{own_index.url}/account/projects/")
    of_ben.get_by_role("link", name="See the invitations").click()
    assert "ada asks you to look after this project as Maintainer" in of_ben.inner_text("main")
    of_ben.get_by_role("button", name="Accept").click()
    of_ben.get_by_text("You look after this project now").wait_for()
    token = make_token(of_ben, own_index, phone_of_ben, "tideline")
    wheel = make_wheel(tmp_path, "tideline", "1.1")
    new_client("uv").run("publish", "--publish-url", own_index.upload_url, "--token", token, wheel).must_succeed()
    assert install(new_client, own_index, tmp_path / "before", "tideline") == {"tideline": "1.1"}

    of_ben.goto(f"{own_index.url}/manage/tideline/")
    of_ben.get_by_role("link", name="1.1", exact=True).click()
    of_ben.get_by_label("Reason").fill("it loses the tide; use 1.0")
    of_ben.get_by_role("button", name="Yank the release").click()
    of_ben.get_by_text("The release is yanked").wait_for()
    assert install(new_client, own_index, tmp_path / "after", "tideline") == {"tideline": "1.0"}
    assert install(new_client, own_index, tmp_path / "pinned", "tideline==1.1") == {"tideline": "1.1"}

    visitor = open_page(browser)
    visitor.goto(f"{own_index.url}/project/tideline/1.1/")
    assert "it loses the tide; use 1.0" in visitor.inner_text("main")
    of_ada.goto(f"{own_index.url}/manage/tideline/history/")
    history = of_ada.inner_text("main")
    assert re.search("1.1 was yanked", history)
    assert complaints == [[], []]


def test_a_project_that_was_deleted_is_gone_for_pip_and_comes_back_whole(
    browser: Browser, own_index: Index, new_client: NewClient, tmp_path: Path
) -> None:
    page = open_page(browser)
    phone = become(page, own_index, "ada")
    token = make_token(page, own_index, phone)
    wheel = make_wheel(tmp_path, "tideline", "1.0")
    uv = new_client("uv")
    uv.run("publish", "--publish-url", own_index.upload_url, "--token", token, wheel).must_succeed()

    page.goto(f"{own_index.url}/manage/tideline/status/")
    page.get_by_role("link", name="Delete the project").click()
    prove_by_app(page, phone)
    page.get_by_label("Name").fill("tideline")
    page.get_by_role("button", name="Delete the project").click()
    page.get_by_text("This project is deleted").wait_for()
    into = Into(own_index.simple_url, tmp_path / "gone")
    install_with_pip(new_client("pip"), into, "tideline").must_fail()
    assert own_index.shelved(wheel.name) == []
    told = uv.run(
        "publish", "--publish-url", own_index.upload_url, "--token", token, make_wheel(tmp_path, "tideline", "2")
    )
    assert "deleted" in told.must_fail().output

    page.goto(f"{own_index.url}/manage/tideline/")
    page.get_by_role("button", name="Restore the project").click()
    page.get_by_text("The project is restored").wait_for()
    assert install(new_client, own_index, tmp_path / "back", "tideline") == {"tideline": "1.0"}
    assert own_index.shelved(wheel.name) == [wheel.read_bytes()]
