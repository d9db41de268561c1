"""The log that nginx writes with docs/nginx/download-log.conf is the log that is imported."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from strongroom.downloads.rules.lines import Fetched, read_combined, read_nginx
from strongroom.downloads.rules.sources import Skipped
from tests.downloads.importing.samples import PATH, PIP, WHEEL
from tests.journeys.nginx import DOCS, find_nginx

MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
    include {docs}/download-log.conf;
    access_log {folder}/json.log strongroom_downloads;
    access_log {folder}/combined.log combined;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; root {folder}/root; }}
}}
"""


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[str]:
    """nginx with our log, in front of one file of 1000 bytes; its address."""
    program = find_nginx()
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("nginx is not here: install it")
        pytest.skip("nginx is not here")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = tmp_path / "root" / PATH.removeprefix("/")
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(1000))
    user = "user root;" if os.getuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(MAIN.format(folder=tmp_path, docs=DOCS, port=port, user=user))
    server = subprocess.Popen([program, "-e", "stderr", "-p", tmp_path, "-c", tmp_path / "nginx.conf"])
    try:
        for _ in range(200):
            if (tmp_path / "nginx.pid").exists():
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(tmp_path / "root")


def fetch(address: str, *, method: str = "GET", **headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urllib.request.urlopen(urllib.request.Request(address, method=method, headers=named), timeout=10) as answer:
        answer.read()


def lines(path: Path, count: int) -> list[str]:
    for _ in range(200):
        found = path.read_bytes().decode("utf-8", "replace").splitlines()
        if len(found) == count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{path.name} has not {count} lines")


def test_what_nginx_writes_is_what_is_read(nginx: str, tmp_path: Path) -> None:
    begin = int(time.time() * 1000)
    fetch(nginx + PATH, User_Agent=PIP)
    fetch(nginx + PATH.replace("_", "%5F") + "?a=%22", User_Agent='é"\\\t', Range="bytes=0-9")
    fetch(nginx + PATH, User_Agent="curl/8", Range="bytes=10-19")
    fetch(nginx + PATH, User_Agent="curl/8", Range="bytes=1-2,8-9")
    fetch(nginx + PATH, method="HEAD")

    found = [read_nginx(line) for line in lines(tmp_path / "json.log", 5)]

    assert [one if isinstance(one, Skipped) else one[1:7] for one in found] == [
        (WHEEL, "ham-egg", "1.0", 200, 0, 1000),
        (WHEEL, "ham-egg", "1.0", 206, 0, 10),
        (WHEEL, "ham-egg", "1.0", 206, 10, 10),
        # Several ranges at once: their beginning is not told.
        (WHEEL, "ham-egg", "1.0", 206, 1, found[3].sent if isinstance(found[3], Fetched) else 0),
        Skipped.METHOD,
    ]
    whole = found[0]
    assert isinstance(whole, Fetched)
    assert whole.user_agent == PIP
    assert begin - 1000 <= whole.at_ms <= time.time() * 1000 + 1000

    combined = [read_combined(line) for line in lines(tmp_path / "combined.log", 5)]
    assert [one if isinstance(one, Skipped) else (one.status, one.first_byte, one.user_agent) for one in combined][
        ::2
    ] == [
        (200, 0, PIP),
        (206, 1, "curl/8"),
        Skipped.METHOD,
    ]
