"""How each client publishes a real project, and what of a refusal it can show to a person."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.journeys import real_packages
from tests.journeys.clients import Client, Ran
from tests.journeys.made_wheels import with_other_bytes
from tests.journeys.real_packages import Wanted
from tests.journeys.server import Index


@dataclass(frozen=True, slots=True)
class Project:
    """A real project on disk, with its distributions in ``dist``, as its maintainer has it."""

    folder: Path

    @property
    def dist(self) -> Path:
        """Where its files are."""
        return self.folder / "dist"

    def files(self) -> list[Path]:
        """The distributions."""
        return sorted(self.dist.glob("*.*"))


@dataclass(frozen=True, slots=True)
class Target:
    """Where to publish, and with which token."""

    index: Index
    token: str


@dataclass(frozen=True, slots=True)
class Publisher:
    """One client: the project it publishes, how it is called, and what it lets a person see.

    ``shows`` is what the person sees of a refusal with status 400, beside the sentence of the index;
    ``shows_a_403`` is whether that sentence reaches the person with a 403 too.
    """

    name: str
    files: tuple[Wanted, ...]
    publish: Callable[[Client, Project, Target], Ran]
    shows: str
    shows_a_403: bool
    change: Callable[[Project], None]


def unpacked(publisher: Publisher, folder: Path) -> Project:
    """The publisher's project: its source as released, and the files of that release."""
    files = real_packages.fetch(*publisher.files)
    with tarfile.open(next(path for path in files if path.suffix == ".gz")) as archive:
        archive.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    project = Project(source)
    project.dist.mkdir(exist_ok=True)
    for path in files:
        shutil.copy(path, project.dist)
    return project


def _with_twine(client: Client, project: Project, to: Target) -> Ran:
    options = ["--non-interactive", "--disable-progress-bar", "--verbose", "-u", "__token__", "-p", to.token]
    return client.run("upload", "--repository-url", to.index.upload_url, *options, *project.files())


def _with_uv(client: Client, project: Project, to: Target) -> Ran:
    return client.run("publish", "--publish-url", to.index.upload_url, "--token", to.token, *project.files())


def _with_poetry(client: Client, project: Project, to: Target) -> Ran:
    options = ["--no-interaction", "--repository", "journey", "--username", "__token__", "--password", to.token]
    address = {"POETRY_REPOSITORIES_JOURNEY_URL": to.index.upload_url}
    return client.run("publish", *options, where=project.folder, settings=address)


def _with_hatch(client: Client, project: Project, to: Target) -> Ran:
    options = ["--no-prompt", "--repo", to.index.upload_url, "--user", "__token__", "--auth", to.token]
    return client.run("publish", *options, *project.files(), where=project.folder)


def _with_flit(client: Client, project: Project, to: Target) -> Ran:
    settings = {
        "FLIT_INDEX_URL": to.index.upload_url,
        "FLIT_USERNAME": "__token__",
        "FLIT_PASSWORD": to.token,
        "SOURCE_DATE_EPOCH": "1760000000",  # flit builds anew each time; this makes the bytes the same
    }
    return client.run("publish", "--no-use-vcs", where=project.folder, settings=settings)


def _with_pdm(client: Client, project: Project, to: Target) -> Ran:
    options = ["--no-build", "--repository", to.index.upload_url, "--username", "__token__", "--password", to.token]
    return client.run("publish", *options, where=project.folder)


def _change_the_files(project: Project) -> None:
    """The same files packed again: another clock, so other bytes under the same names."""
    for path in project.files():
        shutil.copy(with_other_bytes(path, project.folder / "packed-again"), path)


def _change_the_source(project: Project) -> None:
    """A changed source, for a client that builds before it publishes."""
    with (project.folder / "README.rst").open("a") as readme:
        readme.write("\nChanged after its release.\n")


PUBLISHERS = {
    publisher.name: publisher
    for publisher in (
        Publisher("twine", real_packages.MARKUPSAFE, _with_twine, "400 Bad Request", True, _change_the_files),
        Publisher("uv", real_packages.JINJA2, _with_uv, "400 Bad Request", True, _change_the_files),
        Publisher("poetry", real_packages.POETRY_PROJECT, _with_poetry, "HTTP Error 400", True, _change_the_files),
        # hatch never asks twice: it skips every name that the index lists, whatever the bytes.
        Publisher("hatch", real_packages.HATCH_PROJECT, _with_hatch, "already exists", False, _change_the_files),
        # flit shows the sentence of a 400 and ends in a traceback for any other status.
        Publisher("flit", real_packages.FLIT_PROJECT, _with_flit, "400 Client Error", False, _change_the_source),
        # pdm shows the status and names the log file in which it keeps the sentence.
        Publisher("pdm", real_packages.PDM_PROJECT, _with_pdm, "400 Bad Request", True, _change_the_files),
    )
}
