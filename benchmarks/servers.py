"""The servers side by side: each with the same packages, each in one run on one core."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.machine import SERVERS_CORE, on_core, say
from tests.journeys.clients import ROOT, CannotBeInstalledError, environment
from tests.journeys.raw_uploads import Door, RawUpload
from tests.journeys.server import Index, family, free_port

CACHE = ROOT / ".cache" / "bench"
SMALL, MANY, LARGE = "bench-small", "bench-many", "bench-large"
STARTS_WITHIN_SECONDS = 60.0


class NotMeasuredError(Exception):
    """A server cannot take part; the text says why."""


@dataclass(slots=True)
class Server:
    """One server under measurement. ``missing`` says why something is not measured here."""

    name: str
    port: int
    simple: str
    pid: Callable[[], int]
    door: Door | None = None
    missing: dict[str, str] = field(default_factory=dict)

    def page(self, project: str) -> str:
        """The path of a project's page."""
        return f"{self.simple}{project}/"

    def url(self, path: str) -> str:
        """A path as an address."""
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Ask once."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def first_file(self, project: str) -> str:
        """The path of the first file on a project's page."""
        page = self.page(project)
        _, _, body = self.get(page, Accept="text/html")
        found = re.search(rb'<a[^>]+href="([^"#]+)', body)
        if found is None:
            raise NotMeasuredError(f"{self.name} lists no file of {project}.")
        path = os.path.normpath(os.path.join(page, found[1].decode()))  # noqa: PTH118 - an address, not a file
        return re.sub(r"^http:/+[^/]+", "", path)

    def processes(self) -> set[int]:
        """The server's processes."""
        return family(self.pid())


def start_strongroom(index: Index, token: str) -> Server:
    """Strongroom as it comes: one process, both planes."""
    return Server("Strongroom", index.port, "/simple/", lambda: index.pid, Door(index.port, token))


def start_pypiserver(stack: ExitStack, folder: Path, wheels: list[Path]) -> Server:
    """Pypiserver on a folder of the same files."""
    program = _installed("pypiserver", "pypiserver[passlib,cache]") / "bin" / "pypi-server"
    packages = folder / "packages"
    packages.mkdir(parents=True)
    for wheel in wheels:
        (packages / wheel.name).hardlink_to(wheel)
    port = free_port()
    command = [str(program), "run", "-p", str(port), "-i", "127.0.0.1", "-P", ".", "-a", ".", str(packages)]
    process = started(stack, command, folder, port=port)
    return Server("pypiserver", port, "/simple/", lambda: process.pid, Door(port, "x", path="/"))


def start_devpi(stack: ExitStack, folder: Path, wheels: list[Path]) -> Server:
    """devpi-server with one index, filled by uploads; it takes a tenth of a second for each."""
    programs = _installed("devpi-server", "devpi-server") / "bin"
    folder.mkdir(parents=True)
    data, port = str(folder / "data"), free_port()
    quiet = {"PYTHONWARNINGS": "ignore", **os.environ}
    made = [str(programs / "devpi-init"), "--serverdir", data, "--no-root-pypi"]
    subprocess.run(made, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    command = [str(programs / "devpi-server"), "--serverdir", data, "--port", str(port), "--offline-mode"]
    process = started(stack, command, folder, port=port)
    password = "bench-bench"
    _json(port, "PUT", "/bench", {"password": password})
    login = _json(port, "POST", "/+login", {"user": "bench", "password": password})["result"]["password"]
    _json(port, "PUT", "/bench/dev", {"bases": [], "volatile": True}, login=f"bench:{login}")
    door = Door(port, password, user="bench", path="/bench/dev/")
    say(f"Filling devpi-server with {len(wheels)} files by upload …")
    for wheel in wheels:
        answer = RawUpload(door, wheel).send()
        if answer.status != http.HTTPStatus.OK:
            raise NotMeasuredError(f"devpi-server refused {wheel.name}: {answer.text[:200]}")
    server = Server("devpi", port, "/bench/dev/+simple/", lambda: process.pid, door)
    server.missing["page of 15,000 files"] = "filling it by upload would take half an hour"
    return server


def _installed(name: str, requirement: str) -> Path:
    try:
        return environment(CACHE / name, [requirement])
    except CannotBeInstalledError as error:
        raise NotMeasuredError(f"{name} could not be installed: {str(error)[-300:]}") from error


def started(stack: ExitStack, command: list[str], folder: Path, *, port: int) -> subprocess.Popen[bytes]:
    """Start a server on the servers' core and wait until it takes connections."""
    with (folder / "server.log").open("wb") as log, on_core(SERVERS_CORE):
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    stack.callback(_stop, process)
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/")
            connection.getresponse().read()
            connection.close()
        except OSError:
            time.sleep(0.1)
        else:
            return process
    told = (folder / "server.log").read_text(errors="replace")[-500:]
    raise NotMeasuredError(f"{Path(command[0]).name} did not start: {told}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _json(port: int, method: str, path: str, body: object, *, login: str = "") -> Any:  # noqa: ANN401 - whatever JSON holds
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if login:
        headers["X-Devpi-Auth"] = base64.b64encode(login.encode()).decode()
    connection.request(method, path, json.dumps(body), headers)
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer
