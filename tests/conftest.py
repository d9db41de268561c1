"""What every test may ask for."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from strongroom.gear.hashing import BoundedArgon2Hasher
from strongroom.gear.settings import Settings
from tests.databases import chosen_database, server_url, with_name

# Machines are noisy: how long an example takes says nothing about the product.
hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if not hypothesis_settings.get_current_profile_name().startswith("ci"):
    hypothesis_settings.load_profile("house")

# Real Argon2id, only cheaper: what the product's parameters are is asked in tests/gear/test_hashing.py.
BoundedArgon2Hasher.memory_cost, BoundedArgon2Hasher.time_cost = 1024, 1


@pytest.fixture(autouse=True)
def index_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The index's settings, with a data folder of this test's own."""
    chosen = dataclasses.replace(django_settings.STRONGROOM, data_folder=tmp_path / "data")
    monkeypatch.setattr(django_settings, "STRONGROOM", chosen)
    return chosen


@pytest.fixture(autouse=True)
def language_of_the_index() -> Iterator[None]:
    """A page that was asked for in French leaves its language behind in the thread; the next test begins without."""
    yield
    translation.deactivate()


@pytest.fixture
def database_url() -> Iterator[str]:
    """The address of a fresh, empty database; empty for SQLite in the data folder."""
    if chosen_database() == "sqlite":
        yield ""
        return
    import psycopg

    name = f"journey_{secrets.token_hex(6)}"
    with psycopg.connect(with_name(server_url(), "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield with_name(server_url(), name)
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
