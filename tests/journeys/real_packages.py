"""Real files of projects that exist, fetched once by pip and kept in ``.cache/packages``.

pip fetches them, so that whatever this machine's pip is configured for holds here too: index,
proxy, certificates, credentials. pip compares each file with the hash that the index states.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.clients import ROOT, CannotBeInstalledError, alone, environment_of, say

FOLDER = ROOT / ".cache" / "packages"
RELEASES = 105  # "more than a hundred"
DOWNLOADERS = 2

WHEEL = ("--only-binary", ":all:")
SDIST = ("--no-binary", ":all:")

# One pip process fetches many files: most of the time of a pip that fetches one is its own start.
_DOWNLOAD = """
import json, sys
from pip._internal.cli.main import main
for line in sys.stdin:
    arguments = json.loads(line)
    status = main(["download", "-qq", "--no-deps", "--retries", "8", *arguments])
    print(json.dumps([status, arguments]), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file of a release, said in pip's options."""

    project: str
    version: str
    how: tuple[str, ...]
    label: str

    @property
    def folder(self) -> Path:
        """Where the file is kept, alone."""
        return FOLDER / f"{self.project}-{self.version}-{self.label}"

    @property
    def arriving(self) -> Path:
        """Where pip puts the file first, so that ``folder`` is whole or absent."""
        return self.folder.with_name(f"{self.folder.name}.arriving")

    @property
    def file(self) -> Path | None:
        """The file, if it has been fetched."""
        return next(self.folder.iterdir(), None) if self.folder.is_dir() else None


def wheel(project: str, version: str) -> Wanted:
    """The wheel that runs here."""
    return Wanted(project, version, WHEEL, "wheel")


def sdist(project: str, version: str) -> Wanted:
    """The source distribution."""
    return Wanted(project, version, SDIST, "sdist")


def wheel_for(project: str, version: str, platform: str) -> Wanted:
    """The wheel for CPython 3.11 on another platform."""
    how = (*WHEEL, "--implementation", "cp", "--python-version", "3.11", "--abi", "cp311", "--platform", platform)
    return Wanted(project, version, how, platform)


PLATFORMS = (
    "manylinux2014_x86_64",
    "manylinux2014_aarch64",
    "musllinux_1_2_x86_64",
    "macosx_11_0_arm64",
    "macosx_10_9_x86_64",
    "win32",
    "win_amd64",
)

SIX = (wheel("six", "1.17.0"), sdist("six", "1.17.0"))
MARKUPSAFE = (*(wheel_for("markupsafe", "3.0.3", platform) for platform in PLATFORMS), sdist("markupsafe", "3.0.3"))
JINJA2 = (wheel("jinja2", "3.1.6"), sdist("jinja2", "3.1.6"))
SETUPTOOLS = (wheel("setuptools", "80.9.0"),)
ONLY_AN_SDIST = (sdist("openai-whisper", "20250625"),)
FLIT_PROJECT = (wheel("idna", "3.11"), sdist("idna", "3.11"))
POETRY_PROJECT = (wheel("tomlkit", "0.13.3"), sdist("tomlkit", "0.13.3"))
HATCH_PROJECT = (wheel("platformdirs", "4.5.0"), sdist("platformdirs", "4.5.0"))
PDM_PROJECT = (wheel("dep-logic", "0.5.2"), sdist("dep-logic", "0.5.2"))
MANY_RELEASES = "types-requests"
NEEDED_BY_OLD_RELEASES = (wheel("types-urllib3", "1.26.25.14"),)


def fetch(*wanted: Wanted) -> list[Path]:
    """The files wanted, in their order; what is not yet in the cache is fetched first."""
    if any(one.file is None for one in wanted):
        with alone(FOLDER):
            _download([one for one in wanted if one.file is None])
    files = [one.file for one in wanted]
    assert None not in files
    return [file for file in files if file is not None]


def fetch_many_releases() -> list[Path]:
    """One wheel of each of the oldest releases, newest first, of a project that has more than a hundred."""
    return fetch(*(wheel(MANY_RELEASES, version) for version in _versions()))


def _versions() -> list[str]:
    """The oldest releases of the project with many, asked of pip once."""
    kept = FOLDER / f"{MANY_RELEASES}.json"
    if not kept.exists():
        command = [str(environment_of("pip") / "bin" / "python"), "-m", "pip", "index", "versions", MANY_RELEASES]
        told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        listed = next(line for line in told.splitlines() if line.startswith("Available versions:"))
        versions = listed.partition(":")[2].replace(" ", "").split(",")
        FOLDER.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(versions[-RELEASES:]))  # the oldest are the same tomorrow
    answer: list[str] = json.loads(kept.read_text())
    return answer


def _download(wanted: Sequence[Wanted]) -> None:
    """Fetch with a few pip processes side by side, each into folders of its own."""
    if not wanted:
        return
    python = environment_of("pip") / "bin" / "python"
    running = []
    for share in range(min(DOWNLOADERS, len(wanted))):
        orders = "".join(json.dumps(_order(one)) + "\n" for one in wanted[share::DOWNLOADERS])
        process = subprocess.Popen([python, "-c", _DOWNLOAD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin is not None
        process.stdin.write(orders)
        process.stdin.close()
        running.append(process)
    done = 0
    for process in running:
        with process:
            assert process.stdout is not None
            for line in process.stdout:
                _keep(line, wanted)
                done += 1
                if done % 10 == 0 or done == len(wanted):
                    say(f"Fetching real packages: {done} of {len(wanted)}")


def _order(one: Wanted) -> list[str]:
    shutil.rmtree(one.arriving, ignore_errors=True)
    return ["--dest", str(one.arriving), *one.how, f"{one.project}=={one.version}"]


def _keep(line: str, wanted: Sequence[Wanted]) -> None:
    """Move a file that pip reports as fetched to its place, whole or not at all."""
    status, (_, arriving, *_options) = json.loads(line)
    one = next(one for one in wanted if str(one.arriving) == arriving)
    if status:
        raise CannotBeInstalledError(
            f"pip could not fetch {one.project} {one.version} ({one.label}); see its words above."
        )
    one.arriving.rename(one.folder)
