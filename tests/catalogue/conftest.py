"""The set-up that all pages share."""

from __future__ import annotations

import pytest

from tests.cast import Person, add_person
from tests.catalogue.stock import publish


@pytest.fixture
def ada() -> Person:
    """Ada, who owns ham with its release 1.0."""
    person = add_person("ada")
    publish(person)
    return person
