"""Publishing real projects with the current version of every client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys import real_packages
from tests.journeys.clients import Client, Ran
from tests.journeys.conftest import NewClient
from tests.journeys.made_wheels import make_wheel, with_other_bytes
from tests.journeys.publishers import PUBLISHERS, Publisher, Target, unpacked
from tests.journeys.server import Index

# One index serves the module: its tests stay together when tests run side by side.
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("publishing")]

EVERY_CLIENT = pytest.mark.parametrize("publisher", PUBLISHERS.values(), ids=PUBLISHERS)
NOT_HATCH = pytest.mark.parametrize(
    "publisher", [one for one in PUBLISHERS.values() if one.name != "hatch"], ids=lambda one: one.name
)

TAKEN = "File already exists"
NOT_A_TOKEN = "strongroom-of-nobody"


@pytest.fixture(scope="module")
def empty_index(tmp_path_factory: pytest.TempPathFactory, fresh_database: Callable[[], str]) -> Iterator[Index]:
    """An index in which nothing is ever published."""
    with Index(tmp_path_factory.mktemp("empty"), database_url=fresh_database()) as running:
        yield running


@EVERY_CLIENT
def test_a_project_is_published_byte_for_byte_and_publishing_the_same_again_succeeds(
    publisher: Publisher, index: Index, token: str, new_client: NewClient, tmp_path: Path
) -> None:
    client, project = new_client(publisher.name), unpacked(publisher, tmp_path / "source")

    publisher.publish(client, project, Target(index, token)).must_succeed()

    for path in project.files():
        assert index.shelved(path.name) == [path.read_bytes()]

    publisher.publish(client, project, Target(index, token)).must_succeed()

    for path in project.files():
        assert index.shelved(path.name) == [path.read_bytes()]


@NOT_HATCH
def test_other_bytes_under_a_name_that_is_taken_are_refused_and_the_person_is_told(
    publisher: Publisher, index: Index, token: str, new_client: NewClient, tmp_path: Path
) -> None:
    client, project = new_client(publisher.name), unpacked(publisher, tmp_path / "source")
    publisher.publish(client, project, Target(index, token)).must_succeed()
    before = {path.name: path.read_bytes() for path in project.files()}

    publisher.change(project)
    refused = publisher.publish(client, project, Target(index, token)).must_fail()

    assert publisher.shows in _read(refused, client), refused.told()
    assert TAKEN in _read(refused, client), refused.told()
    for name, body in before.items():
        assert index.shelved(name) == [body]


@EVERY_CLIENT
def test_a_token_that_is_not_known_publishes_nothing_and_the_person_is_told(
    publisher: Publisher, empty_index: Index, new_client: NewClient, tmp_path: Path
) -> None:
    client, project = new_client(publisher.name), unpacked(publisher, tmp_path / "source")

    refused = publisher.publish(client, project, Target(empty_index, NOT_A_TOKEN)).must_fail()

    assert "403" in refused.output, refused.told()
    if publisher.shows_a_403:
        assert "token" in _read(refused, client).partition("403")[2], refused.told()
    assert empty_index.shelved("*.*") == []


def test_twine_says_what_it_uploads_and_where_the_refused_file_already_is(
    index: Index, token: str, new_client: NewClient, tmp_path: Path
) -> None:
    twine = new_client("twine")
    made = make_wheel(tmp_path, "said-by-twine", "1.0")
    options = ["--repository-url", index.upload_url, "--non-interactive", "-u", "__token__", "-p", token]

    published = twine.run("upload", *options, made).must_succeed()
    assert f"Uploading {made.name}" in published.output

    refused = twine.run("upload", "--verbose", *options, with_other_bytes(made, tmp_path / "again")).must_fail()
    assert TAKEN in _read(refused, twine), refused.told()


def test_hatch_skips_what_the_index_already_has(
    index: Index, token: str, new_client: NewClient, tmp_path: Path
) -> None:
    hatch, publisher = new_client("hatch"), PUBLISHERS["hatch"]
    project = unpacked(publisher, tmp_path / "source")
    publisher.publish(hatch, project, Target(index, token)).must_succeed()

    again = publisher.publish(hatch, project, Target(index, token)).must_succeed()

    for path in project.files():
        assert f"dist/{path.name} ... already exists" in again.output, again.told()


def test_uv_skips_by_its_check_url_what_the_index_already_has(
    index: Index, token: str, new_client: NewClient, tmp_path: Path
) -> None:
    uv = new_client("uv")
    made = make_wheel(tmp_path, "checked-by-uv", "1.0")
    options = ["--publish-url", index.upload_url, "--check-url", index.simple_url, "--token", token]
    uv.run("publish", *options, made).must_succeed()

    again = uv.run("publish", *options, made).must_succeed()
    assert "already exists, skipping" in again.output, again.told()

    changed = uv.run("publish", *options, with_other_bytes(made, tmp_path / "again")).must_fail()
    assert made.name in changed.output
    assert index.shelved(made.name) == [made.read_bytes()]


def test_the_same_bytes_sent_again_by_twine_are_taken_as_done(
    index: Index, token: str, new_client: NewClient, tmp_path: Path
) -> None:
    wheel, sdist = real_packages.fetch(*real_packages.SIX)
    twine = new_client("twine")
    options = ["--repository-url", index.upload_url, "--non-interactive", "-u", "__token__", "-p", token]

    for _ in range(2):
        twine.run("upload", *options, wheel, sdist).must_succeed()

    assert index.shelved(wheel.name) == [wheel.read_bytes()]
    assert index.shelved(sdist.name) == [sdist.read_bytes()]


def test_a_token_of_one_project_does_not_publish_another(
    index: Index, token: str, new_client: NewClient, tmp_path: Path
) -> None:
    twine = new_client("twine")
    first = make_wheel(tmp_path, "mine-alone", "1.0")
    options = ["--repository-url", index.upload_url, "--non-interactive", "--verbose", "-u", "__token__"]
    twine.run("upload", *options, "-p", token, first).must_succeed()
    narrow = index.add_token("ada", "--project", "mine-alone")

    twine.run("upload", *options, "-p", narrow, make_wheel(tmp_path, "mine-alone", "1.1")).must_succeed()
    other = make_wheel(tmp_path, "another-one", "1.0")
    refused = twine.run("upload", *options, "-p", narrow, other).must_fail()

    assert "403" in refused.output, refused.told()
    assert index.shelved(other.name) == []


def _read(ran: Ran, client: Client) -> str:
    """All that a person can read after a run, with line breaks as spaces: pdm keeps a log of its own."""
    logs = [path.read_text(errors="replace") for path in client.home.rglob("*.log")]
    return " ".join(" ".join((ran.output, *logs)).split())
