"""A WSGI tester: asks a callable and looks at the whole answer, with no network."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import WSGIApplication


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def __getitem__(self, header: str) -> str:
        return self.headers[header]


@dataclass
class Asker:
    application: WSGIApplication

    def get(self, path: str, query: str = "", **headers: str) -> Reply:
        return self.ask("GET", path, query=query, headers=headers)

    def head(self, path: str, query: str = "", **headers: str) -> Reply:
        return self.ask("HEAD", path, query=query, headers=headers)

    def ask(self, method: str, path: str, *, query: str = "", headers: dict[str, str] | None = None) -> Reply:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "wsgi.input": io.BytesIO(),
        }
        for name, value in (headers or {}).items():
            environ[name if name == "SCRIPT_NAME" else f"HTTP_{name.upper()}"] = value
        seen: list[Any] = []

        def start_response(
            status: str, sent: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[[bytes], object]:
            seen[:] = [int(status[:3]), {name.lower(): value for name, value in sent}]
            return seen.append

        body = self.application(environ, start_response)
        content = b"".join(body)
        close = getattr(body, "close", None)
        if close is not None:
            close()
        return Reply(seen[0], seen[1], content)
