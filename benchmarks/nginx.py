"""nginx on the pages that this index has published, as a peer."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from benchmarks.servers import NotMeasuredError, Server, started
from tests.journeys.nginx import find_nginx, nginx_command
from tests.journeys.server import Index, free_port


def start_nginx(stack: ExitStack, folder: Path, index: Index) -> Server:
    """Nginx with the configuration of docs/nginx, files from disk."""
    if find_nginx() is None:
        raise NotMeasuredError("nginx is not installed")
    port = free_port()
    process = started(stack, nginx_command(index, folder, port=port, files_from_disk=True), folder, port=port)
    return Server("nginx", port, "/simple/", lambda: process.pid)
