"""A real index in a process of its own, in a throw-away data folder, on a free port."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

COMMAND = Path(sys.executable).parent / "strongroom"
STARTS_WITHIN_SECONDS = 90.0
STOPS_WITHIN_SECONDS = 20.0

running: list[Index] = []


class DidNotStartError(Exception):
    """The index did not answer in time; the message holds what it said."""


class Index:
    """One index: its settings, its process, and the command line beside it."""

    def __init__(self, folder: Path, *, database_url: str = "", settings: Mapping[str, str] | None = None) -> None:
        self.data = folder / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.log = folder / "index.log"
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.settings = {
            "STRONGROOM_DATA_FOLDER": str(self.data),
            "STRONGROOM_HOST": "127.0.0.1",
            "STRONGROOM_PORT": str(self.port),
            "STRONGROOM_PUBLIC_URL": self.url,
            "STRONGROOM_DATABASE_URL": database_url,
            **(settings or {}),
        }
        self.starts_within_seconds = STARTS_WITHIN_SECONDS
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def upload_url(self) -> str:
        """Where clients publish."""
        return f"{self.url}/legacy/"

    @property
    def simple_url(self) -> str:
        """Where installers look."""
        return f"{self.url}/simple/"

    @property
    def pid(self) -> int:
        """The first process of the index."""
        assert self._process is not None
        return self._process.pid

    def is_running(self) -> bool:
        """Whether the index's first process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self, *options: str) -> None:
        """Start the index and return when it answers."""
        self.launch("serve", *options)

    def launch(self, *command: str) -> None:
        """Run one of the commands that serve, and return when the index answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [COMMAND, *command],
                cwd=self._folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that stopping reaches the workers too
            )
        running.append(self)
        self._wait_until_up()

    def stop(self) -> None:
        """Ask the index to stop, as an operator does, and wait for it."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the index and its workers at once, as a power cut does."""
        self._end(signal.SIGKILL)

    def command(self, *arguments: str) -> str:
        """Run the ``strongroom`` command line on this index and return what it prints."""
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=self._folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"$ strongroom {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def add_account(self, name: str) -> None:
        """Add an account that may publish."""
        self.command("accounts", "add", name, "--email", f"{name}@example.org", "--verified")

    def add_token(self, account: str, *options: str) -> str:
        """A fresh token of the account."""
        return self.command("tokens", "add", account, *options)

    def shelved(self, filename: str) -> list[bytes]:
        """The bytes of every file of this name that is in its final place."""
        return [path.read_bytes() for path in (self.data / "files" / "packages").rglob(filename)]

    def leftovers(self) -> list[Path]:
        """Files under the incoming folder that unfinished uploads have left; a lock may stay."""
        incoming = self.data / "files" / "incoming"
        return [path for path in incoming.rglob("*") if path.is_file() and path.suffix != ".lock"]

    def last_words(self) -> str:
        """The end of the index's own log."""
        return self.log.read_text(errors="replace")[-8000:] if self.log.exists() else ""

    def processes(self) -> set[int]:
        """The index's process and everything it started."""
        return family(self.pid)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("STRONGROOM_", "DJANGO_"))}
        return kept | self.settings

    def _wait_until_up(self) -> None:
        until = time.monotonic() + self.starts_within_seconds
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                break
            if _answers(self.port):
                return
            time.sleep(0.05)
        self.kill()
        raise DidNotStartError(f"The index did not start. It said:\n{self.last_words()}")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        running.remove(self)
        if process.poll() is None:
            os.killpg(process.pid, how)
        try:
            process.wait(STOPS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise


def family(pid: int) -> set[int]:
    """A process and everything it started."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended while we looked
    members = {pid}
    while grown := {child for child, parent in parents.items() if parent in members} - members:
        members |= grown
    return members


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        # The read plane alone has no front page: any answer shows that a worker has started.
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        connection.close()
