"""A private index as pip and uv meet it: reading needs a token, and what is hidden looks absent."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys import real_packages
from tests.journeys.clients import client
from tests.journeys.conftest import NewClient
from tests.journeys.installers import INSTALLERS, Into
from tests.journeys.server import Index
from tests.journeys.stock import publish_with_twine

# One index serves the module: its tests stay together when tests run side by side.
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("outages")]

PIP_AND_UV = pytest.mark.parametrize("name", ["pip", "pip-23.0.1", "uv"])


@dataclass(frozen=True, slots=True)
class Private:
    """A private index with six and idna; one token reads all of it, one reads six alone."""

    index: Index
    reads_all: str
    reads_six: str

    def simple_url(self, token: str) -> str:
        """The index's address with the token in it, as people give it to installers."""
        return f"http://__token__:{token}@localhost:{self.index.port}/simple/"


@dataclass(frozen=True, slots=True)
class Page:
    """What a plain GET brings."""

    status: int
    body: bytes
    challenge: str | None


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory, fresh_database: Callable[[], str]) -> Iterator[Private]:
    """The private index, running."""
    folder = tmp_path_factory.mktemp("private")
    with Index(folder, database_url=fresh_database(), settings={"STRONGROOM_PRIVATE": "true"}) as index:
        index.add_account("ada")
        files = real_packages.fetch(*real_packages.SIX, *real_packages.FLIT_PROJECT)
        publish_with_twine(client("twine", folder / "home"), index, files, token=index.add_token("ada"))
        yield Private(
            index=index,
            reads_all=index.add_token("ada", "--permission", "read"),
            reads_six=index.add_token("ada", "--permission", "read", "--project", "six"),
        )


@PIP_AND_UV
def test_a_token_that_may_read_installs(name: str, private: Private, new_client: NewClient, tmp_path: Path) -> None:
    into = Into(private.simple_url(private.reads_all), tmp_path / "into")

    INSTALLERS[name](new_client(name), into, "six", "idna").must_succeed()

    assert into.versions() == {"six": "1.17.0", "idna": "3.11"}


@PIP_AND_UV
def test_without_a_token_nothing_is_installed_and_the_person_is_told(
    name: str, private: Private, new_client: NewClient, tmp_path: Path
) -> None:
    into = Into(private.index.simple_url, tmp_path / "into")

    # pip says why it found nothing only when it is asked to be very verbose.
    refused = INSTALLERS[name](new_client(name), into, "-vv", "six").must_fail()

    assert "401" in refused.output, refused.told()
    assert into.versions() == {}


@PIP_AND_UV
def test_a_token_that_is_not_known_installs_nothing_and_the_person_is_told(
    name: str, private: Private, new_client: NewClient, tmp_path: Path
) -> None:
    into = Into(private.simple_url("not-a-token"), tmp_path / "into")

    refused = INSTALLERS[name](new_client(name), into, "-vv", "six").must_fail()

    assert "403" in refused.output, refused.told()
    assert into.versions() == {}


@PIP_AND_UV
def test_a_token_of_one_project_installs_that_one_alone(
    name: str, private: Private, new_client: NewClient, tmp_path: Path
) -> None:
    into = Into(private.simple_url(private.reads_six), tmp_path / "into")
    installer, its = INSTALLERS[name], new_client(name)

    installer(its, into, "six").must_succeed()
    installer(its, into, "idna").must_fail()

    assert into.versions() == {"six": "1.17.0"}


def test_a_project_that_may_not_be_read_looks_like_one_that_is_not_there(private: Private) -> None:
    hidden = _get(private, "/simple/idna/", private.reads_six)
    absent = _get(private, "/simple/iona/", private.reads_six)

    assert hidden.status == absent.status == 404
    assert hidden.body.replace(b"idna", b"iona") == absent.body


@pytest.mark.parametrize("path", ["/simple/", "/simple/six/", "/simple/no-such-project/", "/pypi/six/json"])
def test_only_who_sends_no_credentials_is_asked_for_them(path: str, private: Private) -> None:
    nobody, stranger = _get(private, path, None), _get(private, path, "not-a-token")

    assert nobody.status == 401
    assert (nobody.challenge or "").startswith("Basic")
    # Whatever is asked for, a token that is not known gets one answer, and learns nothing from it.
    assert stranger == _get(private, "/simple/another-project/", "not-a-token")
    assert stranger.status == 403
    assert stranger.challenge is None
    assert b"make a new one" in stranger.body


def test_files_are_as_private_as_the_pages_that_list_them(private: Private) -> None:
    (wheel,) = private.index.data.glob("files/packages/**/six-*.whl")
    path = "/" + str(wheel.relative_to(private.index.data / "files"))

    assert _get(private, path, private.reads_six).body == wheel.read_bytes()
    assert _get(private, path, None).status == 401
    assert _get(private, path, "not-a-token").status == 403
    assert _get(private, f"{path}.metadata", None).status == 401


def _get(private: Private, path: str, token: str | None) -> Page:
    connection = http.client.HTTPConnection("127.0.0.1", private.index.port, timeout=30)
    headers = {"Host": f"localhost:{private.index.port}"}
    if token is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(f"__token__:{token}".encode()).decode()
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return Page(response.status, response.read(), response.getheader("WWW-Authenticate"))
    finally:
        connection.close()
