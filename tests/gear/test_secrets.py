"""Secrets of one index: made once, readable by their owner alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from strongroom.gear.secrets import SECRET_BYTES, load_secret

ROOT = Path(__file__).parents[2]
LOAD = "import sys; from pathlib import Path; from strongroom.gear.secrets import load_secret; sys.stdin.readline(); print(load_secret(Path(sys.argv[1]), 'key'))"  # noqa: E501


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "secrets"


def test_a_secret_is_made_on_first_use_and_stays_the_same(folder: Path) -> None:
    secret = load_secret(folder, "key")
    assert len(secret) >= SECRET_BYTES
    assert load_secret(folder, "key") == secret
    assert [path.name for path in folder.iterdir()] == ["key"]


def test_two_names_and_two_indexes_have_secrets_of_their_own(folder: Path, tmp_path: Path) -> None:
    secrets = {load_secret(folder, "key"), load_secret(folder, "other"), load_secret(tmp_path / "second", "key")}
    assert len(secrets) == 3


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_secret_can_be_read_by_its_owner_alone(folder: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        load_secret(folder, "key")
    finally:
        os.umask(before)
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620, 0o601])
def test_a_secret_that_others_can_reach_is_not_used_and_the_next_step_is_said(folder: Path, mode: int) -> None:
    secret = load_secret(folder, "key")
    (folder / "key").chmod(mode)
    with pytest.raises(PermissionError, match="chmod 600") as refused:
        load_secret(folder, "key")
    assert secret not in str(refused.value)
    (folder / "key").chmod(0o600)
    assert load_secret(folder, "key") == secret


def test_a_secret_that_was_removed_is_made_anew(folder: Path) -> None:
    before = load_secret(folder, "key")
    (folder / "key").unlink()
    assert load_secret(folder, "key") != before


def test_processes_that_start_at_once_agree_on_one(folder: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", LOAD, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    told = {child.communicate()[0] for child in children}
    assert {child.returncode for child in children} == {0}
    assert told == {load_secret(folder, "key") + "\n"}


def test_a_secret_made_by_another_process_at_that_very_moment_is_the_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def be_too_late(draft: Path, path: Path) -> None:
        path.write_text("theirs\n")
        path.chmod(0o600)
        link(draft, path)

    monkeypatch.setattr(os, "link", be_too_late)
    assert load_secret(folder, "key") == "theirs"
    assert [path.name for path in folder.iterdir()] == ["key"]
