"""Installs go on while parts of the index are away: its database, its control plane, all of it."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.journeys import real_packages
from tests.journeys.clients import client
from tests.journeys.conftest import NewClient
from tests.journeys.installers import INSTALLERS, Into
from tests.journeys.nginx import find_nginx, nginx_command
from tests.journeys.outages import database_away
from tests.journeys.server import Index, free_port
from tests.journeys.stock import publish_with_twine

# One index serves the module: its tests stay together when tests run side by side.
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("outages")]

PIP_AND_UV = pytest.mark.parametrize("name", ["pip", "uv"])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, fresh_database: Callable[[], str]) -> Iterator[Index]:
    """An index with six in it; tests of this module take its parts away and bring them back."""
    folder = tmp_path_factory.mktemp("small")
    with Index(folder, database_url=fresh_database()) as running:
        running.add_account("ada")
        files = real_packages.fetch(*real_packages.SIX)
        publish_with_twine(client("twine", folder / "home"), running, files, token=running.add_token("ada"))
        yield running


@PIP_AND_UV
def test_installs_go_on_while_the_database_is_away_and_publishing_comes_back_with_it(
    name: str, small: Index, new_client: NewClient, tmp_path: Path
) -> None:
    into = Into(small.simple_url, tmp_path / "into")

    with database_away(small):
        INSTALLERS[name](new_client(name), into, "six").must_succeed()
        assert _status(small, "/simple/no-such-project/") == 404
        with pytest.raises(AssertionError, match="database"):
            small.add_token("ada")

    assert into.versions() == {"six": "1.17.0"}
    small.add_token("ada")


@PIP_AND_UV
def test_the_read_plane_alone_serves_a_copy_of_pages_and_files_without_any_database(
    name: str, small: Index, new_client: NewClient, tmp_path: Path
) -> None:
    copy = Index(tmp_path / "copy", settings={"STRONGROOM_DATABASE_URL": ""})
    for part in ("pages", "files"):
        shutil.copytree(small.data / part, copy.data / part)
    into = Into(copy.simple_url, tmp_path / "into")

    copy.start("--reads-only")
    try:
        INSTALLERS[name](new_client(name), into, "six").must_succeed()
        refused = _status(copy, "/legacy/", method="POST")
    finally:
        copy.stop()

    assert into.versions() == {"six": "1.17.0"}
    assert refused in {404, 405, 503}
    assert not list(copy.data.glob("*.sqlite3*"))


def _status(index: Index, path: str, *, method: str = "GET") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", index.port, timeout=30)
    try:
        connection.request(method, path, headers={"Host": f"localhost:{index.port}"})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture
def nginx(small: Index, tmp_path: Path) -> Iterator[str]:
    """nginx on the published tree; gives the address of its Simple API."""
    if find_nginx() is None:
        missing = "nginx is not installed: the journey through it is not made"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    port = free_port()
    command = nginx_command(small, tmp_path / "nginx", port=port)
    log = tmp_path / "nginx.log"
    with log.open("wb") as told, subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT) as process:
        try:
            _wait_for(port, log)
            yield f"http://localhost:{port}/simple/"
        finally:
            process.terminate()


@pytest.mark.parametrize("name", INSTALLERS)
def test_nginx_serves_the_published_tree_to_real_installers(
    name: str, nginx: str, new_client: NewClient, tmp_path: Path
) -> None:
    into = Into(nginx, tmp_path / "into")

    INSTALLERS[name](new_client(name), into, "six").must_succeed()

    assert into.versions()["six"] == "1.17.0"


def _wait_for(port: int, log: Path) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"nginx did not start: {log.read_text()}")
