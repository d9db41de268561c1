"""Stands in for wrk where it is missing: one process, one thread for each connection.

It is slower than the servers it measures, so that their ratios come out nearer to one than they are.
"""

from __future__ import annotations

import http.client
import sys
import threading
import time
from urllib.parse import urlsplit

MOST_THREADS = 8


class Counter:
    """Requests, bytes and refusals of one thread."""

    def __init__(self) -> None:
        self.requests = 0
        self.bytes = 0
        self.refused = 0


def main(url: str, seconds: str, connections: str, *headers: str) -> None:
    """Ask for ``url`` until the time is up and print what wrk would."""
    until = time.monotonic() + int(seconds)
    fields = dict(header.split(": ", 1) for header in headers)
    counters = [Counter() for _ in range(min(int(connections), MOST_THREADS))]
    threads = [threading.Thread(target=_ask, args=(url, fields, until, counter)) for counter in counters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused := sum(counter.refused for counter in counters):
        print(f"Non-2xx or 3xx responses: {refused}")
    print(f"Requests/sec: {sum(counter.requests for counter in counters) / int(seconds):.2f}")
    print(f"Transfer/sec: {sum(counter.bytes for counter in counters) / int(seconds):.2f}B")


def _ask(url: str, fields: dict[str, str], until: float, counter: Counter) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    while time.monotonic() < until:
        connection.request("GET", parts.path, headers=fields)
        response = connection.getresponse()
        while chunk := response.read(1024 * 1024):
            counter.bytes += len(chunk)
        counter.requests += 1
        counter.refused += response.status >= http.HTTPStatus.BAD_REQUEST
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
