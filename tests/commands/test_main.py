"""The command line as its operator meets it: settings, and errors in one line with a status."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from strongroom import __version__
from strongroom.commands.main import strongroom
from strongroom.gear.settings import Settings


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, in a folder of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("STRONGROOM_", "DJANGO_"))}
    chosen = {f"STRONGROOM_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", "from strongroom.commands.main import main; main()", *arguments],
        cwd=folder,
        env={**environ, "PYTHONPATH": str(Path(__file__).parents[2]), **chosen},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "a number that is none": ({"port": "many"}, "port must be a whole number, 0 or more, not 'many'"),
    "a port that there is not": ({"port": "70000"}, "port must be 65535 or less"),
    "a switch that is none": ({"private": "perhaps"}, "private must be true or false"),
    "a setting that there is not": ({"prot": "8000"}, "There is no setting 'prot'"),
    "a language that there is not": ({"language": "tlh"}, "language must be en or fr"),
    "an address of another kind": ({"public_url": "ftp://example.org"}, "public_url must begin with http"),
    "another database": ({"database_url": "mysql://x/y"}, "database_url must begin with postgresql://"),
    "a file that is not there": ({"config": "nowhere.toml"}, "STRONGROOM_CONFIG names nowhere.toml"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_setting_stops_with_one_line_and_status_2(case: str, tmp_path: Path) -> None:
    settings, said = WRONG[case]

    ran = run(tmp_path, "settings", **settings)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("strongroom: ")
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [("serve",), ("accounts", "list"), ("pages", "publish")])
def test_a_wrong_setting_stops_every_command_before_it_does_anything(command: tuple[str, ...], tmp_path: Path) -> None:
    ran = run(tmp_path, *command, port="0")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "strongroom: port must be 1 or more.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_broken_configuration_file_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "strongroom.toml").write_text("port = = 1\n")

    ran = run(tmp_path, "settings")

    assert ran.returncode == 2
    assert ran.stderr.startswith("strongroom: strongroom.toml cannot be read as TOML")
    assert ran.stderr.count("\n") == 1


def test_a_refusal_is_one_line_and_status_1(tmp_path: Path) -> None:
    ran = run(tmp_path, "tokens", "add", "nobody")

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("strongroom: There is no account nobody.")
    assert ran.stderr.count("\n") == 1


def test_a_database_that_is_away_is_one_line_and_status_1(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    ran = run(tmp_path, "accounts", "list", database_url="postgresql://nobody:secret@127.0.0.1:1/nothing")

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("strongroom: The database cannot be used: ")
    assert "secret" not in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_secret_that_others_can_read_is_one_line_and_status_1(tmp_path: Path) -> None:
    secrets = tmp_path / "data" / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "signing-key").write_text("known to all")
    (secrets / "signing-key").chmod(0o644)

    ran = run(tmp_path, "accounts", "list", data_folder="data")

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("strongroom: ")
    assert "chmod 600" in ran.stderr
    assert "known to all" not in ran.stderr


def test_a_first_command_makes_the_index_with_secrets_for_its_owner_alone(tmp_path: Path) -> None:
    ran = run(tmp_path, "accounts", "add", "ada", "--email", "ada@example.org", data_folder="data")

    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr.startswith("Added ada.\n")
    secrets = tmp_path / "data" / "secrets"
    assert secrets.stat().st_mode & 0o077 == 0
    assert [path.stat().st_mode & 0o077 for path in secrets.iterdir()] == [0]
    again = run(tmp_path, "accounts", "list", data_folder="data")
    assert again.stdout == "ada\tada@example.org\n"
    kept = list((tmp_path / "data").glob("strongroom.sqlite3*"))
    assert kept
    assert [path.stat().st_mode & 0o077 for path in kept] == [0] * len(kept)


def test_settings_say_each_value_where_it_came_from_and_what_it_means(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strongroom.toml").write_text('port = 9000\nlanguage = "fr"\n')
    monkeypatch.chdir(tmp_path)
    environ = {
        "STRONGROOM_PORT": "9001",
        "STRONGROOM_DATA_FOLDER": None,
        "STRONGROOM_DATABASE_URL": "postgresql://user:hunter2@host/name",
    }

    ran = CliRunner(env=environ).invoke(strongroom, ["settings"])

    assert ran.exit_code == 0
    lines = {line.split()[0]: line for line in ran.stdout.splitlines() if not line.startswith(" ")}
    assert set(lines) == set(Settings.__dataclass_fields__)
    assert lines["port"].endswith("9001  [environment STRONGROOM_PORT]")
    assert lines["language"].endswith("fr  [strongroom.toml]")
    assert lines["private"].endswith("false  [default]")
    assert lines["public_url"].endswith("(empty)  [default]")
    assert "(set, not shown)" in lines["database_url"]
    assert "hunter2" not in ran.stdout
    for field in Settings.__dataclass_fields__.values():
        assert field.metadata["meaning"] in ran.stdout


def test_the_version_is_told() -> None:
    ran = CliRunner().invoke(strongroom, ["--version"])

    assert ran.stdout == f"strongroom, version {__version__}\n"


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("serve",),
        ("demo",),
        ("accounts", "add"),
        ("accounts", "list"),
        ("accounts", "suspend"),
        ("accounts", "lift"),
        ("accounts", "staff"),
        ("accounts", "unstaff"),
        ("accounts", "end-sessions"),
        ("accounts", "show"),
        ("announcements", "add"),
        ("announcements", "list"),
        ("announcements", "end"),
        ("record", "list"),
        ("tokens", "add"),
        ("tokens", "list"),
        ("tokens", "revoke"),
        ("projects", "list"),
        ("projects", "status"),
        ("releases", "yank"),
        ("releases", "unyank"),
        ("pages", "publish"),
        ("settings",),
    ],
)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    ran = CliRunner().invoke(strongroom, [*command, "--help"])

    assert ran.exit_code == 0
    assert len(ran.stdout.splitlines()) >= 4
