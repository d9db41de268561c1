"""What must hold of the repository itself: its documents name what exists, its locks name no address."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.lines import END, ROOT, START, render_map, without_counts

DOCUMENTS = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
# Made while the index runs or the environment is prepared.
NOT_IN_THE_TREE = {"strongroom.toml", "strongroom.sqlite3", "copy.sqlite3", "strongroom-data/", "strongroom-data"}
ENDINGS = (".py", ".md", ".toml", ".conf", ".txt", ".in")


def paths_named_in(text: str) -> set[str]:
    linked = set(re.findall(r"\]\(([^)#:\s]+)\)", text))
    quoted = {word for word in re.findall(r"`([\w./-]+)`", text) if word.endswith(ENDINGS)}
    return {path for path in linked | quoted if path not in NOT_IN_THE_TREE}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    for path in paths_named_in(document.read_text(encoding="utf-8")):
        places = (document.parent / path, ROOT / path, ROOT / "strongroom" / path, ROOT / "docs" / path)
        assert any(place.exists() for place in places), f"{document.name} names {path}, which is not there"


def test_the_map_in_the_readme_names_every_folder() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition(START)[2].partition(END)[0]
    assert without_counts(table) == without_counts(render_map()), "run `make lines`"


@pytest.mark.parametrize("lock", ["run", "build", "dev", "spark"])
def test_a_lock_file_names_versions_and_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert packages
    assert all("==" in line and line.endswith("\\") for line in packages)
    assert "--hash=sha256:" in text
    assert not re.search(r"https?://|--index|--find-links|--extra", text)


def test_every_direct_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for lock in ("run", "build", "dev", "spark"):
        for line in (ROOT / "requirements" / f"{lock}.in").read_text(encoding="utf-8").splitlines():
            name = re.match(r"[a-z][a-z0-9-]*", line)
            if name is not None:
                assert re.search(rf"\b{re.escape(name[0])}\b", reasons), (
                    f"{name[0]} has no reason in docs/dependencies.md"
                )


def test_what_the_package_needs_is_what_is_locked_for_running() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.split(r"[\[<>=; ]", text)[0] for text in project["dependencies"]}
    lines = (ROOT / "requirements" / "run.in").read_text(encoding="utf-8").splitlines()
    assert asked == {re.split(r"[\[<>=; ]", line)[0] for line in lines if line and not line.startswith("#")}


def test_nothing_generated_is_kept() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    kept = [path for path in tracked if path.endswith((".mo", ".pyc", ".sqlite3", ".whl", ".tar.gz"))]
    assert kept == []


def test_the_wheel_holds_what_pages_and_translations_need(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("strongroom-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("strongroom/")}
    wanted = {
        str(path.relative_to(ROOT))
        for pattern in ("*.py", "*.html", "*.css", "*.svg")
        for path in (ROOT / "strongroom").rglob(pattern)
    }
    assert wanted <= held
    assert "strongroom/locale/fr/LC_MESSAGES/django.mo" in held
