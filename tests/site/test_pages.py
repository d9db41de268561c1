"""Pages for people: the front page, help on every refusal, and what is not there."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from strongroom.gear.settings import Settings
from strongroom.site.answers import ANSWERS
from strongroom.terms.refusals import Reason
from tests.cast import add_person
from tests.uploads.door import send, wheel_upload

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


def require_guarded(path: str, status: int) -> str:
    """The page carries every header that keeps foreign content out of it; its text."""
    answer = Client(HTTP_ACCEPT="text/html").get(path)
    assert answer.status_code == status
    assert set(answer["Content-Security-Policy"].split("; ")) == POLICY
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    shown = answer.content.decode()
    assert "<script>" not in shown
    assert " style=" not in shown
    assert not re.search(r"\son\w+=", shown)
    return shown


def test_the_front_page_says_how_to_install_publish_and_how_much_there_is() -> None:
    ada = add_person("ada")
    send(wheel_upload("ham", "1.0"), ada.basic)
    send(wheel_upload("ham", "2.0"), ada.basic)

    shown = require_guarded("/", 200)

    assert "pip install --index-url http://localhost:8000/simple/" in shown
    assert "twine upload --repository-url http://localhost:8000/legacy/ dist/*" in shown
    assert "1 project ·" in shown


def test_the_front_page_of_a_private_index_does_not_say_how_much_there_is(
    index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(django_settings, "STRONGROOM", dataclasses.replace(index_settings, private=True))
    send(wheel_upload(), add_person("ada").basic)

    shown = require_guarded("/", 200)

    assert "This index is private" in shown
    assert "1 project" not in shown


def test_the_front_page_names_the_address_by_which_people_reach_the_index(
    index_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = dataclasses.replace(index_settings, public_url="https://index.example.org/")
    monkeypatch.setattr(django_settings, "STRONGROOM", chosen)

    assert "https://index.example.org/simple/" in require_guarded("/", 200)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_has_a_help_page(reason: Reason) -> None:
    shown = require_guarded(f"/help/{reason.value}/", 200)

    assert f"<code>{reason.value}</code>" in shown
    assert f"status {ANSWERS[reason].status}" in shown
    assert not re.search(r"%\(\w+\)s", shown)


def test_the_help_index_lists_every_refusal() -> None:
    shown = require_guarded("/help/", 200)

    linked = set(re.findall(r'href="/help/([a-z-]+)/"', shown))
    assert linked == {reason.value for reason in Reason} | {"malformed"}


def test_a_request_that_cannot_be_read_has_a_help_page() -> None:
    assert "malformed" in require_guarded("/help/malformed/", 200)


@pytest.mark.parametrize("path", ["/nothing/", "/help/nothing/", "/help/CREDENTIALS_MISSING/", "/legacy/-/a/b/"])
def test_what_is_not_there_is_said_with_404(path: str) -> None:
    assert "There is nothing here" in require_guarded(path, 404)


def test_an_address_with_markup_is_not_repeated_in_the_page() -> None:
    assert "alert(1)" not in require_guarded("/<script>alert(1)</script>/", 404)


@pytest.mark.parametrize("path", ["/", "/help/", "/help/malformed/", "/help/file-exists/"])
def test_pages_are_only_read(path: str) -> None:
    assert Client().post(path).status_code == 405
    assert Client().head(path).status_code == 200


@pytest.mark.parametrize(("language", "tag"), [("en", 'lang="en"'), ("fr", 'lang="fr"'), ("xx", 'lang="en"')])
def test_pages_are_in_the_visitors_language(language: str, tag: str) -> None:
    shown = Client(HTTP_ACCEPT_LANGUAGE=language).get("/").content.decode()

    assert tag in shown


def test_every_link_of_the_pages_leads_to_a_page_of_the_index() -> None:
    read_plane = {"/simple/"}
    for path in ("/", "/help/", "/help/file-exists/", "/nothing/"):
        for link in set(re.findall(r'href="(/[^"#]*)"', Client().get(path).content.decode())) - read_plane:
            if not link.startswith("/static/"):
                assert Client().get(link).status_code == 200, link


def test_what_the_pages_are_drawn_with_is_served() -> None:
    for link in re.findall(r'(?:href|src)="(/static/[^"]+)"', Client().get("/").content.decode()):
        answer: Any = Client().get(link)
        assert answer.status_code == 200, link
        assert answer.getvalue()
