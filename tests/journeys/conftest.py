"""A running index for each module of journeys, one stocked with real packages, and the clients."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.databases import chosen_database, server_url, with_name
from tests.journeys import clients, server
from tests.journeys.clients import Client
from tests.journeys.server import Index
from tests.journeys.stock import Stocked, stock

NewClient = Callable[[str], Client]
NewIndex = Callable[..., Index]


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker of what takes long; ``make test`` runs it all the same."""
    config.addinivalue_line("markers", "slow: takes more than twenty seconds")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """The demo brings its own SQLite, whatever database is tested: its pages are walked once."""
    is_again = collection_path.name == "test_demo_browser.py" and chosen_database() != "sqlite"
    return True if is_again else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.CallInfo[None], None]:
    """Show what every running index has logged beside a failed journey."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.failed and item.get_closest_marker("journey"):
        report.sections.extend((f"the index on port {index.port}", index.last_words()) for index in server.running)


@pytest.fixture(scope="session")
def fresh_database() -> Iterator[Callable[[], str]]:
    """Makes fresh empty databases, as many as asked for; the address is empty for SQLite in the data folder."""
    if chosen_database() == "sqlite":
        yield lambda: ""
        return
    import psycopg
    from psycopg.sql import SQL, Identifier

    made: list[str] = []
    with psycopg.connect(with_name(server_url(), "postgres"), autocommit=True) as server:

        def make() -> str:
            made.append(f"journey_{secrets.token_hex(6)}")
            server.execute(SQL("CREATE DATABASE {}").format(Identifier(made[-1])))
            return with_name(server_url(), made[-1])

        yield make
        for name in made:
            server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture(scope="session", autouse=True)
def _every_client() -> None:
    """Have all clients ready, so that no test waits for an installation."""
    clients.make_all()


@pytest.fixture
def new_client(tmp_path: Path) -> NewClient:
    """Gives a client by its name, with an empty home."""
    return lambda name: clients.client(name, tmp_path / f"home-{name}")


@pytest.fixture
def new_index(tmp_path: Path, fresh_database: Callable[[], str]) -> Iterator[NewIndex]:
    """Gives an index of a test's own, not yet started; stopped when the test ends."""
    made: list[Index] = []

    def make(**settings: str) -> Index:
        folder = tmp_path / f"index-{len(made)}"
        made.append(Index(folder, database_url=fresh_database(), settings=settings))
        return made[-1]

    yield make
    for index in made:
        index.stop()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, fresh_database: Callable[[], str]) -> Iterator[Index]:
    """A public index with one account, ada, and no project; one for each module."""
    with Index(tmp_path_factory.mktemp("index"), database_url=fresh_database()) as running:
        running.add_account("ada")
        yield running


@pytest.fixture(scope="module")
def token(index: Index) -> str:
    """A token with which ada publishes."""
    return index.add_token("ada")


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory, fresh_database: Callable[[], str]) -> Iterator[Stocked]:
    """A public index with real packages, published by twine; tests read it and leave it as it is."""
    folder = tmp_path_factory.mktemp("stocked")
    with Index(folder, database_url=fresh_database()) as running:
        yield stock(running, clients.client("twine", folder / "home"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Where there is none a journey is skipped, and with CI=true it fails."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        message = "no browser here: install Debian's package chromium to run the browser's journeys"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=[*quiet, "--disable-component-update"])
        yield chromium
        chromium.close()
