"""An index filled with real packages by a real client."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.journeys import real_packages
from tests.journeys.clients import Client
from tests.journeys.made_wheels import make_wheel
from tests.journeys.server import Index


@dataclass(frozen=True, slots=True)
class Stocked:
    """A running index and the newest-first versions of its project with many releases."""

    index: Index
    many_versions: tuple[str, ...]


def stock(index: Index, twine: Client) -> Stocked:
    """Publish with twine: plain, compiled, source-only, and more than a hundred releases of one."""
    index.add_account("ada")
    many = real_packages.fetch_many_releases()
    files = real_packages.fetch(
        *real_packages.SIX,
        *real_packages.MARKUPSAFE,
        *real_packages.JINJA2,
        *real_packages.SETUPTOOLS,
        *real_packages.ONLY_AN_SDIST,
        *real_packages.NEEDED_BY_OLD_RELEASES,
    )
    made = _made(twine.home / "made")
    publish_with_twine(twine, index, [*files, *many, *made], token=index.add_token("ada"))
    index.command("releases", "yank", "withdrawn", "1.1", "--reason", "It loses data.")
    return Stocked(index=index, many_versions=tuple(path.name.split("-")[1] for path in many))


def publish_with_twine(twine: Client, index: Index, files: list[Path], *, token: str) -> None:
    """Publish all files in one run of twine."""
    options = ["--non-interactive", "--disable-progress-bar", "--verbose", "-u", "__token__", "-p", token]
    twine.run("upload", "--repository-url", index.upload_url, *options, *files, seconds=600).must_succeed()


def _made(folder: Path) -> list[Path]:
    """Releases for what no small real project shows on every Python: yanks and later Pythons."""
    return [
        make_wheel(folder, "withdrawn", "1.0"),
        make_wheel(folder, "withdrawn", "1.1"),
        make_wheel(folder, "ahead-of-us", "1.0", requires_python=">=3.8"),
        make_wheel(folder, "ahead-of-us", "2.0", requires_python=">=4"),
    ]
