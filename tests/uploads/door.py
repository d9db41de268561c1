"""The upload door from outside: bodies written byte by byte, and everything that an upload may leave behind."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from strongroom.accounts.models import Account, EmailAddress
from strongroom.gear.settings import Settings
from strongroom.projects.models import Collaboration, DuePage, File, Ledger, Project, Release, TakenFilename
from strongroom.record.models import Event
from strongroom.tokens.models import Token
from tests.uploads.archive_builder import build_sdist, build_wheel

BOUNDARY = "f00dfeedf00dfeedf00dfeed"
UV_ACCEPT = "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7"
ROWS: tuple[type[Model], ...] = (
    Account,
    EmailAddress,
    Collaboration,
    DuePage,
    Event,
    File,
    Ledger,
    Project,
    Release,
    TakenFilename,
    Token,
)


@dataclasses.dataclass(frozen=True)
class Part:
    """One part of a multipart form; with a filename it is a file."""

    name: str
    value: str | bytes
    filename: str | bytes | None = None
    type: str | None = None

    def render(self) -> bytes:
        head = f'Content-Disposition: form-data; name="{self.name}"'.encode()
        if self.filename is not None:
            head += b'; filename="%s"' % _bytes(self.filename)
        if self.type is not None:
            head += f"\r\nContent-Type: {self.type}".encode()
        return head + b"\r\n\r\n" + _bytes(self.value) + b"\r\n"


@dataclasses.dataclass(frozen=True)
class Upload:
    """A form and a file, as a client would send them; each method changes exactly one thing."""

    fields: tuple[tuple[str, str], ...]
    filename: str
    content: bytes
    part_type: str | None = "application/octet-stream"
    after: tuple[tuple[str, str], ...] = ()
    """Fields that follow the file, as uv sends attestations."""

    def having(self, **changed: str) -> Upload:
        """With fields set to other values; ``action`` stands for ``:action``."""
        names = {":action" if name == "action" else name: value for name, value in changed.items()}
        kept = tuple((name, value) for name, value in self.fields if name not in names)
        return dataclasses.replace(self, fields=(*kept, *names.items()))

    def lacking(self, *names: str) -> Upload:
        """Without some fields."""
        return dataclasses.replace(self, fields=tuple(pair for pair in self.fields if pair[0] not in names))

    def adding(self, *pairs: tuple[str, str]) -> Upload:
        """With more fields, whatever is there already."""
        return dataclasses.replace(self, fields=(*self.fields, *pairs))

    def named(self, filename: str) -> Upload:
        """The same bytes under another filename."""
        return dataclasses.replace(self, filename=filename)

    def typed(self, part_type: str | None) -> Upload:
        """With another content type of the file's part, or none."""
        return dataclasses.replace(self, part_type=part_type)

    def followed_by(self, *pairs: tuple[str, str]) -> Upload:
        """With fields behind the file."""
        return dataclasses.replace(self, after=pairs)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts in the order in which they are sent."""
        return (
            *(Part(name, value) for name, value in self.fields),
            Part("content", self.content, filename=self.filename, type=self.part_type),
            *(Part(name, value) for name, value in self.after),
        )

    @property
    def sha256(self) -> str:
        """Of the file."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def path(self) -> str:
        """Where the file lies once it is published, below the folder of files."""
        return f"packages/{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256[4:]}/{self.filename}"


def multipart(parts: Iterable[Part], boundary: str = BOUNDARY) -> bytes:
    """A form's body."""
    opening = f"--{boundary}\r\n".encode()
    return b"".join(opening + part.render() for part in parts) + f"--{boundary}--\r\n".encode()


def wheel_upload(name: str = "ham", version: str = "1.0", *, pyversion: str = "py3", **build: Any) -> Upload:  # noqa: ANN401 - whatever the builder takes
    """A valid wheel in a valid form."""
    filename, content = build_wheel(name, version, **build)
    return upload_of(filename, content, name=name, version=version, filetype="bdist_wheel", pyversion=pyversion)


def sdist_upload(name: str = "ham", version: str = "1.0", **build: Any) -> Upload:  # noqa: ANN401 - whatever the builder takes
    """A valid sdist in a valid form."""
    filename, content = build_sdist(name, version, **build)
    return upload_of(filename, content, name=name, version=version, filetype="sdist", pyversion="source")


def upload_of(filename: str, content: bytes, **said: str) -> Upload:
    """A file in a form that names it."""
    fields = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.4",
        **said,
        **digests_of(content),
    }
    return Upload(tuple(fields.items()), filename, content)


def digests_of(content: bytes) -> dict[str, str]:
    """The digests that clients send."""
    return {
        "md5_digest": hashlib.md5(content).hexdigest(),
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(content, digest_size=32).hexdigest(),
    }


def send(upload: Upload, authorization: str | None, **more: Any) -> HttpResponse:  # noqa: ANN401 - WSGI variables
    """Post an upload and give the answer; ``more`` are variables of the WSGI environment."""
    return post(multipart(upload.parts), authorization, **more)


def post(
    body: bytes,
    authorization: str | None,
    *,
    path: str = "/legacy/",
    method: str = "POST",
    content_type: str = f"multipart/form-data; boundary={BOUNDARY}",
    **more: Any,  # noqa: ANN401 - WSGI variables
) -> HttpResponse:
    """Send a body to the door. The stream is a plain one: a client may announce more than it sends."""
    environ: dict[str, Any] = {"HTTP_USER_AGENT": "tests/1.0", "wsgi.input": io.BytesIO(body), **more}
    if authorization is not None:
        environ["HTTP_AUTHORIZATION"] = authorization
    client = Client(enforce_csrf_checks=True)
    answer: Any = client.generic(method, path, data=body, content_type=content_type, **environ)
    assert isinstance(answer, HttpResponse)
    return answer


def everything(chosen: Settings) -> Mapping[str, object]:
    """Every row, every file and every page of the index: what a refusal must leave as it was."""
    rows = {model.__name__: list(model._default_manager.order_by("pk").values()) for model in ROWS}
    return {**rows, "on disk": on_disk(chosen.data_folder)}


def on_disk(folder: Path) -> dict[str, str]:
    """Every file below a folder with the digest of its bytes; locks and the counter of pages aside."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and "/.locks/" not in name and path.name not in {"placing.lock", ".generation"}:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def left_incoming(chosen: Settings) -> list[str]:
    """What lies among the spools, but for the lock that is there for good."""
    incoming = chosen.files_folder / "incoming"
    return [path.name for path in incoming.glob("*") if path.name != "placing.lock"]


def page(chosen: Settings, path: str) -> dict[str, Any]:
    """A published JSON page."""
    found: dict[str, Any] = json.loads((chosen.pages_folder / path).read_bytes())
    return found


def html(chosen: Settings, project: str) -> str:
    """A project's published HTML page."""
    return (chosen.pages_folder / "simple" / project / "index.html").read_text(encoding="utf-8")


def listed(chosen: Settings, project: str) -> list[str]:
    """The files on a project's JSON page; none when it has no page."""
    if not (chosen.pages_folder / "simple" / project / "index.json").exists():
        return []
    return [file["filename"] for file in page(chosen, f"simple/{project}/index.json")["files"]]


def deeds() -> list[tuple[str, str]]:
    """The record: deed and subject, in order; set-up of the cast aside."""
    rows: Sequence[tuple[str, str]] = list(Event.objects.order_by("id").values_list("deed", "subject_name"))
    return [row for row in rows if not row[0].startswith(("account-", "staff-", "token-"))]


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
