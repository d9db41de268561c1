"""Which installer a user agent names: linehaul's parser, as PyPI uses it, remembered per text."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

_LONGEST_USER_AGENT = 2048
_LONGEST_FIELD = 64
_MEMORY = 4096
"""Texts remembered: 27,000 can be parsed in a second, millions recalled."""


class Client(NamedTuple):
    """An installer, as far as its user agent tells. ``ci`` is nothing when it does not know."""

    name: str | None = None
    version: str | None = None
    python: str | None = None
    system: str | None = None
    ci: bool | None = None


@lru_cache(_MEMORY)
def parse_client(user_agent: str) -> Client:
    """Read a user agent; an unknown one, or one of linehaul's ignored tools, is a client without a name."""
    from linehaul.ua.parser import parse

    if not user_agent or len(user_agent) > _LONGEST_USER_AGENT:
        return Client()
    try:
        details = parse(user_agent)
    except Exception:  # noqa: BLE001 - whatever a hostile text does to the parser, the download goes on
        return Client()
    if details is None:
        return Client()
    installer, system = details.installer, details.system
    return Client(
        name=_short(installer and installer.name),
        version=_short(installer and installer.version),
        python=_short(details.python),
        system=_short(system and system.name),
        ci=details.ci,
    )


def _short(value: object) -> str | None:
    return str(value)[:_LONGEST_FIELD] if value else None
