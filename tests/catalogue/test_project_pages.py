"""The pages of one project, as a visitor sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from strongroom.catalogue.queries.releases import FILES_ON_A_PAGE, MOST_INLINE, RELEASES_ON_A_PAGE
from strongroom.projects.actions.listing import refresh_listing, sketch_listing
from strongroom.projects.models import Description, File, Project, Release
from strongroom.projects.rules.roles import Role
from tests.cast import NOW, Person, add_person, give_role
from tests.catalogue.stock import PATHS, get, publish
from tests.site.html_check import assert_valid_page

pytestmark = pytest.mark.django_db


def set_project(**values: object) -> None:
    Project.objects.filter(normalized_name="ham").update(**values)


def set_release(version: str, **values: object) -> None:
    Release.objects.filter(project__normalized_name="ham", version=version).update(**values)
    # As every deed does.
    with transaction.atomic():
        ham = Project.objects.get(normalized_name="ham")
        refresh_listing(ham, sketch_listing(ham))


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_valid_html_that_everybody_can_use(path: str, ada: Person) -> None:
    assert_valid_page(get(path))


def test_the_page_says_what_the_project_is_and_how_to_install_it_from_here(ada: Person) -> None:
    give_role(add_person("ben"), "ham", Role.MAINTAINER)

    shown = assert_valid_page(get("/project/ham/"))

    assert "pip install --index-url http://localhost:8000/simple/ ham</code>" in shown
    assert "uv pip install --index-url http://localhost:8000/simple/ ham</code>" in shown
    assert "Ham, sliced." in shown
    assert '<h3 id="d-ham">Ham</h3>' in shown
    assert '<a href="https://code.example/ham" rel="nofollow noopener"><bdi>Source</bdi></a>' in shown
    assert "home.example" in shown
    assert "MIT" in shown
    assert "&gt;=3.9" in shown
    assert "cured" in shown
    assert 'href="/search/?c=Topic%20%3A%3A%20Utilities"' in shown
    assert shown.index('href="/person/ada/"') < shown.index('href="/person/ben/"')
    assert 'href="/project/ham/rss.xml"' in shown
    assert "Ada Lovelace" in shown
    assert "private.example" not in shown


def test_a_file_is_shown_with_its_size_hash_and_metadata(ada: Person) -> None:
    file = File.objects.get()

    shown = assert_valid_page(get("/project/ham/"))

    path = f"/packages/{file.sha256[:2]}/{file.sha256[2:4]}/{file.sha256[4:]}/{file.filename}"
    assert f'<a href="{path}">{file.filename}</a>' in shown
    assert f'href="{path}.metadata"' in shown
    assert f"<code>{file.sha256}</code>" in shown
    assert "\xa0bytes" in shown or "\xa0KB" in shown
    assert file.uploaded_at.strftime("%Y-%m-%d") in shown


@pytest.mark.parametrize(
    ("asked", "leads_to"),
    [
        ("/project/Ham/", "/project/ham/"),
        ("/project/HAM/releases/?page=2", "/project/ham/releases/?page=2"),
        ("/project/Ham/1.0/", "/project/ham/1.0/"),
        ("/project/ham/01.0/files/", "/project/ham/1.0/files/"),
        ("/project/hAm/1.0/description/", "/project/ham/1.0/description/"),
        ("/project/Ham/rss.xml", "/project/ham/rss.xml"),
        ("/person/Ada/", "/person/ada/"),
    ],
)
def test_another_spelling_leads_to_the_one_address(asked: str, leads_to: str, ada: Person) -> None:
    answer = get(asked)

    assert answer.status_code == 301
    assert answer["Location"] == leads_to


@pytest.mark.parametrize(
    "path",
    [
        "/project/eggs/",
        "/project/eggs/rss.xml",
        "/project/eggs/releases/",
        "/project/ham/9.9/",
        "/project/ham/9.9/files/",
        "/project/ham/1.0%00/",
        "/project/ham/1x/",
        "/project/ham/v1.0/",
        f"/project/ham/1{'0' * 5000}/",
        "/project/-/",
        f"/project/{'x' * 300}/",
        "/project/%00/",
        "/project/%3Cscript%3Ealert(1)%3C%2Fscript%3E/",
        "/project/%E2%80%AEham/",
    ],
)
def test_what_is_not_there_is_answered_with_a_search(path: str, ada: Person) -> None:
    answer = get(path)

    assert answer.status_code == 404
    shown = assert_valid_page(answer)
    assert '<input id="find" type="search" name="q"' in shown
    assert "<script>" not in shown


def test_what_was_deleted_is_not_there(ada: Person) -> None:
    publish(ada, version="2.0")
    set_release("2.0", deleted_at=NOW)
    assert get("/project/ham/2.0/").status_code == 404
    assert "2.0" not in get("/project/ham/releases/").content.decode()
    assert "ham</bdi> <span" in get("/project/ham/").content.decode()

    set_project(deleted_at=NOW)
    for path in ("/project/ham/", "/project/ham/1.0/", "/project/ham/releases/", "/project/ham/rss.xml"):
        assert get(path).status_code == 404
    assert "/project/ham/" not in get("/person/ada/").content.decode()


def test_an_older_release_says_that_there_is_a_newer_one(ada: Person) -> None:
    publish(ada, version="2.0")

    shown = assert_valid_page(get("/project/ham/1.0/"))

    assert "A newer version is available:" in shown
    assert "simple/ ham==1.0</code>" in shown
    assert "A newer version" not in get("/project/ham/2.0/").content.decode()
    assert "simple/ ham</code>" in get("/project/ham/").content.decode()


def test_a_pre_release_is_said_to_be_one(ada: Person) -> None:
    publish(ada, version="2.0rc1")

    shown = assert_valid_page(get("/project/ham/2.0rc1/"))

    assert "This is a pre-release. The newest release that installers choose is" in shown
    assert "simple/ ham==2.0rc1</code>" in shown
    assert '<span class="version">1.0</span>' in get("/project/ham/").content.decode()


def test_a_yanked_release_says_so_and_why(ada: Person) -> None:
    publish(ada, version="2.0")
    set_release("2.0", yanked_at=NOW, yanked_reason="sliced too thick")

    shown = assert_valid_page(get("/project/ham/2.0/"))

    assert "This release was yanked" in shown
    assert "sliced too thick" in shown
    assert "simple/ ham==2.0</code>" in shown
    assert '<span class="version">1.0</span>' in get("/project/ham/").content.decode()
    assert "yanked" in assert_valid_page(get("/project/ham/releases/"))


@pytest.mark.parametrize(
    ("status", "words"),
    [("archived", "This project is archived"), ("deprecated", "This project is deprecated")],
)
def test_a_status_is_said_plainly_with_its_reason(status: str, words: str, ada: Person) -> None:
    set_project(status=status, status_reason="use <b>eggs</b>")

    shown = assert_valid_page(get("/project/ham/"))

    assert words in shown
    assert "use &lt;b&gt;eggs&lt;/b&gt;" in shown
    assert "pip install" in shown


def test_a_project_in_quarantine_shows_no_files_and_none_of_its_own_words(ada: Person) -> None:
    set_project(status="quarantined", status_reason="it steals keys")

    shown = assert_valid_page(get("/project/ham/"))

    assert "This project is in quarantine" in shown
    assert "it steals keys" in shown
    for word in ("pip install", "/packages/", "Cured", "code.example", "sliced"):
        assert word not in shown
    assert get("/project/ham/1.0/files/").status_code == 404
    assert get("/project/ham/1.0/description/").status_code == 404
    assert "/1.0/" not in get("/project/ham/rss.xml").content.decode()


def test_a_project_without_a_release_says_so(ada: Person) -> None:
    set_release("1.0", deleted_at=NOW)

    assert "This project has no release." in assert_valid_page(get("/project/ham/"))
    assert_valid_page(get("/project/ham/releases/"))


def test_a_description_that_was_not_rendered_yet_is_promised(ada: Person) -> None:
    Description.objects.all().delete()

    assert "is being prepared" in assert_valid_page(get("/project/ham/"))
    assert "is being prepared" in assert_valid_page(get("/project/ham/1.0/description/"))


@pytest.mark.parametrize("letter", ["x", "ß", "漢"])
def test_a_long_description_has_a_page_of_its_own_that_says_how_large_it_is(letter: str, ada: Person) -> None:
    size = len(letter.encode())
    fits = f"<p>{letter * ((MOST_INLINE - 7) // size)}</p>"
    Description.objects.update(html=fits)
    assert letter * 100 in assert_valid_page(get("/project/ham/"))

    Description.objects.update(html=f"<p>more</p>{fits}")
    shown = assert_valid_page(get("/project/ham/"))
    assert letter * 100 not in shown
    assert "Read the description (64.0\xa0KB)" in shown
    assert letter * 100 in assert_valid_page(get("/project/ham/1.0/description/"), most_bytes=200_000)


def add_releases(number: int) -> None:
    project = Project.objects.get(normalized_name="ham")
    Release.objects.bulk_create(
        Release(project=project, version=f"0.{index}", created_at=NOW - timedelta(days=index + 1))
        for index in range(number)
    )


def add_files(number: int, *, length: int = 60) -> None:
    release = Release.objects.get(project__normalized_name="ham", version="1.0")
    File.objects.bulk_create(
        File(
            release=release,
            filename=f"ham-1.0-{index:06d}{'x' * (length - 29)}-none-any.whl",
            kind="bdist_wheel",
            python_tag="py3",
            size=1000,
            sha256=f"{index:064x}",
            blake2b_256="",
            md5="",
            metadata_sha256="0" * 64,
            uploaded_at=NOW,
        )
        for index in range(number)
    )


def test_releases_are_paged(ada: Person) -> None:
    add_releases(RELEASES_ON_A_PAGE + 20)

    first, second = assert_valid_page(get("/project/ham/releases/")), get("/project/ham/releases/?page=2")

    assert "Page 1 of 2" in first
    assert first.count("<li>") == RELEASES_ON_A_PAGE
    assert assert_valid_page(second).count("<li>") == 21
    assert "All 121 releases" in get("/project/ham/").content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "3", "\x00", "²"])
def test_a_page_that_is_not_there_is_the_nearest_one(page: str, ada: Person) -> None:
    assert get("/project/ham/releases/", QUERY_STRING=f"page={page}").status_code == 200


def test_files_are_paged(ada: Person) -> None:
    add_files(FILES_ON_A_PAGE)

    assert "All 51 files" in assert_valid_page(get("/project/ham/"))
    assert assert_valid_page(get("/project/ham/1.0/files/")).count("<tr>") == FILES_ON_A_PAGE + 1
    assert assert_valid_page(get("/project/ham/1.0/files/?page=2")).count("<tr>") == 2


def test_the_largest_pages_stay_under_a_hundred_kilobytes(ada: Person) -> None:
    add_releases(RELEASES_ON_A_PAGE)
    add_files(FILES_ON_A_PAGE, length=240)
    Description.objects.update(html=f"<p>{'x' * (MOST_INLINE - 7)}</p>")
    Release.objects.update(yanked_reason="r" * 500, yanked_at=NOW)
    set_project(status="deprecated", status_reason="s" * 500)
    metadata = {
        "summary": "s" * 512,
        "author": "a" * 10_000,
        "license": "l" * 100_000,
        "requires_python": ">" * 500,
        "keywords": ["k" * 1000] * 500,
        "classifiers": [f"Topic :: Software Development :: Libraries :: Python Modules :: {i}" for i in range(500)],
        "project_urls": {f"{i:032}": f"https://example.org/{'u' * 460}{i}" for i in range(100)},
        "home_page": "https://example.org/" + "h" * 3000,
    }
    set_release("1.0", metadata=metadata)
    for path in ("/project/ham/1.0/", "/project/ham/1.0/files/", "/project/ham/releases/"):
        assert_valid_page(get(path))


def test_a_project_with_many_files_is_shown_with_few_questions_and_few_rows(ada: Person) -> None:
    get("/project/ham/")
    with CaptureQueriesContext(connection) as few:
        get("/project/ham/")
    add_releases(50)
    add_files(2000)
    with CaptureQueriesContext(connection) as many:
        get("/project/ham/")

    assert len(many) == len(few)
    assert len(many) < 15


@pytest.mark.parametrize(
    "path", ["/project/ham/", "/project/ham/1.0/", "/project/ham/releases/", "/project/ham/1.0/files/"]
)
def test_no_page_puts_all_versions_of_a_project_in_order(
    path: str, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project may have a hundred thousand of them, and anybody may ask for its pages."""

    def never(_: object) -> None:
        raise AssertionError("all versions were put in order")

    monkeypatch.setattr("strongroom.projects.queries.installers.latest_of", never)

    assert get(path).status_code == 200
