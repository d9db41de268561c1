"""What an operator may set: each setting's name, default and meaning, and where its value came from.

A value comes from the environment (``STRONGROOM_`` and the name in capitals), else from
``strongroom.toml``, else it is the default. A wrong one stops the start with one clear line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "STRONGROOM_"
CONFIG_VARIABLE = "STRONGROOM_CONFIG"
CONFIG_FILE = "strongroom.toml"
MIB = 1024 * 1024
MOST_TOTP_STEPS = 2
"""Each step more makes a guess likelier; a minute is more than any phone that sets its own clock is off."""


_MAIL_FROM = re.compile(r"[^@\s\x00-\x1f\x7f<>,;]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class WrongSetting(Exception):
    """A setting cannot be used; the text is the one line that the operator reads."""


def _setting(default: object, meaning: str, *, secret: bool = False) -> Any:  # noqa: ANN401 - as dataclasses.field
    return field(default=default, metadata={"meaning": meaning, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """Every setting of an index. Sizes are in bytes, times in the unit that the name ends in."""

    data_folder: Path = _setting(Path("strongroom-data"), "where files, pages, secrets and the SQLite database live")
    host: str = _setting("127.0.0.1", "the address to listen on")
    port: int = _setting(8000, "the port to listen on")
    public_url: str = _setting("", "how people reach the index; empty means http://localhost and the port")
    database_url: str = _setting("", "postgresql://user:password@host/name; empty means SQLite", secret=True)
    private: bool = _setting(False, "whether reading needs a token with read permission")
    uploads_paused: bool = _setting(False, "whether uploads are refused for now")
    max_file_bytes: int = _setting(100 * MIB, "the largest file that may be published")
    max_project_bytes: int = _setting(10 * 1024 * MIB, "the most that the files of one project may add up to")
    new_projects_per_hour: int = _setting(20, "how many new projects one account may make in an hour; 0: no limit")
    release_closes_after_days: int = _setting(14, "how long a release takes new files; 0: always")
    prohibited_names: tuple[str, ...] = _setting((), "project names that nobody may take")
    breached_passwords: str = _setting("", "a folder of range files of breached passwords; empty: the shipped list")
    token_days: int = _setting(365, "how long a token lives unless its maker says otherwise")
    page_cache_bytes: int = _setting(64 * MIB, "memory for published pages kept ready to send")
    threads: int = _setting(24, "how many requests one worker answers at a time, long downloads apart")
    downloads: int = _setting(240, "how many long downloads one worker sends at a time")
    uploads: int = _setting(16, "how many uploads one worker takes at a time; at least 8 threads fewer than it has")
    workers: int = _setting(1, "how many worker processes serve")
    trusted_proxies: tuple[str, ...] = _setting(
        (), "addresses or networks of proxies whose X-Forwarded-For is believed"
    )
    smtp_url: str = _setting(
        "", "smtp://user:password@host:587 or smtps://…; empty means a folder of readable files", secret=True
    )
    mail_from: str = _setting("", "the address that mails come from; empty means strongroom@ and the index's host")
    totp_steps_behind: int = _setting(1, "how many codes before the newest one of an authenticator app are taken")
    totp_steps_ahead: int = _setting(0, "how many codes after it, for apps whose clock is fast")
    key_makers: str = _setting("", "a folder of certificates (PEM) of makers of security keys that are recognised")
    critical_per_ten_thousand: int = _setting(100, "how many of ten thousand projects are critical; 100 is 1 %")
    critical_window_months: int = _setting(6, "over how many months downloads are added up")
    critical_counting: str = _setting(
        "no_full_mirrors", "whose downloads count: all, no_full_mirrors, or no_mirrors (caching proxies left out too)"
    )
    critical_least_downloads: int = _setting(1, "the fewest downloads with which a project can become critical")
    counting_memory_bytes: int = _setting(2048 * MIB, "memory that adding up downloads may use; at least 2 GiB")
    spark_url: str = _setting(
        "", "sc://host:port of a Spark Connect server that adds up; empty means here", secret=True
    )
    spark_folder: str = _setting("", "where that server finds the data folder; empty means under the same path")
    contact: str = _setting("", "the address at which people ask those who run the index; mails are answered to it")
    language: str = _setting("en", "the language of pages for visitors who state none: en or fr")

    @property
    def address(self) -> str:
        """How people reach the index, without a slash at the end."""
        return self.public_url.rstrip("/") or f"http://localhost:{self.port}"

    @property
    def breached_passwords_folder(self) -> Path | None:
        """The operator's range files of breached passwords, if there are any."""
        return Path(self.breached_passwords) if self.breached_passwords else None

    @property
    def mail_folder(self) -> Path:
        """Mails, as files to be read, while there is no mail server."""
        return self.data_folder / "mail"

    @property
    def secrets_folder(self) -> Path:
        """Keys that must never lie in the database."""
        return self.data_folder / "secrets"

    @property
    def files_folder(self) -> Path:
        """Distribution files, under ``packages/``."""
        return self.data_folder / "files"

    @property
    def pages_folder(self) -> Path:
        """The published pages that installers read."""
        return self.data_folder / "pages"

    @property
    def readers_folder(self) -> Path:
        """What the read plane must know of tokens that may read a private index."""
        return self.data_folder / "readers"

    @property
    def events_folder(self) -> Path:
        """Segments of download events."""
        return self.data_folder / "events"

    @property
    def downloads_folder(self) -> Path:
        """Download events and daily counts, as Parquet; and what plots are drawn from."""
        return self.data_folder / "downloads"

    @property
    def snapshots_folder(self) -> Path:
        """How every project stood on each day, as files for everybody."""
        return self.data_folder / "snapshots"


_SECRETS = frozenset(one.name for one in fields(Settings) if one.metadata["secret"])


@dataclass(frozen=True)
class Origin:
    """One setting as it stands: its value as text, where that came from, and what it means."""

    name: str
    value: str
    source: str
    meaning: str


def load_settings(environ: Mapping[str, str]) -> tuple[Settings, tuple[Origin, ...]]:
    """Read all settings. Raises WrongSetting with one line that names the setting and where it was set."""
    config, given = _config_file(environ)
    known = {one.name: one for one in fields(Settings)}
    _require_known(given, known, source=str(config))
    _require_known(_from_environment(environ), known, source="the environment")
    values: dict[str, Any] = {}
    origins: list[Origin] = []
    raw: object
    for name, one in known.items():
        variable = PREFIX + name.upper()
        if variable in environ:
            source, raw = f"environment {variable}", environ[variable]
        elif name in given:
            source, raw = str(config), given[name]
        else:
            source, raw = "default", one.default
        values[name] = _read(name, raw, source)
        shown = "(set, not shown)" if name in _SECRETS and values[name] else _show(values[name])
        origins.append(Origin(name, shown, source, one.metadata["meaning"]))
    settings = Settings(**values)
    _require_sense(settings)
    return settings, tuple(origins)


def _config_file(environ: Mapping[str, str]) -> tuple[Path, dict[str, Any]]:
    path = Path(environ.get(CONFIG_VARIABLE, CONFIG_FILE))
    try:
        return path, tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if CONFIG_VARIABLE in environ:
            raise WrongSetting(f"{CONFIG_VARIABLE} names {path}, and there is no such file.") from None
        return path, {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongSetting(f"{path} cannot be read as TOML: {error}.") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        variable.removeprefix(PREFIX).lower(): value
        for variable, value in environ.items()
        if variable.startswith(PREFIX) and variable != CONFIG_VARIABLE
    }


def _require_known(given: Mapping[str, object], known: Mapping[str, object], *, source: str) -> None:
    for name in given:
        if name not in known:
            raise WrongSetting(f"There is no setting {name!r} (set in {source}); `strongroom settings` lists them all.")


def _read(name: str, raw: object, source: str) -> object:
    default = getattr(Settings, name)
    try:
        return _PARSERS[type(default)](raw)
    except (ValueError, TypeError):
        wanted = _WANTED[type(default)]
        shown = "what is there" if name in _SECRETS else repr(raw)
        raise WrongSetting(f"{name} must be {wanted}, not {shown} (set in {source}).") from None


def _whole_number(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise TypeError
    number = int(raw)
    if number < 0:
        raise ValueError
    return number


def _yes_or_no(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    return {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False, "off": False}[
        str(raw).strip().lower()
    ]


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise TypeError
    return raw


def _texts(raw: object) -> tuple[str, ...]:
    if isinstance(raw, str):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if isinstance(raw, list | tuple):
        return tuple(_text(part) for part in raw)
    raise TypeError


def _folder(raw: object) -> Path:
    return Path(raw if isinstance(raw, Path) else _text(raw))


def _flag(raw: object) -> bool:
    try:
        return _yes_or_no(raw)
    except KeyError:
        raise ValueError from None


_PARSERS: dict[type, Callable[[object], object]] = {
    int: _whole_number,
    bool: _flag,
    str: _text,
    tuple: _texts,
    type(Path()): _folder,
}
_WANTED = {
    int: "a whole number, 0 or more",
    bool: "true or false",
    str: "a text",
    tuple: "a list of texts",
    type(Path()): "a folder",
}


def _show(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _require_sense(settings: Settings) -> None:
    for name in ("public_url", "database_url", "smtp_url"):
        try:
            _ = urlsplit(getattr(settings, name)).port
        except ValueError:
            raise WrongSetting(f"{name} is not an address that can be read.") from None
    public = urlsplit(settings.public_url)
    if settings.public_url and (public.scheme not in {"http", "https"} or not public.netloc):
        raise WrongSetting("public_url must begin with http:// or https:// and a host.")
    if settings.database_url and urlsplit(settings.database_url).scheme not in {"postgresql", "postgres"}:
        raise WrongSetting("database_url must begin with postgresql://, or be empty for SQLite.")
    _require_sense_of_sign_in(settings)
    if settings.breached_passwords and not Path(settings.breached_passwords).is_dir():
        raise WrongSetting(f"breached_passwords names {settings.breached_passwords}, and there is no such folder.")
    if settings.language not in {"en", "fr"}:
        raise WrongSetting(f"language must be en or fr, not {settings.language!r}.")
    _require_sense_of_counting(settings)
    for name in ("port", "threads", "downloads", "uploads", "workers", "max_file_bytes", "token_days"):
        if getattr(settings, name) == 0:
            raise WrongSetting(f"{name} must be 1 or more.")
    if settings.port > 65535:  # noqa: PLR2004 - the highest port there is
        raise WrongSetting(f"port must be 65535 or less, not {settings.port}.")


def _require_sense_of_counting(settings: Settings) -> None:
    if settings.critical_counting not in {"all", "no_full_mirrors", "no_mirrors"}:
        raise WrongSetting(
            f"critical_counting must be all, no_full_mirrors or no_mirrors, not {settings.critical_counting!r}."
        )
    if not 1 <= settings.critical_per_ten_thousand <= 10_000:  # noqa: PLR2004 - all there are
        raise WrongSetting("critical_per_ten_thousand must be from 1 to 10000.")
    if not 1 <= settings.critical_window_months <= 24:  # noqa: PLR2004 - two years
        raise WrongSetting("critical_window_months must be from 1 to 24.")
    if settings.critical_least_downloads == 0:
        raise WrongSetting("critical_least_downloads must be 1 or more: what nobody downloads is not critical.")
    if settings.counting_memory_bytes < 2048 * MIB:
        raise WrongSetting("counting_memory_bytes must be 2147483648 (2 GiB) or more: with less, adding up fails.")
    if settings.spark_url and not settings.spark_url.startswith("sc://"):
        raise WrongSetting("spark_url must begin with sc:// and a host, or be empty.")
    if settings.contact and not _MAIL_FROM.fullmatch(settings.contact):
        raise WrongSetting("contact must be an e-mail address, as in help@example.org.")


def _require_sense_of_sign_in(settings: Settings) -> None:
    for text in settings.trusted_proxies:
        try:
            ip_network(text, strict=False)
        except ValueError:
            raise WrongSetting(f"trusted_proxies holds {text!r}, which is no address and no network.") from None
    server = urlsplit(settings.smtp_url)
    if settings.smtp_url and (server.scheme not in {"smtp", "smtps"} or not server.hostname):
        raise WrongSetting(
            "smtp_url must begin with smtp:// or smtps:// and a host, or be empty for a folder of files."
        )
    if settings.mail_from and not _MAIL_FROM.fullmatch(settings.mail_from):
        raise WrongSetting("mail_from must be an e-mail address, as in strongroom@example.org.")
    if settings.key_makers and not Path(settings.key_makers).is_dir():
        raise WrongSetting(f"key_makers names {settings.key_makers}, and there is no such folder.")
    if settings.totp_steps_behind > MOST_TOTP_STEPS or settings.totp_steps_ahead > MOST_TOTP_STEPS:
        raise WrongSetting(f"totp_steps_behind and totp_steps_ahead must be {MOST_TOTP_STEPS} or less.")
