"""From where somebody asks: the address that counts when requests come through proxies."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

LONGEST_CHAIN = 20
"""Proxies that are looked at; more than that is nobody's set-up."""


def address_of(peer: str, forwarded: str, *, trusted: Sequence[str]) -> str | None:
    """The client's address: the last one that no trusted proxy vouches for; nothing when it cannot be told.

    ``peer`` is whoever holds the connection. ``forwarded`` (X-Forwarded-For) counts only when that is a trusted proxy,
    and is read from its end: what stands before an address that is not trusted may be anybody's invention.
    """
    networks = [ipaddress.ip_network(text, strict=False) for text in trusted]
    client = _parse(peer)
    for text in reversed(forwarded.split(",")[-LONGEST_CHAIN:]):
        if client is None or not any(client in network for network in networks):
            break
        before = _parse(text.strip())
        if before is None:
            break
        client = before
    return None if client is None else str(client)


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
