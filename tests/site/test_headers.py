"""What every answer of the control plane tells browsers to keep to, and what a page costs."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from strongroom.gear.settings import Settings
from strongroom.site import visiting
from tests.accounts.browsers import add_with_password, new_browser, signed_in

PAGES = ["/", "/help/", "/nothing/", "/setup/guessed/", "/legacy/", "/account/", "/account/sign-in/", "/account/reset/"]


@pytest.fixture
def over_https(index_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = dataclasses.replace(index_settings, public_url="https://index.example.org")
    monkeypatch.setattr(django_settings, "STRONGROOM", chosen)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_every_answer_keeps_security_keys_to_this_index_and_everything_else_off(path: str) -> None:
    answer = Client(HTTP_ACCEPT="text/html").get(path)

    policy = answer["Permissions-Policy"].split(", ")
    assert {"publickey-credentials-get=(self)", "publickey-credentials-create=(self)"} <= set(policy)
    assert {one.partition("=")[2] for one in policy if not one.startswith("publickey-")} == {"()"}
    assert {"camera=()", "microphone=()", "geolocation=()", "payment=()", "usb=()"} <= set(policy)
    assert len({one.partition("=")[0] for one in policy}) == len(policy)
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_over_https_browsers_are_told_to_come_by_https_only(over_https: None) -> None:
    for path in PAGES:
        assert Client().get(path)["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.django_db
def test_over_plain_http_browsers_are_not_told_to_come_by_https() -> None:
    for path in PAGES:
        assert "Strict-Transport-Security" not in Client().get(path)


@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for path in PAGES if path.startswith(("/account/", "/setup/"))])
def test_pages_of_an_account_are_kept_by_nobody(path: str) -> None:
    assert "no-store" in Client(HTTP_ACCEPT="text/html").get(path)["Cache-Control"]


@pytest.mark.django_db
def test_a_page_that_names_somebody_is_kept_by_nobody_and_one_that_names_none_may_be() -> None:
    add_with_password("ada")

    named, open_to_all = signed_in("ada").get("/"), Client().get("/")

    assert ">ada</a>" in named.content.decode()
    assert "no-store" in named["Cache-Control"]
    assert "Cache-Control" not in open_to_all
    assert "Cookie" in open_to_all["Vary"]
    assert not open_to_all.cookies


@pytest.mark.django_db
def test_who_visits_costs_nothing_without_a_session_cookie(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    Client().get("/help/")  # what is announced is known for some seconds

    with django_assert_num_queries(0):
        Client().get("/help/")


@pytest.mark.django_db
def test_a_made_up_session_cookie_costs_one_question_and_shows_nobody(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = Client()
    browser.get("/help/")  # what is announced is known for some seconds
    browser.cookies["strongroom-session"] = "made-up"

    with django_assert_num_queries(1):
        shown = browser.get("/help/").content.decode()

    assert reverse("sign-in") in shown
    assert reverse("sign-out") not in shown


@pytest.mark.django_db
def test_everybody_who_is_signed_in_finds_the_way_out_on_every_page() -> None:
    add_with_password("ada")
    browser = signed_in("ada")

    for path in ("/", "/help/", "/nothing/", reverse("account")):
        shown = browser.get(path).content.decode()
        assert f'<form method="post" action="{reverse("sign-out")}">' in shown
        assert f'href="{reverse("sign-in")}"' not in shown


@pytest.mark.django_db
def test_visitors_find_the_way_in_and_the_language_on_every_page() -> None:
    for path in ("/", "/help/", "/nothing/", reverse("sign-up")):
        shown = new_browser().get(path).content.decode()
        for page in ("sign-in", "sign-up"):
            assert f'href="{reverse(page)}"' in shown
        assert f'href="{reverse("account-language")}?next={path}"' in shown


def test_the_page_of_a_fault_shows_itself_without_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(visiting, "visit_of", fail)
    monkeypatch.setattr("strongroom.console.queries.announced.load_announced", fail)

    answer = Client(HTTP_ACCEPT="text/html").get("/help/")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("public_url", "name", "is_secure"),
    [("https://index.example.org", "__Host-csrftoken", True), ("", "csrftoken", False)],
)
def test_over_https_no_other_host_can_have_set_the_token_of_forms(
    public_url: str, name: str, is_secure: bool, tmp_path: Path
) -> None:
    program = (
        "import json; from strongroom.site import settings as s; "
        "print(json.dumps([s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY, "
        "s.LANGUAGE_COOKIE_SECURE]))"
    )
    environment = {**os.environ, "STRONGROOM_PUBLIC_URL": public_url, "STRONGROOM_DATA_FOLDER": str(tmp_path)}

    told = subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
    ).stdout

    assert json.loads(told) == [name, is_secure, True, is_secure]
