"""nginx with the configuration of ``docs/nginx``, adapted as its first lines say: paths, port, name."""

from __future__ import annotations

import getpass
import os
import re
import shutil
from pathlib import Path

from tests.journeys.clients import ROOT
from tests.journeys.server import Index

DOCS = ROOT / "docs" / "nginx"

MAIN = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 512; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {site};
}}
"""


def find_nginx() -> str | None:
    """nginx's program; Debian keeps it where only root looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def nginx_command(index: Index, folder: Path, *, port: int, files_from_disk: bool = False) -> list[str]:
    """The command that serves the index's published tree on ``port``; its settings are kept in ``folder``."""
    program = find_nginx()
    assert program is not None
    folder.mkdir(parents=True, exist_ok=True)
    site = (DOCS / "strongroom.conf").read_text()
    if files_from_disk:
        from_disk = (DOCS / "packages-from-disk.conf").read_text()
        site = re.sub(
            r"^    location /packages/ \{.*?^    \}\n", lambda _: from_disk, site, flags=re.MULTILINE | re.DOTALL
        )
    for written, here in (
        ("/var/lib/strongroom/", f"{index.data}/"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{index.port};"),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("server_name index.example.org;", "server_name localhost;"),
    ):
        assert written in site, f"docs/nginx no longer has {written}"
        site = site.replace(written, here)
    (folder / "strongroom.conf").write_text(site)
    user = f"user {getpass.getuser()};" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, site=folder / "strongroom.conf", user=user))
    return [program, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
