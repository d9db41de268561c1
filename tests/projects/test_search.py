"""Visitors find projects: the same ones in the same order on every database, whatever they type."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.projects.actions.listing import note_downloads
from strongroom.projects.models import Listing, Project
from strongroom.projects.queries import finding
from strongroom.projects.queries.search import (
    PER_PAGE,
    Order,
    Results,
    list_classifiers,
    list_newest_projects,
    list_newest_releases,
    search,
)
from strongroom.terms.names import NormalizedName
from strongroom.terms.statuses import ProjectStatus
from tests.cast import NOW
from tests.projects.shelved import shelve

pytestmark = pytest.mark.django_db

DJANGO, FLASK = "Framework :: Django", "Framework :: Flask"


def names(results: Results) -> list[str]:
    return [hit.name for hit in results.hits]


def found(text: str, **asked: object) -> list[str]:
    return names(search(text, **asked))  # type: ignore[arg-type]


@pytest.fixture
def shop() -> None:
    """Some projects as an index has them."""
    shelve("Flask", "A web framework", keywords=["wsgi"], downloads=90_000, classifiers=[FLASK])
    shelve("Flask-Login", "User sessions for flask", downloads=5_000, classifiers=[FLASK])
    shelve("flasky", "Bottles", downloads=3)
    shelve("Django", "Web development for perfectionists", downloads=80_000, classifiers=[DJANGO])
    shelve("django-rest-framework", "Web APIs for Django", downloads=7_000, classifiers=[DJANGO])
    shelve("login-gate", "Lets people in", downloads=10, keywords=["sessions", "Flask"])
    shelve("requests", "HTTP for humans", downloads=1_000_000, keywords=["http", "client"])
    shelve("requests-toolbelt", "Utilities around HTTP", downloads=20_000)
    shelve("scikit-learn", "Machine learning in Python", downloads=400_000)
    shelve("caf-press", "Café au lait, straße, ﬁne", downloads=1)
    shelve("numpy", "Arrays", downloads=900_000)
    shelve("number", "Numerals", downloads=2)


CASES = {
    "a name": ("flask", ["flask", "flask-login", "flasky", "login-gate"]),
    "a name in capitals": ("FLASK", ["flask", "flask-login", "flasky", "login-gate"]),
    "a name of two words": ("flask login", ["flask-login", "login-gate"]),
    "with an underscore": ("Flask_Login", ["flask-login", "login-gate"]),
    "with a dot": ("flask.login", ["flask-login", "login-gate"]),
    "with dashes all round": (" --FLASK--LOGIN-- ", ["flask-login", "login-gate"]),
    "words turned round": ("login flask", ["flask-login", "login-gate"]),
    "the beginning of a name": ("flask-lo", ["flask-login", "login-gate"]),
    "the beginning of a name within a word": ("fla", ["flask", "flask-login", "flasky"]),
    "one letter begins names": ("n", ["numpy", "number"]),
    "two letters begin words of names": ("re", ["requests", "requests-toolbelt", "django-rest-framework"]),
    "a word of the summary": ("humans", ["requests"]),
    "the beginning of a word of the summary": ("perfec", ["django"]),
    "short words are whole in summaries": ("per", []),
    "words of name and summary": ("http requests", ["requests", "requests-toolbelt"]),
    "a keyword": ("wsgi", ["flask"]),
    "a name before a keyword before a summary": ("http", ["requests", "requests-toolbelt"]),
    "downloads outweigh the place of a word": ("web", ["flask", "django", "django-rest-framework"]),
    "words far from each other": ("machine python", ["scikit-learn"]),
    "accents left out": ("cafe", ["caf-press"]),
    "accents typed": ("CAFÉ", ["caf-press"]),
    "accents typed in two parts": ("cafe\u0301", ["caf-press"]),
    "a letter that folds to two": ("STRASSE", ["caf-press"]),
    "a letter made of two": ("fine", ["caf-press"]),
    "nothing like it": ("xyzzy", []),
    "one word too many": ("flask xyzzyplugh", []),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.usefixtures("shop")
def test_projects_are_found_in_this_order(case: str) -> None:
    typed, expected = CASES[case]

    results = search(typed)

    assert names(results) == expected
    assert (results.total, results.is_exact, results.corrected) == (len(expected), True, "")


MISTAKES = {
    "a letter left out": ("reqests", "requests", "requests"),
    "a letter too many": ("requessts", "requests", "requests"),
    "another letter": ("requezts", "requests", "requests"),
    "two letters swapped": ("reqeusts", "requests", "requests"),
    "the first letter": ("wequests", "requests", "requests"),
    "one mistake and no separator": ("flasklogim", "flask-login", "flask-login"),
    "no separators": ("flasklogin", None, "flask-login"),
    "other separators": ("flas-klogin", None, "flask-login"),
    "a mistake in two words": ("flsk login", "flask-login", "flask-login"),
    "a mistake in one of the words": ("reqeusts humans", "requests humans", "requests"),
    "a mistake in each of the words": ("djnago web flassk", None, None),
    "letters that look the same": ("fIask-1ogin", None, "flask-login"),
}


@pytest.mark.parametrize("case", MISTAKES)
@pytest.mark.usefixtures("shop")
def test_a_typing_mistake_is_forgiven_and_said(case: str) -> None:
    typed, corrected, first = MISTAKES[case]

    results = search(typed)

    assert results.corrected == (corrected or "")
    assert names(results)[:1] == ([first] if first else [])


@pytest.mark.usefixtures("shop")
def test_of_two_names_that_may_be_meant_the_most_downloaded_is_taken() -> None:
    shelve("requesw", downloads=1)
    shelve("requesq", downloads=70)

    assert search("requesz").corrected == "requesq"
    note_downloads({NormalizedName("requesw"): 71})
    assert search("requesz").corrected == "requesw"


@pytest.mark.usefixtures("shop")
def test_what_is_found_is_not_corrected_and_what_a_classifier_hides_is_no_mistake() -> None:
    assert search("numbe").corrected == ""
    shelve("perfectionist", classifiers=[FLASK])
    hidden = search("perfectionists", classifiers=[FLASK])
    assert (hidden.hits, hidden.corrected) == ([], "")


HOSTILE = [
    '"', "'", "''", '"flask', "flask*", "*", "flask AND", "AND", "OR", "NOT flask", "NEAR(flask login)", "name:flask",
    "words : flask", "-flask", "^flask", "(flask", ")", "{a b}:c", "flask & !login", "flask:*", "'flask':A", "<->",
    "\\", "a\x00b", "\x00", "flask\x00login", "\ud800", "😀", "😀 flask", "\u202e", "%", "_", "%s", "flask%", "a;b--",
    "1e5", "3.14", "-5", "a/b", "http://x.y/z?q=1", "x@y.z", "x" * 10_000, "x " * 5_000, "é" * 10_000, "ﷺ" * 10_000,
    "\u0301" * 300, "中文", "हिन्दी", "²", "\n\t", "flask\nlogin", "ı", "İ", "ß" * 300, "1", "0", "--", "...",
]  # fmt: skip


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.usefixtures("shop")
def test_what_is_typed_is_text_and_never_syntax(order: Order) -> None:
    for text in HOSTILE:
        results = search(text, order=order, classifiers=[])
        assert results.total == len(results.hits), text
    for text in ("😀", "\x00", "--", "%", "*"):
        assert found(text, order=order) == [], text
    for text in ('"flask', "flask*", "-flask", "^flask", "(flask", "flask%", "😀 flask", "flask:*", "'flask'"):
        assert "flask" in found(text, order=order), text


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_no_text_is_a_fault(text: str) -> None:
    assert search(text).page == 1


def test_words_that_stand_for_operators_are_words() -> None:
    shelve("this-and-that", "near or not")

    for typed in ("and", "AND", "near", "or not", "NOT near AND", "this AND that"):
        assert found(typed) == ["this-and-that"], typed


def test_hostile_names_and_summaries_are_found_by_their_words_and_shown_as_one_line() -> None:
    shelve("script", "<script>alert(1)</script>\x1b[31m \u202eevil' OR 1=1 --\n\nmore" + "w" * 2_000)
    shelve("odd", {"not": "a text"}, keywords="one, two", classifiers=[])
    shelve("a" * 200, "x" * 5_000)

    (hit,) = search("alert").hits
    assert hit.summary.startswith("<script>alert(1)</script> [31m evil' OR 1=1 -- more")
    assert len(hit.summary) == 500
    assert found("two") == found("odd") == ["odd"]
    assert found("a" * 200) == found("a" * 190) == ["a" * 200]


@pytest.mark.usefixtures("shop")
def test_orders_that_people_choose() -> None:
    later = NOW + timedelta(days=40)
    shelve("flasky", "Bottles", version="2.0", now=later)

    assert found("flask", order=Order.DOWNLOADS) == ["flask", "flask-login", "login-gate", "flasky"]
    assert found("flask", order=Order.NEWEST) == ["flasky", "flask", "flask-login", "login-gate"]
    assert found("", order=Order.NEWEST)[0] == "flasky"
    assert found("")[:2] == found("  ", order=Order.DOWNLOADS)[:2] == ["requests", "numpy"]


@pytest.mark.usefixtures("shop")
def test_classifiers_narrow_what_is_found() -> None:
    assert found("", classifiers=[FLASK]) == ["flask", "flask-login"]
    assert found("web", classifiers=[DJANGO]) == ["django", "django-rest-framework"]
    assert found("flask", classifiers=[FLASK]) == ["flask", "flask-login"]
    assert found("flask", classifiers=[FLASK, DJANGO]) == []
    assert found("", classifiers=["Framework :: Unheard"]) == []
    assert found("", classifiers=[FLASK, FLASK]) == ["flask", "flask-login"]
    assert list_classifiers() == [(DJANGO, 2), (FLASK, 2)]


def test_a_hit_says_what_lists_show() -> None:
    project = shelve("Ham.Spam", "Eggs", version="2.0", downloads=7)
    Project.objects.filter(pk=project.pk).update(status=ProjectStatus.DEPRECATED.value)

    (hit,) = search("ham").hits

    assert dataclasses.astuple(hit) == (
        "ham-spam",
        "Ham.Spam",
        "Eggs",
        "2.0",
        NOW,
        ProjectStatus.DEPRECATED,
        7,
    )


def test_pages_follow_each_other_and_no_page_is_beyond_the_last() -> None:
    for number in range(45):
        shelve(f"spam-{number:02}", downloads=100 - number)
    expected = [f"spam-{number:02}" for number in range(45)]

    for typed in ("spam", ""):
        pages = [search(typed, page=number) for number in (1, 2, 3)]
        assert [name for page in pages for name in names(page)] == expected
        assert {(page.total, page.is_exact, page.pages) for page in pages} == {(45, True, 3)}
        assert len(pages[0].hits) == PER_PAGE
        assert names(search(typed, page=99)) == names(pages[2])
        assert [search(typed, page=number).page for number in (-1, 0, 99, 10**30)] == [1, 1, 3, 3]
    empty = search("xyzzy", page=4)
    assert (empty.page, empty.pages, empty.hits) == (1, 1, [])


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty projects that share a word, in an index that calls so many too many."""
    for number in range(40):
        downloads = (number % 8) * 100 + number
        shelve(f"thing-{number:02}", "python", downloads=downloads, now=NOW + timedelta(days=32 * number))
    monkeypatch.setattr(finding, "_LOOKED_AT", 5)
    monkeypatch.setattr(finding, "_PROMINENT", (6, 15))
    monkeypatch.setattr(finding, "_ENOUGH", 3)
    monkeypatch.setattr(finding, "COUNTED_MOST", 10)


@pytest.mark.usefixtures("crowded")
def test_of_a_word_that_too_many_have_the_most_downloaded_are_looked_at() -> None:
    for order in (Order.RELEVANCE, Order.DOWNLOADS):
        results = search("python", order=order)
        assert names(results)[:5] == ["thing-39", "thing-31", "thing-23", "thing-15", "thing-07"]
        assert (len(results.hits), results.total, results.is_exact) == (10, 10, False)


@pytest.mark.usefixtures("crowded")
def test_of_a_word_that_too_many_have_the_newest_are_looked_at() -> None:
    results = search("python", order=Order.NEWEST)

    assert names(results)[:6] == [f"thing-{number}" for number in (39, 38, 37, 36, 35, 34)]
    assert not results.is_exact


@pytest.mark.usefixtures("crowded")
def test_where_nothing_was_downloaded_yet_the_newest_are_looked_at() -> None:
    Listing.objects.update(downloads=0)

    results = search("python")

    assert len(results.hits) >= 6
    assert set(names(results)) >= {f"thing-{number}" for number in (39, 38, 37, 36, 35, 34)}


@pytest.mark.usefixtures("crowded")
def test_a_word_in_a_name_counts_even_where_too_many_are_found() -> None:
    shelve("other-python", downloads=50)

    assert found("python")[0] == "other-python"


@pytest.mark.usefixtures("crowded")
def test_the_exact_name_is_first_even_where_too_many_are_found() -> None:
    shelve("python", "A snake")

    assert found("python")[0] == "python"


def test_an_empty_index_answers() -> None:
    for text in ("", "ham", "ham spam", "a"):
        results = search(text)
        assert (results.hits, results.total, results.is_exact, results.pages) == ([], 0, True, 1)
    assert (list_classifiers(), list_newest_projects(5), list_newest_releases(5)) == ([], [], [])


def test_feeds_tell_of_the_newest() -> None:
    shelve("ham", "Old", now=NOW)
    shelve("spam", "Newer", now=NOW + timedelta(days=1))
    shelve("ham", "Newest", version="2.0", now=NOW + timedelta(days=2))

    projects, releases = list_newest_projects(1), list_newest_releases(2)

    assert [(one.name, one.version, one.summary, one.at) for one in projects] == [
        ("spam", "1.0", "Newer", NOW + timedelta(days=1))
    ]
    assert [(one.name, one.version, one.at - NOW) for one in releases] == [
        ("ham", "2.0", timedelta(days=2)),
        ("spam", "1.0", timedelta(days=1)),
    ]
