"""How each installer brings packages from one index alone into a folder, and what is in it then."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.clients import Client, Ran

PROJECT = """
[project]
name = "a-consumer"
version = "1.0"
requires-python = ">=3.11,<4"
dependencies = [{requirements}]

[[tool.poetry.source]]
name = "journey"
url = "{simple_url}"
priority = "primary"

[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""


@dataclass(frozen=True, slots=True)
class Into:
    """From which index, and into which folder, packages are installed."""

    simple_url: str
    folder: Path

    def versions(self) -> dict[str, str]:
        """What is installed: each project with its version."""
        found = importlib.metadata.distributions(path=[str(self.folder)])
        return {re.sub(r"[-_.]+", "-", one.name).lower(): one.version for one in found}

    def imports(self, client: Client, *modules: str) -> bool:
        """Whether Python can import what was installed."""
        environment = client.environment() | {"PYTHONPATH": str(self.folder)}
        command = [str(client.python), "-c", f"import {', '.join(modules)}"]
        return subprocess.run(command, env=environment, cwd=client.home, check=False).returncode == 0


Installer = Callable[..., Ran]


def install_with_pip(client: Client, into: Into, *arguments: str | Path) -> Ran:
    """pip, of any version."""
    options = ("--index-url", into.simple_url, "--target", into.folder, "--no-cache-dir")
    return client.run("install", *options, *arguments)


def install_with_uv(client: Client, into: Into, *arguments: str | Path) -> Ran:
    """uv's pip interface."""
    options = ("--default-index", into.simple_url, "--target", into.folder, "--python", client.python)
    return client.run("pip", "install", *options, *arguments)


def install_with_poetry(client: Client, into: Into, *requirements: str) -> Ran:
    """A project of poetry's that has the index as its only source, and its environment's folder linked."""
    project = client.home / "a-consumer"
    project.mkdir()
    listed = ", ".join(f'"{requirement}"' for requirement in requirements)
    (project / "pyproject.toml").write_text(PROJECT.format(requirements=listed, simple_url=into.simple_url))
    ran = client.run("install", "--no-root", "--no-interaction", where=project)
    installed = next((project / ".venv").glob("lib/python*/site-packages"), None)
    if installed is not None:
        into.folder.symlink_to(installed, target_is_directory=True)
    return ran


INSTALLERS: dict[str, Installer] = {
    "pip": install_with_pip,
    "pip-23.0.1": install_with_pip,
    "uv": install_with_uv,
    "poetry": install_with_poetry,
}
