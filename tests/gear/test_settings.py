"""What an operator may set: where a value comes from, and the one line that tells of a wrong one."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from strongroom.gear.settings import PREFIX, Origin, Settings, WrongSetting, load_settings

MIB = 1024 * 1024
DEFAULTS = {
    "data_folder": "strongroom-data",
    "host": "127.0.0.1",
    "port": "8000",
    "public_url": "",
    "database_url": "",
    "private": "false",
    "uploads_paused": "false",
    "max_file_bytes": str(100 * MIB),
    "max_project_bytes": str(10 * 1024 * MIB),
    "new_projects_per_hour": "20",
    "release_closes_after_days": "14",
    "prohibited_names": "",
    "breached_passwords": "",
    "token_days": "365",
    "page_cache_bytes": str(64 * MIB),
    "threads": "24",
    "downloads": "240",
    "uploads": "16",
    "workers": "1",
    "trusted_proxies": "",
    "smtp_url": "",
    "mail_from": "",
    "totp_steps_behind": "1",
    "totp_steps_ahead": "0",
    "key_makers": "",
    "critical_per_ten_thousand": "100",
    "critical_window_months": "6",
    "critical_counting": "no_full_mirrors",
    "critical_least_downloads": "1",
    "counting_memory_bytes": str(2048 * MIB),
    "spark_url": "",
    "spark_folder": "",
    "contact": "",
    "language": "en",
}
PASSWORD = "hunter2"
ADDRESS = f"postgresql://ada:{PASSWORD}@db.example/strongroom"


@pytest.fixture(autouse=True)
def started_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of whoever runs the tests is read."""
    monkeypatch.chdir(tmp_path)


def config(text: str | bytes, name: str = "strongroom.toml") -> Path:
    path = Path(name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def load(**environ: str) -> Settings:
    """The settings with these variables set; a name is that of the setting."""
    return load_settings({PREFIX + name.upper(): value for name, value in environ.items()})[0]


def origin(name: str, environ: dict[str, str] | None = None) -> Origin:
    _, origins = load_settings(environ or {})
    return next(one for one in origins if one.name == name)


def wrong(**environ: str) -> str:
    """The one line that stops the start."""
    with pytest.raises(WrongSetting) as stopped:
        load(**environ)
    line = str(stopped.value)
    assert "\n" not in line
    assert line.endswith(".")
    return line


class TestDefaults:
    def test_every_default_is_as_documented(self) -> None:
        _, origins = load_settings({})
        assert {one.name: one.value for one in origins} == DEFAULTS

    def test_every_setting_says_where_its_value_came_from_and_what_it_means(self) -> None:
        _, origins = load_settings({})
        assert [one.name for one in origins] == [one.name for one in fields(Settings)]
        assert {one.source for one in origins} == {"default"}
        assert all(len(one.meaning) > 10 for one in origins)

    def test_the_folders_lie_in_the_data_folder(self) -> None:
        settings = load(data_folder="/srv/index")
        folders = {settings.secrets_folder, settings.files_folder, settings.pages_folder}
        folders |= {settings.readers_folder, settings.events_folder, settings.mail_folder}
        folders |= {settings.downloads_folder, settings.snapshots_folder}
        assert len(folders) == 8
        assert {folder.parent for folder in folders} == {Path("/srv/index")}


class TestOrder:
    def test_the_environment_comes_before_the_file_and_the_file_before_the_default(self) -> None:
        config('port = 9000\nhost = "0.0.0.0"\n')
        settings = load(port="9001")
        assert (settings.port, settings.host, settings.language) == (9001, "0.0.0.0", "en")

    def test_each_source_is_named(self) -> None:
        config('host = "0.0.0.0"\n')
        environ = {"STRONGROOM_PORT": "9001"}
        assert origin("port", environ).source == "environment STRONGROOM_PORT"
        assert origin("host", environ).source == "strongroom.toml"
        assert origin("threads", environ).source == "default"

    def test_another_file_can_be_named(self) -> None:
        config("port = 1\n")
        path = config("port = 2\n", "other.toml")
        environ = {"STRONGROOM_CONFIG": str(path)}
        assert origin("port", environ) == Origin("port", "2", "other.toml", "the port to listen on")

    def test_an_empty_variable_still_counts_as_set(self) -> None:
        config('public_url = "https://example.org"\n')
        assert load(public_url="").public_url == ""

    def test_variables_of_others_are_none_of_our_business(self) -> None:
        assert load_settings({"PATH": "/bin", "strongroom_port": "1", "PORT": "2"})[0] == Settings()


@pytest.mark.parametrize(
    ("text", "value"),
    [(word, True) for word in ("true", "True", "YES", "1", "on")]
    + [(word, False) for word in ("false", "False", "NO", "0", "off")],
)
def test_yes_and_no_may_be_written_in_several_ways(text: str, value: bool) -> None:
    assert load(private=text).private is value


@pytest.mark.parametrize(
    ("text", "names"),
    [("", ()), ("a", ("a",)), ("a, b ,,c", ("a", "b", "c"))],
)
def test_a_list_is_written_with_commas_in_the_environment(text: str, names: tuple[str, ...]) -> None:
    assert load(prohibited_names=text).prohibited_names == names


def test_the_file_has_its_own_types() -> None:
    config('private = true\nport = 9000\nprohibited_names = ["a", "b"]\ndata_folder = "/srv"\n')
    settings = load()
    assert (settings.private, settings.port, settings.prohibited_names) == (True, 9000, ("a", "b"))
    assert settings.data_folder == Path("/srv")
    assert origin("prohibited_names").value == "a, b"
    assert origin("private").value == "true"


@pytest.mark.parametrize(
    ("public_url", "port", "address"),
    [
        ("", "8000", "http://localhost:8000"),
        ("", "9000", "http://localhost:9000"),
        ("https://example.org/", "9000", "https://example.org"),
        ("https://example.org/index", "9000", "https://example.org/index"),
    ],
)
def test_how_people_reach_the_index(public_url: str, port: str, address: str) -> None:
    assert load(public_url=public_url, port=port).address == address


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param("port", "eight", "port must be a whole number, 0 or more, not 'eight'", id="a port in words"),
        pytest.param("port", "80.5", "whole number", id="half a port"),
        pytest.param("port", "-1", "whole number", id="a port below zero"),
        pytest.param("port", "", "whole number", id="an empty port"),
        pytest.param("port", "9" * 5000, "whole number", id="a port of 5000 digits"),
        pytest.param("port", "0", "port must be 1 or more", id="port 0"),
        pytest.param("port", "65536", "65535 or less", id="a port above the highest"),
        pytest.param("threads", "0", "threads must be 1 or more", id="no threads"),
        pytest.param("downloads", "0", "downloads must be 1 or more", id="no downloads"),
        pytest.param("uploads", "0", "uploads must be 1 or more", id="no uploads"),
        pytest.param("workers", "0", "workers must be 1 or more", id="no workers"),
        pytest.param("max_file_bytes", "0", "max_file_bytes must be 1 or more", id="files of no bytes"),
        pytest.param("token_days", "0", "token_days must be 1 or more", id="tokens for no time"),
        pytest.param("private", "perhaps", "private must be true or false", id="neither yes nor no"),
        pytest.param("public_url", "example.org", "must begin with http", id="an address without http"),
        pytest.param("public_url", "ftp://example.org", "must begin with http", id="an address by ftp"),
        pytest.param("public_url", "https://", "must begin with http", id="an address without a host"),
        pytest.param("public_url", "https://[x", "not an address that can be read", id="half a bracket"),
        pytest.param("database_url", "mysql://x", "must begin with postgresql://", id="another database"),
        pytest.param("database_url", "postgresql://[x", "not an address that can be read", id="its half a bracket"),
        pytest.param(
            "database_url", "postgresql://h:x/d", "not an address that can be read", id="a port in words there"
        ),
        pytest.param("trusted_proxies", "10.0.0.0/8, proxy", "'proxy', which is no address", id="a proxy by name"),
        pytest.param("trusted_proxies", "10.0.0.0/33", "no address and no network", id="a network of no size"),
        pytest.param("smtp_url", "mail.example", "must begin with smtp://", id="a mail server without smtp"),
        pytest.param("smtp_url", "http://mail.example", "must begin with smtp://", id="a mail server by http"),
        pytest.param("smtp_url", "smtp://", "and a host", id="a mail server without a host"),
        pytest.param("smtp_url", "smtp://[x", "not an address that can be read", id="a mail server's half a bracket"),
        pytest.param(
            "smtp_url", "smtp://h:99999", "not an address that can be read", id="a mail server's port too high"
        ),
        pytest.param("mail_from", "nobody", "mail_from must be an e-mail address", id="mails from nowhere"),
        pytest.param(
            "mail_from", "a@b.example\nBcc: c@d.example", "must be an e-mail address", id="mails with a header"
        ),
        pytest.param("mail_from", "a@b.example,c@d.example", "must be an e-mail address", id="mails from two"),
        pytest.param("totp_steps_behind", "3", "totp_steps_ahead must be 2 or less", id="codes of long ago"),
        pytest.param("totp_steps_ahead", "3", "totp_steps_ahead must be 2 or less", id="codes of times to come"),
        pytest.param("key_makers", "/nowhere", "there is no such folder", id="makers of keys nowhere"),
        pytest.param("breached_passwords", "/nowhere", "there is no such folder", id="breached passwords nowhere"),
        pytest.param("critical_per_ten_thousand", "0", "must be from 1 to 10000", id="nobody is critical"),
        pytest.param(
            "critical_per_ten_thousand", "10001", "must be from 1 to 10000", id="more critical than there are"
        ),
        pytest.param("critical_window_months", "0", "must be from 1 to 24", id="a window of no time"),
        pytest.param("critical_window_months", "25", "must be from 1 to 24", id="a window of ages"),
        pytest.param("critical_counting", "some", "must be all, no_full_mirrors or no_mirrors", id="another counting"),
        pytest.param("critical_least_downloads", "0", "must be 1 or more", id="critical without a download"),
        pytest.param("counting_memory_bytes", "1073741824", "2147483648 (2 GiB) or more", id="too little memory"),
        pytest.param("spark_url", "https://spark.example", "must begin with sc://", id="a cluster by https"),
        pytest.param("contact", "help", "contact must be an e-mail address", id="a contact that is none"),
        pytest.param("language", "de", "language must be en or fr", id="a language that there is not"),
        pytest.param("prot", "8000", "There is no setting 'prot'", id="a name that there is not"),
    ],
)
def test_a_wrong_variable_stops_the_start_with_one_clear_line(name: str, text: str, told: str) -> None:
    line = wrong(**{name: text})
    assert told in line
    assert name in line


@pytest.mark.parametrize(("name", "text"), [("port", "1"), ("port", "65535"), ("release_closes_after_days", "0")])
def test_a_value_on_the_edge_is_taken(name: str, text: str) -> None:
    assert str(getattr(load(**{name: text}), name)) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("prot = 8000", "There is no setting 'prot' (set in strongroom.toml)", id="an unknown name"),
        pytest.param("[server]\nport = 8000", "There is no setting 'server'", id="a table"),
        pytest.param("port = true", "port must be a whole number", id="a truth for a number"),
        pytest.param("port = 80.5", "port must be a whole number", id="half a number"),
        pytest.param('private = "perhaps"', "private must be true or false", id="neither yes nor no"),
        pytest.param("host = 127", "host must be a text", id="a number for a text"),
        pytest.param("prohibited_names = 5", "prohibited_names must be a list of texts", id="a number for a list"),
        pytest.param("prohibited_names = [5]", "prohibited_names must be a list of texts", id="a list of numbers"),
        pytest.param("data_folder = 5", "data_folder must be a folder", id="a number for a folder"),
        pytest.param("port = ", "cannot be read as TOML", id="not TOML"),
        pytest.param(b"host = '\xff'", "cannot be read as TOML", id="not UTF-8"),
    ],
)
def test_a_wrong_file_stops_the_start_with_one_clear_line(text: str | bytes, told: str) -> None:
    config(text)
    line = wrong()
    assert told in line
    assert "strongroom.toml" in line


def test_a_file_that_was_named_and_is_not_there_stops_the_start() -> None:
    assert "there is no such file" in wrong(config="nowhere.toml")


def test_a_folder_for_a_file_stops_the_start(tmp_path: Path) -> None:
    assert "cannot be read" in wrong(config=str(tmp_path))


class TestSecrets:
    def test_a_secret_is_not_shown_when_settings_are_listed(self) -> None:
        listed = origin("database_url", {"STRONGROOM_DATABASE_URL": ADDRESS})
        assert listed.value == "(set, not shown)"
        assert load(database_url=ADDRESS).database_url == ADDRESS

    def test_the_mail_server_is_a_secret_too(self) -> None:
        address = f"smtp://ada:{PASSWORD}@mail.example:587"
        assert origin("smtp_url", {"STRONGROOM_SMTP_URL": address}).value == "(set, not shown)"
        for wrong_one in (address.replace("smtp", "http"), address.replace("@", "@[")):
            assert PASSWORD not in wrong(smtp_url=wrong_one)

    @pytest.mark.parametrize("address", [ADDRESS.replace("postgresql", "mysql"), ADDRESS.replace("@", "@[")])
    def test_a_secret_is_not_shown_when_it_is_wrong(self, address: str) -> None:
        assert PASSWORD not in wrong(database_url=address)

    def test_a_secret_of_the_wrong_type_is_not_shown_either(self) -> None:
        config(f'database_url = ["{ADDRESS}"]\n')
        line = wrong()
        assert "database_url must be a text" in line
        assert PASSWORD not in line
