"""An upload in plain HTTP, streamed, for what no client offers: pauses, cuts and great size."""

from __future__ import annotations

import base64
import hashlib
import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BOUNDARY = "a-boundary-that-is-in-no-file"
CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the index answered to an upload."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Door:
    """Where an index takes uploads, and what it is told of who sends them."""

    port: int
    password: str
    user: str = "__token__"
    path: str = "/legacy/"


class RawUpload:
    """One upload of a wheel, sent as the caller pleases."""

    def __init__(self, door: Door, path: Path) -> None:
        name, version = path.name.split("-")[:2]
        fields = {
            ":action": "file_upload",
            "protocol_version": "1",
            "metadata_version": "2.4",
            "name": name.replace("_", "-"),
            "version": version,
            "filetype": "bdist_wheel",
            "pyversion": "py3",
            "sha256_digest": sha256_of(path),
        }
        self._path, self._door = path, door
        self._head = "".join(_part(field, value) for field, value in fields.items()).encode() + _file_head(path.name)
        self._tail = f"\r\n--{BOUNDARY}--\r\n".encode()
        self.connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=300)
        self._headers = {
            "Host": f"localhost:{door.port}",
            "Authorization": "Basic " + base64.b64encode(f"{door.user}:{door.password}".encode()).decode(),
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": str(len(self._head) + path.stat().st_size + len(self._tail)),
            "User-Agent": "journey/1.0",
        }

    def send(self) -> Answer:
        """Send everything and read the answer."""
        self.begin()
        for chunk in self.chunks():
            self.connection.send(chunk)
        return self.finish()

    def begin(self) -> None:
        """Send the head of the request and the form fields."""
        self.connection.putrequest("POST", self._door.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self._headers.items():
            self.connection.putheader(name, value)
        self.connection.endheaders()
        self.connection.send(self._head)

    def chunks(self) -> Iterator[bytes]:
        """The file in pieces."""
        with self._path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk

    def finish(self) -> Answer:
        """Send the end of the form and read the answer."""
        self.send_tail()
        response = self.connection.getresponse()
        answer = Answer(status=response.status, text=response.read().decode(errors="replace"))
        self.connection.close()
        return answer

    def send_tail(self) -> None:
        """Send the end of the form: from here on the index has everything."""
        self.connection.send(self._tail)


def sha256_of(path: Path) -> str:
    """The file's hash, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _part(name: str, value: str) -> str:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


def _file_head(filename: str) -> bytes:
    return (
        f"--{BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="content"; filename="{filename}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
