"""The real clients, each in an environment of its own, in its current version.

An environment is kept in ``.cache/clients`` and brought up to date when it is older than a day.
The packages come from whichever index this machine's pip is configured for.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache" / "clients"
FRESH_FOR_SECONDS = 24 * 3600
MINUTES = 60.0

# Each client with the requirement that brings it. A plain pdm has run with libraries it does not
# work with; pdm[locked] brings the ones its makers tested.
REQUIREMENTS: Mapping[str, str] = {
    "uv": "uv",
    "pip": "pip",
    "pip-23.0.1": "pip==23.0.1",
    "twine": "twine",
    "poetry": "poetry",
    "hatch": "hatch",
    "flit": "flit",
    "pdm": "pdm[locked]",
}

_ASK_PIP = """
import json
from pip._internal.commands import create_command
options, _ = create_command("download").parse_args([])
print(json.dumps(options.index_url))
"""


class CannotBeInstalledError(Exception):
    """A package is not to be had from the index that this machine is configured for."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a client did: how it ended and everything that a person would have seen."""

    command: tuple[str, ...]
    status: int
    output: str

    def must_succeed(self) -> Ran:
        """This run, if the client was content."""
        assert self.status == 0, self.told()
        return self

    def must_fail(self) -> Ran:
        """This run, if the client reported a failure."""
        assert self.status != 0, self.told()
        return self

    def told(self) -> str:
        """The command, its exit status and its output, for the reader of a failed test."""
        return f"$ {' '.join(self.command)}\nexit status {self.status}\n{self.output}"


@dataclass(frozen=True, slots=True)
class Client:
    """One client in its environment, run away from this machine's settings for packages."""

    name: str
    folder: Path
    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(
        self,
        *arguments: str | Path,
        where: Path | None = None,
        settings: Mapping[str, str] | None = None,
        seconds: float = 3 * MINUTES,
    ) -> Ran:
        """Run the client with ``arguments`` and read what it says."""
        command = (str(self.program), *map(str, arguments))
        done = subprocess.run(
            command,
            cwd=where or self.home,
            env=self.environment() | dict(self.settings) | dict(settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
        return Ran(command=command, status=done.returncode, output=done.stdout.decode(errors="replace"))

    @property
    def program(self) -> Path:
        """The client's own command."""
        return self.folder / "bin" / self.name.partition("-")[0]

    @property
    def python(self) -> Path:
        """The interpreter of the client's environment."""
        return self.folder / "bin" / "python"

    def environment(self) -> dict[str, str]:
        """A person's environment without this machine's indexes, caches, credentials and keyrings."""
        home = str(self.home)
        return {
            "HOME": home,
            "PATH": f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "COLUMNS": "400",  # so that no client breaks a sentence that a test looks for
            "NO_COLOR": "1",
            "XDG_CACHE_HOME": f"{home}/cache",
            "XDG_CONFIG_HOME": f"{home}/config",
            "XDG_DATA_HOME": f"{home}/data",
            "NO_PROXY": "localhost,127.0.0.1",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
            "UV_NO_CONFIG": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            "POETRY_VIRTUALENVS_IN_PROJECT": "true",
            "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
            "PDM_CHECK_UPDATE": "false",
            "FLIT_NO_NETWORK": "1",  # else flit asks the public index for the list of classifiers
        }


def client(name: str, home: Path) -> Client:
    """The named client, up to date, with ``home`` for its settings and caches."""
    home.mkdir(parents=True, exist_ok=True)
    return Client(name=name, folder=environment_of(name), home=home)


def environment_of(name: str) -> Path:
    """The folder of the client's environment, made or brought up to date when that is due."""
    return environment(FOLDER / name, [REQUIREMENTS[name]])


def make_all(names: Iterable[str] = tuple(REQUIREMENTS)) -> None:
    """Make every environment that is missing or old, two at a time."""
    environment_of("uv")
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(environment_of, names))


def environment(folder: Path, requirements: list[str]) -> Path:
    """The environment in ``folder`` with ``requirements`` installed, made or refreshed when due."""
    wanted = json.dumps(requirements)
    stamp = folder / "made.json"
    with alone(folder):
        made = stamp.exists() and stamp.read_text() == wanted
        if made and time.time() - stamp.stat().st_mtime < FRESH_FOR_SECONDS:
            return folder
        say(f"{'Refreshing' if made else 'Making'} the environment for {', '.join(requirements)} …")
        try:
            _install(folder, requirements)
        except CannotBeInstalledError as error:
            if not made:
                raise
            say(f"It stays as it is, for its packages cannot be had now: {str(error).splitlines()[-1]}")
        else:
            stamp.write_text(wanted)
    return folder


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder of the cache for one process: two test runs may want it at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(folder: Path, requirements: list[str]) -> None:
    """Install ``requirements`` in their newest versions: uv with pip, the others with uv."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=requirements == ["uv"], symlinks=True)
    if requirements == ["uv"]:
        _require_success([str(python), "-m", "pip", "install", "--quiet", "--upgrade", "uv"], os.environ)
        return
    uv = environment_of("uv") / "bin" / "uv"
    command = [str(uv), "pip", "install", "--quiet", "--upgrade", "--python", str(python), *requirements]
    _require_success(command, {"UV_DEFAULT_INDEX": configured_index(), **os.environ})


def configured_index() -> str:
    """The index that pip on this machine is configured for, in pip's own reading of its settings."""
    python = FOLDER / "uv" / "bin" / "python"
    answer: str = json.loads(subprocess.run([python, "-c", _ASK_PIP], stdout=subprocess.PIPE, check=True).stdout)
    return answer


def _require_success(command: list[str], settings: Mapping[str, str]) -> None:
    done = subprocess.run(command, env=dict(settings), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise CannotBeInstalledError(f"$ {' '.join(command)}\n{done.stdout.decode(errors='replace')}")


def say(line: str) -> None:
    """One line of progress on the terminal, even while pytest keeps the output of tests."""
    print(line, file=sys.__stderr__, flush=True)
