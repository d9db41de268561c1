from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.translation import deactivate, override

from strongroom.record.rules import Deed
from strongroom.site.answers import ANSWERS
from strongroom.site.refusals import sentence_of
from strongroom.terms.refusals import Malformed, Reason, Refused
from strongroom.uploads.rules.metadata import read_core_metadata
from tests.cast import add_person
from tests.site.catalogue import (
    FRENCH,
    PRODUCT,
    ROOT,
    bring_in_line,
    compile_if_older,
    counts_of,
    read_catalogue,
    said_by,
    takers_of_why,
    texts_in_use,
    texts_of,
    translations_of,
    write_catalogue,
)
from tests.uploads.door import sdist_upload, send

IN_FRENCH = {"Accept-Language": "fr"}
A_PAGE = {"Accept": "text/html"}

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
BARE_PERCENT = re.compile(r"%(?!\(\w+\)s|%)")
SPACE_THAT_BREAKS = re.compile(r" [:;?!»]|« ")
NO_SPACE = re.compile(r"[^\s\u00a0][;?!»]|«[^\u00a0]")

# Texts in which a template's tags are as odd as they may be: indented, plural, in a context, filtered.
TEMPLATE = """{% extends "site/base.html" %}{% load i18n %}
        <p title="{{ word|default:_("a default") }}">it's {% translate "indented" %}</p>
    {% blocktranslate trimmed count seals=n %}
      {{ seals }} seal
    {% plural %}
      {{ seals }} seals
    {% endblocktranslate %}
  {% translate "Open" context "a door" %}
      {% comment %}{% translate "in a comment" %}{% endcomment %}
"""
CODE = """
from django.utils.translation import gettext_lazy as _, ngettext_lazy, npgettext_lazy, pgettext, pgettext_lazy
A = _("joined " "from two")
B = ngettext_lazy("one", "many", 3)
C = pgettext("month", "May")
D = pgettext_lazy("permission", "may")
E = npgettext_lazy("hall", "door", "doors", 3)
F = "not marked"
from django.utils.translation import gettext_lazy as later
G = later("renamed")
"""
# Every way in which a rule says why, or warns.
RULES = """
NAME_RULES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (is_empty, "it is empty"),
    (is_long, "it is longer than %(longest)s bytes"),
)
OTHER = (("not", "said"),)

def wrong(name, why, **facts):
    return Refused(Reason.NAME_INVALID, why=why, name=name, **facts)

class Unreadable(Exception):
    def __init__(self, why):
        self.why = why

def require(name):
    raise wrong("a name", "it is %(colour)s", colour="blue")
    raise Refused(Reason.NAME_INVALID, why="it is odd" if name else "it is nothing")
    raise Unreadable("it is a riddle")
    why = "it is set aside"
    raise Refused(Reason.NAME_INVALID, why=why)
    raise Refused(Reason.NAME_INVALID, why="")

# In an action, and in a form, why is a code that is kept, and nothing that is said.
def end_sessions(*, by, now, how):
    why = "lost" if how else f"other-{how}"
    note(by=by, now=now, why=why)
    note(by=by, now=now, why=Reason.NAME_INVALID.value)

def remove(request):
    why = request.POST.get("why", "")

def name_warnings():
    yield "Choose a better name."
"""


@pytest.fixture(scope="module", autouse=True)
def french() -> None:
    compile_if_older()


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A request in French leaves its thread speaking French: nothing of that reaches the next test."""
    yield
    deactivate()


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return read_catalogue()


def product_with(folder: Path, **files: str) -> Path:
    product = folder / "product"
    product.mkdir()
    for name, text in files.items():
        (product / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return product


def ids(catalogue: Catalog) -> set[object]:
    return {(message.context, message.id) for message in texts_of(catalogue)}


def forms(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def test_the_catalogue_holds_every_text_in_use_and_no_other(catalogue: Catalog) -> None:
    kept, used = ids(catalogue), ids(texts_in_use())

    assert used - kept == set(), "run make messages, then translate what is empty"
    assert kept - used == set(), "run make messages"
    assert not catalogue.obsolete


def test_making_messages_again_changes_nothing(tmp_path: Path) -> None:
    again = tmp_path / "django.po"
    write_catalogue(bring_in_line(read_catalogue(), texts_in_use()), again)

    assert again.read_text(encoding="utf-8") == FRENCH.read_text(encoding="utf-8")


def test_every_text_has_its_french_in_every_plural(catalogue: Catalog) -> None:
    for message in texts_of(catalogue):
        translations = translations_of(message)
        assert len(translations) == (1 if isinstance(message.id, str) else catalogue.num_plurals), message.id
        assert all(text.strip() for text in translations), message.id
    assert counts_of(catalogue)["empty"] == 0


def test_no_translation_is_a_guess(catalogue: Catalog) -> None:
    assert [message.id for message in texts_of(catalogue) if message.fuzzy] == []
    assert not catalogue.fuzzy


def test_a_translation_is_filled_with_the_same_facts_as_its_text(catalogue: Catalog) -> None:
    for message in texts_of(catalogue):
        facts = {name for form in forms(message) for name in PLACEHOLDER.findall(form)}
        for translation in translations_of(message):
            assert set(PLACEHOLDER.findall(translation)) == facts, message.id
            if facts:
                assert not BARE_PERCENT.search(translation.replace("%%", "")), message.id


def test_french_punctuation_stays_with_its_word(catalogue: Catalog) -> None:
    for message in texts_of(catalogue):
        for translation in translations_of(message):
            assert not SPACE_THAT_BREAKS.search(translation), translation
            assert not NO_SPACE.search(translation), translation
            assert "'" not in translation, translation


def test_the_catalogue_says_nothing_of_the_machine_or_the_day(catalogue: Catalog) -> None:
    text = FRENCH.read_text(encoding="utf-8")

    assert "-Date:" not in text
    assert "Generated-By" not in text
    assert str(ROOT) not in text
    assert all(line.startswith("#: strongroom/") for line in text.splitlines() if line.startswith("#:"))
    assert not re.search(r"^#:.*:\d+", text, re.MULTILINE)


def test_templates_are_read_with_their_plurals_contexts_and_defaults(tmp_path: Path) -> None:
    product = product_with(tmp_path, page_html=TEMPLATE)

    assert ids(texts_in_use(product)) == {
        (None, "a default"),
        (None, "indented"),
        (None, ("%(seals)s seal", "%(seals)s seals")),
        ("a door", "Open"),
    }


def test_code_is_read_under_every_name_of_gettext(tmp_path: Path) -> None:
    product = product_with(tmp_path, module_py=CODE)

    assert ids(texts_in_use(product)) == {
        (None, "joined from two"),
        (None, "renamed"),
        (None, ("one", "many")),
        ("month", "May"),
        ("permission", "may"),
        ("hall", ("door", "doors")),
    }


def test_what_rules_say_is_read_from_where_they_say_it(tmp_path: Path) -> None:
    product = product_with(tmp_path, rules_py=RULES)

    assert {message.id for message in texts_of(texts_in_use(product))} == {
        "it is empty",
        "it is longer than %(longest)s bytes",
        "it is %(colour)s",
        "it is odd",
        "it is nothing",
        "it is a riddle",
        "it is set aside",
        "Choose a better name.",
    }


@pytest.mark.parametrize(
    "said",
    [
        'Refused(Reason.NAME_INVALID, why=f"it is {name}")',
        'Refused(Reason.NAME_INVALID, why="it is " + name)',
        'wrong(name, f"it is {name}")',
        "wrong(name, words_for(name))",
    ],
)
def test_words_put_together_at_run_time_cannot_be_translated_and_are_found(said: str, tmp_path: Path) -> None:
    product = product_with(tmp_path, rules_py=f"{RULES}\nraise {said}\n")

    with pytest.raises(ValueError, match="only a constant text can be translated"):
        texts_in_use(product)


def test_whoever_says_why_gives_the_facts_that_the_words_ask_for() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in sorted(PRODUCT.rglob("*.py"))}
    takers = takers_of_why(sources.values())

    for path, source in sources.items():
        for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
            for _line, text in said_by(call, takers):
                given = {keyword.arg for keyword in call.keywords}
                assert set(PLACEHOLDER.findall(text)) <= given, f"{path.name}:{call.lineno}"


def test_a_merge_keeps_what_is_translated_adds_what_is_new_and_drops_what_is_gone(tmp_path: Path) -> None:
    kept = Catalog(locale="fr")
    kept.add("Kept", "Gardé", user_comments=["a note of the translator"])
    kept.add("Gone away", "Parti")
    kept.add(("one", "several"), ("un", "plusieurs"))
    used = Catalog(locale="fr")
    for text in ("Kept", "Gone away now", ("one", "many")):
        used.add(text, locations=[("strongroom/place.py", 1)])

    path = tmp_path / "django.po"
    write_catalogue(bring_in_line(kept, used), path)
    merged = read_catalogue(path)

    assert {message.id: translations_of(message) for message in texts_of(merged)} == {
        "Kept": ("Gardé",),
        "Gone away now": ("",),
        ("one", "many"): ("", ""),
    }
    assert "# a note of the translator\n" in path.read_text(encoding="utf-8")
    assert counts_of(merged) == {"texts": 3, "empty": 2}


def test_a_first_catalogue_is_begun_empty(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "django.po"
    write_catalogue(bring_in_line(read_catalogue(path), texts_in_use()), path)

    assert ids(read_catalogue(path)) == ids(texts_in_use())
    assert counts_of(read_catalogue(path))["empty"] == counts_of(texts_in_use())["texts"]


def test_the_compiled_catalogue_is_as_new_as_its_source() -> None:
    assert FRENCH.with_suffix(".mo").stat().st_mtime_ns >= FRENCH.stat().st_mtime_ns


@pytest.mark.django_db
def test_the_front_page_is_french_for_who_asks_for_it(client: Client) -> None:
    response = client.get("/", headers=IN_FRENCH)
    page = response.content.decode()

    assert response.status_code == 200
    assert '<html lang="fr">' in page
    assert "Un index de paquets qui protège ce dont d’autres dépendent" in page
    assert "0 projet" in page
    assert response["Content-Language"] == "fr"
    assert "Accept-Language" in response["Vary"]


@pytest.mark.django_db
def test_the_front_page_is_english_for_who_states_no_language(client: Client) -> None:
    response = client.get("/")

    assert '<html lang="en">' in response.content.decode()
    assert "0 projects" in response.content.decode()
    assert response["Content-Language"] == "en"
    assert "Accept-Language" in response["Vary"]


@pytest.mark.django_db
def test_a_help_page_is_french_for_who_asks_for_it(client: Client) -> None:
    page = client.get(f"/help/{Reason.TOKEN_EXPIRED.value}/", headers=IN_FRENCH).content.decode()

    assert '<html lang="fr">' in page
    assert "Créez-en un nouveau et mettez-le à la place de l’ancien." in page
    assert "Les jetons expirent" in page
    assert "avec le code HTTP 403." in page


@pytest.mark.django_db
def test_a_refusal_on_a_page_is_french_for_who_asks_for_it(client: Client) -> None:
    response = client.get("/setup/a-link-that-never-was/", headers=IN_FRENCH | A_PAGE)
    page = response.content.decode()

    assert response.status_code == 410
    assert '<html lang="fr">' in page
    assert "<h1>Cela n’a pas fonctionné</h1>" in page
    assert "Ce lien a déjà servi ou est trop ancien." in page
    assert response["X-Strongroom-Reason"] == Reason.SETUP_LINK_INVALID.value


@pytest.mark.django_db
def test_a_refused_upload_is_told_in_french_to_a_client_that_asks_for_it(client: Client) -> None:
    response = client.post("/legacy/", headers=IN_FRENCH)

    assert response.status_code == 401
    assert response.content.decode().startswith("Aucun identifiant n’a été envoyé. Utilisez un jeton d’API\u00a0:")
    assert response["X-Strongroom-Reason"] == Reason.CREDENTIALS_MISSING.value


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("door", "heading"),
    [("sign-in", "Se connecter"), ("sign-up", "Créer un compte"), ("reset", "Réinitialiser le mot de passe")],
)
def test_the_ways_in_are_french_for_who_asks_for_it(door: str, heading: str, client: Client) -> None:
    page = client.get(reverse(door), headers=IN_FRENCH).content.decode()

    assert '<html lang="fr">' in page
    assert f"<h1>{heading}</h1>" in page
    assert "Se connecter</a>" in page


@pytest.mark.parametrize("deed", Deed)
def test_every_deed_is_told_in_french(deed: Deed) -> None:
    with override("en"):
        english = render_to_string("accounts/deed.txt", {"deed": deed.value, "facts": {}}).strip()
    with override("fr"):
        french = render_to_string("accounts/deed.txt", {"deed": deed.value, "facts": {}}).strip()

    assert french
    assert french != english


def test_every_refusal_is_told_in_french_with_its_facts() -> None:
    with override("en"):
        english = {reason: str(answer.sentence) for reason, answer in ANSWERS.items()}
    with override("fr"):
        for reason, text in english.items():
            facts = {name: f"<{name}>" for name in PLACEHOLDER.findall(text)}
            told = sentence_of(Refused(reason, **facts))
            assert told != text % facts, reason
            assert all(fact in told for fact in facts.values()), reason
        assert sentence_of(Malformed("name", "it is missing")).startswith(
            "Ce qui a été envoyé ne peut pas être lu\u00a0: name"
        )


def test_every_why_and_every_warning_is_told_in_french(catalogue: Catalog) -> None:
    rules = [message for message in texts_of(catalogue) if all("/rules/" in place for place, _ in message.locations)]
    hostile = "100 %s %(x)s"
    assert len(rules) > 100

    with override("fr"):
        for message in rules:
            facts = dict.fromkeys(PLACEHOLDER.findall(str(message.id)), hostile)
            told = sentence_of(Refused(Reason.ARCHIVE_BROKEN, why=str(message.id), member="demo/x.py", **facts))
            assert f"demo/x.py ({str(message.string) % facts})." in told


def test_a_member_that_the_sentence_does_not_show_is_named_before_the_words() -> None:
    with override("en"):
        about_one = sentence_of(Refused(Reason.ARCHIVE_FRAMING, why="it has a comment", member="demo/100 %s.py"))
        about_all = sentence_of(Refused(Reason.ARCHIVE_FRAMING, why="it has a comment"))
        shown = sentence_of(Refused(Reason.WHEEL_RECORD, why="RECORD lists it twice", member="demo/x.py"))

    assert "in more than one way: demo/100 %s.py (it has a comment). Build" in about_one
    assert "in more than one way: it has a comment. Build" in about_all
    assert shown.count("demo/x.py") == 1


def test_what_the_packaging_library_says_stays_english_within_the_french() -> None:
    content = b"Metadata-Version: 2.1\nName: seal\nVersion: 1.0\nRequires-Python: three\n"
    with pytest.raises(Refused) as refused:
        read_core_metadata(content)

    with override("fr"):
        told = sentence_of(refused.value)
    assert "requires-python\u00a0: la valeur est illisible (" in told
    assert "three" in told


@pytest.mark.django_db
def test_a_warning_is_told_in_french_to_a_client_that_asks_for_it() -> None:
    old = sdist_upload(metadata="Metadata-Version: 2.1\nName: ham\nVersion: 1.0\n")

    answer = send(old, add_person("ada").basic, HTTP_ACCEPT_LANGUAGE="fr")

    assert answer.status_code == 200
    assert answer.content.decode().startswith("Les métadonnées de ce sdist sont antérieures à la version 2.2\u00a0;")


def test_the_words_that_clients_match_stay_as_they_are_in_french() -> None:
    with override("fr"):
        told = sentence_of(Refused(Reason.FILE_EXISTS, filename="seal-1.0.tar.gz"))

    assert told.startswith("File already exists")
    assert "seal-1.0.tar.gz existe déjà" in told
