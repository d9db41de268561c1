"""The set-up that accepted and refused uploads share."""

from __future__ import annotations

import dataclasses

import pytest
from django.conf import settings as django_settings

from strongroom.gear.settings import Settings
from tests.cast import Person, add_person
from tests.uploads.door import (
    send,
    wheel_upload,
)
from tests.uploads.refusing import Change


@pytest.fixture
def ada() -> Person:
    """Ada, who owns ham with one wheel of 1.0; everything below is about what comes next."""
    person = add_person("ada")
    assert send(wheel_upload("ham", "1.0"), person.basic).status_code == 200
    return person


@pytest.fixture
def change(index_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Change:
    """Change settings of the index."""

    def changed(**settings: object) -> None:
        chosen = dataclasses.replace(index_settings, **settings)  # type: ignore[arg-type]
        monkeypatch.setattr(django_settings, "STRONGROOM", chosen)

    return changed
