"""The description of the API (OpenAPI 3.1), made of the table and of the types that it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from strongroom.terms.refusals import Reason
from strongroom.upkeep.api.bodies import MOST_BODY_BYTES
from strongroom.upkeep.api.operations import BASE, Operation
from strongroom.upkeep.api.parts import AFTER_SAYS, LIMIT, PARTS, Part
from strongroom.upkeep.api.problems import MEDIA_TYPE, TOO_LARGE_CODE, Problem
from strongroom.upkeep.api.schemas import Schema, Schemas

Status = Callable[[Reason], int]
_UNAUTHENTICATED, _TOO_LARGE, _TOO_MANY, _MALFORMED = 401, 413, 429, 400
_PHRASES = {
    200: "How things stand now.",
    201: "It was made; how it stands now.",
    204: "It is done; there is nothing more to say.",
    _MALFORMED: "The request cannot be read.",
    _UNAUTHENTICATED: "No token was presented.",
    403: "This token, or its account, may not do that.",
    404: "There is no such thing.",
    409: "This does not go with how things stand.",
    410: "It was deleted.",
    _TOO_LARGE: f"The body is larger than {MOST_BODY_BYTES} bytes.",
    _TOO_MANY: "Too much at once: try again later.",
}
INTRODUCTION = """\
The deeds of a project's maintainers, for programs that hold an API token.

Present the token as a bearer, or as the password of the user `__token__`. Cookies are not looked at.
Every problem is told as RFC 9457 says, with a `code` that never changes; the page at `type` explains it.
Instants are in UTC (RFC 3339). Lists come in pages: follow `next` until it is null.
A token notes when it was used; beside that, looking changes nothing.
"""


def describe(operations: Iterable[Operation], *, title: str, status: Status, malformed: str) -> dict[str, Any]:
    """The whole description; ``status`` is what the site answers a reason with, ``malformed`` the code of the rest."""
    schemas = Schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _Described(operation, schemas, status, malformed).whole()
        paths.setdefault(f"{BASE}{operation.path}", {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": INTRODUCTION},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"basic": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.named.items())),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "An API token of this index."},
                "basic": {"type": "http", "scheme": "basic", "description": "User `__token__`, the token as password."},
            },
        },
    }


class _Described:
    """One operation on its way into the description."""

    def __init__(self, operation: Operation, schemas: Schemas, status: Status, malformed: str) -> None:  # noqa: PLR0917 - a part of this module
        self._operation = operation
        self._schemas = schemas
        self._status = status
        self._malformed = malformed

    def whole(self) -> dict[str, Any]:
        operation = self._operation
        said = " ".join((operation.does.__doc__ or "").split())
        permission = operation.permission
        if permission is not None:
            said += f" The token must have been made for this: permission `{permission.value}`."
        found: dict[str, Any] = {
            "operationId": operation.name,
            "summary": said.partition(".")[0].partition(":")[0],
            "description": said,
            "tags": [operation.does.__module__.rpartition(".")[2]],
            "parameters": list(self._parameters()),
            "responses": self._responses(),
        }
        if operation.takes is not None:
            schema = self._schemas.closed(operation.takes)
            found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
        return found

    def _parameters(self) -> Iterable[dict[str, Any]]:
        for name in re.findall(r"{(\w+)}", self._operation.path):
            yield _parameter(name, PARTS[name], where="path")
        if self._operation.after:
            yield _parameter("after", replace(PARTS[self._operation.after], says=AFTER_SAYS), where="query")
            yield _parameter("limit", LIMIT, where="query")

    def _responses(self) -> dict[str, Any]:
        operation = self._operation
        done: dict[str, Any] = {"description": _PHRASES[operation.status]}
        if operation.answers is not type(None):
            done["content"] = {"application/json": {"schema": self._schemas.of(operation.answers)}}
        codes: dict[int, set[str]] = {_MALFORMED: {self._malformed}}
        for reason in operation.reasons:
            codes.setdefault(self._status(reason), set()).add(reason.value)
        if operation.method != "GET":
            codes[_TOO_LARGE] = {TOO_LARGE_CODE}
            codes.setdefault(_TOO_MANY, set())
        told = {str(status): self._problem(status, codes[status]) for status in sorted(codes)}
        return {str(operation.status): done, **told}

    def _problem(self, status: int, codes: set[str]) -> dict[str, Any]:
        content: dict[str, Any] = {}
        if codes:
            schema: Schema = {**self._schemas.of(Problem), "properties": {"code": {"enum": sorted(codes)}}}
            content[MEDIA_TYPE] = {"schema": schema}
        if status == _TOO_MANY:
            # While every place for requests with a body is taken, they are turned away before they are read.
            content["text/plain"] = {"schema": {"type": "string"}}
        told: dict[str, Any] = {"description": _PHRASES[status], "content": content}
        if status == _UNAUTHENTICATED:
            told["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
        return told


def _parameter(name: str, part: Part, *, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "in": where, "description": part.says, "schema": part.schema}
    if where == "path":
        found["required"] = True
    return found
