"""Installing real projects from the running index with pip, an older pip, uv and poetry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys import real_packages
from tests.journeys.conftest import NewClient
from tests.journeys.installers import INSTALLERS, Into, install_with_pip, install_with_uv
from tests.journeys.made_wheels import make_wheel
from tests.journeys.raw_uploads import sha256_of
from tests.journeys.server import Index
from tests.journeys.stock import Stocked, publish_with_twine

# One index serves the module: its tests stay together when tests run side by side.
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("installing")]

EVERY_INSTALLER = pytest.mark.parametrize("name", INSTALLERS)
WITHOUT_POETRY = pytest.mark.parametrize("name", [name for name in INSTALLERS if name != "poetry"])


@EVERY_INSTALLER
def test_a_project_is_installed_with_what_it_depends_on_compiled_for_this_machine(
    name: str, stocked: Stocked, new_client: NewClient, tmp_path: Path
) -> None:
    client, into = new_client(name), Into(stocked.index.simple_url, tmp_path / "into")

    INSTALLERS[name](client, into, "jinja2").must_succeed()

    installed = into.versions()
    assert installed["jinja2"] == "3.1.6"
    assert installed["markupsafe"] == "3.0.3"
    assert into.imports(client, "jinja2", "markupsafe._speedups")


@EVERY_INSTALLER
def test_an_old_release_is_installed_from_more_than_a_hundred(
    name: str, stocked: Stocked, new_client: NewClient, tmp_path: Path
) -> None:
    client, into = new_client(name), Into(stocked.index.simple_url, tmp_path / "into")
    versions = stocked.many_versions
    assert len(versions) > 100
    old = versions[-3]

    INSTALLERS[name](client, into, f"{real_packages.MANY_RELEASES}=={old}").must_succeed()

    assert into.versions()[real_packages.MANY_RELEASES] == old


@WITHOUT_POETRY
def test_a_project_with_only_an_sdist_is_built_with_a_backend_from_this_index(
    name: str, stocked: Stocked, new_client: NewClient, tmp_path: Path
) -> None:
    client, into = new_client(name), Into(stocked.index.simple_url, tmp_path / "into")

    INSTALLERS[name](client, into, "--no-deps", "openai-whisper").must_succeed()

    assert into.versions() == {"openai-whisper": "20250625"}


@WITHOUT_POETRY
def test_a_yanked_release_is_passed_over_unless_it_is_pinned(
    name: str, stocked: Stocked, new_client: NewClient, tmp_path: Path
) -> None:
    client = new_client(name)
    free, pinned = (
        Into(stocked.index.simple_url, tmp_path / "free"),
        Into(stocked.index.simple_url, tmp_path / "pinned"),
    )

    INSTALLERS[name](client, free, "withdrawn").must_succeed()
    assert free.versions() == {"withdrawn": "1.0"}

    told = INSTALLERS[name](client, pinned, "withdrawn==1.1").must_succeed()
    assert pinned.versions() == {"withdrawn": "1.1"}
    assert "It loses data." in told.output, told.told()


@EVERY_INSTALLER
def test_a_release_for_later_pythons_is_passed_over(
    name: str, stocked: Stocked, new_client: NewClient, tmp_path: Path
) -> None:
    client, into = new_client(name), Into(stocked.index.simple_url, tmp_path / "into")

    INSTALLERS[name](client, into, "ahead-of-us").must_succeed()

    assert into.versions()["ahead-of-us"] == "1.0"


@WITHOUT_POETRY
def test_hashes_that_a_person_has_noted_are_required_and_met(
    name: str, stocked: Stocked, new_client: NewClient, tmp_path: Path
) -> None:
    client = new_client(name)
    wheel, _ = real_packages.fetch(*real_packages.SIX)
    noted, forged = tmp_path / "noted.txt", tmp_path / "forged.txt"
    noted.write_text(f"six==1.17.0 --hash=sha256:{sha256_of(wheel)}\n")
    forged.write_text(f"six==1.17.0 --hash=sha256:{'0' * 64}\n")
    met, unmet = Into(stocked.index.simple_url, tmp_path / "met"), Into(stocked.index.simple_url, tmp_path / "unmet")

    INSTALLERS[name](client, met, "--require-hashes", "-r", noted).must_succeed()
    assert met.versions() == {"six": "1.17.0"}

    refused = INSTALLERS[name](client, unmet, "--require-hashes", "-r", forged).must_fail()
    assert "hash" in refused.output.lower()
    assert unmet.versions() == {}


def test_pip_reads_the_metadata_beside_the_wheel_before_it_takes_the_wheel(
    stocked: Stocked, new_client: NewClient, tmp_path: Path
) -> None:
    pip, into = new_client("pip"), Into(stocked.index.simple_url, tmp_path / "into")

    told = install_with_pip(pip, into, "--verbose", "--dry-run", "jinja2==3.1.6").must_succeed()

    metadata = [line for line in told.output.splitlines() if "Obtaining dependency information for jinja2" in line]
    assert metadata, told.told()
    assert ".whl.metadata" in metadata[0]


@pytest.mark.parametrize("name", ["pip", "uv"])
def test_a_release_comes_back_when_it_is_unyanked(
    name: str, index: Index, token: str, new_client: NewClient, tmp_path: Path
) -> None:
    project = f"back-again-{name}"
    made = [make_wheel(tmp_path, project, version) for version in ("1.0", "1.1")]
    publish_with_twine(new_client("twine"), index, made, token=token)
    install = INSTALLERS[name]
    client = new_client(name)

    index.command("releases", "yank", project, "1.1", "--reason", "Too early.")
    before = Into(index.simple_url, tmp_path / "before")
    install(client, before, project).must_succeed()
    index.command("releases", "unyank", project, "1.1")
    after = Into(index.simple_url, tmp_path / "after")
    install(client, after, project).must_succeed()

    assert before.versions() == {project: "1.0"}
    assert after.versions() == {project: "1.1"}


def test_a_quarantined_project_offers_no_file_until_that_is_lifted(
    index: Index, token: str, new_client: NewClient, tmp_path: Path
) -> None:
    publish_with_twine(new_client("twine"), index, [make_wheel(tmp_path, "looked-into", "1.0")], token=token)
    uv, pip = new_client("uv"), new_client("pip")
    held, lifted = Into(index.simple_url, tmp_path / "held"), Into(index.simple_url, tmp_path / "lifted")

    index.command(
        "projects", "status", "looked-into", "quarantined", "--why", "a journey", "--reason", "A report is being read."
    )
    install_with_pip(pip, held, "looked-into").must_fail()
    install_with_uv(uv, held, "looked-into").must_fail()
    assert held.versions() == {}

    index.command(
        "projects", "status", "looked-into", "active", "--why", "a journey", "--reason", "The report was mistaken."
    )
    install_with_pip(pip, lifted, "looked-into").must_succeed()
    assert lifted.versions() == {"looked-into": "1.0"}


def test_an_archived_project_is_installed_and_takes_no_more_uploads(
    index: Index, token: str, new_client: NewClient, tmp_path: Path
) -> None:
    twine, pip, into = new_client("twine"), new_client("pip"), Into(index.simple_url, tmp_path / "into")
    publish_with_twine(twine, index, [make_wheel(tmp_path, "at-rest", "1.0")], token=token)

    index.command(
        "projects", "status", "at-rest", "archived", "--why", "a journey", "--reason", "Its maintainers have moved on."
    )

    install_with_pip(pip, into, "at-rest").must_succeed()
    later = make_wheel(tmp_path, "at-rest", "1.1")
    options = ["--repository-url", index.upload_url, "--non-interactive", "--verbose", "-u", "__token__", "-p", token]
    refused = twine.run("upload", *options, later).must_fail()
    assert "archived" in refused.output, refused.told()
    assert index.shelved(later.name) == []
