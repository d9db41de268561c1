"""Who may read a private index, published as one small file for each token.

Whoever serves needs no database to know a token; taking the file away revokes it at once.
"""

from __future__ import annotations

import json
import os
import re
import threading
from datetime import datetime
from pathlib import Path

from strongroom.reads.facts import ReaderFacts
from strongroom.reads.placing import flush_folder
from strongroom.terms.actors import TokenId
from strongroom.terms.names import NormalizedName

_TOKEN_ID = re.compile(r"[0-9a-zA-Z_-]{1,64}\Z")


class Readers:
    """The published readers below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def publish_reader(self, reader: ReaderFacts) -> None:
        """Let a token read from now on, in every process of the machine."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.path_of(TokenId(reader.token))
        beside = path.with_name(f".{path.name}.{threading.get_native_id()}.new")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_render(reader))
            file.flush()
            os.fsync(file.fileno())
        beside.rename(path)
        flush_folder(self._folder)

    def revoke_reader(self, token: TokenId) -> None:
        """Let a token read no more; the folder is flushed, so that no loss of power revives it."""
        if self._folder.is_dir():
            self.path_of(token).unlink(missing_ok=True)
            flush_folder(self._folder)

    def published_reader(self, token: TokenId) -> ReaderFacts | None:
        """What is published of a token; nothing when there is nothing that can be read."""
        try:
            return parse_reader(self.path_of(token).read_bytes())
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def published_tokens(self) -> list[TokenId]:
        """The tokens that may read, so that those revoked in the database can be taken away at start."""
        return [TokenId(path.stem) for path in self._folder.glob("*.json") if _TOKEN_ID.match(path.stem)]

    def path_of(self, token: TokenId) -> Path:
        """Where a token's file stands."""
        if not _TOKEN_ID.match(token):
            raise ValueError(f"not the identifier of a token: {token!r}")
        return self._folder / f"{token}.json"


def parse_reader(content: bytes) -> ReaderFacts:
    """Read a published reader."""
    fields = json.loads(content)
    expires, projects = fields["expires_at"], fields["projects"]
    return ReaderFacts(
        token=fields["token"],
        sha256=fields["sha256"],
        expires_at=None if expires is None else datetime.fromisoformat(expires),
        projects=None if projects is None else tuple(NormalizedName(name) for name in projects),
    )


def _render(reader: ReaderFacts) -> bytes:
    return json.dumps(
        {
            "token": reader.token,
            "sha256": reader.sha256,
            "expires_at": None if reader.expires_at is None else reader.expires_at.isoformat(),
            "projects": None if reader.projects is None else list(reader.projects),
        }
    ).encode()
