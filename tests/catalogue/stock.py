"""What visitors' pages are tried on: projects published through the door, and every address that shows them."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import HttpResponse
from django.test import Client

from tests.cast import Person
from tests.uploads.archive_builder import metadata_text
from tests.uploads.door import send, wheel_upload

HEADERS = (
    "Author: Ada Lovelace",
    "Author-email: Ada <ada@private.example>",
    "License-Expression: MIT",
    "Keywords: cured,pork",
    "Requires-Python: >=3.9",
    "Home-page: https://home.example/",
    "Project-URL: Source, https://code.example/ham",
    "Classifier: Topic :: Utilities",
    "Classifier: Programming Language :: Python :: 3",
    "Description-Content-Type: text/markdown",
)
PATHS = (
    "/",
    "/search/",
    "/search/?q=ham",
    "/search/?q=nothing-at-all",
    "/search/?c=Topic+%3A%3A+Utilities&order=newest",
    "/classifiers/",
    "/classifiers/?in=Topic",
    "/classifiers/?in=Nothing",
    "/project/ham/",
    "/project/ham/1.0/",
    "/project/ham/1.0/description/",
    "/project/ham/1.0/files/",
    "/project/ham/releases/",
    "/person/ada/",
)
FEEDS = ("/rss/projects.xml", "/rss/releases.xml", "/project/ham/rss.xml")


def publish(
    person: Person,
    name: str = "ham",
    version: str = "1.0",
    *,
    description: str = "# Ham\n\nCured.\n",
    **build: Any,  # noqa: ANN401 - whatever the builder takes
) -> None:
    """Publish a wheel whose metadata has what pages show."""
    headers = build.pop("headers", HEADERS)
    summary = build.pop("summary", "Ham, sliced.")
    metadata = metadata_text(name, version, summary=summary, extra_headers=headers) + f"\n{description}"
    answer = send(wheel_upload(name, version, metadata=metadata, **build), person.basic)
    assert answer.status_code == 200, answer.content


def get(path: str, client: Client | None = None, **headers: str) -> HttpResponse:
    """A page as a browser asks for it."""
    browser = client or Client(HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="en")
    answer: Any = browser.get(path, **headers)  # type: ignore[arg-type]
    assert isinstance(answer, HttpResponse)
    return answer


def all_rows() -> dict[str, list[Any]]:
    """Every row of every table."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.managed
    }
